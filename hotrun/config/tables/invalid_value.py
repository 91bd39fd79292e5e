"""A value that the file must not have, and why."""

from __future__ import annotations

import re


class InvalidValue(ValueError):
    """A value that its type rejects.

    `fact` says what is wrong with it, where the expected type does not say enough. `expected` describes a good value.
    `meant` is the value that the user probably meant.
    """

    def __init__(self, fact: str = "", *, expected: str = "", meant: str | None = None) -> None:
        super().__init__(fact or f"expected {expected}")
        self.fact = fact
        self.expected = expected
        self.meant = meant


def regex_error(text: str) -> str | None:
    """Return why `text` is not a regular expression, or None if it is one."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # else "possible nested set" would reach the terminal
        try:
            re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            return str(error)
    return None
