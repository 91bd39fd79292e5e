"""Diagnostics whose places and messages are made to be misread: each with the place that a reader must find, if any."""

from __future__ import annotations

from hotrun.core.model import events
from tests.views.streams import diagnostic

Place = tuple[str, int, int]


def at(
    file: str, line: int | None = 41, column: int | None = 9, message: str = "bad", **more: object
) -> events.Diagnostic:
    """An error of mypy in the absolute `file`."""
    path = file.removeprefix("/p/")
    values = {"file": file, "path": path, "line": line, "column": column, "tool": "mypy", **more}
    return diagnostic(message, **values)


JUMPS: list[tuple[events.Diagnostic, Place]] = [
    (at("/p/a.py"), ("/p/a.py", 41, 9)),
    (at("/p/a.py", severity="warning", code="arg-type"), ("/p/a.py", 41, 9)),
    (at("/p/a.py", column=None), ("/p/a.py", 41, 1)),
    (at("/p/a.py", line=None, column=None), ("/p/a.py", 1, 1)),
    (at("/p/my project/a file.py"), ("/p/my project/a file.py", 41, 9)),
    (at("/p/a:b/c:3.py"), ("/p/a:b/c:3.py", 41, 9)),
    (at("/p/a:3:b.py", column=None), ("/p/a:3:b.py", 41, 1)),
    (at("/p/a:3:4:b.py", column=None), ("/p/a:3:4:b.py", 41, 0)),
    (at("/p/a:3:4"), ("/p/a:3:4", 41, 0)),
    (at('/p/a "quoted" name.py'), ('/p/a "quoted" name.py', 41, 9)),
    (at("/p/a,b(3).py"), ("/p/a,b(3).py", 41, 9)),
    (at("/p/ünï/\udcff.py"), ("/p/ünï/\udcff.py", 41, 9)),
    (at("/p/-a.py"), ("/p/-a.py", 41, 9)),
    (at("/p/a.py", message='Name "x" is not defined'), ("/p/a.py", 41, 9)),
    (at("/p/a.py", message='"foo" expected in column 12: got "bar"'), ("/p/a.py", 41, 9)),
    (at("/p/a.py", message='no "x" on line 3: see b.py:7:1: there'), ("/p/a.py", 41, 9)),
    (at("/p/a.py", message="see b.py:7:1: there"), ("/p/a.py", 41, 9)),
    (at("/p/a.py", column=None, message="b.py:7:1: there"), ("/p/a.py", 41, 1)),
    (at("/p/a.py", message="(Each undeclared identifier is reported only once"), ("/p/a.py", 41, 9)),
    (at("/p/a.py", message="two lines:\n/p/b.py:3:1: error: not me\n/p/c.py(3): nor me"), ("/p/a.py", 41, 9)),
    (
        at("/p/a.py", message='quotes:\nsay "x", line 3: y\n  File "/p/b.py", line 7\nat f (/p/b.js:1:2)'),
        ("/p/a.py", 41, 9),
    ),
    (
        at("/p/a.py", message="makes:\nmake[1]: Entering directory '/tmp'\nc.c:3: error: z\n12:30:15 late"),
        ("/p/a.py", 41, 9),
    ),
    (at("/p/a.py", message=""), ("/p/a.py", 41, 9)),
    (at("/p/a.py", message="\x1b[31mred\x1b[0m\ttab"), ("/p/a.py", 41, 9)),
]

NO_JUMP: list[events.Diagnostic] = [
    diagnostic("step app failed (exit 2)", file=None, path=None, line=None, column=None, tool="app"),
    diagnostic("undefined: b.o:3:1: x", file=None, path=None, line=None, column=None, tool="ld"),
    diagnostic('in "b.py", line 3: x', file=None, path=None, line=None, column=None),
    diagnostic("b.c(3): x", file=None, path=None, line=None, column=None),
    diagnostic("never found", file="gone.py", path=None, line=3, column=1),
    at("/p/two\nlines.py"),
]
