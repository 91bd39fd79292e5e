"""fresh (runner.conf): `key: value` lines. It builds and runs the package `root`, and restarts it for templates."""

from __future__ import annotations

import posixpath

from hotrun.config.importers import go_tools, patterns
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys

TOOL = "fresh"
_COLORS = [f"log_color_{part}" for part in ("main", "build", "runner", "watcher", "app")]


def convert(source: KeySource) -> Imported:
    """The text of a runner.conf. Raises ConfigError with the line that is no `key: value`."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(_read(source), draft)
    root = patterns.plain(keys.text("root") or ".")
    output = posixpath.join(keys.text("tmp_path") or "./tmp", keys.text("build_name") or "runner-build")
    for key in ("tmp_path", "build_name"):
        if keys.has(key):
            draft.remark(key, "build", STEP, "command")

    ignored = keys.texts("ignored")
    folders = [word for text in ignored or ["assets, tmp"] for word in text.split(",")]
    draft.extend([patterns.folder(path) for path in folders if path.strip()], "watch", "exclude")
    draft.extend([patterns.folder(keys.text("tmp_path") or "./tmp"), ".*/"], "watch", "exclude")
    draft.remark("ignored, tmp_path, hidden folders", "watch", "exclude")

    valid = patterns.extensions(keys.texts("valid_ext") or [".go, .tpl, .tmpl, .html"])
    no_build = patterns.extensions(keys.texts("no_rebuild_ext") or [".tpl, .tmpl, .html"])
    built = [f"{_front(root)}{path}" for path in valid if path not in no_build]
    restarted = [f"{_front(root)}{path}" for path in valid if path in no_build]
    package = f"./{root}" if root and patterns.is_inside(root) else root or "."
    draft.step(STEP, go_tools.build_command(output, package, []), "root", outputs=go_tools.binary_outputs(output))
    draft.put(built, "build", STEP, "paths", source="valid_ext")
    draft.process(PROCESS, go_tools.program(output, []), "tmp_path, build_name", needs=[STEP])
    if restarted:
        draft.put(restarted, "run", PROCESS, "paths", source="no_rebuild_ext")

    keys.skip(go_tools.LOGS, "build_log")
    keys.skip(go_tools.AT_ONCE, "build_delay")
    keys.skip(go_tools.COLORS, "colors", *_COLORS)
    draft.note(
        "",
        "fresh sets DEV_RUNNER=1, RUNNER_WD and RUNNER_*, with which its helper shows build errors: put them into "
        "[env] if the program reads them",
    )
    draft.note("", "new folders are watched, too; fresh sees those alone that it has found at its start")
    draft.note("", go_tools.TERMINATION.format(tool=TOOL))
    draft.note_ignore_files()
    keys.finish()
    return draft.finish()


def _front(root: str) -> str:
    """fresh watches its root alone."""
    return f"/{patterns.literal(root)}/**/" if root and patterns.is_inside(root) else ""


def _read(source: KeySource) -> dict[object, object]:
    found: dict[object, object] = {}
    for number, line in enumerate(source.text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(("#", ";")) or (line.startswith("[") and line.endswith("]")):
            continue
        key, mark, value = line.partition(":")
        if not mark or not key.strip():
            raise source.wrong(number, f'expected "key: value", got "{line[:60]}"', "repair or remove the line")
        found[key.strip()] = value.strip()
    return found
