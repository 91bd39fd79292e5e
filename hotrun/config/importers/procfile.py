"""Procfile (foreman, honcho, overmind, hivemind): one process per line. Changes restart none of them."""

from __future__ import annotations

import re

from hotrun.config.importers import words
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource

TOOL = "foreman"
FIRST_PORT, PORT_STEP = 5000, 100  # PORT in foreman and honcho: of the first process, and the step to the next
_LINE = re.compile(r"([A-Za-z0-9_.-]+):\s*(.+)")


def convert(source: KeySource) -> Imported:
    """Convert a Procfile. Raises ConfigError with the line that is not `name: command`."""
    draft = ImportDraft(TOOL, source)
    count = 0
    for number, line in enumerate(source.text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise source.error(number, f'expected "name: command", got "{line.strip()[:60]}"', "fix or remove the line")
        if found[1] == "release":
            draft.report(f"line {number}: release", f"only for deployment: {found[2]}")
            continue
        _process(found[1], found[2], number, FIRST_PORT + PORT_STEP * count, draft)
        count += 1
    if ".env" in source.siblings:
        draft.put([".env"], "env_files", source=".env in the same folder, as in foreman")
    draft.report("", 'like foreman, nothing restarts on changes yet: add `paths`, such as paths = ["*.py"]')
    draft.report("", "scaling (foreman's -m, --formation) is not supported: add more of them")
    return draft.finish()


def _process(wanted: str, command: str, line: int, port: int, draft: ImportDraft) -> None:
    env, command = words.without_variables(command)
    where = f"line {line}"
    name = draft.process(wanted, command, where)
    draft.put({"PORT": str(port), **env}, "run", name, "env", source="PORT as in foreman")
    draft.put([], "run", name, "paths", source="not watched by foreman")
    draft.put("quit", "run", name, "on_exit", source="if one process exits, all stop")
