"""Find the line of each key in a TOML text, which the parser does not report. Pure.

This is a second, much simpler reader, which knows keys and skips values. It runs only on a text that parses, and only
if there is a problem to report.
"""

from __future__ import annotations

import re

from hotrun.config.loading.problems import Path

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|' r"'[^'\n]*'")
# Up to two quotes right before the closing three belong to the text.
_MULTILINE = re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|' r"'''.*?'''(?:'{0,2})", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line, from 1, of each table, key and array element in the valid TOML `text`, by key path."""
    return _Reader(text.replace("\r\n", "\n")).document()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of `path`, or of the closest table around it if the key is missing."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Reader:
    """One pass over a text. `at` is the index that it has reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted_to = 0
        self.line = 1
        self.lines: dict[Path, int] = {}
        self.last_element: dict[Path, int] = {}  # of each array of tables

    def document(self) -> dict[Path, int]:
        table: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BLANK)
        return self.lines

    def header(self) -> Path:
        line = self.line_here()
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        *outer, last = self.dotted_key()
        self.at += 2 if is_array else 1
        path = self.descend((), outer, line)
        if not is_array:
            path = self.descend(path, [last], line)
            self.lines[path] = line  # better than the header of a table within
            return path
        path = (*path, last)
        self.lines.setdefault(path, line)
        self.last_element[path] = self.last_element.get(path, -1) + 1
        path = (*path, self.last_element[path])
        self.lines[path] = line
        return path

    def descend(self, path: Path, keys: list[str], line: int) -> Path:
        """Go down by `keys`. In an array of tables, go into its last element."""
        for key in keys:
            path = (*path, key)
            self.lines.setdefault(path, line)
            if path in self.last_element:
                path = (*path, self.last_element[path])
        return path

    def pair(self, table: Path) -> None:
        path = self.descend(table, self.dotted_key(), self.line_here())
        self.at += 1  # the equals sign
        self.value(path)

    def dotted_key(self) -> list[str]:
        """Read a key such as a."b c".d and the blanks around it."""
        keys = []
        while True:
            self.skip(_BLANK)
            bare = _BARE_KEY.match(self.text, self.at)
            keys.append(bare[0] if bare else self.unquoted(self.skip(_QUOTED)))
            self.at = bare.end() if bare else self.at
            self.skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return keys
            self.at += 1

    def value(self, path: Path) -> None:
        self.skip(_BLANK)
        match self.text[self.at : self.at + 1]:
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case '"' | "'":
                if not self.skip(_MULTILINE):
                    self.skip(_QUOTED)
            case _:
                self.skip(_SCALAR)

    def array(self, path: Path) -> None:
        index = 0
        while self.next_item("]"):
            self.lines.setdefault((*path, index), self.line_here())
            self.value((*path, index))
            index += 1

    def inline_table(self, path: Path) -> None:
        while self.next_item("}"):
            self.pair(path)

    def next_item(self, close: str) -> bool:
        """Go past the opening mark or the comma and return True, or past the closing mark and return False."""
        self.skip(_BLANK)
        if self.text[self.at : self.at + 1] != close:
            self.at += 1
            self.skip(_BLANK)
        is_at_end = self.text[self.at : self.at + 1] in (close, "")
        self.at += is_at_end
        return not is_at_end

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else ""

    def line_here(self) -> int:
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line

    def unquoted(self, quoted: str) -> str:
        if quoted.startswith("'") or "\\" not in quoted:
            return quoted[1:-1]
        import tomli

        return str(tomli.loads(f"key = {quoted}")["key"])
