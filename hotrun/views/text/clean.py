"""What a child printed, made safe for a terminal: colors and links pass, all else that a terminal would obey goes.

Lines come in whole, so a sequence that is cut by the end of its line is malformed and goes, too. Of the things that are
not done, two are reported: that the program cleared the screen, and that it wants the full screen.
"""

from __future__ import annotations

import re
from functools import cache

from hotrun.views.text.style import RESET, SGR, style_after

MARK = "[hotrun]"  # what our own lines begin with where programs read them; nobody else's may
MOST_SHOWN = 16_384  # characters of a line; the log has all of it
CLEARED_MS = 2000  # between two words on a cleared screen

# What turns the direction of text or hides in it, then C0 but TAB and LF, DEL, and C1.
_HIDDEN = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_CONTROL = rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_HIDDEN}]"
_ASCII_CONTROL = bytes(code for code in (*range(32), 127) if chr(code) not in "\t\n")
_CSI = r"(?:\x1b\[|\x9b)"
_LINK = "\x1b]8;;"
_END = "\x1b\\"
_UNLINK = _LINK + _END
_COLORS = r"\x1b\[[0-9:;]{0,64}m"
_KEPT = rf"(?:{_COLORS}|\x1b\]8;;[!-~]*\x1b\\)"
_NOT_IN_NAMES = f"[{_HIDDEN}\b]"
# Compiled when they are needed: most output is text and colors, and every start would pay 4 ms.
_SEQUENCE = (
    rf"(?P<sgr>{_COLORS})"
    # A link (OSC 8), to where a person may want to go; its parameters and all other links go.
    r"|\x1b\]8;[^;\x00-\x1f\x7f-\x9f]*;(?P<link>(?:https?|file)://[!-~]{1,2048}|)(?:\x07|\x1b\\)"
    rf"|(?P<clear>\x1bc|{_CSI}(?:[23]J|(?:1?;1?|1)?[Hf]{_CSI}0?J))"
    rf"|(?P<full>{_CSI}\?(?:1049|1047|47)h)"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC strings, ended or not
    rf"|{_CSI}[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
    rf"|(?P<hidden>[{_HIDDEN}])"
    r"|" + _CONTROL
)
_FORGED = "".join(rf"{_KEPT}*{re.escape(char)}" for char in MARK)
_compiled = cache(re.compile)


