"""The fast first check: may a line matter, and to which rules?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hotrun.core.diagnostics.text_rules.rules import AnyRule

_MAX_COMBINATIONS = 500
_NEVER = r"\b\B"


class Prefilter:
    """Checks literals: text that a line must contain, or begin with if the literal starts with "^".

    `always`: the rules without literals, which need every line.
    """

    def __init__(self, rules: Sequence[AnyRule], more: Sequence[str] = ()) -> None:
        """`more`: literals of lines that matter, but not to a rule."""
        self.always = tuple(rule for rule in rules if not rule.literals)  # need every line
        self._rules = tuple(rule for rule in rules if rule.literals)
        literals = tuple(dict.fromkeys([*(literal for rule in rules for literal in rule.literals), *more]))
        self._begins = tuple(literal[1:] for literal in literals if literal.startswith("^"))
        self._holds = tuple(literal for literal in literals if not literal.startswith("^"))
        # One search for all literals. It is fast because they begin with characters that are rare in prose.
        self._search = re.compile("|".join(map(re.escape, self._holds)) or _NEVER).search
        self._by_literals: dict[frozenset[str], tuple[AnyRule, ...]] = {}

    def passes(self, line: str) -> bool:
        """Whether the line may matter."""
        return line.startswith(self._begins) or self._search(line) is not None

    def rules(self, line: str) -> tuple[AnyRule, ...]:
        """The rules with literals that may begin with this line, in table order."""
        found = [literal for literal in self._holds if literal in line]
        if line.startswith(self._begins):
            found += ["^" + literal for literal in self._begins if line.startswith(literal)]
        literals = frozenset(found)
        rules = self._by_literals.get(literals)
        if rules is None:
            if len(self._by_literals) >= _MAX_COMBINATIONS:
                self._by_literals.clear()
            rules = tuple(rule for rule in self._rules if not literals.isdisjoint(rule.literals))
            self._by_literals[literals] = rules
        return rules
