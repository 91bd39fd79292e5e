"""watchexec's command line: one command, restarted (-r) or run again."""

from __future__ import annotations

from hotrun.config.importers import patterns, words
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.imported import ImportDraft, Imported

TOOL = "watchexec"
_VALUED = (
    "-w|--watch",
    "-W|--watch-non-recursive",
    "-F|--watch-file",
    "-e|--exts",
    "-f|--filter",
    "--filter-file",
    "-i|--ignore",
    "--ignore-file",
    "-s|--signal",
    "--stop-signal",
    "--stop-timeout",
    "-o|--on-busy-update",
    "-d|--debounce",
    "--delay-run",
    "--poll",
    "--shell",
    "-E|--env",
    "--workdir",
    "--project-origin",
    "--emit-events-to",
    "--wrap-process",
    "--fs-events",
    "--map-signal",
    "--color",
    "-j|--filter-prog",
    "--log-file",
    "--socket",
)
_PLAIN = (
    "-r|--restart",
    "-c|--clear",
    "-p|--postpone",
    "-n",
    "--no-shell",
    "--no-vcs-ignore",
    "--no-project-ignore",
    "--no-global-ignore",
    "--no-default-ignore",
    "--no-discover-ignore",
    "--ignore-nothing",
    "-N|--notify",
    "--no-meta",
    "--no-process-group",
    "--no-environment",
    "-1",
    "--stdin-quit",
    "-v|--verbose",
    "-q|--quiet",
    "--timings",
    "--print-events",
    "--bell",
    "-I|--interactive",
    "--exit-on-error",
    "--only-emit-events",
)
_IGNORES = ("--no-vcs-ignore", "--no-project-ignore", "--ignore-nothing", "--no-discover-ignore")


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert `watchexec [FLAGS] [--] COMMAND`. With -r the command is a process, otherwise a step."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    paths, origin = _paths(flags, draft)
    busy = flags.value("-o")
    restarts = flags.has("-r") or busy == "restart"
    kind, name = _command(flags, draft, restarts)
    if paths is not None:
        draft.put(paths, kind, name, "paths", source=origin)
    if restarts:
        _stop(flags, draft, name)
    else:
        flags.skip("only used with -r", "--stop-signal", "-s", "--stop-timeout")
        if busy in (None, "queue", "do-nothing"):
            draft.put("finish", kind, name, "on_busy", source="-o" if busy else "watchexec's default")
    if busy not in (None, "restart", "queue"):
        draft.report(f"-o {busy}", "hotrun restarts it" if restarts else "hotrun builds a later change after it")
    _watch(flags, draft)
    _ui(flags, draft)
    _skip(flags)
    flags.finish()
    return draft.finish()


def _command(flags: Flags, draft: ImportDraft, restarts: bool) -> tuple[str, str]:
    """Add the command; returns its kind of table and its name. The shell runs it, unless a flag says otherwise."""
    plain = flags.any("-n", "--no-shell")
    command: object = list(flags.rest) if plain else " ".join(flags.rest)
    env = dict(text.partition("=")[::2] for text in flags.values("-E"))
    add, kind = (draft.process, "run") if restarts else (draft.step, "build")
    name = add("app", command, "command", env=env, cwd=flags.value("--workdir"))
    shell = flags.value("--shell")
    if shell not in (None, "none") and not plain:
        draft.put(shell, kind, name, "shell", source="--shell")
    return kind, name


def _stop(flags: Flags, draft: ImportDraft, name: str) -> None:
    signal, timeout = flags.value("--stop-signal") or flags.value("-s"), flags.value("--stop-timeout")
    draft.put(words.signal_name(signal or "SIGTERM"), "run", name, "stop_signal", source="--stop-signal")
    wait = words.go_duration(timeout) if timeout and not timeout.isdigit() else timeout and f"{timeout}s"
    draft.put(wait or "10s", "run", name, "stop_timeout", source="--stop-timeout" if wait else "watchexec's default")


def _paths(flags: Flags, draft: ImportDraft) -> tuple[list[str] | None, str]:
    """The patterns of the files that trigger the command, None for all, and the flags that they come from."""
    found = [*patterns.extensions(flags.values("-e")), *patterns.each_anywhere(flags.values("-f"))]
    watched = [path for path in map(patterns.plain, [*flags.values("-w"), *flags.values("-W")]) if path]
    inside = [path for path in watched if patterns.is_inside(path)]
    if len(inside) != len(watched):
        draft.put([".", *(path for path in watched if path not in inside)], "watch", "paths", source="-w")
    if inside:
        found = [f"/{patterns.literal(path)}/**/{one.lstrip('/')}" for path in inside for one in found] or [
            patterns.file(path) for path in inside
        ]
    if ignored := patterns.each_anywhere(flags.values("-i")):
        draft.extend(ignored, "watch", "exclude", source="-i")
    return found or None, "-w, -e, -f"


def _watch(flags: Flags, draft: ImportDraft) -> None:
    if flags.any(*_IGNORES):
        draft.put(False, "watch", "gitignore", source="--no-vcs-ignore")
    if interval := flags.values("--poll"):
        draft.put("always", "watch", "poll", source="--poll")
        given = words.go_duration(interval[-1])
        if given not in (None, "0s"):
            draft.put(given, "watch", "poll_interval", source="--poll")


def _ui(flags: Flags, draft: ImportDraft) -> None:
    if flags.has("-c"):
        draft.put(True, "ui", "clear", source="-c")
    if flags.has("-N"):
        draft.put(True, "ui", "notify", source="-N")
        draft.report_terminal_notifications("-N")
    if flags.has("--bell"):
        draft.put(True, "ui", "bell", source="--bell")
        draft.report("--bell", "hotrun rings only when a build fails")


def _skip(flags: Flags) -> None:
    flags.skip("not needed: hotrun debounces too: `debounce` in [watch]", "-d", "--delay-run")
    flags.skip("use `hotrun --postpone` to wait for the first change", "-p")
    flags.skip(
        "not needed: $HOTRUN_CHANGED names a file with the changed paths, separated by NUL",
        "--emit-events-to",
        "--no-environment",
        "--only-emit-events",
    )
    flags.skip("not needed: hotrun ignores saves without changes", "--no-meta", "--fs-events")
    flags.skip("not needed: hotrun stops the whole process tree", "--wrap-process", "--no-process-group")
    flags.skip(
        "not needed: see `--ui` and `hotrun --once`",
        "-v",
        "-q",
        "--timings",
        "--print-events",
        "--color",
        "--log-file",
        "-1",
        "--exit-on-error",
    )
    flags.skip("add its patterns to `exclude` in [watch]", "--ignore-file", "--filter-file", "-F")
    flags.skip("not needed: see `gitignore` in [watch]", "--no-global-ignore", "--no-default-ignore")
    flags.skip("not supported", "-j", "--map-signal", "--stdin-quit", "-I")
    flags.skip("not needed: the folder of hotrun.toml", "--project-origin")
    flags.skip("see `listen` in [run]", "--socket")
