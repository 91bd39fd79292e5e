"""bacon (bacon.toml): it runs one job at a time. The default job becomes a step, or a process if it keeps running."""

from __future__ import annotations

from hotrun.config.importers import patterns
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.key_reader import Keys
from hotrun.config.loading.load import read_toml

TOOL = "bacon"
_CARGO = ["/src/", "/tests/", "/benches/", "/examples/", "/build.rs", "/Cargo.toml"]
_CHECK = ["cargo", "check"]
_VIEW = (
    "need_stdout",
    "allow_warnings",
    "allow_failures",
    "ignored_lines",
    "show_changes_count",
    "hide_scroll_bar",
    "summary",
    "wrap",
    "reverse",
    "help_line",
    "extraneous_args",
    "sound",
    "skin",
    "keybindings",
    "exports",
    "listen",
    "export",
    "export_locations",
    "additional_alias_args",
    "all_jobs",
    "vim_keys",
)


def convert(source: KeySource) -> Imported:
    """Convert a bacon.toml. Raises ConfigError for invalid TOML."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(dict(read_toml(source.text, source.name)), draft)
    jobs = keys.table("jobs")
    default = keys.text("default_job") or ("check" if jobs.has("check") else next(iter(jobs.names()), "check"))
    job = jobs.table(default)
    _job(default, job, keys, draft)
    for name, other in jobs.each():
        if name != default:
            other.skip(f"bacon runs one job at a time, and {default} is the default", *other.names())
    _skip(keys)
    keys.finish()
    return draft.finish()


def _job(name: str, job: Keys, keys: Keys, draft: ImportDraft) -> None:
    common, table = keys.table("env"), job.table("env")
    env = {key: one.text(key) or "" for one in (common, table) for key in one.names()}
    strategy = job.text("on_change_strategy") or keys.text("on_change_strategy")
    keeps_running = job.flag("background") is False
    paths = _paths(job, keys)
    add, kind = (draft.process, "run") if keeps_running else (draft.step, "build")
    part = add(name, job.texts("command") or _CHECK, job.path("command"), env=env)
    if paths is not None:
        draft.put(paths, kind, part, "paths", source=f"{job.path('watch')}, {job.path('default_watch')}")
    if env:
        draft.remark("env", kind, part, "env")
    if keeps_running:
        draft.remark(f"{job.path('background')} = false: it keeps running", kind, part)
    elif strategy == "wait_then_restart":
        draft.put("finish", kind, part, "on_busy", source="on_change_strategy")
    elif strategy is not None:
        draft.report(f"on_change_strategy = {strategy}", "not needed: a change cancels outdated steps")
    _exclude(job, keys, draft)
    job.skip("not supported", "kill", "on_success")
    job.skip("not needed: hotrun recognizes the errors of each tool: `parsers`", "analyzer")
    _skip(job)


def _exclude(job: Keys, keys: Keys, draft: ImportDraft) -> None:
    ignored = [*(keys.texts("ignore") or []), *(job.texts("ignore") or [])]
    if found := patterns.each_anywhere(glob.removeprefix("!") for glob in ignored):
        draft.extend(found, "watch", "exclude", source="ignore")
    if job.flag("apply_gitignore") is False:
        draft.put(False, "watch", "gitignore", source=job.path("apply_gitignore"))


def _skip(keys: Keys) -> None:
    keys.skip("not needed: bacon's own display and remote control", *_VIEW)
    keys.skip("not needed: hotrun debounces too: `debounce` in [watch]", "grace_period")


def _paths(job: Keys, keys: Keys) -> list[str] | None:
    """The patterns of the files that trigger the job, None for all."""
    watched = [*(job.texts("watch") or []), *(keys.texts("watch") or [])]
    with_default = job.flag("default_watch") is not False and keys.flag("default_watch") is not False
    found = [pattern for path in watched for pattern in _watched(path)]
    return list(dict.fromkeys([*(_CARGO if with_default else []), *found])) or None


def _watched(path: str) -> list[str]:
    """The patterns of a file or folder below the root, or of a glob."""
    if any(mark in path for mark in "*?[{"):
        return patterns.rooted(path)
    return [patterns.file(path)] if patterns.plain(path) else ["**"]
