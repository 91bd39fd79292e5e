"""bee (bee.json, or a Beefile with the same as YAML): `bee run` builds the folder's program and runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hotrun.config.importers import go_tools, patterns, yaml_text
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys, pairs

TOOL = "bee"
GRACE = "10s"  # between SIGINT and SIGKILL, fixed in bee
# What bee passes over: editors' files, and what Beego writes at each start of the program.
_PASSED_OVER = [".#*.go", "*.tmp", "commentsRouter_controllers.go"]


def convert(source: KeySource) -> Imported:
    """The text of a bee.json or a Beefile. Raises ConfigError for what is neither JSON nor YAML."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(_read(source), draft)
    output = f"./{source.folder}"
    given = keys.texts("watch_ext")
    paths = patterns.extensions(given or [".go"])
    _watch(keys, draft)

    step = draft.step(STEP, go_tools.build_command(output, "", []), "bee run", outputs=go_tools.binary_outputs(output))
    draft.put(paths, "build", step, "paths", source="watch_ext" + ("" if given else " (default)"))
    arguments, (env, others) = keys.texts("cmd_args") or [], pairs(keys.texts("envs") or [])
    origin = "bee run" + (", cmd_args" if arguments else "")
    name = draft.process(PROCESS, go_tools.program(output, arguments), origin, needs=[step])
    if env:
        draft.put(env, "run", name, "env", source="envs")
    if others:
        draft.note("envs", f"not NAME=value: {', '.join(others)}")
    if restarting := go_tools.restarting(paths):
        draft.put(restarting, "run", name, "paths", source=go_tools.RESTART_ONLY)
    draft.put("SIGINT", "run", name, "stop_signal", source="as bee run does")
    draft.put(GRACE, "run", name, "stop_timeout", source="as bee run does")
    _reload(keys, draft)
    _leave_out(keys, draft)
    keys.finish()
    return draft.finish()


def _read(source: KeySource) -> Mapping[object, object]:
    """JSON where it begins as such, else YAML."""
    if not source.text.lstrip("\ufeff \t\r\n").startswith("{"):
        return yaml_text.tables(source)
    return json_table(source)


def json_table(source: KeySource) -> Mapping[object, object]:
    """The object that a text of JSON holds. Raises ConfigError with the line where it is none."""
    try:
        found = json.loads(source.text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise source.wrong(error.lineno, f"not JSON: {error.msg}, column {error.colno}", "repair it") from None
    except (ValueError, RecursionError):
        raise source.wrong(1, "not JSON: nested too deeply, or a number is too long", "repair it") from None
    if not isinstance(found, dict):
        raise source.wrong(1, "expected an object of keys", "repair it")
    return found


def _watch(keys: Keys, draft: ImportDraft) -> None:
    draft.extend(["docs/", "swagger/", "vendor/", ".*/", *_PASSED_OVER], "watch", "exclude")
    draft.remark("what bee leaves out itself", "watch", "exclude")
    layout = keys.table("dir_structure")
    layout.skip("not needed: all folders below this one are watched, as bee does it today", *layout.names())


def _reload(keys: Keys, draft: ImportDraft) -> None:
    static = patterns.extensions(keys.texts("watch_ext_static") or [])
    if keys.flag("enable_reload"):
        what = ", ".join(static) or "static files"
        draft.note("enable_reload, watch_ext_static", f"cannot be yet: a change of {what} would reload the browser")
    else:
        if static:
            draft.note("watch_ext_static", "counts with enable_reload alone")
        if keys.has("enable_reload"):
            draft.note("enable_reload", "it is off there")


def _leave_out(keys: Keys, draft: ImportDraft) -> None:
    keys.skip("not needed: `go build` keeps what it has compiled", "go_install")
    keys.skip("cannot be: hotrun shows no desktop notifications", "enable_notification")
    keys.skip("not for running: it is for bee's generators and migrations", "database", "bale")
    keys.skip("not needed: the version of the file's format", "version")
    scripts = keys.table("scripts")
    scripts.skip("a command for `bee script`: call it by itself", *scripts.names())
    gopm = keys.table("gopm")
    gopm.skip("not needed: Go has modules", *gopm.names())
    draft.note(
        "",
        "views/, conf/ and static/ start nothing, as in bee: put those that are read at the start into `paths` of "
        f"[run.{PROCESS}]",
    )
    draft.note("", "flags of `bee run` (-runargs, -tags, -e, -runmode) are not in its file: see `command` and `env`")
    draft.note("", "several changed files give one build; bee builds once for each")
    draft.note_ignore_files()
