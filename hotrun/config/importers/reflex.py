"""reflex: each line of its configuration is a command line. A service (-s) is a process, any other command a step."""

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
    """Convert a file for `reflex -c`. Raises ConfigError with the line of an unclosed quote."""
    draft = ImportDraft(TOOL, source)
    for number, line in _lines(source):
        _Line(f"line {number}", line, draft).convert()
    return _finished(draft)


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert a command line of reflex. Raises ConfigError if it runs nothing."""
    _Line("", line, draft).convert()
    return _finished(draft)


def _finished(draft: ImportDraft) -> Imported:
    draft.report("", "hotrun also runs commands at the start; without -s, reflex waits for the first change")
    draft.report("", "hotrun handles deleted files; reflex ignores them")
    draft.report_ignore_files()
    return draft.finish()


def _lines(source: KeySource) -> list[tuple[int, list[str]]]:
    """The command lines with their line numbers. A command continues over lines while a quote is open."""
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
        raise source.error(start, "unclosed quote", "close it")
    return found


class _Line:
    """Converts one command of reflex into a draft."""

    def __init__(self, where: str, line: list[str], draft: ImportDraft) -> None:
        self.draft = draft
        self.where = f"{where}: " if where else ""
        self.flags = Flags(line[1:] if line[:1] == [TOOL] else line, _VALUED, _PLAIN, draft)

    def convert(self) -> None:
        flags = self.flags
        paths = self._paths()
        command = self._command(flags.value("--substitute") or _SYMBOL)
        origin = f"{self.where}command" if self.where else "command"
        if flags.has("-s"):
            name = self.draft.process(self._title(), command, f"{origin}, -s", paths=paths)
            self.draft.put("SIGINT", "run", name, "stop_signal", source="as in reflex")
            given = flags.value("-t")
            timeout = words.go_duration(given) if given is not None else None
            self.draft.put(
                timeout or _TIMEOUT, "run", name, "stop_timeout", source="-t" if timeout else "reflex's default"
            )
        else:
            flags.skip("only used with -s", "-t")
            self.draft.step(self._title(), command, origin, paths=paths)
        flags.skip("not needed: hotrun only reports files", "--only-files")
        flags.skip("not supported: hotrun reports files, not folders", "--only-dirs")
        flags.skip("see `gitignore` in [watch]", "--all")
        flags.skip("not needed: `needs` orders steps", "-e")
        flags.skip("not needed: hotrun prefixes output with the name", "-d", "-v", "-h")
        flags.skip("convert that file as well: hotrun init --from FILE", "-c")
        flags.finish()

    def _paths(self) -> list[str] | None:
        """The gitignore patterns. All of reflex's patterns must match, but gitignore cannot express an intersection."""
        includes = [(f"-r {text}", regexes.patterns(text, rooted=True)) for text in self.flags.values("-r")]
        includes += [(f"-g {text}", _glob(text)) for text in self.flags.values("-g")]
        excludes = [(f"-R {text}", regexes.patterns(text, rooted=True)) for text in self.flags.values("-R")]
        excludes += [(f"-G {text}", _glob(text)) for text in self.flags.values("-G")]
        for flag, found in (*includes, *excludes):
            if found is None:
                self.draft.report(f"{self.where}{flag}", "no equivalent gitignore pattern: see `paths`")
        known = [(flag, found) for flag, found in includes if found is not None]
        for flag, _ in known[1:]:
            self.draft.report(
                f"{self.where}{flag}", "skipped: in reflex all patterns must match, hotrun only uses the first"
            )
        paths = known[0][1] if known else ["**"]
        without = [f"!{pattern}" for _, found in excludes for pattern in found or []]
        return None if paths == ["**"] and not without else [*paths, *without]

    def _command(self, symbol: str) -> list[str] | str:
        argv = self.flags.rest
        if argv[:2] in (["sh", "-c"], ["/bin/sh", "-c"]) and len(argv) == 3:
            text = argv[2]
            if symbol in text:
                self._report_symbol(symbol)
            return text.replace(symbol, ".")
        if any(symbol in word for word in argv):
            self._report_symbol(symbol)
        return [word.replace(symbol, ".") for word in argv]

    def _report_symbol(self, symbol: str) -> None:
        why = 'not supported, replaced by ".": $HOTRUN_CHANGED names a file with the changed paths'
        self.draft.report(f"{self.where}{symbol}", why)

    def _title(self) -> str:
        return words.title(shlex.join(self.flags.rest))


def _glob(text: str) -> list[str] | None:
    return patterns.rooted(text) or None
