"""Load a configuration file: read it, apply the profile, validate it, and return a Project.

All problems are reported at once, with file, line and key.
"""

from __future__ import annotations

import os
import os.path
from typing import Any

import msgspec

from hotrun.config.loading.check import KnownParsers, check
from hotrun.config.loading.likely_mistakes import likely_mistakes
from hotrun.config.loading.not_yet import pending_keys
from hotrun.config.loading.problems import Findings, InvalidConfig, Path, key_path, suggestion
from hotrun.config.loading.profile import Tables, origin, overlay
from hotrun.config.loading.read import PYPROJECT, read_config
from hotrun.config.loading.resolve import resolve
from hotrun.config.tables.model import BuildOptions, Config
from hotrun.config.tables.values import dec_hook
from hotrun.core.model.project import Project
from hotrun.core.model.text import closest

IN_PYPROJECT: Path = ("tool", "hotrun")


class Loaded(msgspec.Struct, frozen=True):
    """A valid configuration: the project that it describes and the warnings, one line each.

    `config` has the typed tables, with the steps of [go]. `tables` has those of the file, with the profile applied.
    """

    project: Project
    warnings: tuple[str, ...]
    config: Config
    tables: Tables


def load(path: str, profile: str | None = None, known_parsers: KnownParsers | None = None) -> Loaded:
    """Return the project that the file `path` describes, with `profile` applied. Its folder is the root.

    `known_parsers` returns the names that `parsers` may have. With None they are not checked. Raises HotrunError with
    exit code 2 if the file is refused or cannot be read, and InvalidConfig, one line a problem, if it is wrong.
    """
    path = os.path.abspath(path)
    shown = display_name(path)
    return parse(read_config(path, shown), shown, os.path.dirname(path), profile, known_parsers)


def parse(
    text: str, filename: str, root: str, profile: str | None = None, known_parsers: KnownParsers | None = None
) -> Loaded:
    """Return the project that `text` describes, without any I/O. Raises InvalidConfig.

    `filename` is shown in messages, and identifies a pyproject.toml. `root` is absolute.
    """
    try:
        return _ConfigFile(text, filename).load(root, profile, known_parsers)
    except RecursionError:
        raise InvalidConfig([f"{filename}:1: nested too deeply"]) from None


def place_of(key: Path, path: str, profile: str | None) -> str:
    """Return the place of `key` in the valid file `path`, such as "hotrun.toml:2: watch.paths[0]"."""
    path = os.path.abspath(path)
    shown = display_name(path)
    file = _ConfigFile(read_config(path, shown), shown)
    file.take_profiles(profile, Findings())
    if "go" in file.tables and key[:1] == ("build",) and len(key) > 1:
        from hotrun.config.loading.go_steps import place_in_go

        key = place_in_go(key, file.tables)
    place = origin(key, file.tables, profile or "", file.profiles.get(profile or "", {}))
    return file.messages({place: ""})[0].removesuffix(": ")


def display_name(path: str) -> str:
    """Return the absolute `path` in its shorter form: absolute, or relative to the current folder."""
    relative = os.path.relpath(path)
    return min(relative, path, key=len)


