"""Go: the main packages of a module or workspace, and the files that they read when they start."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable

import msgspec

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, part_name
from hotrun.config.detect.folder import ProjectFolder, join
from hotrun.go.read.modules import used

STEP = "compile"

MAX_FILES_READ = 1000
MAX_COMMANDS = 200

_MODULE = re.compile(r'^[ \t]*module\s+"?([^\s"]+)', re.M)
_MAIN_PACKAGE = re.compile(r"^package\s+main\b", re.M)
_MAIN_FUNCTION = re.compile(r"^func\s+main\s*\(\s*\)", re.M)
_IGNORED = re.compile(r"^//go:build\s+ignore\b|^// \+build\s+ignore\b", re.M)
_EMBED = re.compile(r"^//go:embed\s+(.+)$", re.M)
_MAJOR_VERSION = re.compile(r"/v\d+$|\.v\d+$")
_BEEGO = re.compile(r"github\.com/(?:beego|astaxie)/beego\b")
_READ_AT_START = ("templates", "views")


class GoModule(msgspec.Struct, frozen=True):
    """A Go module: its folder below the root ("" is the root itself) and its import path ("" if unknown)."""

    folder: str
    path: str


def candidates(folder: ProjectFolder) -> list[Candidate]:
    """A candidate for each main package, or one that only builds."""
    modules = _modules(folder)
    mains = [(module, package) for module in modules for package in _main_packages(folder, module)]
    if not mains:
        return [_library(folder, modules)] if modules else []
    embedded = _embedded(folder)
    return [_program(folder, module, package, embedded) for module, package in mains]


def _modules(folder: ProjectFolder) -> list[GoModule]:
    """The module in the root, or the members of a workspace."""
    if folder.is_file("go.mod"):
        return [GoModule("", _module_path(folder, ""))]
    inside = [path.removeprefix("./").rstrip("/") for path in used(folder.text("go.work"))]
    return [
        GoModule(path, _module_path(folder, path))
        for path in inside
        if path and not path.startswith(("..", "/")) and folder.is_file(join(path, "go.mod"))
    ]


def _module_path(folder: ProjectFolder, path: str) -> str:
    found = _MODULE.search(folder.text(join(path, "go.mod")))
    return found[1] if found else ""


def _main_packages(folder: ProjectFolder, module: GoModule) -> list[str]:
    """The folders of main packages: the module's root and those in cmd/. If there are none, any deeper ones."""
    commands = join(module.folder, "cmd")
    inside = [join(commands, name) for name in folder.all_folders(commands)]  # also names in SKIPPED, such as "build"
    deeper = [join(path, name) for path in inside[:MAX_COMMANDS] for name in folder.all_folders(path)]
    found = [path for path in [module.folder, commands, *inside, *deeper[:MAX_COMMANDS]] if _is_main(folder, path)]
    if found:
        return found
    return [path for path in _packages(folder, module.folder) if _is_main(folder, path)]


def _packages(folder: ProjectFolder, start: str) -> Iterable[str]:
    """The folders below `start` that belong to the same module."""
    others: list[str] = []
    for path in folder.walk(start, depth=4):
        if any(path.startswith(other + "/") for other in others):
            continue
        if path != start and folder.is_file(join(path, "go.mod")):
            others.append(path)
            continue
        yield path


def _is_main(folder: ProjectFolder, path: str) -> bool:
    sources = (folder.text(join(path, name)) for name in _sources(folder, path))
    return any(
        _MAIN_PACKAGE.search(text) and _MAIN_FUNCTION.search(text) and not _IGNORED.search(text) for text in sources
    )


def _sources(folder: ProjectFolder, path: str) -> list[str]:
    return [name for name in folder.files(path, ".go") if not name.endswith("_test.go")]


def _embedded(folder: ProjectFolder) -> tuple[str, ...]:
    """The patterns of the files that //go:embed lines add to the binary."""
    patterns: dict[str, None] = {}
    left = MAX_FILES_READ
    for path in folder.walk(depth=4):
        for name in _sources(folder, path)[:left]:
            left -= 1
            for line in _EMBED.findall(folder.text(join(path, name))):
                patterns.update(dict.fromkeys(_embed_patterns(path, line)))
    return tuple(patterns)


def _embed_patterns(path: str, line: str) -> list[str]:
    try:
        words = shlex.split(line.replace("`", '"'))
    except ValueError:
        return []
    found = [join(path, word.removeprefix("all:")) for word in words]
    # Patterns with these characters are rare, and not converted to gitignore patterns.
    return [f"/{pattern}" for pattern in found if not set("[]{}\\") & set(pattern)]


def _program(folder: ProjectFolder, module: GoModule, package: str, embedded: tuple[str, ...]) -> Candidate:
    name = _program_name(folder, module, package)
    binary = f"tmp/{name}"
    beego = _BEEGO.search(folder.text(join(module.folder, "go.mod"))) is not None
    where = "." if not package else f"./{package}"
    build = CandidatePart(
        name=STEP,
        command=shlex.join(["go", "build", "-o", binary, where]),
        inputs=(f"go:{shlex.quote(where)}",),
        outputs=(exact(binary),),
        comments=("Rebuilds when a file listed by `go list` changes. Tests are not included.",),
    )
    run = CandidatePart(
        name=part_name(name, taken=(STEP,)),
        command=shlex.quote(binary),
        needs=(STEP,),
        paths=_start_paths(folder, embedded, ("conf", "views") if beego else _READ_AT_START),
    )
    kind, label = ("go-beego", "Beego app") if beego else ("go", "Go module")
    return Candidate(
        kind=kind,
        title=f"{label} {module.path or folder.name} (main package {where})",
        steps=(build,),
        processes=(run,),
        notes=() if folder.ignores("tmp") else ("add tmp/ to .gitignore",),
    )


def _program_name(folder: ProjectFolder, module: GoModule, package: str) -> str:
    """The name that `go build` uses: the last element of the import path without a major version."""
    if package != module.folder:
        return package.rpartition("/")[2]
    return _MAJOR_VERSION.sub("", module.path).rpartition("/")[2] or part_name(folder.name)


def _start_paths(folder: ProjectFolder, embedded: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """The patterns of the files that the program reads when it starts. A change needs a restart, not a build."""
    return tuple(
        f"{name}/**"
        for name in names
        if folder.is_dir(name) and not any(pattern.split("/")[1] == name for pattern in embedded)
    )


def _library(folder: ProjectFolder, modules: list[GoModule]) -> Candidate:
    where = [f"./{join(module.folder, '...')}" for module in modules]
    title = f"Go module {modules[0].path or folder.name}" if len(modules) == 1 else f"Go workspace {folder.name}"
    build = CandidatePart(
        name=STEP,
        command=shlex.join(["go", "build", *where]),
        inputs=(f"go:{shlex.join(where)}",),
    )
    return Candidate(kind="go", title=f"{title} (no main package, only built)", steps=(build,))
