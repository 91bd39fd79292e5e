"""Convert the configurations of other tools. Each importer is pure: it turns a text into tables of a hotrun.toml.

Remarks name the source of each key, and notes list the settings that differ or were skipped. The name of a file
selects its importer. If the name is unknown, its contents do.
"""

from __future__ import annotations

import importlib
import posixpath
import re

import msgspec

from hotrun.config.importers.imported import Imported, KeySource, Note
from hotrun.core.model.text import did_you_mean

__all__ = [
    "IMPORTERS",
    "Imported",
    "Importer",
    "KeySource",
    "Note",
    "convert",
    "convert_command",
    "recognize",
]

MAX_SNIFFED = 64 * 1024  # characters to search


class Importer(msgspec.Struct, frozen=True):
    """`module`: in this folder, imported when used. `files`: the names of the tool's files.

    `looks`: a regex that only matches the tool's files, "" if only the name identifies them. `needs`: a text that the
    file must contain, for names that other tools use, too.
    """

    tool: str
    module: str
    files: tuple[str, ...]
    looks: str = ""
    needs: str = ""


_BLANK, _ENTRY = r"[ \t]*(?:#.*)?\n", r"[\w.-]+:[ \t]+\S.*(?:\n|\Z)"  # the lines of a Procfile
# The first match wins.
IMPORTERS = (
    Importer(
        "air",
        "air",
        (".air.toml", ".config/air.toml", "air.toml", ".air.conf"),
        r"^\[build\]\s*$|^\[build\.\w+\]|^[ \t]*full_bin\s*=",
    ),
    Importer(
        "fresh", "fresh", ("runner.conf", ".fresh.conf"), r"^[ \t]*(no_rebuild_ext|valid_ext|build_delay|tmp_path)\s*:"
    ),
    Importer(
        "gowatch",
        "gowatch",
        ("gowatch.yml", "gowatch.yaml"),
        r"^(prev_build_cmds|build_pkg|watch_exts|vendor_watch|appname)\s*:",
    ),
    Importer(
        "bee",
        "bee",
        ("bee.json", "Beefile", ".bee.json"),
        r'^[ \t]*"?(go_install|dir_structure|watch_ext|watch_ext_static)"?\s*:',
    ),
    Importer("realize", "realize", (".realize.yaml", ".realize/realize.yaml", "realize.yaml"), r"^schema\s*:"),
    Importer(
        "process-compose",
        "process_compose",
        ("process-compose.yaml", "process-compose.yml", "compose.process.yaml"),
        r"^processes\s*:",
    ),
    Importer("bacon", "bacon", ("bacon.toml", ".bacon.toml"), r"^\[jobs[.\]]|^default_job\s*="),
    Importer("modd", "modd", ("modd.conf", ".modd.conf"), r"^[ \t]*(prep|daemon|indir)(\s+\+\w+)*\s*:"),
    Importer(
        "reflex",
        "reflex",
        ("reflex.conf", ".reflex.conf", ".reflex", "reflex"),
        r"^[ \t]*(-[rRgGst]\b|--(regex|glob|start-service))",
    ),
    Importer(
        "nodemon",
        "nodemon",
        ("nodemon.json", ".nodemon.json"),
        r'^[ \t]*\{?[ \t]*"(execMap|ignoreRoot|runOnChangeOnly|legacyWatch|watch|exec)"\s*:',
    ),
    Importer("nodemon", "nodemon", ("package.json",), needs='"nodemonConfig"'),
    Importer("foreman", "procfile", ("Procfile", "Procfile.dev"), rf"\A(?:{_BLANK})*{_ENTRY}(?:{_BLANK}|{_ENTRY})*\Z"),
)


def recognize(name: str, text: str) -> Importer | None:
    """The importer for the file at the path `name` with the contents `text`: by its name, then by its contents."""
    for importer in IMPORTERS:
        if _is_named(name, importer) and importer.needs in text:
            return importer
    shown = text[:MAX_SNIFFED]
    by_looks = (importer for importer in IMPORTERS if importer.looks and re.search(importer.looks, shown, re.MULTILINE))
    return next(by_looks, None)


def convert(source: KeySource) -> Imported:
    """Convert the configuration in `source`. Raises ConfigError if it is malformed or of an unknown tool."""
    importer = recognize(source.name, source.text)
    if importer is None:
        names = [name for one in IMPORTERS for name in one.files]
        known = ", ".join(dict.fromkeys(one.tool for one in IMPORTERS))
        hint = did_you_mean(posixpath.basename(source.name), names) or f"supported tools: {known}"
        raise source.error(1, "not a configuration of a supported tool", hint)
    return _module_of(importer.module).convert(source)  # type: ignore[no-any-return, attr-defined]  # imported by name


def convert_command(source: KeySource) -> Imported:
    """Convert the command line in `source`. Raises ConfigError for an unknown tool."""
    return _module_of("command_line").convert(source)  # type: ignore[no-any-return, attr-defined]  # imported by name


def _module_of(name: str) -> object:
    return importlib.import_module(f"{__name__}.{name}")


def _is_named(path: str, importer: Importer) -> bool:
    """Whether the path ends with one of the importer's file names, some of which include a folder."""
    return any(path == name or path.endswith("/" + name) for name in importer.files)