class Cleaner:
    """The output of one source, line by line: a color that a line leaves on goes on in the next one."""

    def __init__(self, name: str, colored: bool, rule: str = "─", cut: str = "…") -> None:
        """`colored`: let colors and links pass. `rule` and `cut`: the signs in our own words."""
        self._name = clean_name(name)
        self._colored = colored
        self._rule = rule * 2
        self._cut = cut
        self._style = ""
        self._scrub = _Scrub(colored)
        self._cleared_ms: int | None = None
        self._has_asked = False

    def restart(self) -> None:
        """Another run begins, with no color."""
        self._style = ""

    def lines(self, text: str, stamp: str) -> str:
        """Lines that are joined by newlines, as they may be shown, perhaps with one of ours among them.

        `stamp`: the time of the event, RFC 3339. Plain text and colors, a flood's content, are looked at as a whole.
        """
        if MARK not in text and not _has_long_line(text):
            if _is_clean(text):
                return _styled(text, self._style) if self._style else text
            if "\x1b[" in text:
                uncolored = SGR.sub("", text)
                if MARK not in uncolored and _is_clean(uncolored):
                    return self._colored_lines(text) if self._colored else uncolored
        return "\n".join([self._line(line, stamp) for line in text.split("\n")])

    def prompt(self, text: str) -> str:
        """A line that has not ended yet, which `lines` gets again when it has."""
        return self._bounded(_clean(text, self._style, _Scrub(self._colored))[0])

    def _colored_lines(self, text: str) -> str:
        """Lines with colors and nothing else; these end with their line, and go on in the next."""
        lines = text.split("\n")
        style = self._style
        for at, line in enumerate(lines):
            if "\x1b[" in line:
                if line.endswith(RESET):
                    if style:
                        lines[at] = style + line
                        style = ""
                else:
                    lines[at] = style + line + RESET
                    style = style_after(style, line)
            elif style and line:
                lines[at] = style + line + RESET
        self._style = style
        return "\n".join(lines)

    def _line(self, line: str, stamp: str) -> str:
        if not self._style and not _compiled(_CONTROL).search(line):
            return self._bounded(line)
        cleaned, self._style = _clean(line, self._style, self._scrub)
        shown = self._bounded(cleaned)
        notes = self._notes(stamp) if self._scrub.has_cleared or self._scrub.has_asked else None
        if not notes:
            return shown
        return "\n".join([*notes, shown] if _compiled(_KEPT).sub("", shown) else notes)

    def _bounded(self, cleaned: str) -> str:
        """Not too long, and not to be taken for a line of ours."""
        if len(cleaned) > MOST_SHOWN:
            cleaned = self._shortened(cleaned)
        return " " + cleaned if _compiled(_FORGED).match(cleaned) else cleaned

    def _shortened(self, cleaned: str) -> str:
        ends = (
            match.start() for match in _compiled(_KEPT).finditer(cleaned) if match.start() < MOST_SHOWN < match.end()
        )
        kept = cleaned[: next(ends, MOST_SHOWN)]  # no sequence is cut in two
        left = len(_compiled(_KEPT).sub("", cleaned[len(kept) :]).encode("utf-8", "replace"))
        return _closed(kept) + f"{self._cut} [+{_size(left)}]"

    def _notes(self, stamp: str) -> list[str]:
        """What is said about that which was asked for and not done."""
        notes = []
        if self._scrub.has_cleared:
            now_ms = _ms(stamp)
            # The clock may have been set.
            if self._cleared_ms is None or not 0 <= now_ms - self._cleared_ms < CLEARED_MS:
                self._cleared_ms = now_ms
                notes.append(self._note("cleared the screen"))
        if self._scrub.has_asked and not self._has_asked:
            self._has_asked = True
            notes.append(self._note("asked for a full screen: run it in a terminal of its own"))
        self._scrub.has_cleared = self._scrub.has_asked = False
        return notes

    def _note(self, text: str) -> str:
        line = f"{self._rule} {self._name} {text} {self._rule}"
        return f"\x1b[2m{line}{RESET}" if self._colored else line


def clean_lines(text: str, colored: bool) -> str:
    """Lines that are joined by newlines, each as `clean` makes it."""
    if _is_clean(text):
        return text
    if not colored and "\x1b[" in text:
        uncolored = SGR.sub("", text)
        if _is_clean(uncolored):
            return uncolored
    return "\n".join([clean(line, colored) for line in text.split("\n")])


def clean(line: str, colored: bool) -> str:
    """One line on its own, as it may be shown: the last state of a progress line, its colors and links if `colored`."""
    return _clean(line, "", _Scrub(colored))[0]


def clean_name(text: str) -> str:
    """A file name, a command or a message that we print ourselves: no color, nothing hidden, on one line."""
    if text.isascii() and text.isprintable():
        return text
    one_line = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", " ")
    return clean(_compiled(_NOT_IN_NAMES).sub("", one_line), colored=False)


