"""gow's command line: `gow [FLAGS] run . ARGUMENTS`, or another go command."""

from __future__ import annotations

from hotrun.config.importers import go_tools, patterns
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported
from hotrun.config.importers.words import title

TOOL = "gow"
_VALUED = ("-e", "-w", "-i", "-g", "-P")
_PLAIN = ("-v", "-c", "-s", "-S", "-r", "-p", "-l", "-t", "-f")
_EXT = ["go,mod"]
_OUTPUT = "./tmp/app"


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert a command line of gow. Raises ConfigError if it runs nothing."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    given = flags.values("-e")
    paths, origin = patterns.extensions(given or _EXT), "-e" if given else "-e (default)"
    folders = [path for text in flags.values("-w") for path in map(patterns.plain, text.split(",")) if path]
    if folders:
        draft.put(folders, "watch", "paths", source="-w")
    ignored = [patterns.folder(path) for text in flags.values("-i") for path in text.split(",") if patterns.plain(path)]
    if ignored:
        draft.extend(ignored, "watch", "exclude", source="-i")
    go, command = flags.value("-g") or "go", flags.rest
    if command[:1] == ["run"] and go == "go":
        _run(command[1:], paths, origin, draft)
    elif command:
        step = draft.step(title(" ".join(command)), [go, *command], "the command")
        draft.put(paths, "build", step, "paths", source=origin)
    if flags.any("-c", "-s"):
        draft.put(True, "ui", "clear", source="-c, -s")
    flags.skip("not needed: hotrun separates the builds", "-S")
    flags.skip(
        "not needed: see hotrun's keys and `hotrun status`",
        "-v",
        "-r",
        "-t",
        "-P",
        "-f",
    )
    flags.skip("use `hotrun --postpone` to wait for the first change", "-p")
    flags.skip("not needed: a change cancels a build, and hotrun restarts the process when it passes", "-l")
    draft.report_ignore_files()
    flags.finish()
    return draft.finish()


def _run(words: list[str], paths: list[str], origin: str, draft: ImportDraft) -> None:
    """Convert `go run` to a build and a process. The old process runs during the build, and gets signals directly."""
    first = next((at for at, word in enumerate(words) if not word.startswith("-")), len(words))
    flags = words[:first]
    package, *arguments = words[first:] or ["."]
    command = go_tools.build_command(_OUTPUT, package, flags)
    step = draft.step(STEP, command, "gow run", outputs=go_tools.binary_outputs(_OUTPUT))
    draft.put(paths, "build", step, "paths", source=origin)
    name = draft.process(PROCESS, go_tools.program(_OUTPUT, arguments), "gow run", needs=[step])
    if restarting := go_tools.restarting(paths):
        draft.put(restarting, "run", name, "paths", source=go_tools.RESTART_ONLY)
