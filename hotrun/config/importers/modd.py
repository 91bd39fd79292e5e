"""modd (modd.conf): each block's preps are steps in a row, its daemons are processes that need them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from hotrun.config.importers import patterns
from hotrun.config.importers.imported import ImportDraft, Imported, KeySource
from hotrun.config.importers.words import title

TOOL = "modd"
_SIGNALS = ("sighup", "sigterm", "sigint", "sigkill", "sigquit", "sigusr1", "sigusr2", "sigwinch")
_ENDING = ("sighup", "sigterm", "sigint", "sigkill", "sigquit")
_COMMON = ["*.tmp", "*.bak", "*#"]  # of modd's own list, what hotrun does not leave out by itself
_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | (?P<quoted>!?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<open>\{(?=\s|\#|$))
      | (?P<bare>[^\s{}="'\#]?(?:[^\s{}="'\#]|\{[^\s{}]*\})+)
      | (?P<sign>[={}])""",
    re.VERBOSE | re.DOTALL,
)
_COMMAND = re.compile(r"(?P<kind>prep|daemon|indir)\b(?P<options>(?:[ \t]+\+\w+)*)[ \t]*:[ \t]*", re.ASCII)
_REMEDY = "see what `modd` itself says about it"


class ModdCommand(msgspec.Struct):
    """A line of a block; `kind` is prep, daemon or indir, `options` are without their plus."""

    kind: str
    options: list[str]
    text: str


class ModdBlock(msgspec.Struct):
    """A block: `found` and `left_out` are its patterns."""

    line: int
    found: list[str]
    left_out: list[str]
    no_ignore: bool
    commands: list[ModdCommand]


def convert(source: KeySource) -> Imported:
    """The text of a modd.conf. Raises ConfigError with the line that modd could not read either."""
    draft = ImportDraft(TOOL, source)
    variables, blocks = _ModdReader(source).read()
    shell = variables.pop("@shell", None)
    draft.extend(_COMMON, "watch", "exclude", source="modd's own list")
    for block in blocks:
        _Block(block, variables, shell, draft).take_over()
    for name in variables:
        draft.note(name, "put in where it was used")
    draft.note("", "blocks run beside each other; in modd from top to bottom: `needs` orders them")
    draft.note(
        "", "a program that has ended waits longer for each restart (`on_exit`); modd waits before every restart"
    )
    draft.note_ignore_files()
    return draft.finish()


class _Block:
    """One block on its way into a draft."""

    def __init__(self, block: ModdBlock, variables: dict[str, str], shell: str | None, draft: ImportDraft) -> None:
        self.block = block
        self.draft = draft
        self.variables = variables
        self.where = f"line {block.line}"
        self.keys: dict[str, object] = {}
        self.root = "."  # where modd.conf lies, seen from indir
        if shell not in (None, "sh", "modd"):
            self.keys["shell"] = shell

    def take_over(self) -> None:
        paths = self._paths()
        for command in self.block.commands:
            if command.kind == "indir":
                self.keys["cwd"] = self._with_variables(command.text).replace("@confdir", ".")
        folder = patterns.plain(str(self.keys.get("cwd", "")))
        self.root = "/".join([".."] * len(folder.split("/"))) if folder and patterns.is_inside(folder) else "."
        needs: list[str] = []
        for command in self.block.commands:
            if command.kind == "prep":
                needs = [self._prep(command, paths, needs)]
        for command in self.block.commands:
            if command.kind == "daemon":
                self._daemon(command, paths, needs)

    def _paths(self) -> list[str]:
        """gitignore patterns; an empty list for a block without any, which runs at the start alone."""
        found = [pattern for glob in self.block.found for pattern in patterns.rooted(glob)]
        for glob in self.block.found:
            if glob.startswith("./"):
                self.draft.note(
                    f"{self.where}: {glob}", 'modd never matches a pattern with "./" in front; here it matches'
                )
        outside = [glob for glob in self.block.found if not patterns.is_inside(glob)]
        if outside:
            roots = [re.split(r"[*?\[{]", glob)[0].rstrip("/") or ".." for glob in outside]
            self.draft.extend([".", *roots], "watch", "paths", source=self.where)
        if self.block.no_ignore:
            self.draft.note(f"{self.where}: +noignore", "see `gitignore` and `exclude` in [watch], which hold for all")
        left_out = [pattern for glob in self.block.left_out for pattern in patterns.rooted(glob)]
        return found + [f"!{pattern}" for pattern in left_out if found]

    def _prep(self, command: ModdCommand, paths: list[str], needs: list[str]) -> str:
        text = self._command(command)
        name = self.draft.step(title(text), text, f"{self.where}: prep", needs=needs, **self.keys)
        self._sourced("build", name)
        # Without any, it runs at the start and never again.
        self.draft.put(paths, "build", name, "paths", source=f"{self.where}: patterns")
        for option in command.options:
            if option == "onchange":
                self.draft.note(f"{self.where}: prep +onchange", "cannot be: each step runs at the start as well")
            else:
                self.draft.note(f"{self.where}: prep +{option}", "unknown to modd, too")
        return name

    def _daemon(self, command: ModdCommand, paths: list[str], needs: list[str]) -> None:
        text = self._command(command)
        name = self.draft.process(title(text), text, f"{self.where}: daemon", needs=needs, **self.keys)
        self._sourced("run", name)
        signal = next((option for option in command.options if option in _SIGNALS), "sighup")
        if signal == "sighup":
            why = "a program that reads its files anew on SIGHUP and goes on is ended here: say `reload` instead"
            self.draft.note(f"{self.where}: daemon", why)
        for option in command.options:
            if option not in _SIGNALS:
                self.draft.note(f"{self.where}: daemon +{option}", "unknown to modd, too")
        origin = f"{self.where}: +{signal}" if signal in command.options else "modd's default"
        if signal in _ENDING:
            self.draft.put(signal.upper(), "run", name, "stop_signal", source=origin)
            restarted = paths
        else:
            reload = {"paths": paths, "signal": signal.upper()}
            self.draft.put(reload, "run", name, "reload", source=f"{origin} does not end a program")
            restarted = []
        if restarted or not needs:
            self.draft.put(restarted, "run", name, "paths", source=f"{self.where}: patterns")
        self.draft.put("restart", "run", name, "on_exit", source="as modd does")

    def _command(self, command: ModdCommand) -> str:
        text = self._with_variables(command.text)
        for name in ("@mods", "@dirmods"):
            if re.search(rf"{name}\b", text):
                self.draft.note(
                    f"{self.where}: {name}",
                    "cannot be put in; $HOTRUN_CHANGED names a file with the changed paths, NUL between them. The root "
                    "takes its place",
                )
                text = re.sub(rf"(?<!\\){name}\b", "." if name == "@mods" else "./...", text)
        return text.replace("@confdir", self.root)

    def _sourced(self, kind: str, name: str) -> None:
        for key, source in (("shell", "@shell"), ("cwd", f"{self.where}: indir")):
            if key in self.keys:
                self.draft.remark(source, kind, name, key)

    def _with_variables(self, text: str) -> str:
        for name in sorted(self.variables, key=len, reverse=True):
            text = re.sub(rf"(?<!\\){re.escape(name)}\b", lambda _, name=name: self.variables[name], text)  # type: ignore[misc]
        return text