class _Scrub:
    """What becomes of each sequence, and what was asked for until somebody looks."""

    def __init__(self, colored: bool) -> None:
        self.colored = colored
        self.has_cleared = False
        self.has_asked = False

    def __call__(self, match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind == "sgr":
            return match[0] if self.colored else ""
        if kind == "link":
            return f"{_LINK}{match['link']}{_END}" if self.colored else ""
        if kind == "hidden":
            return f"<U+{ord(match[0]):04X}>"
        if kind == "clear":
            self.has_cleared = True
        elif kind == "full":
            self.has_asked = True
        return ""


def _clean(line: str, style: str, scrub: _Scrub) -> tuple[str, str]:
    """The line as it may be shown, begun with `style`, and the style after it."""
    if not _compiled(_CONTROL).search(line):
        return (_styled(line, style) if style else line), style
    if "\r" in line:
        line, before = _last_state(line)
        if "\x1b" in before or "\x9b" in before:
            _compiled(_SEQUENCE).sub(scrub, before)
        if scrub.colored and "\x1b[" in before:
            first = _compiled(f"(?:{_COLORS})+").match(line)
            at = first.end() if first is not None else 0
            style, line = style_after(style, before + line[:at]), line[at:]
    if "\b" in line:
        return _overstruck(line, style, scrub)
    cleaned = _compiled(_SEQUENCE).sub(scrub, line)
    if not scrub.colored:
        return cleaned, ""
    after = style_after(style, cleaned)
    return _closed(style + cleaned if cleaned else ""), after


def _last_state(line: str) -> tuple[str, str]:
    """What is after the last carriage return with anything after it, and what is before."""
    end = len(line.rstrip("\r"))
    start = line.rfind("\r", 0, end) + 1
    return line[start:end], line[:start]


def _overstruck(line: str, style: str, scrub: _Scrub) -> tuple[str, str]:
    """The line with backspaces applied: what comes after one replaces what was there. Links go."""
    cells: list[tuple[str, str]] = []  # style and character
    at = 0
    place = 0

    def put(text: str) -> None:
        nonlocal at
        for char in text:
            cells[at : at + 1] = [(style, char)]
            at += 1

    for match in _compiled(_SEQUENCE).finditer(line):
        put(line[place : match.start()])
        place = match.end()
        shown = scrub(match)
        if match[0] == "\b":
            at = max(0, at - 1)
        elif match.lastgroup == "sgr":
            style = style_after(style, shown)
        elif match.lastgroup == "hidden":
            put(shown)
    put(line[place:])
    written, now = [], ""
    for wanted, char in cells:
        if wanted != now:
            written.append((RESET if now else "") + wanted)
            now = wanted
        written.append(char)
    return _closed("".join(written)), style


def _is_clean(text: str) -> bool:
    """Whether a terminal would obey nothing in there; but newlines, which are not asked about."""
    if text.isascii():
        return len(text.encode().translate(None, _ASCII_CONTROL)) == len(text)
    return not _compiled(_CONTROL).search(text)


def _has_long_line(text: str) -> bool:
    """Whether a line has more than MOST_SHOWN characters; goes from end to end in the longest leaps."""
    at = 0
    while len(text) - at > MOST_SHOWN:
        end = text.rfind("\n", at, at + MOST_SHOWN + 1)
        if end < 0:
            return True
        at = end + 1
    return False


def _styled(text: str, style: str) -> str:
    """Each line of a text without colors in `style`, but empty ones."""
    styled = style + text.replace("\n", f"{RESET}\n{style}") + RESET
    return styled.replace(style + RESET, "")


def clean_source(line: str) -> str:
    """A line of a file, character for character: what a terminal would obey is replaced, tabs aside."""
    return _compiled(_CONTROL).sub("\N{REPLACEMENT CHARACTER}", line)


def uncolored(text: str) -> str:
    """Clean text without its colors and links."""
    return _compiled(_KEPT).sub("", text) if "\x1b" in text else text


def _closed(line: str) -> str:
    """The line with its link and its color ended."""
    if _is_in_link(line, len(line)):
        line += _UNLINK
    return line + RESET if "\x1b[" in line and not line.endswith(RESET) else line


def _is_in_link(line: str, end: int) -> bool:
    last = line.rfind(_LINK, 0, end)
    return last >= 0 and not line.startswith(_UNLINK, last)


def _ms(stamp: str) -> int:
    from datetime import datetime  # only for this, and seldom needed

    return int(datetime.fromisoformat(stamp).timestamp() * 1000)


def _size(count: int) -> str:
    """Bytes as "300 B", "48 KB", "1.2 MB"."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} KB" if count < 999_500 else f"{count / 1_000_000:.1f} MB"
