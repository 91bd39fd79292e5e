"""Writes what was detected: as a commented hotrun.toml for a person, or as the very same Project to run at once.

In the text, `# words` explain and `#key = value` is an option that is off: taking the `#` away turns it on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from hotrun.config.detect.candidate import Candidate, CandidatePart
from hotrun.config.writing import toml_text
from hotrun.core.model.project import Process, Program, Project, Step, Watch

HEAD = """\
#:schema ./hotrun.schema.json
# The line above is for editors: `hotrun schema config > hotrun.schema.json` writes what they complete and check with.
"""
_LEGEND = """\
# A line such as "#key = value" is an option that is off; take the "#" away to use it.
# Paths are gitignore patterns, relative to this folder. `hotrun check` says what is wrong with this file.
"""
_Options = tuple[tuple[str, str], ...]  # (assignment, what it means)

_TOP: _Options = (('env_files = [".env"]', "variables for everything below; never override the environment's own"),)
_WATCH: _Options = (
    ('paths = [".", "../shared"]', "folders to watch; the one of this file if left out"),
    ('exclude = ["docs/", "*.gen.*"]', "on top of the ignore files"),
    ("gitignore = false", "watch what ignore files leave out, too"),
    ('debounce = "200ms"', "how long it must be quiet before work starts; by default one file starts it at once"),
    ("auto = false", "build at the start, and then only when `hotrun trigger` says so"),
    ('poll = "always"', "look for changes at intervals; by itself only where the system does not tell of them"),
)
_BUILD: _Options = (("jobs = 4", "how many steps may run at once; as many as there are cores if left out"),)
_ENV: _Options = (('LOG = "debug"', "for all steps and processes"),)
_UI: _Options = (
    ("notify = true", "the terminal notifies when a build turns red, or green again"),
    ("bell = true", "it rings when a build turns red"),
    ("title = false", "the title of its window stays as it is"),
    ('editor = "code"', "opens a file at a line; by itself the one that the environment names"),
    ('keys = { restart = "R" }', "`?` shows all"),
)
_STEP: _Options = (
    ('timeout = "5m"', "ended, and failed, after that"),
    ('on_busy = "finish"', "on a change while it runs; by itself it is canceled and starts over"),
    ('env = { NAME = "value" }', "variables for this step alone"),
)
_PROCESS: _Options = (
    ('ready = { tcp = "127.0.0.1:8000" }', "how to tell that it serves; by itself: it listens, or stays up"),
    ('on_failed_build = "stop"', "by itself the old run is kept while a build is red"),
    ('on_exit = "restart"', 'when it ends by itself: "wait" for a change, "restart" or "quit"'),
    ('stop_timeout = "10s"', "after the stop signal, before all that is left of it is killed"),
    ('env = { NAME = "value" }', "variables for this process alone"),
)
_STARTER = """\
# What builds: a step that ends. While it fails, the processes that need it are left alone.
#[build.compile]
#command = "go build -o tmp/app ."
#paths = ["**/*.go", "go.mod"]
#outputs = ["tmp/app"]

# What runs: a process that stays. A change restarts it; with `needs = ["compile"]`, a green build does.
[run.app]
command = "echo 'hello from hotrun: put your own command into hotrun.toml'"
"""


def to_toml(candidate: Candidate) -> str:
    """A hotrun.toml that does exactly what `to_project` does, and shows what else could be set."""
    notes = "".join(f"# Note: {note}.\n" for note in candidate.notes)
    tables = [_table("build", step, _STEP) for step in candidate.steps]
    tables += [_table("run", process, _process_options(process)) for process in candidate.processes]
    return "\n".join([f"{HEAD}\n# {candidate.title}\n{notes}{_LEGEND}", *_common(candidate.exclude), *tables])


def to_project(candidate: Candidate, root: str) -> Project:
    """The project in the folder `root` as it is run without a file; `config` is None."""
    root = os.path.abspath(root)
    return Project(
        root=root,
        config=None,
        watch=Watch(roots=(root,), exclude=candidate.exclude),
        steps={part.name: _step(part, root) for part in candidate.steps},
        processes={part.name: _process(part, root) for part in candidate.processes},
    )


def starter() -> str:
    """A hotrun.toml for a folder of which nothing is known: it runs as it is and says what to put where."""
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
    """What stands above the steps and processes."""
    yield _off(_TOP)
    live = f"exclude = {toml_text.array(exclude)}\n" if exclude else ""
    yield f"[watch]\n{live}{_off(option for option in _WATCH if not (live and option[0].startswith('exclude')))}"
    yield f"[env]\n{_off(_ENV)}"
    yield f"[ui]\n{_off(_UI)}"
    yield f"[build]\n{_off(_BUILD)}"


def _table(kind: str, part: CandidatePart, options: _Options) -> str:
    live = dict(_live_keys(part))
    lines = [f"# {comment}" for comment in part.comments]
    lines += [f"[{kind}.{toml_text.key(part.name)}]"]
    lines += [f"{key} = {value}" for key, value in live.items()]
    return "\n".join(lines) + "\n" + _off(option for option in options if option[0].split(" ")[0] not in live)


def _process_options(part: CandidatePart) -> _Options:
    return tuple((assignment.replace("8000", str(part.port or 8000)), meaning) for assignment, meaning in _PROCESS)


def _off(options: Iterable[tuple[str, str]]) -> str:
    return "".join(_remarked(f"#{assignment}", meaning) + "\n" for assignment, meaning in options)


def _remarked(assignment: str, meaning: str) -> str:
    return f"{assignment:<36}  # {meaning}"


def _live_keys(part: CandidatePart) -> Iterator[tuple[str, str]]:
    """(key, TOML value) of what is not the default."""
    yield "command", toml_text.value(part.command)
    if part.needs:
        yield "needs", toml_text.array(part.needs)
    if part.paths is not None and (part.paths or not part.needs):
        yield "paths", toml_text.array(part.paths)
    if part.inputs:
        yield "inputs", toml_text.value(part.inputs[0] if len(part.inputs) == 1 else part.inputs)
    if part.outputs:
        yield "outputs", toml_text.array(part.outputs)
    if part.env:
        yield "env", toml_text.table(part.env)
