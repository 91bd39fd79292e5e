"""python -P -m hotrun.gobuild target KEY PACKAGE [FLAG ...]
python -P -m hotrun.gobuild fit [--block] [--symbol=KEY:NAME ...] KEY=OUTPUT ...

KEY is "host" or "plugin:NAME". Config makes these command lines, so they are not checked again.
"""

from __future__ import annotations

import gc
import sys

from hotrun.errors import HotrunError


def main(words: list[str]) -> int:
    """Run it; returns the exit code."""
    gc.disable()  # it lives for a moment
    what, *rest = words
    try:
        return _target(rest) if what == "target" else _fit(rest)
    except HotrunError as error:
        print(f"error: {error.message}" + (f" ({error.hint})" if error.hint else ""), file=sys.stderr)
        return 1


def _target(words: list[str]) -> int:
    from hotrun.gobuild.compile import compile_target
    from hotrun.golang.target import Target

    key, package, *flags = words
    return compile_target(Target(key, package, tuple(flags)))


def _fit(words: list[str]) -> int:
    from hotrun.gobuild.prove import Wish, prove

    outputs = dict(word.split("=", 1) for word in words if not word.startswith("--"))
    symbols: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--symbol="):
            key, _, name = word.removeprefix("--symbol=").rpartition(":")
            symbols.setdefault(key, []).append(name)
    return prove(
        [Wish(key, output, tuple(symbols.get(key, ()))) for key, output in outputs.items()], "--block" in words
    )


sys.exit(main(sys.argv[1:]))
