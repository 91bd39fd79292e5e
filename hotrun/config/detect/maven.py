"""Java with Maven: Spring Boot as a jar, a plain project by its main class, otherwise only the build."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hotrun.config.detect.candidate import Candidate, CandidatePart, exact, part_name
from hotrun.config.detect.folder import ProjectFolder, join

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

STEP = "compile"

MAX_FILES_READ = 500
MAX_LENGTH = 500

_PATHS = ("**/src/main/**", "**/pom.xml")
_PROPERTY = re.compile(r"\$\{([\w.-]+)\}")
_PACKAGE = re.compile(r"^[ \t]*package\s+([\w.]+)\s*;", re.M)
_MAIN = re.compile(r"\bpublic\s+static\s+void\s+main\s*\(\s*(?:final\s+)?String\b|\bvoid\s+main\s*\(\s*\)")
_MAIN_KEYS = ("exec.mainClass", "mainClass", "main.class", "start-class")


def candidates(folder: ProjectFolder) -> list[Candidate]:
    """One candidate that builds and runs. It only builds if the main class is unknown."""
    pom = _pom(folder)
    maven = "./mvnw" if folder.is_file("mvnw") else "mvn"
    name = (_text(pom, "artifactId") if pom is not None else "") or folder.name
    if pom is None:
        return [_candidate(folder, name, f"{maven} -q compile")]
    if "spring-boot-maven-plugin" in _plugins(pom):
        return [_spring_boot(folder, pom, maven, name)]
    main_class = _main_class(folder, pom)
    if not main_class or _text(pom, "packaging") == "pom":
        return [_candidate(folder, name, f"{maven} -q compile")]
    run = f"java -cp target/classes {shlex.quote(main_class)}"
    comments: tuple[str, ...] = ()
    if pom.find("dependencies/dependency") is not None:
        run = f"{maven} -q exec:java -Dexec.mainClass={shlex.quote(main_class)}"
        comments = ("exec:java adds the dependencies to the class path.",)
    return [_candidate(folder, name, f"{maven} -q compile", run, comments=comments)]


def _spring_boot(folder: ProjectFolder, pom: Element, maven: str, name: str) -> Candidate:
    """Runs a jar. spring-boot:run uses target/classes, which a failed build may leave half written."""
    build = f"{maven} -q -Dmaven.test.skip=true package"
    jar = _jar(pom)
    if jar and _text(pom, "packaging") in ("", "jar"):
        path = f"target/{jar}"
        return _candidate(
            folder,
            name,
            build,
            f"java -jar {shlex.quote(path)}",
            outputs=(exact(path),),
            kind="maven-spring-boot",
            port=8080,
        )
    return _candidate(
        folder, name, f"{maven} -q compile", f"{maven} -q spring-boot:run", kind="maven-spring-boot", port=8080
    )


def _candidate(
    folder: ProjectFolder,
    name: str,
    build: str,
    run: str = "",
    *,
    outputs: tuple[str, ...] = (),
    comments: tuple[str, ...] = (),
    kind: str = "maven",
    port: int | None = None,
) -> Candidate:
    step = CandidatePart(name=STEP, command=build, paths=_PATHS, outputs=outputs)
    process = CandidatePart(
        name=part_name(name, taken=(STEP,)), command=run, needs=(STEP,), paths=(), comments=comments, port=port
    )
    label = "Spring Boot application" if kind == "maven-spring-boot" else "Maven project"
    return Candidate(
        kind=kind,
        title=f"{label} {part_name(name)}" + ("" if run else " (no main class found, only built)"),
        steps=(step,),
        processes=(process,) if run else (),
    )


def _pom(folder: ProjectFolder) -> Element | None:
    """The root's pom.xml without its namespace. None if it is invalid."""
    text = folder.text("pom.xml")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # a pom needs neither, and entities can expand exponentially
        return None
    from xml.etree import ElementTree

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # the text is decoded already
    try:
        return ElementTree.fromstring(re.sub(r"\sxmlns\s*=\s*(\"[^\"]*\"|'[^']*')", "", text))  # noqa: S314 # no entities, bounded
    except (ElementTree.ParseError, ValueError):
        return None


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _plugins(pom: Element) -> set[str]:
    return {_text(plugin, "artifactId") for plugin in pom.iterfind("build/plugins/plugin")}


def _jar(pom: Element) -> str:
    """The jar's file name. "" if this file alone does not determine it."""
    name = _text(pom, "build/finalName") or "${project.artifactId}-${project.version}"
    name = _resolve(pom, name)
    return "" if "${" in name or not name.strip("-") else f"{name}.jar"


def _resolve(pom: Element, text: str) -> str:
    """The text with properties replaced by their values. Properties that are set elsewhere stay."""
    values = {child.tag: (child.text or "").strip() for child in pom.iterfind("properties/*")}
    values["project.artifactId"] = _text(pom, "artifactId")
    values["project.version"] = _text(pom, "version") or _text(pom, "parent/version")
    for _ in range(5):  # a property may refer to another one
        text = _PROPERTY.sub(lambda match: values.get(match[1]) or match[0], text[:MAX_LENGTH])
    return text


def _main_class(folder: ProjectFolder, pom: Element) -> str:
    """The main class from the properties, a plugin's configuration, or the only main method in the sources, or ""."""
    named = [_text(child, ".") for child in pom.iterfind("properties/*") if child.tag in _MAIN_KEYS]
    named += [_text(element, ".") for element in pom.iter("mainClass")]
    for name in named:
        name = _resolve(pom, name)
        if re.fullmatch(r"[\w.$]+", name):
            return name
    found = list(_main_classes(folder))
    return found[0] if len(found) == 1 else ""


def _main_classes(folder: ProjectFolder) -> Iterator[str]:
    left = MAX_FILES_READ
    for path in folder.walk("src/main/java", depth=8):
        for name in folder.files(path, ".java")[:left]:
            left -= 1
            text = folder.text(join(path, name))
            if _MAIN.search(text):
                package = _PACKAGE.search(text)
                yield (package[1] + "." if package else "") + name.removesuffix(".java")
