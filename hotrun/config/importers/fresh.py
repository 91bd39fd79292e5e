"""fresh (runner.conf): `key: value` lines. It builds and runs the package `root`, and restarts it for templates."""

from __future__ import annotations

import posixpath

from hotrun.config.importers import go_tools, patterns
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys

TOOL = "fresh"
_TMP_PATH, _BUILD_NAME = "./tmp", "runner-build"
_IGNORED, _VALID, _NO_REBUILD = "assets, tmp", ".go, .tpl, .tmpl, .html", ".tpl, .tmpl, .html"
_COLORS = [f"log_color_{part}" for part in ("main", "build", "runner", "watcher", "app")]


def convert(source: KeySource) -> Imported:
    """Convert a runner.conf. Raises ConfigError with the line that is not `key: value`."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(_read(source), draft)
    for key in ("tmp_path", "build_name"):
        if keys.has(key):
            draft.remark(key, "build", STEP, "command")
    _exclude(keys, draft)
    _build_and_run(keys, draft)
    _skip(keys, draft)
    keys.finish()
    return draft.finish()


def _exclude(keys: Keys, draft: ImportDraft) -> None:
    folders = [path for text in keys.texts("ignored") or [_IGNORED] for path in text.split(",") if path.strip()]
    folders.append(keys.text("tmp_path") or _TMP_PATH)
    draft.extend([*map(patterns.folder, folders), ".*/"], "watch", "exclude")
    draft.remark("ignored, tmp_path, hidden folders", "watch", "exclude")


def _build_and_run(keys: Keys, draft: ImportDraft) -> None:
    root = patterns.plain(keys.text("root") or ".")
    is_subfolder = root != "" and patterns.is_inside(root)
    package = f"./{root}" if is_subfolder else root or "."
    prefix = f"/{patterns.literal(root)}/**/" if is_subfolder else ""  # fresh watches only its root
    valid = patterns.extensions(keys.texts("valid_ext") or [_VALID])
    no_build = patterns.extensions(keys.texts("no_rebuild_ext") or [_NO_REBUILD])
    built = [prefix + path for path in valid if path not in no_build]
    restarted = [prefix + path for path in valid if path in no_build]
    output = posixpath.join(keys.text("tmp_path") or _TMP_PATH, keys.text("build_name") or _BUILD_NAME)

    draft.step(STEP, go_tools.build_command(output, package, []), "root", outputs=go_tools.binary_outputs(output))
    draft.put(built, "build", STEP, "paths", source="valid_ext")
    draft.process(PROCESS, go_tools.program(output, []), "tmp_path, build_name", needs=[STEP])
    if restarted:
        draft.put(restarted, "run", PROCESS, "paths", source="no_rebuild_ext")


def _skip(keys: Keys, draft: ImportDraft) -> None:
    keys.skip(go_tools.LOGS, "build_log")
    keys.skip(go_tools.AT_ONCE, "build_delay")
    keys.skip(go_tools.COLORS, "colors", *_COLORS)
    draft.report(
        "",
        "fresh sets DEV_RUNNER=1, RUNNER_WD and RUNNER_*, which its helper needs to show build errors: add them to "
        "[env] if the program reads them",
    )
    draft.report("", "hotrun watches new folders, too; fresh only watches those that exist when it starts")
    draft.report("", go_tools.TERMINATION.format(tool=TOOL))
    draft.report_ignore_files()


def _read(source: KeySource) -> dict[object, object]:
    found: dict[object, object] = {}
    for number, line in enumerate(source.text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(("#", ";")) or (line.startswith("[") and line.endswith("]")):
            continue
        key, mark, value = line.partition(":")
        if not mark or not key.strip():
            raise source.error(number, f'expected "key: value", got "{line[:60]}"', "fix or remove the line")
        found[key.strip()] = value.strip()
    return found
