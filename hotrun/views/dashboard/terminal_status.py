"""The terminal's title, progress mark, desktop notification and bell.

Each only where the terminal is known to understand it, as others would print it or do something else (iTerm2 before
3.6.6 makes notifications of progress). What was set is taken back by `leave`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from hotrun.core.model.project import Ui
from hotrun.core.model.text import count
from hotrun.core.state.snapshot import Snapshot
from hotrun.views.text.clean import clean_name

LONG_BUILD_MS = 5000  # somebody who waits for less is still looking
_ST = "\x1b\\"
_OLD_TITLE = "\x1b[23;2t"
_PROGRESS = {"none": "0", "failed": "2", "busy": "3"}


class Powers(msgspec.Struct, frozen=True):
    """What a terminal understands. `notify`: the number of the OSC for notifications; None: none that we know."""

    title: bool = True
    progress: bool = False
    notify: int | None = None


def powers_of(environ: Mapping[str, str]) -> Powers:
    """As the terminal's variables tell.

    Progress (OSC 9;4) as in https://learn.microsoft.com/windows/terminal/tutorials/progress-bar-sequences; which
    terminals have it: their release notes (Ghostty 1.2, WezTerm 20250209, Ptyxis 48, VS Code 1.97).
    """
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if environ.get("TMUX") or environ.get("STY") or term.startswith(("tmux", "screen")):
        return Powers(title=True)  # it passes nothing else on
    if term in ("", "dumb", "linux"):
        return Powers(title=False)
    features = environ.get("TERM_FEATURES", "")  # iTerm2's list of what it can do; P is for progress
    progress = (
        "WT_SESSION" in environ
        or environ.get("ConEmuANSI") == "ON"
        or program in ("WezTerm", "ghostty", "vscode")
        or "P" in features
        or _number(environ.get("PTYXIS_VERSION", "")) >= 48
    )
    return Powers(title=True, progress=progress, notify=_notify(term, program, environ))


def _notify(term: str, program: str, environ: Mapping[str, str]) -> int | None:
    if term == "xterm-kitty" or "KITTY_WINDOW_ID" in environ:
        return 99
    if program in ("iTerm.app", "WarpTerminal"):
        return 9
    if program in ("WezTerm", "ghostty") or term.startswith(("foot", "rxvt-unicode")) or "KONSOLE_VERSION" in environ:
        return 777
    return None


class TerminalStatus:
    """Follows a Snapshot and returns the bytes to write. Pure: somebody else writes them."""

    def __init__(self, powers: Powers, ui: Ui) -> None:
        """`ui`: the settings of [ui]; what the terminal does not know stays away anyway."""
        self._powers = powers
        self._progress = powers.progress
        self.use_settings(ui)
        self._shown_title: str | None = None
        self._shown_progress = "none"
        self._judged = 0  # the build whose end was looked at last
        self._had_failed = False
        self._is_told = False  # that it failed

    def use_settings(self, ui: Ui) -> None:
        """Follow [ui] as it is from now on."""
        self._title = ui.title and self._powers.title
        self._notify = self._powers.notify if ui.notify else None
        self._bell = ui.bell

    def follow(self, snapshot: Snapshot) -> str:
        """What to write now; "" as long as nothing is different."""
        said = self._judge(snapshot)
        if self._progress:
            progress = "busy" if snapshot.building is not None else "failed" if snapshot.result == "failed" else "none"
            if progress != self._shown_progress:
                self._shown_progress = progress
                said += f"\x1b]9;4;{_PROGRESS[progress]};0{_ST}"
        if not self._title and self._shown_title is not None:
            self._shown_title = None
            said += _OLD_TITLE
        if self._title:
            title = title_of(snapshot)
            if title != self._shown_title:
                said += "\x1b[22;2t" if self._shown_title is None else ""  # the shell's own is put aside, once
                self._shown_title = title
                said += f"\x1b]2;{title}{_ST}"
        return said

    def leave(self) -> str:
        """The bytes that reset everything; `follow` starts over after that."""
        said = f"\x1b]9;4;0;0{_ST}" if self._shown_progress != "none" else ""
        said += _OLD_TITLE if self._shown_title is not None else ""
        self._shown_progress, self._shown_title = "none", None
        return said

    def _judge(self, snapshot: Snapshot) -> str:
        """Ring when a build fails; notify when a long one does, and when a build passes after that."""
        last = snapshot.last_build
        if last is None or last.build == self._judged or last.status == "canceled":
            return ""
        self._judged = last.build
        has_failed = last.status != "passed"
        if has_failed == self._had_failed:
            return ""
        self._had_failed = has_failed
        is_told = last.duration_ms >= LONG_BUILD_MS or (self._is_told and not has_failed)
        self._is_told = is_told and has_failed
        text = f"build #{last.build} {'failed' if has_failed else 'passed again'}"
        text += f": {count(last.errors, 'error')}" if last.errors else ""
        bell = "\a" if self._bell and has_failed else ""
        return (self._notification(snapshot, text) if is_told else "") + bell

    def _notification(self, snapshot: Snapshot, text: str) -> str:
        name = _name(snapshot)
        match self._notify:
            case 9:
                return f"\x1b]9;hotrun {name}: {text}{_ST}"  # "9;4;" would be progress
            case 777:
                return f"\x1b]777;notify;{name.replace(';', ',')};{text}{_ST}"
            case 99:
                return f"\x1b]99;i=hotrun:d=0:p=title;{name}{_ST}\x1b]99;i=hotrun:d=1:p=body;{text}{_ST}"
            case _:
                return ""


def title_of(snapshot: Snapshot) -> str:
    """The state in a few words, for a tab that shows the first ones only."""
    mark = {"paused": "paused ", "deferred": "deferred "}.get(snapshot.state, "")
    if snapshot.building is not None:
        mark = "... "
    elif snapshot.last_build is not None and snapshot.result == "failed":
        mark = f"x{snapshot.last_build.errors or ''} "
    elif any(process.state == "exited" for process in snapshot.processes.values()):
        mark = "! "
    return f"{mark}{_name(snapshot)} - hotrun"


def _name(snapshot: Snapshot) -> str:
    return clean_name(snapshot.root.rstrip("/").rpartition("/")[2]) or "hotrun"


def _number(text: str) -> float:
    head = text.partition(".")[0]
    return float(head) if head.isdigit() else 0.0


def copied(text: str) -> str:
    """What puts `text` on the clipboard (OSC 52), where the terminal allows it."""
    import base64

    data = base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()
    return f"\x1b]52;c;{data}{_ST}"
