"""From argv to an exit code. Errors are printed here and nowhere else."""

from __future__ import annotations

import gc
import os
import sys

from hotrun import __version__
from hotrun.cli.options import Options
from hotrun.errors import HotrunError


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: sys.argv); returns the exit code."""
    args = sys.argv[1:] if argv is None else argv
    # What is loaded now stays for good; looking through it for garbage would cost 10 ms of the start.
    gc.disable()
    _open_standard_streams()
    try:
        if sys.platform == "win32":
            raise HotrunError("hotrun runs on Linux and macOS", "on Windows run it inside WSL")
        return _dispatch(args)
    except HotrunError as error:
        _print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone; a second error when Python flushes at exit would say nothing new.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _open_standard_streams() -> None:
    """Where one of them is closed, the next pipe to a child would get its number, and our own output would go there."""
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _dispatch(args: list[str]) -> int:
    # Where there is nothing to parse, the parser (60 ms of imports) is not needed.
    if "_HOTRUN_COMPLETE" not in os.environ:
        if not args:
            from hotrun.cli.run import run

            return run(Options())
        if args == ["--version"]:
            print(f"hotrun {__version__}")
            return 0
        if args == ["check"]:
            from hotrun.cli.check import check

            return check(Options())
    from hotrun.cli.commands import parse_and_run

    return parse_and_run(args)


def _print_error(error: HotrunError) -> None:
    colored = (
        sys.stderr is not None
        and sys.stderr.isatty()
        and "NO_COLOR" not in os.environ
        and os.environ.get("TERM") != "dumb"
    )
    red, cyan, off = ("\x1b[1;31m", "\x1b[36m", "\x1b[0m") if colored else ("", "", "")
    if sys.stdout is not None:
        sys.stdout.flush()
    for line in error.message.split("\n"):
        _print(f"{red}error:{off} {line}")
    if error.hint:
        _print(f"{cyan}hint:{off} {error.hint}")


def _print(line: str) -> None:
    from hotrun.views.clean import clean

    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    print(clean(line, colored=True).encode(encoding, "replace").decode(encoding), file=sys.stderr)
