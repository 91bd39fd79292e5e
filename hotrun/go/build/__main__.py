"""python -P -m hotrun.go.build target [--files] KEY PACKAGE [FLAG ...]
python -P -m hotrun.go.build fit [--fail] [--max-versions=N] [--reload=KEY ...] [--symbol=KEY:NAME ...] KEY=OUTPUT ...
python -P -m hotrun.go.build swap KEY=OUTPUT ...

KEY is "host" or "plugin:NAME". hotrun's configuration writes these command lines, so they are not checked again.
"""

from __future__ import annotations

import gc
import io
import sys

from hotrun.errors import HotrunError


def main(words: list[str]) -> int:
    """Run the command; returns the exit code."""
    gc.disable()  # the program exits within a moment
    for stream in (sys.stdout, sys.stderr):  # file names may contain any bytes
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    command, *rest = words
    try:
        match command:
            case "target":
                return _target(rest)
            case "fit":
                return _fit(rest)
            case _:
                return _swap(rest)
    except HotrunError as error:
        print(f"error: {error.message}" + (f" ({error.hint})" if error.hint else ""), file=sys.stderr)
        return 1


def _target(words: list[str]) -> int:
    from hotrun.go.build.compile import compile_target
    from hotrun.go.target import Target

    by_files = words[0] == "--files"
    key, package, *flags = words[by_files:]
    return compile_target(Target(key, package, tuple(flags), by_files))


def _fit(words: list[str]) -> int:
    from hotrun.go.build.verify import TargetOutput, verify_and_publish

    outputs = dict(word.split("=", 1) for word in words if not word.startswith("--"))
    reloads = {word.removeprefix("--reload=") for word in words if word.startswith("--reload=")}
    limit = next((int(word.partition("=")[2]) for word in words if word.startswith("--max-versions=")), 1)
    symbols: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--symbol="):
            key, _, name = word.removeprefix("--symbol=").rpartition(":")
            symbols.setdefault(key, []).append(name)
    targets = [
        TargetOutput(key, output, tuple(symbols.get(key, ())), key in reloads) for key, output in outputs.items()
    ]
    return verify_and_publish(targets, "--fail" in words, limit)


def _swap(words: list[str]) -> int:
    from hotrun.go.build.symlink_swap import swap

    for word in words:
        swap(*word.split("=", 1))
    return 0


sys.exit(main(sys.argv[1:]))
