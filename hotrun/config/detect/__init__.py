"""Detect how to build and run a folder without a hotrun.toml. It only reads, within limits, and no contents raise.

Returns all candidates. The caller uses the only one, or lists them. A manifest (go.mod, package.json, ...) wins over
scripts and Make, since Makefiles next to other projects mostly wrap their commands. Make wins over scripts if it has
sources to compile. Candidates that run a program win over those that only build.
"""

from __future__ import annotations

from collections.abc import Iterator

from hotrun.config.detect.candidate import Candidate, CandidatePart, is_sound
from hotrun.config.detect.folder import ProjectFolder

PYTHON_MANIFESTS = ("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "uv.lock", "manage.py")
GRADLE_MANIFESTS = ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")

__all__ = ["Candidate", "CandidatePart", "detect"]


def detect(root: str) -> tuple[Candidate, ...]:
    """The ways to run the project in the folder `root`, the most specific first. Empty if none is found."""
    folder = ProjectFolder(root)
    found = [candidate for candidates in _with_manifest(folder) for candidate in candidates if is_sound(candidate)]
    if not found:
        loose = (list(filter(is_sound, candidates)) for candidates in _without_manifest(folder))
        found = next(filter(None, loose), [])
    return tuple([candidate for candidate in found if candidate.processes] or found)


def _with_manifest(folder: ProjectFolder) -> Iterator[list[Candidate]]:
    """Imports only the modules of languages whose files exist, because this runs before the first build."""
    if folder.first("go.mod", "go.work"):
        from hotrun.config.detect import go_module

        yield go_module.candidates(folder)
    if folder.is_file("Cargo.toml"):
        from hotrun.config.detect import cargo

        yield cargo.candidates(folder)
    if folder.is_file("package.json"):
        from hotrun.config.detect import node

        yield node.candidates(folder)
    if folder.first(*PYTHON_MANIFESTS):
        from hotrun.config.detect import python

        yield python.candidates(folder)
    yield from _on_the_jvm_or_cmake(folder)


def _on_the_jvm_or_cmake(folder: ProjectFolder) -> Iterator[list[Candidate]]:
    if folder.is_file("pom.xml"):
        from hotrun.config.detect import maven

        yield maven.candidates(folder)
    if folder.first(*GRADLE_MANIFESTS):
        from hotrun.config.detect import gradle

        yield gradle.candidates(folder)
    if folder.is_file("CMakeLists.txt"):
        from hotrun.config.detect import cmake

        yield cmake.candidates(folder)


def _without_manifest(folder: ProjectFolder) -> Iterator[list[Candidate]]:
    """The kinds of projects without a manifest. The first match wins."""
    from hotrun.config.detect import make, node, python

    if make.compiles(folder):
        yield make.candidates(folder)
    yield python.candidates(folder, depth=1)
    yield node.candidates(folder)
    yield make.candidates(folder)
