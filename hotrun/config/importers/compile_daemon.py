"""CompileDaemon's command line: build commands, and a command to run if they pass."""

from __future__ import annotations

from hotrun.config.importers import go_tools, patterns, regexes
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported

TOOL = "CompileDaemon"
_VALUED = (
    "-build",
    "-command",
    "-pattern",
    "-exclude",
    "-exclude-dir",
    "-include",
    "-directory",
    "-graceful-timeout",
    "-polling-interval",
    "-run-dir",
    "-build-dir",
    "-command-stop",
    "-log-prefix",
    "-recursive",
    "-color",
)
_PLAIN = ("-graceful-kill", "-polling", "-verbose")
_PATTERN = r"(.+\.go|.+\.c)$"
_GRACE = "3s"


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert `CompileDaemon [FLAGS]`. Without -command it only builds."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    paths, origin = _paths(flags, draft)
    folder = flags.value("-directory")
    directory = patterns.plain(folder or "")
    if directory:
        draft.put([directory], "watch", "paths", source="-directory")
    needs: list[str] = []
    builds = flags.values("-build")
    for command in builds or ["go build"]:
        where = flags.value("-build-dir") or directory or None
        needs = [draft.step(STEP, command, "-build" if builds else "-build (default)", needs=needs, cwd=where)]
        draft.put(paths, "build", needs[0], "paths", source=origin)
    command_line = flags.value("-command")
    if command_line is None:
        flags.skip("not used without -command", "-run-dir", "-graceful-kill", "-graceful-timeout", "-command-stop")
    else:
        _run(flags, command_line, needs, draft)
    flags.skip("not needed: hotrun polls where the system reports no changes", "-polling", "-polling-interval")
    flags.skip("not needed: hotrun prefixes output with the name, in color", "-log-prefix", "-color", "-verbose")
    flags.skip("not needed: hotrun watches all subfolders", "-recursive")
    if flags.rest:
        draft.report(" ".join(flags.rest), "CompileDaemon takes no arguments")
    draft.report("", "CompileDaemon splits commands at each space; in hotrun.toml the shell parses them, with quotes")
    draft.report_ignore_files()
    flags.finish()
    return draft.finish()


def _run(flags: Flags, command: str, needs: list[str], draft: ImportDraft) -> None:
    name = draft.process(PROCESS, command, "-command", needs=needs, cwd=flags.value("-run-dir"))
    if flags.has("-graceful-kill"):
        draft.put("SIGTERM", "run", name, "stop_signal", source="-graceful-kill")
        seconds = flags.value("-graceful-timeout")
        timeout = f"{seconds}s" if seconds and seconds.isdigit() else _GRACE
        draft.put(timeout, "run", name, "stop_timeout", source="-graceful-timeout")
    else:
        draft.report("-graceful-kill", go_tools.TERMINATION.format(tool=TOOL))
    flags.skip("not needed: the old program keeps running during a build", "-command-stop")


def _paths(flags: Flags, draft: ImportDraft) -> tuple[list[str], str]:
    given = flags.value("-pattern")
    found = regexes.patterns(given or _PATTERN, rooted=False)
    if found is None:
        draft.report(f"-pattern {given}", "no equivalent gitignore pattern: see `paths`")
    found = [*(found or []), *patterns.each_anywhere(flags.values("-include"))]
    excluded = patterns.each_anywhere(flags.values("-exclude"))
    excluded += [f"{one}/" for glob in flags.values("-exclude-dir") for one in patterns.anywhere(glob.rstrip("/"))]
    if excluded:
        draft.extend(excluded, "watch", "exclude", source="-exclude, -exclude-dir")
    return found or ["**"], "-pattern, -include" if given else "-pattern (default)"
