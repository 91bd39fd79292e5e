"""Turn a detected project into a commented hotrun.toml, or into the same Project to run at once.

In the text, `# words` is an explanation, and `#key = value` is an option that is off.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping

from hotrun.config.detect.candidate import Candidate, CandidatePart
from hotrun.config.writing import toml_text
from hotrun.core.model.project import Process, Program, Project, Step, Watch

HEAD = """\
#:schema ./hotrun.schema.json
# For completion in an editor: hotrun schema config > hotrun.schema.json
"""
_LEGEND = """\
# Remove the "#" of a line such as "#key = value" to use that option.
# Patterns are those of .gitignore, relative to this folder. `hotrun check` validates this file.
"""
# The optional keys that the file shows as comments. The model describes them.
_Names = tuple[str, ...]
_TOP: _Names = ("env_files",)
_WATCH: _Names = ("paths", "exclude", "gitignore", "debounce", "auto", "poll")
_BUILD: _Names = ("jobs",)
_UI: _Names = ("notify", "bell", "title", "editor", "keys")
_STEP: _Names = ("timeout", "on_busy", "env")
_PROCESS: _Names = ("ready", "on_failed_build", "on_exit", "stop_timeout", "env")
_WIDTH = 120
_STARTER = """\
# A step: a command that finishes. A process that needs it restarts only if it passes.
#[build.compile]
#command = "go build -o tmp/app ."
#paths = ["**/*.go", "go.mod"]
#outputs = ["tmp/app"]

# A process: a command that keeps running. A change restarts it. With needs = ["compile"], a build that passes does.
[run.app]
command = "echo 'hello from hotrun: set your command in hotrun.toml'"
"""


def to_toml(candidate: Candidate) -> str:
    """Return the hotrun.toml for the project of `to_project`, with other options as comments."""
    notes = "".join(f"# Note: {note}.\n" for note in candidate.notes)
    tables = [_table("build", step) for step in candidate.steps]
    tables += [_table("run", process) for process in candidate.processes]
    return "\n".join([f"{HEAD}\n# {candidate.title}\n{notes}{_LEGEND}", *_common(candidate.exclude), *tables])


def to_project(candidate: Candidate, root: str) -> Project:
    """Return the project to run in the folder `root` without a file. Its `config` is None."""
    root = os.path.abspath(root)
    return Project(
        root=root,
        config=None,
        watch=Watch(roots=(root,), exclude=candidate.exclude),
        steps={part.name: _step(part, root) for part in candidate.steps},
        processes={part.name: _process(part, root) for part in candidate.processes},
    )


def starter() -> str:
    """Return a hotrun.toml for a folder without a detected project. It runs, and says what to change."""
    return "\n".join([f"{HEAD}\n{_LEGEND}", *_common(()), _STARTER])


def _step(part: CandidatePart, root: str) -> Step:
    return Step(
        name=part.name,
        program=_program(part, root),
        paths=part.paths,
        needs=part.needs,
        outputs=part.outputs,
        inputs=part.inputs,
    )


def _process(part: CandidatePart, root: str) -> Process:
    paths = () if part.paths is None and part.needs else part.paths  # with needs, builds restart it
    return Process(name=part.name, program=_program(part, root), paths=paths, needs=part.needs)


def _program(part: CandidatePart, root: str) -> Program:
    argv = ("sh", "-c", part.command) if isinstance(part.command, str) else part.command
    return Program(argv=argv, cwd=root, env=part.env)


def _common(exclude: tuple[str, ...]) -> Iterator[str]:
    """Yield the tables above the steps and processes."""
    yield _off("", _TOP)
    live = {"exclude": exclude} if exclude else {}
    yield f"[watch]\n{_on(live)}{_off('watch', _WATCH, live)}"
    yield f"[env]\n{_variables()}"
    yield f"[ui]\n{_off('ui', _UI)}"
    yield f"[build]\n{_off('options', _BUILD)}"


def _table(kind: str, part: CandidatePart) -> str:
    live = dict(_live_keys(part))
    lines = [f"# {comment}" for comment in part.comments]
    lines += [f"[{kind}.{toml_text.key(part.name)}]"]
    return "\n".join(lines) + "\n" + _on(live) + _off(kind, _STEP if kind == "build" else _PROCESS, live, part.port)


def _on(live: Mapping[str, object]) -> str:
    return "".join(f"{key} = {toml_text.value(value)}\n" for key, value in live.items())


def _off(kind: str, names: _Names, live: Collection[str] = (), port: int | None = None) -> str:
    """Return the keys `names` of a kind of table as comments with their examples, except those that are `live`."""
    from hotrun.config.tables import model
    from hotrun.config.tables.common import Table
    from hotrun.config.writing.keys import keys_of

    tables: dict[str, type[Table]] = {
        "": model.Config,
        "watch": model.WatchTable,
        "ui": model.UiTable,
        "options": model.BuildOptions,
        "build": model.BuildStep,
        "run": model.RunProcess,
    }
    keys = keys_of(tables[kind])
    assignments = {name: keys[name].assignment() for name in names if name not in live}
    if port is not None and "ready" in assignments:
        assignments["ready"] = assignments["ready"].replace("8000", str(port))
    return "".join(_remarked(f"#{assignment}", keys[name].summary) for name, assignment in assignments.items())


def _variables() -> str:
    """Return the example of [env] as a comment."""
    from hotrun.config.tables.model import Config
    from hotrun.config.writing.keys import keys_of

    env = keys_of(Config)["env"]
    return "".join(_remarked(f"#{name} = {toml_text.value(value)}", env.summary) for name, value in env.example.items())


def _remarked(assignment: str, meaning: str) -> str:
    """Return the assignment with its description behind it, or above it if the line would be too long."""
    line = f"{assignment:<36}  # {meaning}\n"
    return line if len(line) <= _WIDTH else f"# {meaning}\n{assignment}\n"


def _live_keys(part: CandidatePart) -> Iterator[tuple[str, object]]:
    """Yield the keys and values that are not the default."""
    yield "command", part.command
    if part.needs:
        yield "needs", part.needs
    if part.paths is not None and (part.paths or not part.needs):
        yield "paths", part.paths
    if part.inputs:
        yield "inputs", part.inputs[0] if len(part.inputs) == 1 else part.inputs
    if part.outputs:
        yield "outputs", part.outputs
    if part.env:
        yield "env", part.env
