"""Switches off rules of one's own that take too long. The built-in ones are known to be quick and are not timed."""

from __future__ import annotations

from collections.abc import Callable

from hotrun.core.diagnostics.model.finding import Finding
from hotrun.core.diagnostics.text_rules.rules import Rule

MOST_NS = 50_000_000  # on a single line; a pattern that is fine takes a thousandth of that


class Watchdog:
    """Times the rules of one run."""

    def __init__(self, clock_ns: Callable[[], int], off: set[str], say: Callable[[Finding], None]) -> None:
        """`off` holds the names of rules that are switched off, for this run and for others; `say` gets a warning."""
        self.clock_ns = clock_ns
        self._off = off
        self._say = say

    def is_off(self, rule: Rule) -> bool:
        """Whether the rule is not to be used any more."""
        return rule.name in self._off

    def took(self, rule: Rule, duration_ns: int) -> None:
        """Take note of how long a rule worked on one line."""
        if duration_ns > MOST_NS and rule.name not in self._off:
            self._off.add(rule.name)
            took = f"took {duration_ns // 1_000_000} ms on one line"
            self._say(Finding("warning", f"parser {rule.name} {took} and is switched off", "hotrun"))
