"""bacon (bacon.toml): it runs one job at a time. The default one becomes a step, or a process if it stays."""

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
    """The text of a bacon.toml. Raises ConfigError for what is no TOML."""
    draft = ImportDraft(TOOL, source)
    keys = Keys(dict(read_toml(source.text, source.name)), draft)
    jobs = keys.table("jobs")
    default = keys.text("default_job") or ("check" if jobs.has("check") else next(iter(jobs.names()), "check"))
    job = jobs.table(default)
    _job(default, job, keys, draft)
    for name, other in jobs.each():
        if name != default:
            other.skip(f"bacon runs one job at a time, and {default} is the default", *other.names())
    keys.skip("not needed: how bacon looks and is told", *_VIEW)
    keys.skip("not needed: hotrun debounces too: `debounce` in [watch]", "grace_period")
    keys.finish()
    return draft.finish()


def _job(name: str, job: Keys, keys: Keys, draft: ImportDraft) -> None:
    command = job.texts("command") or _CHECK
    table = job.table("env")
    env = {key: keys.table("env").text(key) or "" for key in keys.table("env").names()}
    env |= {key: table.text(key) or "" for key in table.names()}
    strategy = job.text("on_change_strategy") or keys.text("on_change_strategy")
    stays = job.flag("background") is False
    paths = _paths(job, keys)
    add = draft.process if stays else draft.step
    part = add(name, command, job.path("command"), env=env)
    kind = "run" if stays else "build"
    if paths is not None:
        draft.put(paths, kind, part, "paths", source=f"{job.path('watch')}, {job.path('default_watch')}")
    if env:
        draft.remark("env", kind, part, "env")
    if stays:
        draft.remark(f"{job.path('background')} = false: it stays", kind, part)
    elif strategy == "wait_then_restart":
        draft.put("finish", "build", part, "on_busy", source="on_change_strategy")
    elif strategy is not None:
        draft.note(f"on_change_strategy = {strategy}", "not needed: hotrun cancels what a change makes old")
    excluded = [*(keys.texts("ignore") or []), *(job.texts("ignore") or [])]
    found = [pattern for glob in excluded for pattern in patterns.anywhere(glob.removeprefix("!"))]
    if found:
        draft.extend(found, "watch", "exclude", source="ignore")
    if job.flag("apply_gitignore") is False:
        draft.put(False, "watch", "gitignore", source=job.path("apply_gitignore"))
    job.skip("cannot be: the step's output tells what to end", "kill", "on_success")
    job.skip("not needed: hotrun finds errors by the tool that prints them: `parsers`", "analyzer")
    job.skip("not needed: how bacon looks and is told", *_VIEW)
    job.skip("not needed: hotrun debounces too: `debounce` in [watch]", "grace_period")


def _paths(job: Keys, keys: Keys) -> list[str] | None:
    own = [*(job.texts("watch") or []), *(keys.texts("watch") or [])]
    with_default = job.flag("default_watch") is not False and keys.flag("default_watch") is not False
    found = [pattern for path in own for pattern in (_watched(path))]
    return list(dict.fromkeys([*(_CARGO if with_default else []), *found])) or None


def _watched(path: str) -> list[str]:
    """A file or folder below the root, or a glob."""
    if any(mark in path for mark in "*?[{"):
        return patterns.rooted(path)
    return [patterns.file(path)] if patterns.plain(path) else ["**"]
