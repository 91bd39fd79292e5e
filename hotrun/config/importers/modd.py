"""modd (modd.conf): each block's preps become a chain of steps, its daemons become processes that need them."""

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
_COMMON = ["*.tmp", "*.bak", "*#"]  # the part of modd's list that hotrun does not exclude by default
_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | (?P<quoted>!?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))
      | (?P<open>\{(?=\s|\#|$))
      | (?P<bare>[^\s{}="'\#]?(?:[^\s{}="'\#]|\{[^\s{}]*\})+)
      | (?P<sign>[={}])""",
    re.VERBOSE | re.DOTALL,
)
_COMMAND = re.compile(r"(?P<kind>prep|daemon|indir)\b(?P<options>(?:[ \t]+\+\w+)*)[ \t]*:[ \t]*", re.ASCII)
_REMEDY = "fix it, or validate it with `modd`"


class ModdCommand(msgspec.Struct):
    """A line of a block. `kind`: prep, daemon or indir. `options`: without the plus sign."""

    kind: str
    options: list[str]
    text: str


class ModdBlock(msgspec.Struct):
    """A block with its patterns and commands."""

    line: int
    included: list[str]
    excluded: list[str]
    no_ignore: bool
    commands: list[ModdCommand]


def convert(source: KeySource) -> Imported:
    """Convert a modd.conf. Raises ConfigError with the line of a syntax error."""
    draft = ImportDraft(TOOL, source)
    variables, blocks = _ModdReader(source).read()
    shell = variables.pop("@shell", None)
    draft.extend(_COMMON, "watch", "exclude", source="modd's own list")
    for block in blocks:
        _Block(block, variables, shell, draft).convert()
    for name in variables:
        draft.report(name, "replaced by its value")
    draft.report("", "hotrun runs blocks in parallel, modd from top to bottom: see `needs`")
    draft.report(
        "",
        "hotrun restarts a program that exits with backoff (`on_exit`); modd waits the same time before every restart",
    )
    draft.report_ignore_files()
    return draft.finish()


class _Block:
    """Converts one block into a draft."""

    def __init__(self, block: ModdBlock, variables: dict[str, str], shell: str | None, draft: ImportDraft) -> None:
        self.block = block
        self.draft = draft
        self.variables = variables
        self.where = f"line {block.line}"
        self.keys: dict[str, object] = {}
        self.root = "."  # the folder of modd.conf, relative to indir
        if shell not in (None, "sh", "modd"):
            self.keys["shell"] = shell

    def convert(self) -> None:
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
        """The gitignore patterns. Empty for a block without patterns, which only runs at the start."""
        found = [pattern for glob in self.block.included for pattern in patterns.rooted(glob)]
        for glob in self.block.included:
            if glob.startswith("./"):
                self.draft.report(
                    f"{self.where}: {glob}", 'modd never matches a pattern that starts with "./", hotrun does'
                )
        outside = [glob for glob in self.block.included if not patterns.is_inside(glob)]
        if outside:
            roots = [re.split(r"[*?\[{]", glob)[0].rstrip("/") or ".." for glob in outside]
            self.draft.extend([".", *roots], "watch", "paths", source=self.where)
        if self.block.no_ignore:
            self.draft.report(
                f"{self.where}: +noignore", "see `gitignore` and `exclude` in [watch], which apply to all blocks"
            )
        excluded = [pattern for glob in self.block.excluded for pattern in patterns.rooted(glob)]
        return found + [f"!{pattern}" for pattern in excluded if found]

    def _prep(self, command: ModdCommand, paths: list[str], needs: list[str]) -> str:
        text = self._command(command)
        name = self.draft.step(title(text), text, f"{self.where}: prep", needs=needs, **self.keys)
        self._sourced("build", name)
        # A step with empty `paths` only runs at the start.
        self.draft.put(paths, "build", name, "paths", source=f"{self.where}: patterns")
        for option in command.options:
            if option == "onchange":
                self.draft.report(f"{self.where}: prep +onchange", "not supported: every step runs at the start")
            else:
                self.draft.report(f"{self.where}: prep +{option}", "unknown to modd, too")
        return name

    def _daemon(self, command: ModdCommand, paths: list[str], needs: list[str]) -> None:
        text = self._command(command)
        name = self.draft.process(title(text), text, f"{self.where}: daemon", needs=needs, **self.keys)
        self._sourced("run", name)
        signal = next((option for option in command.options if option in _SIGNALS), "sighup")
        if signal == "sighup":
            why = "SIGHUP stops the program. If the program reloads its files on SIGHUP, use `reload` instead"
            self.draft.report(f"{self.where}: daemon", why)
        for option in command.options:
            if option not in _SIGNALS:
                self.draft.report(f"{self.where}: daemon +{option}", "unknown to modd, too")
        origin = f"{self.where}: +{signal}" if signal in command.options else "modd's default"
        if signal in _ENDING:
            self.draft.put(signal.upper(), "run", name, "stop_signal", source=origin)
            restarted = paths
        else:
            reload = {"paths": paths, "signal": signal.upper()}
            self.draft.put(reload, "run", name, "reload", source=f"{origin} does not stop a program")
            restarted = []
        if restarted or not needs:
            self.draft.put(restarted, "run", name, "paths", source=f"{self.where}: patterns")
        self.draft.put("restart", "run", name, "on_exit", source="as in modd")

    def _command(self, command: ModdCommand) -> str:
        text = self._with_variables(command.text)
        for name in ("@mods", "@dirmods"):
            if re.search(rf"{name}\b", text):
                self.draft.report(
                    f"{self.where}: {name}",
                    "not supported, replaced by the root: $HOTRUN_CHANGED names a file with the changed paths, "
                    "separated by NUL",
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
    """Parses modd.conf: variables, and blocks of patterns and commands."""

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
                raise self._error(f'unexpected "{self.text[self.at]}"')
            else:
                blocks.append(self._block())
        return variables, blocks

    def _block(self) -> ModdBlock:
        line = self._line()
        included: list[str] = []
        excluded: list[str] = []
        for word, quoted in self._patterns():
            if word.startswith("!"):
                excluded.append(_unquoted(word[1:]) if quoted else word[1:])
            else:
                included.append(_unquoted(word) if quoted else word)
        no_ignore = "+noignore" in included
        included = [word for word in included if word != "+noignore"]
        return ModdBlock(line, included, excluded, no_ignore, list(self._commands(line)))

    def _patterns(self) -> Iterator[tuple[str, bool]]:
        """The words before the brace that opens the block, and whether each is quoted."""
        while True:
            kind = self._peek()
            token = _TOKEN.match(self.text, self.at) if kind is not None else None
            if token is None or (token.lastgroup == "sign" and token[0] != "{"):
                raise self._error("expected patterns and a block in { }")
            self.at = token.end()
            if token[0] == "{":
                return
            yield token[0], token.lastgroup == "quoted"

    def _commands(self, line: int) -> Iterator[ModdCommand]:
        while True:
            if self._peek() is None:
                raise self.source.error(line, "unclosed block, expected }", _REMEDY)
            if self.text[self.at] == "}":
                self.at += 1
                return
            found = _COMMAND.match(self.text, self.at)
            if found is None:
                raise self._error("expected prep:, daemon: or indir:")
            self.at = found.end()
            yield ModdCommand(found["kind"], found["options"].replace("+", "").split(), self._value())

    def _value(self) -> str:
        """A quoted text, which may span lines, or the rest of the line."""
        quoted = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.DOTALL).match(self.text, self.at)
        if quoted is not None and re.compile(r"[ \t]*(\n|\#|$|\})").match(self.text, quoted.end()):
            self.at = quoted.end()
            return _unquoted(quoted[0]).strip()
        if self.text[self.at : self.at + 1] in "\"'" and quoted is None and self.at < len(self.text):
            raise self._error("unclosed quote")
        found = re.compile(r"(?:\\\n|[^\n])*").match(self.text, self.at)
        assert found is not None  # it also matches the empty text
        self.at = found.end()
        return found[0].strip()

    def _peek(self) -> str | None:
        """The kind of the next token after spaces and comments. None at the end."""
        token = _TOKEN.match(self.text, self.at)
        while token is not None and token.lastgroup == "space":
            self.at = token.end()
            token = _TOKEN.match(self.text, self.at)
        if token is None and self.at < len(self.text):
            raise self._error(f'unexpected "{self.text[self.at]}"')
        return token.lastgroup if token is not None else None

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _error(self, problem: str) -> Exception:
        return self.source.error(self._line(), problem, _REMEDY)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: found[1] if found[1] == text[0] else found[0], text[1:-1], flags=re.DOTALL)
