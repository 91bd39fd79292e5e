"""entr's command line with what lists its files: `find . -name '*.c' | entr -r ./app`."""

from __future__ import annotations

from hotrun.config.importers import patterns
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.imported import ImportDraft, Imported
from hotrun.config.importers.words import title

TOOL = "entr"
_VALUED = ("-x",)
_PLAIN = ("-a", "-c", "-d", "-n", "-p", "-r", "-s", "-z")


def from_flags(line: list[str], draft: ImportDraft, listing: list[str]) -> Imported:
    """The words behind `entr`, and those of the command whose output it reads."""
    flags = Flags(line, _VALUED, _PLAIN, draft)
    paths = _listed(listing)
    if paths is None:
        draft.note(" ".join(listing), "which files it lists is not known: all are watched, say it in `paths`")
    command: object = " ".join(flags.rest) if flags.has("-s") else flags.rest
    if any("/_" in word for word in flags.rest):
        draft.note("/_", "cannot be put in; $HOTRUN_CHANGED names a file with the changed paths, NUL between them")
    stays = flags.has("-r")
    add = draft.process if stays else draft.step
    part = add(title(" ".join(flags.rest)), command, "the command, -r" if stays else "the command", paths=paths)
    if paths:
        draft.remark(" ".join(listing), "run" if stays else "build", part, "paths")
    if flags.has("-z") and stays:
        draft.put("quit", "run", part, "on_exit", source="-z")
    flags.skip("not needed: new files and folders are watched anyway", "-d")
    flags.skip("not needed: no change is lost while it runs", "-a")
    flags.skip("start it as `hotrun --postpone`: nothing runs before the first change", "-p")
    flags.skip("not needed: a process has a terminal, and hotrun leaves the history alone", "-c", "-n")
    flags.skip("cannot be", "-z", "-x")
    flags.finish()
    return draft.finish()


def _listed(words: list[str]) -> list[str] | None:
    """The patterns of what find, ls, git ls-files, fd or rg list, as far as their words tell."""
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
