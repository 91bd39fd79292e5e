"""C and C++ with CMake: the programs of add_executable, in the root and in added subdirectories."""

from __future__ import annotations

import re
import shlex

import msgspec

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, part_name
from hotrun.config.detect.folder import ProjectFolder, join

STEP = "compile"

MAX_LISTS = 100
MAX_LENGTH = 500

SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".ipp", ".inl", ".s", ".S", ".m", ".mm", ".cmake")

_COMMENT = re.compile(r"#\[\[.{0,2000}?\]\]|#[^\n]*", re.S)
_PROJECT = re.compile(r"\bproject\s*\(\s*\"?([\w.+-]+)", re.I)
_SET = re.compile(r"\bset\s*\(\s*(\w++)\s+\"?([^\s\")]++)", re.I)
_EXECUTABLE = re.compile(r"\badd_executable\s*\(\s*\"?([^\s\")]++)\"?([^)]{0,2000}+)", re.I)
_SUBDIRECTORY = re.compile(r"\badd_subdirectory\s*\(\s*\"?([^\s\")]+)", re.I)
_OUTPUT_NAME = re.compile(r"\bset_target_properties\s*\(\s*([^\s)]++)[^)]{0,500}?\bOUTPUT_NAME\s+\"?([^\s\")]+)", re.I)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_TEST = re.compile(r"(?:^|[-_/])(?:unit)?(?:tests?|bench(?:marks?)?)(?:$|[-_/])", re.I)


class _Executable(msgspec.Struct, frozen=True):
    """A target, the folder of its CMakeLists.txt, and its output file."""

    target: str
    folder: str
    output: str


def candidates(folder: ProjectFolder) -> list[Candidate]:
    """A candidate for each program. Tests and benchmarks only if there is nothing else."""
    found = _executables(folder, "", {})
    found = [each for each in found if not _TEST.search(join(each.folder, each.target))] or found
    present = folder.suffixes() | {".h"} if found else set()  # a header is often added later
    paths = (*(f"**/*{suffix}" for suffix in SUFFIXES if suffix in present), "**/CMakeLists.txt")
    return [_candidate(folder, each, paths, several=len(found) > 1) for each in found]


def _executables(
    folder: ProjectFolder, path: str, variables: dict[str, str], lists: list[str] | None = None
) -> list[_Executable]:
    lists = [] if lists is None else lists
    if path in lists or len(lists) == MAX_LISTS:
        return []
    lists.append(path)
    text = _COMMENT.sub("", folder.text(join(path, "CMakeLists.txt")))
    here = join("build", path).rstrip("/")
    variables = _variables(
        text, {**variables, "CMAKE_CURRENT_BINARY_DIR": here, "CMAKE_CURRENT_SOURCE_DIR": path or "."}
    )
    place = variables.get("CMAKE_RUNTIME_OUTPUT_DIRECTORY", here).removeprefix("./")
    renamed = dict(_OUTPUT_NAME.findall(text))
    found = []
    for written, arguments in _EXECUTABLE.findall(text):
        target = _resolve(written, variables)
        if "$" in target + place or {"IMPORTED", "ALIAS"} & set(arguments.split()):
            continue
        output = _resolve(renamed.get(written, target), variables)
        found.append(_Executable(target, path, join(place, output)))
    for name in _SUBDIRECTORY.findall(text):
        below = join(path, _resolve(name, variables)).removeprefix("./").rstrip("/")
        if not below.startswith(("/", "..")):
            found += _executables(folder, below, variables, lists)
    return found


def _variables(text: str, known: dict[str, str]) -> dict[str, str]:
    """The variables that affect names and folders, after reading this file."""
    variables = {"CMAKE_BINARY_DIR": "build", "CMAKE_SOURCE_DIR": ".", **known}
    project = _PROJECT.search(text)
    if project:
        variables["PROJECT_NAME"] = project[1]
        variables.setdefault("CMAKE_PROJECT_NAME", project[1])
        variables["PROJECT_BINARY_DIR"] = variables["CMAKE_CURRENT_BINARY_DIR"]
        variables["PROJECT_SOURCE_DIR"] = variables["CMAKE_CURRENT_SOURCE_DIR"]
    for name, value in _SET.findall(text):
        variables[name] = _resolve(value, variables)
    return variables


def _resolve(text: str, variables: dict[str, str]) -> str:
    """The text with its variables replaced, truncated to MAX_LENGTH because values may grow exponentially."""
    return _VARIABLE.sub(lambda match: variables.get(match[1], match[0]), text[:MAX_LENGTH])[:MAX_LENGTH]


def _candidate(folder: ProjectFolder, executable: _Executable, paths: tuple[str, ...], several: bool) -> Candidate:
    target = f" --target {shlex.quote(executable.target)}" if several else ""
    build = CandidatePart(
        name=STEP,
        command=f"cmake -S . -B build && cmake --build build{target}",
        paths=paths,
        outputs=(exact(executable.output),),
        comments=("Configures, then builds. Both are quick if nothing has changed.",),
    )
    run = CandidatePart(
        name=part_name(executable.target, taken=(STEP,)),
        command=shlex.quote(executable.output),
        needs=(STEP,),
        paths=(),
    )
    return Candidate(
        kind="cmake",
        title=f"CMake project (executable {executable.target})",
        steps=(build,),
        processes=(run,),
        exclude=folder.excluded("/build/"),
    )
