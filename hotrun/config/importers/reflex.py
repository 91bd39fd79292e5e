"""reflex: each line of its configuration is its command line. A service (-s) is a process, any other command a step."""

from __future__ import annotations

import shlex

from hotrun.config.importers import patterns, regexes, words
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource

TOOL = "reflex"
_VALUED = (
    "-r|--regex",
    "-R|--inverse-regex",
    "-g|--glob",
    "-G|--inverse-glob",
    "--substitute",
    "-t|--shutdown-timeout",
    "-c|--config",
    "-d|--decoration",
)
_PLAIN = ("-s|--start-service", "--only-files", "--only-dirs", "--all", "-e|--sequential", "-v|--verbose", "-h|--help")
_SYMBOL = "{}"
_TIMEOUT = "500ms"


def convert(source: KeySource) -> Imported:
    """The text of a file for `reflex -c`. Raises ConfigError with the line whose quotes do not end."""
    draft = ImportDraft(TOOL, source)
    for number, line in _lines(source):
        _Line(f"line {number}", line, draft).take_over()
    return _finished(draft)


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """One command line of reflex. Raises ConfigError where it runs nothing."""
    _Line("", line, draft).take_over()
    return _finished(draft)


def _finished(draft: ImportDraft) -> Imported:
    draft.note("", "commands run at the start as well; without -s reflex waits for the first change")
    draft.note("", "deleted files count, too; reflex does not see them")
    draft.note_ignore_files()
    return draft.finish()


def _lines(source: KeySource) -> list[tuple[int, list[str]]]:
    """The command lines with the numbers of their first lines; one goes on while its quotes are open."""
    found: list[tuple[int, list[str]]] = []
    text, start = "", 0
    for number, line in enumerate(source.text.splitlines(), 1):
        if not text and (not line.strip() or line.lstrip().startswith("#")):
            continue
        start = start or number
        text = f"{text}\n{line}" if text else line
        if text.endswith("\\"):
            text = text[:-1]
            continue
        parts = words.split(text)
        if parts is not None:
            found.append((start, parts))
            text, start = "", 0
    if text:
        raise source.wrong(start, "the quotes of this line do not end", "close them")
    return found


class _Line:
    """One command of reflex on its way into a draft."""

    def __init__(self, where: str, line: list[str], draft: ImportDraft) -> None:
        self.draft = draft
        self.where = f"{where}: " if where else ""
        self.flags = Flags(line[1:] if line[:1] == [TOOL] else line, _VALUED, _PLAIN, draft)

    def take_over(self) -> None:
        flags = self.flags
        paths = self._paths()
        command = self._command(flags.value("--substitute") or _SYMBOL)
        origin = f"{self.where}command" if self.where else "command"
        if flags.has("-s"):
            name = self.draft.process(self._title(), command, f"{origin}, -s", paths=paths)
            self.draft.put("SIGINT", "run", name, "stop_signal", source="as reflex does")
            given = flags.value("-t")
            timeout = words.go_duration(given) if given is not None else None
            self.draft.put(
                timeout or _TIMEOUT, "run", name, "stop_timeout", source="-t" if timeout else "reflex's default"
            )
        else:
            flags.skip("counts with -s alone", "-t")
            self.draft.step(self._title(), command, origin, paths=paths)
        flags.skip("not needed: hotrun tells of files alone", "--only-files")
        flags.skip("cannot be: hotrun tells of files, not of folders", "--only-dirs")
        flags.skip("see `gitignore` in [watch]", "--all")
        flags.skip("not needed: `needs` orders steps", "-e")
        flags.skip("not needed: hotrun names who prints", "-d", "-v", "-h")
        flags.skip("read that file as well: hotrun init --from FILE", "-c")
        flags.finish()

    def _paths(self) -> list[str] | None:
        """gitignore patterns. All of reflex's must match, so two that take are an intersection, which has no words."""
        takes = [(f"-r {text}", regexes.patterns(text, rooted=True)) for text in self.flags.values("-r")]
        takes += [(f"-g {text}", _glob(text)) for text in self.flags.values("-g")]
        leaves = [(f"-R {text}", regexes.patterns(text, rooted=True)) for text in self.flags.values("-R")]
        leaves += [(f"-G {text}", _glob(text)) for text in self.flags.values("-G")]
        for flag, found in (*takes, *leaves):
            if found is None:
                self.draft.note(f"{self.where}{flag}", "no gitignore pattern says that: see `paths`")
        known = [(flag, found) for flag, found in takes if found is not None]
        for flag, _ in known[1:]:
            self.draft.note(
                f"{self.where}{flag}", "only the first pattern is taken over: in reflex all of them must match"
            )
        paths = known[0][1] if known else ["**"]
        without = [f"!{pattern}" for _, found in leaves for pattern in found or []]
        return None if paths == ["**"] and not without else [*paths, *without]

    def _command(self, symbol: str) -> list[str] | str:
        argv = self.flags.rest
        if argv[:2] in (["sh", "-c"], ["/bin/sh", "-c"]) and len(argv) == 3:
            text = argv[2]
            if symbol in text:
                self._note_symbol(symbol)
            return text.replace(symbol, ".")
        if any(symbol in word for word in argv):
            self._note_symbol(symbol)
        return [word.replace(symbol, ".") for word in argv]

    def _note_symbol(self, symbol: str) -> None:
        why = 'cannot be put in; $HOTRUN_CHANGED names a file with the changed paths. "." takes its place'
        self.draft.note(f"{self.where}{symbol}", why)

    def _title(self) -> str:
        return words.title(shlex.join(self.flags.rest))


def _glob(text: str) -> list[str] | None:
    return patterns.rooted(text) or None
