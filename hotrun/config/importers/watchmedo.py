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
    """`watchmedo auto-restart [FLAGS] COMMAND` or `watchmedo shell-command [FLAGS] FOLDERS`."""
    verb, flags = (line or [""])[0], Flags(line[1:], _VALUED, _PLAIN, draft)
    found = [one for text in flags.values("-p") for glob in text.split(";") for one in patterns.anywhere(glob)]
    ignored = [one for text in flags.values("-i") for glob in text.split(";") for one in patterns.anywhere(glob)]
    if ignored:
        draft.extend(ignored, "watch", "exclude", source="-i")
    folders = [path for text in flags.values("-d") for path in map(patterns.plain, text.split(";")) if path]
    if verb == "auto-restart":
        name = draft.process("app", flags.rest, "auto-restart")
        draft.put(words.signal_name(flags.value("--signal") or "SIGINT"), "run", name, "stop_signal", source="--signal")
        draft.put(f"{flags.value('--kill-after') or '10'}s", "run", name, "stop_timeout", source="--kill-after")
        kept = flags.has("--no-restart-on-command-exit")
        draft.put(
            "wait" if kept else "restart",
            "run",
            name,
            "on_exit",
            source="--no-restart-on-command-exit" if kept else "default",
        )
        kind = "run"
    elif verb == "shell-command":
        name, kind = draft.step("command", flags.value("-c") or "", "-c"), "build"
        folders += [path for path in map(patterns.plain, flags.rest) if path]
    else:
        raise draft.source.wrong(
            1, f"watchmedo {verb}: only auto-restart and shell-command run something", "use one of them"
        )
    if folders:
        draft.put(folders, "watch", "paths", source="-d")
    draft.put(found or ["**"], kind, name, "paths", source="-p")
    flags.skip("not needed: hotrun watches all below, and tells of files alone", "-R", "-D")
    flags.skip("see `on_busy`: a change cancels what runs, or waits for its end", "-W", "-w")
    flags.skip(
        "not needed", "-v", "-q", "--interval", "--debounce-interval", "--debug-force-polling", "--debug-force-inotify"
    )
    flags.finish()
    return draft.finish()