class _ConfigFile:
    """The text of a configuration: its tables, and the line of each key."""

    def __init__(self, text: str, filename: str) -> None:
        self.text = text
        self.filename = filename
        self.above: Path = IN_PYPROJECT if os.path.basename(filename) == PYPROJECT else ()
        self.tables = self.read()
        self.profiles: Tables = {}

    def load(self, root: str, profile: str | None, known_parsers: KnownParsers | None) -> Loaded:
        findings = Findings()
        self.take_profiles(profile, findings)
        chosen = self.profiles.get(profile, {}) if profile is not None else {}
        raw = overlay(self.tables, chosen)
        merged = Findings()
        config, options = validate(raw, known_parsers, merged)
        for path, text in merged.by_path.items():
            findings.add(origin(path, self.tables, profile or "", chosen), text)
        for name in self.profiles:
            if name != profile:
                self.check_profile(name, known_parsers, findings)
        if findings.by_path:
            raise InvalidConfig(self.messages(findings.by_path))
        project = resolve(config, options, root, os.path.join(root, os.path.basename(self.filename)))
        found = [*((path, "not yet supported, ignored") for path in pending_keys(raw)), *likely_mistakes(project)]
        warnings = {origin(path, self.tables, profile or "", chosen): text for path, text in found}
        return Loaded(project, tuple(self.messages(warnings)), config, raw)

    def read(self) -> Tables:
        """Return the tables of the text, or those of [tool.hotrun] in a pyproject.toml."""
        tables = read_toml(self.text, self.filename)
        if not self.above and self.text.strip() == "":
            raise InvalidConfig([f"{self.filename}:1: the file is empty, expected a [build.NAME] or [run.NAME] table"])
        for depth, key in enumerate(self.above, 1):
            if key not in tables:
                raise InvalidConfig([f"{self.filename}:1: missing the table [{key_path(self.above)}]"])
            tables = tables[str(key)]
            if not isinstance(tables, dict):
                findings = Findings()
                findings.expected((), "a table", tables)
                self.above = self.above[:depth]
                raise InvalidConfig(self.messages(findings.by_path))
        return dict(tables)

    def take_profiles(self, wanted: str | None, findings: Findings) -> None:
        """Move the profiles out of the tables, and add a problem if the wanted one is not among them."""
        profiles = self.tables.pop("profile", {})
        if not isinstance(profiles, dict):
            findings.expected(("profile",), "a table for each profile, such as [profile.release]", profiles)
            return
        for name, profile in profiles.items():
            if isinstance(profile, dict):
                self.profiles[name] = profile
            else:
                findings.expected(("profile", name), "a table", profile)
        if wanted is not None and wanted not in profiles:
            findings.unknown(("profile",), "profile", wanted, profiles)

    def check_profile(self, name: str, known_parsers: KnownParsers | None, findings: Findings) -> None:
        """Add the problems of a profile that is not in use."""
        merged = Findings()
        validate(overlay(self.tables, self.profiles[name]), known_parsers, merged)
        for path, text in merged.by_path.items():
            place = origin(path, self.tables, name, self.profiles[name])
            if place[:2] == ("profile", name):
                findings.add(place, text)

    def messages(self, texts: dict[Path, str]) -> list[str]:
        """Return one line for each text, with its place, in the order of the file."""
        if not texts:
            return []
        from hotrun.config.loading.locate import line_of, lines_of_keys

        lines = lines_of_keys(self.text)
        placed: list[tuple[int, str]] = []
        for path, text in texts.items():
            full = (*self.above, *path)
            placed.append((line_of(lines, full), f"{key_path(full)}: {text}" if full else text))
        placed.sort(key=lambda one: one[0])
        return [f"{self.filename}:{line}: {text}" for line, text in placed]


def read_toml(text: str, filename: str) -> Tables:
    """Return the tables of the TOML `text`. Raises InvalidConfig with line and column if it is malformed."""
    import tomli

    if text.startswith("\ufeff"):
        raise InvalidConfig([f"{filename}:1:1: starts with a byte order mark, expected UTF-8 without one"])
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        hint = 'a string needs quotes, such as command = "python app.py"' if error.msg == "Invalid value" else None
        raise InvalidConfig([f"{filename}:{error.lineno}:{error.colno}: {_syntax_error(error.msg)}"], hint) from None
    except ValueError:
        raise InvalidConfig([f"{filename}:1: a number somewhere has too many digits"]) from None


def _syntax_error(text: str) -> str:
    """Return a message of tomli in lower case, with [run.web] for the table ('run', 'web')."""
    import ast
    import re

    if text == "Cannot overwrite a value":
        return "this key is already set"
    text = text[:1].lower() + text[1:]
    return re.sub(r"\('.*'?,?\)", lambda found: f"[{key_path(ast.literal_eval(found[0]))}]", text)


def validate(
    raw: dict[str, Any], known_parsers: KnownParsers | None, findings: Findings
) -> tuple[Config, BuildOptions]:
    """Return the typed form of the tables `raw`, without profiles, and add every problem to `findings`."""
    if "profile" in raw:
        findings.add(("profile",), "unknown key")
        raw = {key: raw[key] for key in raw if key != "profile"}
    own, steps = _split_build(raw.get("build"), findings)
    try:
        options = msgspec.convert(own, BuildOptions, dec_hook=dec_hook)
        config = msgspec.convert({**raw, "build": steps} if own else raw, Config, dec_hook=dec_hook)
    except msgspec.ValidationError as error:
        from hotrun.config.loading.collect import collect

        options = collect(own, BuildOptions, findings, ("build",))
        config = collect({**raw, "build": steps} if own else raw, Config, findings)
        if not findings.by_path:
            findings.add((), str(error))
    if config.go is not None:
        from hotrun.config.loading.go_steps import moved, with_steps

        config = with_steps(config, findings)
        check(config, raw, known_parsers, findings)
        moved(findings, config)
    else:
        check(config, raw, known_parsers, findings)
    return config, options


def _split_build(build: object, findings: Findings) -> tuple[Tables, Tables]:
    """Split the table [build] into its own keys and the steps by name. A step with the name of a key is a problem."""
    if not isinstance(build, dict):
        return {}, {}
    own = {key: build[key] for key in BuildOptions.__struct_fields__ if key in build}
    for key, value in build.items():
        if key in own and isinstance(value, dict):
            findings.add(("build", key), f'"{key}" is a key of [build], choose another name for the step')
            del own[key]  # still read as a step, to keep `needs` that name it valid
        elif key not in own and isinstance(value, int) and (meant := closest(key, BuildOptions.__struct_fields__)):
            findings.add(("build", key), f"unknown key{suggestion(meant)}")
    return own, {key: value for key, value in build.items() if key not in own}
