"""Python: web applications, Django projects, packages with a __main__, scripts; and which interpreter runs them."""

from __future__ import annotations

import re
import shlex

import msgspec

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, part_name
from hotrun.config.detect.folder import ASIDE, ProjectFolder, join
from hotrun.config.detect.python_apps import PythonApp, find_apps

MOST_SCRIPTS = 10

# (file that says so, how that tool runs python). The first one that is there counts, after a virtual environment.
_RUNNERS = (
    ("uv.lock", "uv run python"),
    ("poetry.lock", "poetry run python"),
    ("pdm.lock", "pdm run python"),
    ("Pipfile", "pipenv run python"),
)
_MAIN_GUARD = re.compile(r"^if\s+__name__\s*==\s*['\"]__main__['\"]", re.M)
_NOT_PROGRAMS = re.compile(r"(?:test_.*|.*_test|conftest|setup|noxfile|tasks|fabfile|__init__)\.py")
_PATHS = ("**/*.py", "!**/test_*.py", "!**/tests/**")
_CHECK_COMMENT = "Finds syntax errors while the old run still serves. Its byte code goes where nothing else looks."


class _Program(msgspec.Struct, frozen=True):
    """What is to be run: arguments for python, the folder that imports start from, and what to say about it."""

    kind: str
    title: str
    arguments: tuple[str, ...]
    process: str
    base: str = ""
    paths: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    port: int | None = None


def candidates(folder: ProjectFolder, depth: int = 3) -> list[Candidate]:
    """All that fit of the most telling sort: web applications, else packages with a __main__, else scripts.

    `depth` is how many folders below the root an application may lie.
    """
    programs = _django(folder) + [_web(folder, app) for app in find_apps(folder, depth)]
    programs = programs or _packages(folder) or _scripts(folder)
    return [_candidate(folder, program) for program in programs]


def _django(folder: ProjectFolder) -> list[_Program]:
    if "django" not in folder.text("manage.py"):
        return []
    return [
        _Program(
            kind="python-django",
            title=f"Django project {folder.name}",
            arguments=("manage.py", "runserver", "--noreload"),
            process="web",
            paths=("**/templates/**",) if any(path.endswith("templates") for path in folder.walk()) else (),
            comments=("--noreload: hotrun restarts it, and only when the check is green.",),
            port=8000,
        )
    ]


def _web(folder: ProjectFolder, app: PythonApp) -> _Program:
    templates = [name for name in ("templates", join(app.folder, "templates")) if folder.is_dir(name)]
    paths = tuple(dict.fromkeys(exact(name) + "/**" for name in templates))
    target = app.module + (f":{app.name}" if app.name else "")
    if app.framework == "Flask":
        port = ("--port", str(app.port)) if app.port else ()
        return _Program(
            kind="python-flask",
            title=f"Flask application {target}",
            arguments=("-m", "flask", "--app", target, "run", "--no-reload", *port),
            process="web",
            base=app.base,
            paths=paths,
            comments=("--no-reload: hotrun restarts it. Add --debug for tracebacks in the browser.",),
            notes=() if app.port else ("it serves on 127.0.0.1:5000; add --port for another one",),
            port=app.port or 5000,
        )
    port = ("--port", str(app.port)) if app.port else ()
    factory = ("--factory",) if app.is_factory else ()
    return _Program(
        kind=f"python-{app.framework.lower()}",
        title=f"{app.framework} application {target}",
        arguments=("-m", "uvicorn", target, *factory, *port),
        process="web",
        base=app.base,
        paths=paths,
        comments=("Without --reload: hotrun restarts it.",),
        notes=() if app.port else ("it serves on 127.0.0.1:8000; add --port for another one",),
        port=app.port or 8000,
    )


def _packages(folder: ProjectFolder) -> list[_Program]:
    """Packages with a __main__.py, in the root or under src/."""
    found = [(base, name) for base in ("", "src") for name in folder.folders(base)]
    return [
        _Program(kind="python-package", title=f"Python package {name}", arguments=("-m", name), process=name, base=base)
        for base, name in found
        if name not in ASIDE and name.isidentifier() and folder.is_file(join(base, f"{name}/__main__.py"))
    ]


def _scripts(folder: ProjectFolder) -> list[_Program]:
    """Root scripts with a main guard or a telling name; a folder's only script counts as it is."""
    names = [name for name in folder.files("", ".py") if not _NOT_PROGRAMS.fullmatch(name)]
    telling = [
        name for name in names if name in ("main.py", "app.py", "__main__.py") or _MAIN_GUARD.search(folder.text(name))
    ]
    chosen = telling or (names if len(names) == 1 else [])
    return [
        _Program(
            kind="python-script",
            title=f"Python script {name}",
            arguments=(name if name[0] != "-" else f"./{name}",),
            process=name.removesuffix(".py"),
        )
        for name in chosen[:MOST_SCRIPTS]
    ]


def _candidate(folder: ProjectFolder, program: _Program) -> Candidate:
    python = _interpreter(folder)
    check = CandidatePart(
        name="check",
        command=f"{python} -m compileall -q {_checked(folder, program.base)}",
        paths=_PATHS,
        env={"PYTHONPYCACHEPREFIX": ".hotrun/pycache"},
        comments=(_CHECK_COMMENT,),
    )
    run = CandidatePart(
        name=part_name(program.process, taken=("check",)),
        command=f"{python} {shlex.join(program.arguments)}",
        needs=("check",),
        paths=program.paths,
        env={"PYTHONPATH": program.base} if program.base else {},
        comments=program.comments,
        port=program.port,
    )
    return Candidate(
        kind=program.kind,
        title=program.title,
        steps=(check,),
        processes=(run,),
        notes=program.notes,
    )


def _interpreter(folder: ProjectFolder) -> str:
    """How a person here runs python: the project's own environment, its tool, or what PATH has."""
    environment = folder.first(".venv/bin/python", "venv/bin/python")
    if environment:
        return environment
    return next((command for name, command in _RUNNERS if folder.is_file(name)), "python3")


def _checked(folder: ProjectFolder, base: str) -> str:
    """What compileall parses, as shell words: the sources, but no environment and no broken-on-purpose test file."""
    if base == "src":
        return "src"
    words = ["./*.py"] if folder.files("", ".py") else []  # the shell expands it, so new files are found
    words += [
        shlex.quote(name)
        for name in folder.folders()
        if name not in ASIDE and any(folder.files(below, ".py") for below in folder.walk(name, depth=2))
    ]
    return " ".join(words) or "."
