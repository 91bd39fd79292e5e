"""What may stand in `inputs` of a step: a kind, a colon, and what that kind lists."""

from __future__ import annotations

import shlex

from hotrun.config.tables.values import Unfit
from hotrun.core.model.project import INPUT_KINDS, input_kind
from hotrun.core.model.text import closest

EXPECTED = '"go:./cmd/app", "go-test:./..." or "depfile:build/*.d"'


def check_input(text: str) -> None:
    """Raise Unfit where `text` lists nothing."""
    kind, colon, rest = text.partition(":")
    if input_kind(text) is None or not colon:
        meant = closest(kind, INPUT_KINDS)
        raise Unfit(EXPECTED, f"{meant}:{rest}" if meant and colon else None)
    if not rest.strip():
        raise Unfit(f"{'a glob' if kind == 'depfile' else 'packages'} after {kind}:, as in {EXPECTED}")
    if kind != "depfile":
        try:
            words = shlex.split(rest)
        except ValueError as error:
            raise Unfit(f"packages as a shell reads them ({str(error).lower()})") from None
        if all(word.startswith("-") for word in words):
            raise Unfit(f"a package after {kind}: and its flags, as in {EXPECTED}")
    elif rest.startswith("/"):
        raise Unfit("a glob that is relative to the root")
