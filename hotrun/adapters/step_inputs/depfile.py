"""Reads dependency files: make rules in which gcc, clang and cargo list the files that they have read.

They escape a space as "\\ " with the backslashes before it doubled, "#" as "\\#", "$" as "$$", and a colon in a name as
"\\:" (GCC's mkdeps.cc).
"""

from __future__ import annotations

import os
import re
from glob import glob as find

from hotrun.adapters.step_inputs.found import InputNames, InputsFound
from hotrun.core.model.project import ListedFile

MAX_FILES = 20_000

_CONTINUED = re.compile(r"\\\r?\n")
_TOKEN = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<escaped>(?P<back>\\+)(?P<char>[ \t#:]))"
    r"|(?P<dollar>\$\$)"
    r"|(?P<colon>:+)(?=[ \t]|$)"
    r"|(?P<char_>.)",
    re.DOTALL,
)


def prerequisites(text: str) -> dict[str, None]:
    """Return the prerequisites of all rules in a dependency file, each once, as they are written."""
    found: dict[str, None] = {}
    for line in _CONTINUED.sub(" ", text).splitlines():
        if not line.startswith("#"):
            found.update(dict.fromkeys(_behind_targets(line)))
    return found


def _behind_targets(line: str) -> list[str]:
    """The words of one rule after its colon."""
    words: list[str] | None = None  # None: before the colon
    word = ""
    for token in _TOKEN.finditer(line):
        if token["space"] is not None or token["colon"] is not None:
            if words is not None and word:
                words.append(word)
            if token["colon"] is not None and words is None:
                words = []
            word = ""
        elif token["escaped"] is not None:
            backslashes = len(token["back"])
            word += "\\" * (backslashes // 2)
            if backslashes % 2 or token["char"] in "#:":
                word += token["char"]
            else:  # the name ends in backslashes
                if words is not None:
                    words.append(word)
                word = ""
        else:
            word += "$" if token["dollar"] is not None else token["char_"]
    return [*(words or ()), *([word] if words is not None and word else ())]


class Depfiles:
    """The dependency files of one step. Those that have not changed are not read again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int, int], tuple[str, ...]]] = {}

    def files(self, glob: str, cwd: str, names: InputNames, number: int) -> InputsFound:
        """Return the files that all dependency files matching `glob` (from the root) list.

        `number`: of the entry in `inputs`.

        Their paths are as they were given to a compiler that ran in `cwd`, or in a folder above the dependency file.
        """
        paths = sorted(find(glob, root_dir=names.root, recursive=True, include_hidden=True))
        if not paths:
            return InputsFound(error=f"no dependency file matches {glob}")
        files: dict[str, ListedFile] = {}
        errors = []
        for path in paths[:MAX_FILES]:
            full = os.path.join(names.root, path)
            try:
                read = self._read(full)
            except OSError as error:
                errors.append(f"{path} cannot be read: {error.strerror}")
                continue
            by = ListedFile(number, path)
            for file in read:
                files.setdefault(names.of(_place(file, cwd, os.path.dirname(full), names.root)), by)
        if len(paths) > MAX_FILES:
            errors.append(f"more than {MAX_FILES} dependency files match {glob}")
        return InputsFound(files, error=errors[0] if errors else None)

    def _read(self, path: str) -> tuple[str, ...]:
        """The prerequisites in the file `path`. Raises OSError."""
        status = os.stat(path)
        signature = (status.st_mtime_ns, status.st_size, status.st_ino)
        known = self._known.get(path)
        if known is not None and known[0] == signature:
            return known[1]
        with open(path, encoding="utf-8", errors="replace") as file:
            read = tuple(prerequisites(file.read()))
        self._known[path] = (signature, read)
        return read


def _place(file: str, cwd: str, folder: str, root: str) -> str:
    """The absolute path of a file that a dependency file in `folder` lists; in `cwd` if it exists nowhere."""
    if os.path.isabs(file):
        return file
    first = os.path.join(cwd, file)
    if os.path.exists(first):
        return first
    while True:
        there = os.path.join(folder, file)
        if os.path.exists(there):
            return there
        if folder in (root, "/"):
            return first
        folder = os.path.dirname(folder)