class _ModdReader:
    """Reads modd's own format: variables, and blocks of patterns and commands."""

    def __init__(self, source: KeySource) -> None:
        self.source = source
        self.text = source.text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.at = 0

    def read(self) -> tuple[dict[str, str], list[ModdBlock]]:
        variables: dict[str, str] = {}
        blocks: list[ModdBlock] = []
        while (kind := self._peek()) is not None:
            found = re.compile(r"@(\w+)\s*=\s*").match(self.text, self.at)
            if found is not None:
                self.at = found.end()
                variables[f"@{found[1]}"] = self._value()
            elif kind == "sign" and self.text[self.at] in "=}":
                raise self._wrong(f'unexpected "{self.text[self.at]}"')
            else:
                blocks.append(self._block())
        return variables, blocks

    def _block(self) -> ModdBlock:
        line = self._line()
        found: list[str] = []
        left_out: list[str] = []
        for word, quoted in self._patterns():
            if word.startswith("!"):
                left_out.append(_unquoted(word[1:]) if quoted else word[1:])
            else:
                found.append(_unquoted(word) if quoted else word)
        no_ignore = "+noignore" in found
        found = [word for word in found if word != "+noignore"]
        return ModdBlock(line, found, left_out, no_ignore, list(self._commands(line)))

    def _patterns(self) -> Iterator[tuple[str, bool]]:
        """The words up to the brace that opens the block."""
        while True:
            kind = self._peek()
            token = _TOKEN.match(self.text, self.at) if kind is not None else None
            if token is None or (token.lastgroup == "sign" and token[0] != "{"):
                raise self._wrong("expected patterns and a block in { }")
            self.at = token.end()
            if token[0] == "{":
                return
            yield token[0], token.lastgroup == "quoted"

    def _commands(self, line: int) -> Iterator[ModdCommand]:
        while True:
            if self._peek() is None:
                raise self.source.wrong(line, "the block that begins here has no }", _REMEDY)
            if self.text[self.at] == "}":
                self.at += 1
                return
            found = _COMMAND.match(self.text, self.at)
            if found is None:
                raise self._wrong("expected prep:, daemon: or indir:")
            self.at = found.end()
            yield ModdCommand(found["kind"], found["options"].replace("+", "").split(), self._value())

    def _value(self) -> str:
        """A quoted text, which may go over lines, or the rest of the line."""
        quoted = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL).match(self.text, self.at)
        if quoted is not None and re.compile(r"[ \t]*(\n|\#|$|\})").match(self.text, quoted.end()):
            self.at = quoted.end()
            return _unquoted(quoted[0]).strip()
        if self.text[self.at : self.at + 1] in "\"'" and quoted is None and self.at < len(self.text):
            raise self._wrong("the quoted text that begins here does not end")
        found = re.compile(r"(?:\\\n|[^\n])*").match(self.text, self.at)
        assert found is not None  # it matches the empty text, too
        self.at = found.end()
        return found[0].strip()

    def _peek(self) -> str | None:
        """The kind of the next token, spaces and comments left behind; None at the end."""
        token = _TOKEN.match(self.text, self.at)
        while token is not None and token.lastgroup == "space":
            self.at = token.end()
            token = _TOKEN.match(self.text, self.at)
        if token is None and self.at < len(self.text):
            raise self._wrong(f'unexpected "{self.text[self.at]}"')
        return token.lastgroup if token is not None else None

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _wrong(self, problem: str) -> Exception:
        return self.source.wrong(self._line(), problem, _REMEDY)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: found[1] if found[1] == text[0] else found[0], text[1:-1], flags=re.DOTALL)
