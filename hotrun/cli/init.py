"""`hotrun init`: write down what would be run, as a commented hotrun.toml: what is detected, or what another tool's
configuration says. Never overwrites."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hotrun.cli.options import Options
from hotrun.cli.project import enter, listing
from hotrun.cli.say import say
from hotrun.config.detect import Candidate, detect
from hotrun.config.writing.template import starter, to_toml
from hotrun.core.model.text import count
from hotrun.errors import HotrunError

if TYPE_CHECKING:
    from hotrun.config.importers import Imported, KeySource

NAME = "hotrun.toml"
COMMAND_LINE = "command line"  # what messages call it


def init(options: Options, pick: int | None, from_file: str | None = None, from_command: str | None = None) -> int:
    """Write hotrun.toml into the folder; `pick` (from 1) chooses where several are detected. `from_file` is another
    tool's file, `from_command` its command line. Raises HotrunError, ConfigError for what cannot be taken over."""
    folder = enter(options)
    given = [f"--{name}" for name, value in _asked(pick, from_file, from_command).items() if value is not None]
    if len(given) > 1:
        raise HotrunError(f"{' and '.join(given)} cannot be combined", "use only one of them")
    if from_file is not None:
        return _take_over(folder, from_file)
    if from_command is not None:
        return _take_over_command(folder, from_command)
    return _detected(folder, pick)


def _asked(pick: int | None, from_file: str | None, from_command: str | None) -> dict[str, object]:
    return {"pick": pick, "from": from_file, "from-command": from_command}


# --- what is detected --------------------------------------------------------------------------------------------


def _detected(folder: str, pick: int | None) -> int:
    candidates = detect(folder)
    others = _of_other_tools(folder)
    if not candidates and pick is not None:
        raise HotrunError(f"--pick {pick}: no project detected in {folder}", "write an example with hotrun init")
    if not candidates and others:
        return _take_over(folder, next(iter(others)))
    if not candidates:
        _write(folder, starter())
        print(f"wrote {NAME}: no project detected, so it contains an example to fill in")
        return 0
    candidate = _picked(candidates, pick, others)
    _write(folder, to_toml(candidate))
    say(f"wrote {NAME}: {candidate.title}")
    for name, tool in others.items():
        say(f"{name} of {tool} is here too. To convert it, remove {NAME} and run: hotrun init --from {name}")
    return 0


def _picked(candidates: tuple[Candidate, ...], pick: int | None, others: dict[str, str]) -> Candidate:
    if pick is None and len(candidates) == 1:
        return candidates[0]
    if pick is not None and 1 <= pick <= len(candidates):
        return candidates[pick - 1]
    problem = "several projects detected" if pick is None else f"--pick {pick}: no such project"
    hint = "choose one by its number: hotrun init --pick 1"
    hint += "".join(f", or convert {name} of {tool}: hotrun init --from {name}" for name, tool in others.items())
    raise HotrunError(f"{problem}\n{listing(candidates)}", hint)


# --- what other tools are told -----------------------------------------------------------------------------------


def _of_other_tools(folder: str) -> dict[str, str]:
    """The files of other tools in the folder, each with its tool."""
    from hotrun.config.importers import IMPORTERS, recognize

    found: dict[str, str] = {}
    for importer in IMPORTERS:
        for name in importer.files:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and name not in found and recognize(name, _text(path)) is importer:
                found[name] = importer.tool
    return found


def _text(path: str) -> str:
    """The file's text as far as it can be read: only what it looks like is asked."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1_000_000)
    except OSError:
        return ""


def _take_over(folder: str, name: str) -> int:
    from hotrun.config.importers import convert
    from hotrun.config.loading.read import read_config

    if name == "":
        raise HotrunError("--from: missing file", "use the file of another tool, such as .air.toml")
    if not os.path.lexists(name):
        here = _of_other_tools(folder)
        hint = f"found here: {', '.join(here)}" if here else "use the file of another tool, such as .air.toml"
        raise HotrunError(f"--from {name}: no such file", hint)
    return _imported(folder, convert(_source(folder, read_config(os.path.abspath(name), name), name)))


def _take_over_command(folder: str, line: str) -> int:
    from hotrun.config.importers import convert_command

    return _imported(folder, convert_command(_source(folder, line, COMMAND_LINE)))


def _source(folder: str, text: str, name: str) -> KeySource:
    from hotrun.config.importers import KeySource

    beside = frozenset(os.listdir(folder))
    return KeySource(text, name, folder=os.path.basename(folder) or "app", system=sys.platform, siblings=beside)


def _imported(folder: str, imported: Imported) -> int:
    from hotrun.config.importers.written import to_toml as written

    _write(folder, written(imported))
    steps, processes = len(imported.config.build), len(imported.config.run)
    made = f"{count(steps, 'step')}, {count(processes, 'process', 'processes')}"
    say(f"wrote {NAME}: {made}, from {imported.source} of {imported.tool}")
    if imported.notes:
        print("see the notes at the top for settings that differ or were skipped")
    return 0


def _write(folder: str, text: str) -> None:
    path = os.path.join(folder, NAME)
    try:
        # Created, never overwritten. Others may read it like any source file, only the owner may write it.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError as error:
        raise HotrunError(f"{path} already exists", "remove it to write a new one") from error
    except OSError as error:
        raise HotrunError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
    sys.stdout.flush()
