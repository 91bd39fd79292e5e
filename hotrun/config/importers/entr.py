"""entr's command line, with the command that lists the files: `find . -name '*.c' | entr -r ./app`."""

from __future__ import annotations

from hotrun.config.importers import patterns
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.imported import ImportDraft, Imported
from hotrun.config.importers.words import title

TOOL = "entr"
_VALUED = ("-x",)
_PLAIN = ("-a", "-c", "-d", "-n", "-p", "-r", "-s", "-z")


def from_flags(line: list[str], draft: ImportDraft, listing: list[str]) -> Imported:
    """Convert the words after `entr`. `listing`: the command that lists the files."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    paths = _listed(listing)
    if paths is None:
        draft.report(" ".join(listing), "hotrun cannot tell which files it lists and watches all: see `paths`")
    command: object = " ".join(flags.rest) if flags.has("-s") else flags.rest
    if any("/_" in word for word in flags.rest):
        draft.report("/_", "not supported: $HOTRUN_CHANGED names a file with the changed paths, separated by NUL")
    restarts = flags.has("-r")
    add = draft.process if restarts else draft.step
    part = add(title(" ".join(flags.rest)), command, "the command, -r" if restarts else "the command", paths=paths)
    if paths:
        draft.remark(" ".join(listing), "run" if restarts else "build", part, "paths")
    if flags.has("-z") and restarts:
        draft.put("quit", "run", part, "on_exit", source="-z")
    flags.skip("not needed: hotrun watches new files and folders", "-d")
    flags.skip("not needed: hotrun handles changes during a run", "-a")
    flags.skip("use `hotrun --postpone` to wait for the first change", "-p")
    if flags.has("-c"):
        draft.put(True, "ui", "clear", source="-c")
    flags.skip("not needed: a process has a terminal", "-n")
    flags.skip("not supported", "-z", "-x")
    flags.finish()
    return draft.finish()


def _listed(words: list[str]) -> list[str] | None:
    """The patterns of the files that find, ls, git ls-files, fd or rg list. None if their arguments do not tell."""
    if words[:1] == ["find"]:
        names = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-name", "-iname")]
        return names or None
    if words[:1] in (["ls"], ["echo"]) or words[:2] == ["git", "ls-files"]:
        found = [
            one
            for word in words[1:]
            if not word.startswith("-") and word != "ls-files"
            for one in patterns.rooted(word)
        ]
        return found or None
    if words[:1] in (["fd"], ["rg"], ["ag"]):
        kinds = [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("-e", "-t", "--type", "--extension")]
        return patterns.extensions(kinds) or None
    return None
