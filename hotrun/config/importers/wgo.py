"""wgo's command line: a chain of commands, the last of which may keep running. `wgo run` builds and runs a package."""

from __future__ import annotations

from collections.abc import Iterable

from hotrun.config.importers import go_tools, patterns, regexes, words
from hotrun.config.importers.flags import Flags
from hotrun.config.importers.go_tools import PROCESS, STEP
from hotrun.config.importers.imported import ImportDraft, Imported

TOOL = "wgo"
_VALUED = ("-cd", "-file", "-xfile", "-dir", "-xdir", "-root", "-debounce", "-poll", "-timeout")
_PLAIN = ("-verbose", "-exit", "-stdin", "-postpone")
# Flags of `go run` and `go build` that take a value.
_GO_VALUED = tuple(
    f"-{flag}"
    for flag in "p asmflags buildmode compiler gccgoflags gcflags installsuffix ldflags mod modfile overlay pgo "
    "pkgdir tags toolexec exec".split()
)
_RUN = [r"\.go$", r"^go\.mod$", r"^go\.sum$"]
_TESTS = r"_test\.go$"


def from_flags(line: list[str], draft: ImportDraft) -> Imported:
    """Convert `wgo [FLAGS] COMMAND [:: COMMAND ...] [:: wgo ...]`. Raises ConfigError if it runs nothing."""
    for chain in _chains(line):
        _Chain(chain, draft).convert()
    draft.report("", "hotrun keeps the old program running during a build, and if it fails; wgo stops it first")
    draft.report("", "hotrun waits up to 5s for the old program to exit (`stop_timeout`), wgo without limit")
    draft.report_ignore_files()
    return draft.finish()


def _chains(line: list[str]) -> Iterable[list[list[str]]]:
    """The commands of each wgo in the line. ":: wgo" begins the next one."""
    chain: list[list[str]] = [[]]
    for word in line:
        if word == "::":
            chain.append([])
        elif word == TOOL and len(chain) > 1 and not chain[-1]:
            yield chain[:-1]
            chain = [[]]
        else:
            chain[-1].append(word)
    yield chain


class _Chain:
    """Converts one wgo into a draft."""

    def __init__(self, chain: list[list[str]], draft: ImportDraft) -> None:
        first, *self.others = chain
        self.is_run = first[:1] == ["run"]
        valued = (*_VALUED, *(_GO_VALUED if self.is_run else ()))
        self.draft = draft
        self.flags = Flags(first[1:] if self.is_run else first, valued, _PLAIN, draft)

    def convert(self) -> None:
        paths, origin = self._paths()
        commands = [command for command in (self.flags.rest, *self.others) if command]
        folder = self.flags.value("-cd")
        keys = {"cwd": folder}
        needs: list[str] = []
        if self.is_run and commands:
            package, *arguments = commands.pop(0)
            output = f"./tmp/{go_tools.PROCESS}"
            command = go_tools.build_command(output, package, self._go_flags())
            outputs = go_tools.binary_outputs(output) if folder is None else []
            needs = [self.draft.step(STEP, command, "wgo run", outputs=outputs, paths=paths, **keys)]
            commands.append(go_tools.program(output, arguments))
        for command_line in commands[:-1]:
            command_of_shell = _without_shell(command_line)
            needs = [
                self.draft.step(
                    words.title(" ".join(command_line)), command_of_shell, "::", needs=needs, paths=paths, **keys
                )
            ]
        if commands:
            name = self.draft.process(PROCESS, _without_shell(commands[-1]), "the last command", needs=needs, **keys)
            if not needs or self.is_run is False:
                self.draft.put(paths if paths is not None else ["**"], "run", name, "paths", source=origin)
            elif paths is not None and (restarting := go_tools.restarting(paths)):
                self.draft.put(restarting, "run", name, "paths", source=go_tools.RESTART_ONLY)
            if self.flags.has("-exit"):
                self.draft.put("quit", "run", name, "on_exit", source="-exit")
        self._skip()

    def _go_flags(self) -> list[str]:
        return [word for flag in _GO_VALUED for value in self.flags.values(flag) for word in (flag, value)]

    def _paths(self) -> tuple[list[str] | None, str]:
        files, folders = self.flags.values("-file"), self.flags.values("-dir")
        includes = [*(_RUN if self.is_run else []), *files]
        excludes = [*([_TESTS] if self.is_run else []), *self.flags.values("-xfile")]
        found = self._translated(includes, "-file")
        within = self._translated(folders, "-dir")
        if within and found:
            self.draft.report("-dir", "in wgo both -dir and -file must match, hotrun uses the whole folders")
        included = within or found
        left = [f"!{one}" for one in self._translated(excludes, "-xfile")]
        excluded = [f"{one.rstrip('*/')}/" for one in self._translated(self.flags.values("-xdir"), "-xdir")]
        self.draft.extend([*excluded, ".*/"], "watch", "exclude", source="-xdir, hidden folders")
        roots = [path for path in map(patterns.plain, self.flags.values("-root")) if path]
        if roots:
            self.draft.put([".", *roots], "watch", "paths", source="-root")
        origin = "wgo run" if self.is_run and not files else "-file, -xfile, -dir"
        return ([*(included or ["**"]), *left] if included or left else None), origin

    def _translated(self, texts: list[str], flag: str) -> list[str]:
        found: list[str] = []
        for text in texts:
            these = regexes.patterns(text, rooted=True)
            if these is None:
                self.draft.report(f"{flag} {text}", "no equivalent gitignore pattern: see `paths`")
            found += these or []
        return found

    def _skip(self) -> None:
        flags = self.flags
        flags.skip(go_tools.AT_ONCE, "-debounce")
        flags.skip("not needed: hotrun polls where the system reports no changes", "-poll")
        flags.skip("not needed: a process has a terminal", "-stdin")
        flags.skip("use `hotrun --postpone` to wait for the first change", "-postpone")
        flags.skip("see `stop_timeout`", "-timeout")
        flags.skip("not needed: see `hotrun why`", "-verbose")
        if not self.is_run:
            flags.finish()
            return
        # The remaining flags belong to `go build`.
        flags.skip("a flag of Go: add it to the command", *_GO_VALUED)
        flags.finish()


def _without_shell(command: list[str]) -> list[str] | str:
    """`sh -c TEXT` as a string, which hotrun.toml runs with a shell."""
    return command[2] if len(command) == 3 and command[:2] == ["sh", "-c"] else command
