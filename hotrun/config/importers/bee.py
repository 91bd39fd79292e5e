"""bee (bee.json, or a Beefile with the same keys as YAML): `bee run` builds the folder's program and runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hotrun.config.importers import go_tools, patterns, yaml_text
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys, assignments

TOOL = "bee"
GRACE = "10s"  # between SIGINT and SIGKILL, fixed in bee
# Files that bee ignores: those of editors, and those that Beego writes when the program starts.
_IGNORED = [".#*.go", "*.tmp", "commentsRouter_controllers.go"]


def convert(source: KeySource) -> Imported:
    """Convert a bee.json or a Beefile. Raises ConfigError for a text that is neither JSON nor YAML."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(_read(source), draft)
    output = f"./{source.folder}"
    given = keys.texts("watch_ext")
    paths = patterns.extensions(given or [".go"])
    _watch(keys, draft)

    step = draft.step(STEP, go_tools.build_command(output, "", []), "bee run", outputs=go_tools.binary_outputs(output))
    draft.put(paths, "build", step, "paths", source="watch_ext" + ("" if given else " (default)"))
    arguments, (env, others) = keys.texts("cmd_args") or [], assignments(keys.texts("envs") or [])
    origin = "bee run" + (", cmd_args" if arguments else "")
    name = draft.process(PROCESS, go_tools.program(output, arguments), origin, needs=[step])
    if env:
        draft.put(env, "run", name, "env", source="envs")
    if others:
        draft.report("envs", f"not NAME=value: {', '.join(others)}")
    if restarting := go_tools.restarting(paths):
        draft.put(restarting, "run", name, "paths", source=go_tools.RESTART_ONLY)
    draft.put("SIGINT", "run", name, "stop_signal", source="as in bee")
    draft.put(GRACE, "run", name, "stop_timeout", source="as in bee")
    _reload(keys, draft)
    _leave_out(keys, draft)
    keys.finish()
    return draft.finish()


def _read(source: KeySource) -> Mapping[object, object]:
    """Parse JSON if the text begins like it, otherwise YAML."""
    if not source.text.lstrip("\ufeff \t\r\n").startswith("{"):
        return yaml_text.tables(source)
    return json_table(source)


def json_table(source: KeySource) -> Mapping[object, object]:
    """Parse a JSON object. Raises ConfigError with the line if it is not one."""
    try:
        found = json.loads(source.text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise source.error(error.lineno, f"invalid JSON: {error.msg}, column {error.colno}", "fix it") from None
    except (ValueError, RecursionError):
        raise source.error(1, "invalid JSON: nested too deeply, or a number is too long", "fix it") from None
    if not isinstance(found, dict):
        raise source.error(1, "expected an object of keys", "fix it")
    return found


def _watch(keys: Keys, draft: ImportDraft) -> None:
    draft.extend(["docs/", "swagger/", "vendor/", ".*/", *_IGNORED], "watch", "exclude")
    draft.remark("ignored by bee itself", "watch", "exclude")
    layout = keys.table("dir_structure")
    layout.skip("not needed: hotrun watches all subfolders, like bee", *layout.names())


def _reload(keys: Keys, draft: ImportDraft) -> None:
    static = patterns.extensions(keys.texts("watch_ext_static") or [])
    if keys.flag("enable_reload"):
        files = ", ".join(static) or "static files"
        draft.report("enable_reload, watch_ext_static", f"not supported yet: reloading the browser when {files} change")
    else:
        if static:
            draft.report("watch_ext_static", "only used with enable_reload")
        if keys.has("enable_reload"):
            draft.report("enable_reload", "disabled")


def _leave_out(keys: Keys, draft: ImportDraft) -> None:
    keys.skip("not needed: `go build` has a cache", "go_install")
    if keys.flag("enable_notification"):
        draft.put(True, "ui", "notify", source="enable_notification")
        draft.report_terminal_notifications("enable_notification")
    keys.skip("not used by `bee run`, but by bee's generators and migrations", "database", "bale")
    keys.skip("not needed: the version of the file's format", "version")
    scripts = keys.table("scripts")
    scripts.skip("a command for `bee script`: run it yourself", *scripts.names())
    gopm = keys.table("gopm")
    gopm.skip("not needed: Go has modules", *gopm.names())
    draft.report(
        "",
        "views/, conf/ and static/ trigger nothing, as in bee: add the files that the program reads when it starts to "
        f"`paths` of [run.{PROCESS}]",
    )
    draft.report("", "add flags of `bee run` (-runargs, -tags, -e, -runmode) yourself: see `command` and `env`")
    draft.report("", "hotrun builds once for several changed files, bee once for each")
    draft.report_ignore_files()
