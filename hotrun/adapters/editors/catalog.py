"""Chooses the editor for a file, and its arguments: always an argument list, never a shell command.

The order: `ui.editor`, the editor whose terminal this is, HOTRUN_EDITOR, VISUAL, EDITOR, an editor that is running. The
arguments are those of the editors' own help; https://github.com/yyx990803/launch-editor has the same table.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping

import msgspec

Args = Callable[["FilePosition"], list[str]]


class FilePosition(msgspec.Struct, frozen=True):
    """A place in a file. `file` is absolute; line and column count from 1, columns in characters."""

    file: str
    line: int = 1
    column: int = 1


class Opening(msgspec.Struct, frozen=True):
    """The command to start. `needs_terminal`: it draws in the terminal that it is started in."""

    argv: tuple[str, ...]
    needs_terminal: bool


class NoEditor(Exception):
    """No editor is known; the message is the remedy."""


def _colons(place: FilePosition) -> str:
    return f"{place.file}:{place.line}:{place.column}"


def _code(place: FilePosition) -> list[str]:
    return ["-r", "-g", _colons(place)]


def _vi(place: FilePosition) -> list[str]:
    return [f"+call setcursorcharpos({place.line}, {place.column})", place.file]


def _jetbrains(place: FilePosition) -> list[str]:
    return ["--line", str(place.line), "--column", str(place.column), place.file]


_JETBRAINS = tuple("idea pycharm webstorm goland clion rider rubymine phpstorm rustrover datagrip fleet studio".split())
_CODES = tuple("code code-insiders codium vscodium cursor windsurf trae antigravity positron".split())
_GRAPHIC: dict[str, Args] = {
    **dict.fromkeys(_CODES, _code),
    **dict.fromkeys((*_JETBRAINS, *(f"{name}64" for name in _JETBRAINS)), _jetbrains),
    **dict.fromkeys("subl sublime_text atom zed zeditor wstorm charm".split(), lambda place: [_colons(place)]),
    "gvim": _vi,
    "mvim": _vi,
    "emacsclient": lambda place: [f"+{place.line}:{place.column}", place.file],
    "mate": lambda place: ["--line", f"{place.line}:{place.column}", place.file],
    "kate": lambda place: ["--line", str(place.line), "--column", str(place.column), place.file],
    "gedit": lambda place: [f"+{place.line}:{place.column}", place.file],
    "gnome-text-editor": lambda place: [f"+{place.line}:{place.column}", place.file],
}
_TERMINAL: dict[str, Args] = {
    **dict.fromkeys("vi vim nvim".split(), _vi),
    "emacs": lambda place: [f"+{place.line}:{place.column}", place.file],
    "nano": lambda place: [f"+{place.line},{place.column}", place.file],
    "pico": lambda place: [f"+{place.line},{place.column}", place.file],
    "kak": lambda place: [f"+{place.line}:{place.column}", place.file],
    "micro": lambda place: [f"+{place.line}:{place.column}", place.file],
    **dict.fromkeys("hx helix".split(), lambda place: [_colons(place)]),
    **dict.fromkeys("joe jed ne mg".split(), lambda place: [f"+{place.line}", place.file]),
}
_IN_TERMINAL = frozenset(("-t", "-nw", "--tty"))  # of emacs and emacsclient
_MARK = re.compile(r"\{(?:file|line|column)\}")


def opening(
    place: FilePosition,
    setting: str | None,
    environ: Mapping[str, str],
    is_installed: Callable[[str], bool],
    running: Callable[[], Iterable[str]],
) -> Opening:
    """Return how to open `place`. `setting` is `ui.editor`, a command that may contain {file}, {line} and {column}.

    `is_installed` returns whether a program can be started, `running` the names of running programs. Raises NoEditor.
    """
    if setting:
        return _by_command(place, setting)
    around = _around(place, environ, is_installed)
    if around is not None:
        return around
    for name in ("HOTRUN_EDITOR", "VISUAL", "EDITOR"):
        if environ.get(name, "").strip():
            return _by_command(place, environ[name])
    for program in running():
        if program in _GRAPHIC and is_installed(program):
            return Opening((program, *_GRAPHIC[program](place)), needs_terminal=False)
    raise NoEditor('set EDITOR, or [ui] editor = "..." in hotrun.toml')


def _around(place: FilePosition, environ: Mapping[str, str], is_installed: Callable[[str], bool]) -> Opening | None:
    """Return how to open it in the editor whose terminal this is; None if it is none's."""
    if environ.get("NVIM"):
        return Opening(("nvim", "--server", environ["NVIM"], "--remote-expr", _nvim(place)), needs_terminal=False)
    names: tuple[str, ...] = ()
    if environ.get("TERM_PROGRAM") == "vscode":
        names = _codes_of(environ)
    elif environ.get("ZED_TERM") or environ.get("TERM_PROGRAM") == "zed":
        names = ("zed", "zeditor")
    elif environ.get("TERMINAL_EMULATOR") == "JetBrains-JediTerm":
        names = _JETBRAINS
    elif environ.get("INSIDE_EMACS"):
        names = ("emacsclient",)
    for name in names:
        if is_installed(name):
            return Opening((name, *_GRAPHIC[name](place)), needs_terminal=False)
    return None


def _codes_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The commands of VS Code and its derivatives, first the one whose terminal this is."""
    home = environ.get("VSCODE_GIT_ASKPASS_NODE", "").lower()
    marks = {"insiders": "code-insiders", "vscodium": "codium", "codium": "codium"}
    marks |= {name: name for name in ("cursor", "windsurf", "trae", "antigravity", "positron")}
    first = next((name for mark, name in marks.items() if mark in home), "code")
    return (first, *(name for name in _CODES if name != first))


def _nvim(place: FilePosition) -> str:
    """An expression for the surrounding Neovim: opens a window beside this terminal, or else a split."""
    name = place.file.replace("'", "''")
    steps = (
        "'if winnr(\"$\") == 1 | split | else | wincmd p | endif'",
        f"'drop ' . fnameescape('{name}')",
        f"'call setcursorcharpos({place.line}, {place.column})'",
    )
    return f"execute([{', '.join(steps)}])"


def _by_command(place: FilePosition, command: str) -> Opening:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise NoEditor(f"the editor {command!r} cannot be read as a command: {error}") from error
    if not words:
        raise NoEditor("the editor is an empty command")
    name = words[0].rpartition("/")[2]
    # An unknown editor gets the terminal: it may draw there, and one with windows is not harmed by it.
    needs_terminal = name not in _GRAPHIC or not _IN_TERMINAL.isdisjoint(words)
    if any(_MARK.search(word) for word in words):
        return Opening(tuple(_filled(word, place) for word in words), needs_terminal)
    args = _TERMINAL.get(name) or _GRAPHIC.get(name)
    if args is None:
        return Opening((*words, place.file), needs_terminal)
    return Opening((*words, *args(place)), needs_terminal)


def _filled(word: str, place: FilePosition) -> str:
    parts = {"{file}": place.file, "{line}": str(place.line), "{column}": str(place.column)}
    return _MARK.sub(lambda mark: parts[mark[0]], word)
