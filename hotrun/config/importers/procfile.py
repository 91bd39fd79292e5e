"""Procfile (foreman, honcho, overmind, hivemind): a process a line, none of them restarted by changes."""

from __future__ import annotations

import re

from hotrun.config.importers import words
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource

TOOL = "foreman"
FIRST_PORT, PORT_STEP = 5000, 100  # foreman's and honcho's PORT: of the first process, and to the next one
_LINE = re.compile(r"([A-Za-z0-9_.-]+):\s*(.+)")


def convert(source: KeySource) -> Imported:
    """The text of a Procfile. Raises ConfigError with the line that is no `name: command`."""
    draft = ImportDraft(TOOL, source)
    count = 0
    for number, line in enumerate(source.text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise source.wrong(
                number, f'expected "name: command", got "{line.strip()[:60]}"', "repair or remove the line"
            )
        if found[1] == "release":
            draft.note(f"line {number}: release", f"is for deployment, not for development: {found[2]}")
            continue
        _process(found[1], found[2], number, FIRST_PORT + PORT_STEP * count, draft)
        count += 1
    if ".env" in source.beside:
        draft.put([".env"], "env_files", source=".env beside it, as foreman reads it")
    draft.note("", 'changes restart nothing, as there: say in `paths` which should, such as paths = ["*.py"]')
    draft.note("", "several of one kind (foreman's -m, --formation) cannot be: write more of them")
    return draft.finish()


def _process(wanted: str, command: str, line: int, port: int, draft: ImportDraft) -> None:
    env, command = words.without_variables(command)
    where = f"line {line}"
    name = draft.process(wanted, command, where)
    draft.put({"PORT": str(port), **env}, "run", name, "env", source="PORT as foreman sets it")
    draft.put([], "run", name, "paths", source="not watched there")
    draft.put("quit", "run", name, "on_exit", source="when one ends, all end")
