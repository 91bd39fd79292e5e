"""Java and Kotlin with Gradle: the application plugin and Spring Boot, in the root or in included projects."""

from __future__ import annotations

import re
import shlex

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, part_name
from hotrun.config.detect.folder import ProjectFolder, join

STEP = "compile"

BUILD_FILES = ("build.gradle", "build.gradle.kts")
SETTINGS_FILES = ("settings.gradle", "settings.gradle.kts")

_COMMENT = re.compile(r"//[^\n]*|/\*.{0,2000}?\*/", re.S)
_APPLICATION = re.compile(
    r"""\bid\s*\(?\s*["']application["']|apply\s+plugin:\s*["']application["']|^[ \t]*application[ \t]*$""", re.M
)
_SPRING_BOOT = re.compile(r"""\bid\s*\(?\s*["']org\.springframework\.boot["'](?![^\n]*apply\s*\(?\s*false)""")
_ROOT_NAME = re.compile(r"""rootProject\.name\s*=\s*["']([^"'$\n]+)["']""")
_INCLUDE = re.compile(r"^[ \t]*include\b((?:[^\n]*,[ \t]*\n)*[^\n]*)", re.M)
_QUOTED = re.compile(r"""["']([\w:./ -]+)["']""")
_APPLICATION_NAME = re.compile(r"""\bapplicationName\s*(?:=|\.set\()\s*["']([^"'$\n]+)["']""")
_ARCHIVE_NAME = re.compile(r"""\barchives(?:Base)?Name\s*(?:=|\.set\()\s*["']([^"'$\n]+)["']""")
_VERSION = re.compile(r"""^[ \t]*version\s*=?\s*["']([^"'$\n]+)["']""", re.M)


def candidates(folder: ProjectFolder) -> list[Candidate]:
    """A candidate for each project with a program, or one that only builds."""
    gradle = "./gradlew" if folder.is_file("gradlew") else "gradle"
    settings = folder.text(folder.first(*SETTINGS_FILES) or "")
    found = [
        candidate
        for path in ("", *_included(settings))
        if (candidate := _program(folder, gradle, path, _project_name(folder, settings, path)))
    ]
    if found:
        return found
    step = CandidatePart(name=STEP, command=f"{gradle} -q classes", paths=_paths(folder))
    title = f"Gradle project {_project_name(folder, settings, '')} (no application plugin, only built)"
    return [Candidate(kind="gradle", title=title, steps=(step,), exclude=folder.excluded("build/"))]


def _paths(folder: ProjectFolder) -> tuple[str, ...]:
    scripts = [
        f"**/{name}" for name in BUILD_FILES if any(folder.is_file(join(path, name)) for path in folder.walk(depth=2))
    ]
    catalog = ("gradle/*.toml",) if folder.files("gradle", ".toml") else ()
    return ("**/src/main/**", *scripts, *folder.present(*SETTINGS_FILES, "gradle.properties"), *catalog)


def _included(settings: str) -> list[str]:
    """The folders of the included projects, by Gradle's convention: `:a:b` is in a/b."""
    calls = _INCLUDE.findall(_COMMENT.sub("", settings))
    return [path.strip(":").replace(":", "/") for call in calls for path in _QUOTED.findall(call)]


def _project_name(folder: ProjectFolder, settings: str, path: str) -> str:
    if path:
        return path.rpartition("/")[2]
    named = _ROOT_NAME.search(_COMMENT.sub("", settings))
    return named[1] if named else folder.name


def _program(folder: ProjectFolder, gradle: str, path: str, name: str) -> Candidate | None:
    text = folder.text(folder.first(*(join(path, file) for file in BUILD_FILES)) or "")
    text = _COMMENT.sub("", text)
    task = f":{path.replace('/', ':')}:" if path else ""
    if _SPRING_BOOT.search(text):
        return _spring_boot(folder, gradle, path, name, task, text)
    if _APPLICATION.search(text):
        return _application(folder, gradle, path, name, task, text)
    return None


def _application(folder: ProjectFolder, gradle: str, path: str, name: str, task: str, text: str) -> Candidate:
    script = _APPLICATION_NAME.search(text)
    script_name = script[1] if script else name
    installed = join(path, f"build/install/{script_name}")
    return _candidate(
        folder,
        kind="gradle",
        title=f"Gradle application {name}",
        name=name,
        build=shlex.join([gradle, "-q", f"{task}installDist"]),
        run=shlex.quote(f"{installed}/bin/{script_name}"),
        outputs=(exact(installed) + "/**",),
    )


def _spring_boot(folder: ProjectFolder, gradle: str, path: str, name: str, task: str, text: str) -> Candidate:
    archive = _ARCHIVE_NAME.search(text)
    version = _VERSION.search(text)
    stem = (archive[1] if archive else name) + (f"-{version[1]}" if version else "")
    jar = join(path, f"build/libs/{stem}.jar")
    return _candidate(
        folder,
        kind="gradle-spring-boot",
        title=f"Spring Boot application {name}",
        name=name,
        build=shlex.join([gradle, "-q", f"{task}bootJar"]),
        run=f"java -jar {shlex.quote(jar)}",
        outputs=(exact(jar),),
        port=8080,
    )


def _candidate(
    folder: ProjectFolder,
    *,
    kind: str,
    title: str,
    name: str,
    build: str,
    run: str,
    outputs: tuple[str, ...],
    port: int | None = None,
) -> Candidate:
    step = CandidatePart(name=STEP, command=build, paths=_paths(folder), outputs=outputs)
    process = CandidatePart(name=part_name(name, taken=(STEP,)), command=run, needs=(STEP,), paths=(), port=port)
    exclude = folder.excluded("build/")
    return Candidate(kind=kind, title=title, steps=(step,), processes=(process,), exclude=exclude)
