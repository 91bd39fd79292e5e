"""From argv to an exit code. Errors are printed here and nowhere else."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys

from hotrun import __version__
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
        exit_code = _dispatch(args)
        sys.stdout.flush()
    except HotrunError as error:
        _print_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output is gone.
        _drop_output()
        return 141
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _drop_output()
        _print_error(HotrunError(f"the output cannot be written: {error.strerror}"))
        return 1
    return exit_code


def _open_standard_streams() -> None:
    """Where one of them is closed, the next pipe to a child would get its number, and our own output would go there."""
    for fd, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(fd, "w" if fd else "r", encoding="utf-8", closefd=False))


def _drop_output() -> None:
    """Let nothing more be written: a second error when Python flushes at exit would say nothing new."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(args: list[str]) -> int:
    # Where there is nothing to parse, the parser (60 ms of imports) is not needed.
    if "_HOTRUN_COMPLETE" not in os.environ:
        if args == ["--version"]:
            print(f"hotrun {__version__}")
            return 0
        if not args:
            from hotrun.cli.options import Options
            from hotrun.cli.run import run

            return run(Options())
        if args == ["check"]:
            from hotrun.cli.check import check
            from hotrun.cli.options import Options

            return check(Options())
        if args[0] == "status" and set(args[1:]) <= {"--json", "--timing"}:
            from hotrun.cli.status import status

            return status(None, "--json" in args, "--timing" in args)
        if args[0] == "errors" and args[1:] in ([], ["--json"], ["--vim"], ["--github"], ["--sarif"]):
            from hotrun.cli.errors import errors

            return errors(None, args[1].removeprefix("--") if args[1:] else None, None)
        if args[0] == "go-check" and all(arg == "--json" or arg[:1] != "-" for arg in args):
            from hotrun.cli.go_check import go_check

            return go_check([arg for arg in args[1:] if arg != "--json"], (), "--json" in args)
    from hotrun.cli.command_line import parse_and_run

    return parse_and_run(args)


def _print_error(error: HotrunError) -> None:
    colored = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    red, cyan, off = ("\x1b[1;31m", "\x1b[36m", "\x1b[0m") if colored else ("", "", "")
    with contextlib.suppress(OSError):  # the exit code still tells
        sys.stdout.flush()
        for line in error.message.split("\n"):
            _print("" if line.startswith("  ") else f"{red}error:{off} ", line)
        if error.hint:
            _print(f"{cyan}hint:{off} ", error.hint)


def _print(head: str, line: str) -> None:
    """Print a line; `head` is ours, `line` may hold anything that a file or a name of one says."""
    from hotrun.views.text.clean import clean_name

    encoding = sys.stderr.encoding or "utf-8"
    print((head + clean_name(line)).encode(encoding, "replace").decode(encoding), file=sys.stderr)
