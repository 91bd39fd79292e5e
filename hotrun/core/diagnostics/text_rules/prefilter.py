"""The cheap question before all others: is this line of interest, and to which rules?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotrun.core.diagnostics.text_rules.rules import AnyRule

_MOST_COMBINATIONS = 500
_NEVER = r"\b\B"


class Prefilter:
    """Answers by clues: text that a line must hold, or begin with where the clue starts with "^".

    Rules without clues are not asked for here: `always` has them.
    """

    def __init__(self, rules: Sequence[AnyRule], more: Sequence[str] = ()) -> None:
        """`more` are clues of lines that are of interest to no rule."""
        self.always = tuple(rule for rule in rules if not rule.clues)  # of interest to them is every line
        self._rules = tuple(rule for rule in rules if rule.clues)
        clues = tuple(dict.fromkeys([*(clue for rule in rules for clue in rule.clues), *more]))
        self._begins = tuple(clue[1:] for clue in clues if clue.startswith("^"))
        self._holds = tuple(clue for clue in clues if not clue.startswith("^"))
        # One search for all of them; quick because they begin with characters that are rare in prose.
        self._search = re.compile("|".join(map(re.escape, self._holds)) or _NEVER).search
        self._by_clues: dict[frozenset[str], tuple[AnyRule, ...]] = {}

    def passes(self, line: str) -> bool:
        """Whether the line is of interest."""
        return line.startswith(self._begins) or self._search(line) is not None

    def rules(self, line: str) -> tuple[AnyRule, ...]:
        """The rules with clues that may begin with this line, in table order."""
        found = [clue for clue in self._holds if clue in line]
        if line.startswith(self._begins):
            found += ["^" + clue for clue in self._begins if line.startswith(clue)]
        clues = frozenset(found)
        rules = self._by_clues.get(clues)
        if rules is None:
            if len(self._by_clues) >= _MOST_COMBINATIONS:
                self._by_clues.clear()
            rules = tuple(rule for rule in self._rules if not clues.isdisjoint(rule.clues))
            self._by_clues[clues] = rules
        return rules
