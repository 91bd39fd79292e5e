"""Make, if nothing else matches: the default target builds, a run, serve, dev or start target is the process."""

from __future__ import annotations

import re

from hotrun.config.detect.candidate import Candidate, CandidatePart
from hotrun.config.detect.folder import ProjectFolder

FILES = ("GNUmakefile", "makefile", "Makefile")  # in make's own order

_PROCESSES = ("run", "serve", "dev", "start")
_NOT_BUILDING = (*_PROCESSES, "server", "up", "watch", "help", "clean", "install", "test", "lint")
_BUILDING = ("build", "all", "compile")
_TARGETS = re.compile(r"^([A-Za-z0-9][^:=#\n\t]*):(?!:?:?=)", re.M)
_DEFAULT = re.compile(r"^\.DEFAULT_GOAL[ \t]*[:?]?=[ \t]*([\w.-]+)", re.M)
# fmt: off
SUFFIXES = (
    ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".s", ".S", ".asm", ".y", ".l",
    ".f90", ".pas", ".ml", ".hs", ".nim", ".zig",
)
# fmt: on


def candidates(folder: ProjectFolder) -> list[Candidate]:
    """At most one candidate. None if the Makefile has no target that builds or runs."""
    text = folder.text(folder.first(*FILES) or "")
    targets = [name for line in _TARGETS.findall(text) for name in line.split()]
    process = next((name for name in _PROCESSES if name in targets), None)
    build = _build_target(text, targets)
    if build is None and process is None:
        return []
    paths = _paths(folder)
    steps = () if build is None else (CandidatePart(name="make", command=f"make {build}".strip(), paths=paths),)
    processes = () if process is None else (_process(process, bool(steps), paths),)
    commands = " and ".join(f"`{part.command}`" for part in (*steps, *processes))
    return [
        Candidate(kind="make", title=f"Makefile: {commands}", steps=steps, processes=processes, notes=_notes(paths))
    ]


def compiles(folder: ProjectFolder) -> bool:
    """Whether there are a Makefile and sources in a language that is usually built with make."""
    return folder.first(*FILES) is not None and _paths(folder) is not None


def _build_target(text: str, targets: list[str]) -> str | None:
    """The target to build: "" for the default, a name if the default does not build, None if no target does."""
    default = _DEFAULT.search(text)
    goal = default[1] if default else next(iter(targets), "")
    if goal and goal not in _NOT_BUILDING:
        return ""
    return next((name for name in _BUILDING if name in targets), None)


def _process(target: str, is_built: bool, paths: tuple[str, ...] | None) -> CandidatePart:
    return CandidatePart(
        name=target,
        command=f"make {target}",
        needs=("make",) if is_built else (),
        paths=() if is_built else paths,
        comments=("Better: the command of the program itself, so that hotrun sees its exit code, not make's.",),
    )


def _paths(folder: ProjectFolder) -> tuple[str, ...] | None:
    """The patterns of the source files. None, which means all files, if there are none."""
    present = folder.suffixes()
    if present & {".c", ".cc", ".cpp", ".cxx"}:
        present.add(".h")  # a header is often added later
    found = tuple(f"**/*{suffix}" for suffix in SUFFIXES if suffix in present)
    return (*found, *folder.present(*FILES)) if found else None


def _notes(paths: tuple[str, ...] | None) -> tuple[str, ...]:
    if paths is not None:
        return ()
    return ("hotrun cannot tell which files this build uses: list them in `paths`, and its products in `outputs`",)
