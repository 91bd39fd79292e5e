"""The build of the demo: checks the Python files, then fills template.html with what page.py says: tmp/page.html.

What is wrong is said as compilers say it, with file, line and column, and ends the build with exit code 1."""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from string import Template

SOURCES = ("page.py", "server.py")
TEMPLATE = "template.html"
PAGE = os.path.join("tmp", "page.html")


class Broken(Exception):
    """A source is wrong; the message names the place."""


def check(source: str) -> None:
    """Raise SyntaxError, which knows its place, where `source` is not Python."""
    with open(source, encoding="utf-8") as file:
        compile(file.read(), source, "exec")


def render() -> str:
    """Return the page: template.html with each ${NAME} replaced by what page.py calls so."""
    names = runpy.run_path("page.py")
    with open(TEMPLATE, encoding="utf-8") as file:
        text = file.read()
    for found in Template.pattern.finditer(text):
        name = found["named"] or found["braced"]
        if name is None and found["escaped"] is None:
            raise Broken(f'{place(text, found.start())}: error: a "$" without a name; "$$" writes a plain one')
        if name is not None and name not in names:
            raise Broken(f"{place(text, found.start())}: error: page.py has no {name}")
    return Template(text).substitute(names)


def place(text: str, offset: int) -> str:
    """Return path:line:column of an offset in the template, counted from 1."""
    line_start = text.rfind("\n", 0, offset) + 1
    return f"{TEMPLATE}:{text.count(chr(10), 0, offset) + 1}:{offset - line_start + 1}"


def main() -> int:
    """Build, and return the exit code."""
    try:
        for source in SOURCES:
            check(source)
        page = render()
    except SyntaxError as error:
        sys.stderr.write("".join(traceback.format_exception_only(error)))
        return 1
    except Broken as error:
        print(error, file=sys.stderr)
        return 1
    os.makedirs(os.path.dirname(PAGE), exist_ok=True)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
