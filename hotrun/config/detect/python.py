"""Python: web applications, Django projects, packages with a __main__, scripts, and their interpreter."""

from __future__ import annotations

import re
import shlex

import msgspec

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, part_name
from hotrun.config.detect.folder import SECONDARY_FOLDERS, ProjectFolder, join
from hotrun.config.detect.python_apps import PythonApp, find_apps

MAX_SCRIPTS = 10

# (lockfile, how its tool runs python). A virtual environment wins, then the first of these.
_RUNNERS = (
    ("uv.lock", "uv run python"),
    ("poetry.lock", "poetry run python"),
    ("pdm.lock", "pdm run python"),
    ("Pipfile", "pipenv run python"),
)
_MAIN_GUARD = re.compile(r"^if\s+__name__\s*==\s*['\"]__main__['\"]", re.M)
_NOT_PROGRAMS = re.compile(r"(?:test_.*|.*_test|conftest|setup|noxfile|tasks|fabfile|__init__)\.py")
_PATHS = ("**/*.py", "!**/test_*.py", "!**/tests/**")
_CHECK_COMMENT = "Catches syntax errors before the restart."


class _Program(msgspec.Struct, frozen=True):
    """A program: arguments for python, the folder that imports start from (`base`), and texts for the user."""

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
    """The web applications, or the packages with a __main__, or the scripts.

    `depth`: how many folders below the root an application may be.
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
            comments=("--noreload: hotrun restarts it, and only if the check passes.",),
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
            notes=() if app.port else ("serves on 127.0.0.1:5000 (change it with --port)",),
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
        notes=() if app.port else ("serves on 127.0.0.1:8000 (change it with --port)",),
        port=app.port or 8000,
    )


def _packages(folder: ProjectFolder) -> list[_Program]:
    """Packages with a __main__.py, in the root or under src/."""
    found = [(base, name) for base in ("", "src") for name in folder.folders(base)]
    return [
        _Program(kind="python-package", title=f"Python package {name}", arguments=("-m", name), process=name, base=base)
        for base, name in found
        if name not in SECONDARY_FOLDERS and name.isidentifier() and folder.is_file(join(base, f"{name}/__main__.py"))
    ]


def _scripts(folder: ProjectFolder) -> list[_Program]:
    """The scripts in the root with a main guard or a usual name, or the only script."""
    names = [name for name in folder.files("", ".py") if not _NOT_PROGRAMS.fullmatch(name)]
    programs = [
        name for name in names if name in ("main.py", "app.py", "__main__.py") or _MAIN_GUARD.search(folder.text(name))
    ]
    chosen = programs or (names if len(names) == 1 else [])
    return [
        _Program(
            kind="python-script",
            title=f"Python script {name}",
            arguments=(name if name[0] != "-" else f"./{name}",),
            process=name.removesuffix(".py"),
        )
        for name in chosen[:MAX_SCRIPTS]
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
    """The command for python: from the project's virtual environment, its tool, or PATH."""
    environment = folder.first(".venv/bin/python", "venv/bin/python")
    if environment:
        return environment
    return next((command for name, command in _RUNNERS if folder.is_file(name)), "python3")


def _checked(folder: ProjectFolder, base: str) -> str:
    """The arguments for compileall: the sources without virtual environments and tests, some of which are invalid."""
    if base == "src":
        return "src"
    words = ["./*.py"] if folder.files("", ".py") else []  # the shell expands it, so it includes new files
    words += [
        shlex.quote(name)
        for name in folder.folders()
        if name not in SECONDARY_FOLDERS and any(folder.files(below, ".py") for below in folder.walk(name, depth=2))
    ]
    return " ".join(words) or "."
