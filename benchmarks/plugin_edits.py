"""Random edits of examples/go-plugin, each with the answer that the host must serve afterwards.

Edits of the shared package cover all kinds that matter to Go: inlined or not, exported or not, lines that move,
and a package that only one plugin uses.
"""

from __future__ import annotations

import random
from pathlib import Path

import msgspec

EXAMPLE = Path(__file__).parents[1] / "examples" / "go-plugin"
HOST, SHARED = "cmd/host/main.go", "shared/shared.go"
LOUD, QUIET = "plugins/loud/main.go", "plugins/quiet/main.go"
ONLY, NUMBER = "only/only.go", "shared/number.go"
KINDS = ("version", "body", "interface", "comment", "host", "loud", "quiet", "only", "several", "broken")


class Edit(msgspec.Struct, frozen=True):
    """The files to write, in this order. `broken`: files to write first, which must not be served."""

    kind: str
    files: dict[str, str]
    broken: dict[str, str] = {}


class Edited:
    """The project after the edits so far."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._count = 0
        self.version, self.number, self.exported, self.comments = "version 1", 1, 0, 0
        self.host, self.loud, self.quiet, self.only = "host", "hello", "psst", 1

    def files(self) -> dict[str, str]:
        """All files that edits may write."""
        texts = {file: (EXAMPLE / file).read_text(encoding="utf-8") for file in (HOST, SHARED, LOUD, QUIET)}
        seen = 'shared.Version + " " + shared.Number()'
        host = texts[HOST].replace('"host, %s\\n", shared.Version', f'"{self.host} (host, %s)\\n", {seen}')
        loud = texts[LOUD].replace("shared.Version", seen).replace('"hello"', f'"{self.loud}"')
        quiet = texts[QUIET].replace("shared.Version", f'{seen} + "; " + only.Number()')
        quiet = quiet.replace('"psst"', f'"{self.quiet}"').replace(
            "import (", 'import (\n\t"example.test/goplugin/only"'
        )
        shared = texts[SHARED].replace("version 1", self.version)
        exported = "".join(f"\n// Kind{number} is new.\ntype Kind{number} int\n" for number in range(self.exported))
        return {
            HOST: host,
            SHARED: "// Moves all lines.\n" * self.comments + shared + exported,
            NUMBER: _function("shared", f"number {self.number}"),
            LOUD: loud,
            ONLY: _function("only", f"only {self.only}"),
            QUIET: quiet,
        }

    def answer(self) -> str:
        """The answer to GET /."""
        seen = f"{self.version} number {self.number}"
        loud = f"{self.loud} world".upper()
        quiet = f"{self.quiet} world (quiet, {seen}; only {self.only})"
        return f"{self.host} (host, {seen})\n{loud} (loud, {seen})\n{quiet}\n"

    def edit(self) -> Edit:
        """The next edit."""
        before = self.files()
        kind = self._random.choice(KINDS)
        self._change(kind)
        files = {file: text for file, text in self.files().items() if text != before[file]}
        names = list(files)
        self._random.shuffle(names)
        broken = {}
        if kind == "broken":
            name = self._random.choice((HOST, SHARED, LOUD, QUIET))
            broken = {name: before[name] + "\nfunc\n"}
            names = [name, *(other for other in names if other != name)]
            files.setdefault(name, before[name])
        return Edit(kind, {name: files[name] for name in names}, broken)

    def _change(self, kind: str) -> None:
        self._count += 1
        match kind:
            case "version":
                self.version = f"version {self._count}"
            case "body":  # row A of docs/go-plugins.md: Go itself does not notice
                self.number = self._count
            case "interface":
                self.exported += 1
            case "comment":
                self.comments += 1
            case "host" | "loud" | "quiet":
                setattr(self, kind, f"{kind}{self._count}")
            case "only":
                self.only = self._count
            case _:
                for other in self._random.sample(("version", "body", "host", "loud", "quiet", "only"), 2):
                    self._change(other)


def _function(package: str, text: str) -> str:
    """A function that is not inlined, so that Go does not compare its body."""
    body = f'\tprintln("{text}")\n\treturn "{text}"\n'
    return f"package {package}\n\n// Number is what was built.\n//\n//go:noinline\nfunc Number() string {{\n{body}}}\n"


def disagreement(answer: str) -> str | None:
    """Why this answer is wrong: host and plugins run different versions of a shared package. None if it is right."""
    seen = {line.partition(", ")[2].split(";")[0].rstrip(")") for line in answer.splitlines()}
    return None if len(seen) == 1 else f"host and plugins disagree: {sorted(seen)}"
