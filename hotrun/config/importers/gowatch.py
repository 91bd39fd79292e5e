"""gowatch (gowatch.yml): one Go program, with commands before its build. Missing keys have gowatch's defaults."""

from __future__ import annotations

from hotrun.config.importers import go_tools, patterns, words, yaml_text
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys, assignments

TOOL = "gowatch"


def convert(source: KeySource) -> Imported:
    """Convert a gowatch.yml. Raises ConfigError for invalid YAML."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(yaml_text.tables(source), draft)
    name = keys.text("appname") or source.folder
    output = keys.text("output") or f"./{name}"
    paths, origin = _watch(keys, draft)

    needs: list[str] = []
    for command in keys.texts("prev_build_cmds") or []:
        needs = [draft.step("before", command, "prev_build_cmds", needs=needs, paths=paths)]
    flags = keys.texts("build_args") or []
    tags = keys.text("build_tags")
    command = go_tools.build_command(output, keys.text("build_pkg") or "", [*flags, *(["-tags", tags] if tags else [])])
    used = [key for key in ("build_args", "build_tags", "build_pkg", "output", "appname") if keys.has(key)]
    step = draft.step(STEP, command, ", ".join(used), needs=needs, outputs=go_tools.binary_outputs(output))
    draft.put(paths, "build", step, "paths", source=origin)
    if keys.flag("build_go_gc") is False:
        draft.put({"GOGC": "off"}, "build", step, "env", source="build_go_gc")

    _run(keys, draft, output, paths, step)
    keys.skip("not needed: see `--ui`", "log_level")
    draft.report("", "hotrun watches new folders, too, and handles saves during a build; gowatch drops them")
    draft.report_ignore_files()
    keys.finish()
    return draft.finish()


def _watch(keys: Keys, draft: ImportDraft) -> tuple[list[str], str]:
    """The patterns of the files that trigger a build, and their key."""
    given = keys.texts("watch_exts")
    outside = [path for path in map(patterns.plain, keys.texts("watch_paths") or []) if not patterns.is_inside(path)]
    if outside:
        draft.put([".", *outside], "watch", "paths", source="watch_paths")
    elif keys.has("watch_paths"):
        draft.report("watch_paths", "not needed: hotrun watches all subfolders")
    excluded = [patterns.folder(path) for path in keys.texts("excluded_paths") or [] if patterns.plain(path)]
    if excluded:
        draft.extend(excluded, "watch", "exclude", source="excluded_paths")
    draft.extend(["docs/", "swagger/", ".*/"], "watch", "exclude")
    if not keys.flag("vendor_watch"):
        draft.extend(["vendor/"], "watch", "exclude")
    draft.remark("ignored by gowatch itself, vendor_watch", "watch", "exclude")
    return patterns.extensions(given or [".go"]), "watch_exts" if given else "watch_exts (default)"


def _run(keys: Keys, draft: ImportDraft, output: str, paths: list[str], step: str) -> None:
    custom = keys.text("run_cmd")
    arguments, envs = keys.texts("cmd_args") or [], keys.texts("envs") or []
    if keys.flag("disable_run"):
        draft.report("disable_run", "hotrun runs nothing, like gowatch: this file only has the build")
        keys.skip("not used because of disable_run", "run_cmd", "cmd_args", "envs")
        return
    env, others = assignments(envs)
    if others:
        draft.report("envs", f"not NAME=value: {', '.join(others)}")
    command = words.with_arguments(custom, arguments) if custom else go_tools.program(output, arguments)
    origin = "run_cmd" if custom else "output"
    name = draft.process(PROCESS, command, origin + (", cmd_args" if arguments else ""), needs=[step])
    if env:
        draft.put(env, "run", name, "env", source="envs")
    if restarting := go_tools.restarting(paths):
        draft.put(restarting, "run", name, "paths", source=go_tools.RESTART_ONLY)
    draft.report("", go_tools.TERMINATION.format(tool=TOOL))
