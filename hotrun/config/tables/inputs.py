"""Check the `inputs` of a step. Each is a kind, a colon, and packages or a glob."""

from __future__ import annotations

import shlex

from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.core.model.project import INPUT_KINDS, input_kind
from hotrun.core.model.text import closest

EXPECTED = '"go:./cmd/app", "go-test:./..." or "depfile:build/*.d"'


def check_input(text: str) -> None:
    """Raise InvalidValue if hotrun cannot list files by `text`."""
    kind, colon, rest = text.partition(":")
    if input_kind(text) is None or not colon:
        meant = closest(kind, INPUT_KINDS)
        raise InvalidValue(expected=EXPECTED, meant=f"{meant}:{rest}" if meant and colon else None)
    if not rest.strip():
        what = "glob" if kind == "depfile" else "packages"
        raise InvalidValue(f"missing {what} after {kind}:, expected {EXPECTED}")
    if kind != "depfile":
        try:
            words = shlex.split(rest)
        except ValueError as error:
            raise InvalidValue(f"invalid shell quoting ({str(error).lower()})") from None
        if all(word.startswith("-") for word in words):
            raise InvalidValue(f"missing package after the flags of {kind}:, expected {EXPECTED}")
    elif rest.startswith("/"):
        raise InvalidValue(expected="a glob relative to the root")
