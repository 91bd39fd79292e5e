"""watchmedo's command line: auto-restart is a process, shell-command a step."""

from __future__ import annotations

from hotrun.config.importers import patterns, words
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.imported import ImportDraft, Imported

TOOL = "watchmedo"
_VALUED = (
    "-d|--directory",
    "-p|--pattern|--patterns",
    "-i|--ignore-pattern|--ignore-patterns",
    "--signal",
    "--kill-after",
    "-c|--command",
    "--interval|--timeout",
    "--debounce-interval",
)
_PLAIN = (
    "-R|--recursive",
    "-D|--ignore-directories",
    "-W|--wait",
    "-w|--drop",
    "-v|--verbose",
    "-q|--quiet",
    "--no-restart-on-command-exit",
    "--debug-force-polling",
    "--debug-force-inotify",
)


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert `watchmedo auto-restart [FLAGS] COMMAND` or `watchmedo shell-command [FLAGS] FOLDERS`."""
    verb, flags = (line or [""])[0], Flags(line[1:], _VALUED, _PLAIN, draft)
    found = patterns.each_anywhere(_parts(flags, "-p"))
    if ignored := patterns.each_anywhere(_parts(flags, "-i")):
        draft.extend(ignored, "watch", "exclude", source="-i")
    folders = _parts(flags, "-d")
    if verb == "auto-restart":
        kind, name = "run", _auto_restart(flags, draft)
    elif verb == "shell-command":
        kind, name = "build", draft.step("command", flags.value("-c") or "", "-c")
        folders += flags.rest
    else:
        raise draft.source.error(
            1, f"watchmedo {verb}: not supported", "use the command line of auto-restart or shell-command"
        )
    if watched := [path for path in map(patterns.plain, folders) if path]:
        draft.put(watched, "watch", "paths", source="-d")
    draft.put(found or ["**"], kind, name, "paths", source="-p")
    flags.skip("not needed: hotrun watches all subfolders, and reports only files", "-R", "-D")
    flags.skip("see `on_busy`: a change cancels a running step, or waits for it", "-W", "-w")
    flags.skip(
        "not needed", "-v", "-q", "--interval", "--debounce-interval", "--debug-force-polling", "--debug-force-inotify"
    )
    flags.finish()
    return draft.finish()


def _auto_restart(flags: Flags, draft: ImportDraft) -> str:
    """Add the process; returns its name."""
    name = draft.process("app", flags.rest, "auto-restart")
    draft.put(words.signal_name(flags.value("--signal") or "SIGINT"), "run", name, "stop_signal", source="--signal")
    draft.put(f"{flags.value('--kill-after') or '10'}s", "run", name, "stop_timeout", source="--kill-after")
    if flags.has("--no-restart-on-command-exit"):
        draft.put("wait", "run", name, "on_exit", source="--no-restart-on-command-exit")
    else:
        draft.put("restart", "run", name, "on_exit", source="default")
    return name


def _parts(flags: Flags, name: str) -> list[str]:
    """The values of a flag, in each of which semicolons separate several."""
    return [part for text in flags.values(name) for part in text.split(";")]
