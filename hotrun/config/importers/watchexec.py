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
    """`watchexec [FLAGS] [--] COMMAND`. With -r the command is a process, otherwise a step."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    paths, origin = _paths(flags, draft)
    command = _command(flags)
    busy = flags.value("-o")
    env = dict(text.partition("=")[::2] for text in flags.values("-E"))
    folder = flags.value("--workdir")
    restarts = flags.has("-r") or busy == "restart"
    part = (draft.process if restarts else draft.step)("app", command, "command", env=env, cwd=folder)
    kind = "run" if restarts else "build"
    if paths is not None:
        draft.put(paths, kind, part, "paths", source=origin)
    shell = flags.value("--shell")
    if shell not in (None, "none") and isinstance(command, str):
        draft.put(shell, kind, part, "shell", source="--shell")
    signal, timeout = flags.value("--stop-signal") or flags.value("-s"), flags.value("--stop-timeout")
    if restarts:
        draft.put(words.signal_name(signal or "SIGTERM"), kind, part, "stop_signal", source="--stop-signal")
        wait = words.go_duration(timeout) if timeout and not timeout.isdigit() else timeout and f"{timeout}s"
        draft.put(wait or "10s", kind, part, "stop_timeout", source="--stop-timeout" if wait else "watchexec's default")
    elif busy in ("queue", "do-nothing") or busy is None:
        draft.put("finish", kind, part, "on_busy", source="-o" if busy else "watchexec's default")
    if busy not in (None, "restart", "queue"):
        draft.note(
            f"-o {busy}", "a change while it runs is built when it has ended" if not restarts else "it is restarted"
        )
    _watch(flags, draft)
    _leave_out(flags, draft)
    flags.finish()
    return draft.finish()


def _command(flags: Flags) -> str | list[str]:
    """Words are for the shell, unless -n, --no-shell or --shell=none says otherwise."""
    plain = flags.any("-n", "--no-shell")
    return list(flags.rest) if plain else " ".join(flags.rest)


def _paths(flags: Flags, draft: ImportDraft) -> tuple[list[str] | None, str]:
    found = patterns.extensions(flags.values("-e"))
    found += [one for glob in flags.values("-f") for one in patterns.anywhere(glob)]
    watched = [path for path in map(patterns.plain, [*flags.values("-w"), *flags.values("-W")]) if path]
    inside = [path for path in watched if patterns.is_inside(path)]
    if len(inside) != len(watched):
        draft.put([".", *(path for path in watched if path not in inside)], "watch", "paths", source="-w")
    if inside:
        found = [f"/{patterns.literal(path)}/**/{one.lstrip('/')}" for path in inside for one in found] or [
            patterns.file(path) for path in inside
        ]
    ignored = [one for glob in flags.values("-i") for one in patterns.anywhere(glob)]
    if ignored:
        draft.extend(ignored, "watch", "exclude", source="-i")
    return found or None, "-w, -e, -f"


def _watch(flags: Flags, draft: ImportDraft) -> None:
    if flags.any(*_IGNORES):
        draft.put(False, "watch", "gitignore", source="--no-vcs-ignore")
    interval = flags.values("--poll")
    if interval:
        draft.put("always", "watch", "poll", source="--poll")
        given = words.go_duration(interval[-1])
        if given not in (None, "0s"):
            draft.put(given, "watch", "poll_interval", source="--poll")


def _leave_out(flags: Flags, draft: ImportDraft) -> None:
    flags.skip("not needed: hotrun debounces too: `debounce` in [watch]", "-d", "--delay-run")
    flags.skip("start it as `hotrun --postpone`: nothing runs before the first change", "-p")
    flags.skip("not needed: hotrun leaves the terminal's own history alone", "-c")
    flags.skip("cannot be: hotrun shows no desktop notifications and rings no bell", "-N", "--bell")
    flags.skip(
        "not needed: $HOTRUN_CHANGED names a file with the changed paths, NUL between them",
        "--emit-events-to",
        "--no-environment",
        "--only-emit-events",
    )
    flags.skip("not needed: an edit that changes no byte starts nothing", "--no-meta", "--fs-events")
    flags.skip("not needed: hotrun ends the whole tree of a program", "--wrap-process", "--no-process-group")
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
    flags.skip("put its patterns into `exclude` in [watch]", "--ignore-file", "--filter-file", "-F")
    flags.skip("not needed: see `gitignore` in [watch]", "--no-global-ignore", "--no-default-ignore")
    flags.skip("cannot be", "-j", "--map-signal", "--stdin-quit", "-I")
    flags.skip("not needed: the folder of hotrun.toml", "--project-origin")
    flags.skip("see `listen` in [run]", "--socket")
