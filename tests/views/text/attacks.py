"""What a program may print to do harm, and what may get through."""

from __future__ import annotations

import re

from hotrun.views.text.clean import Cleaner

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"


CSI, OSC, DCS, APC, PM, SOS = (ESC + letter for letter in "[]P_^X")


ATTACKS = {
    # the terminal answers, as if a person had typed
    "device status": f"{CSI}6n",
    "device attributes": f"{CSI}c",
    "secondary attributes": f"{CSI}>c",
    "status string": f"{DCS}$q q{ST}",
    "terminfo": f"{DCS}+q544e{ST}",
    "background color": f"{OSC}11;?{BEL}",
    "palette": f"{OSC}4;1;?{ST}",
    "window title back": f"{CSI}21t",
    "answerback": "\x05",
    # what is on screen goes, moves or lies
    "clear": f"{CSI}2J",
    "clear scrollback": f"{CSI}3J",
    "clear line": f"{CSI}2K",
    "home": f"{CSI}H",
    "move": f"{CSI}10;10H",
    "up": f"{CSI}5A",
    "save and restore": f"{ESC}7{ESC}8",
    "scroll region": f"{CSI}1;2r",
    "insert lines": f"{CSI}3L",
    "repeat": f"x{CSI}2147483647b",
    "reset": f"{ESC}c",
    "soft reset": f"{CSI}!p",
    "align": f"{ESC}#8",
    "index": f"{ESC}D",
    "reverse index": f"{ESC}M",
    "backspace": "safe\b\b\b\bevil",
    "form feed": "\f",
    "vertical tab": "\v",
    "delete": "\x7f",
    "null": "\0",
    # modes
    "alternate screen": f"{CSI}?1049h",
    "mouse": f"{CSI}?1000h{CSI}?1006h",
    "bracketed paste": f"{CSI}?2004h",
    "hidden cursor": f"{CSI}?25l",
    "insert mode": f"{CSI}4h",
    "keyboard protocol": f"{CSI}>1u",
    "modified keys": f"{CSI}>4;2m",
    "cursor style": f"{CSI}2 q",
    "charset": f"{ESC}(0",
    "shift out": "\x0e",
    "shift in": "\x0f",
    "keypad": f"{ESC}=",
    # strings for the terminal
    "title": f"{OSC}0;evil{BEL}",
    "title with ST": f"{OSC}2;evil{ST}",
    "title with C1 ST": f"{OSC}2;evil\x9c",
    "working folder": f"{OSC}7;file:///etc{BEL}",
    "link": f"{OSC}8;;http://evil.example{ST}text{OSC}8;;{ST}",
    "link without an end": f"{OSC}8;id=1;https://evil.example/a?b=c;d{BEL}text",
    "link to a program": f"{OSC}8;;vscode://evil{ST}text{OSC}8;;{ST}",
    "link with a control": f"{OSC}8;;http://evil\x9b2J{ST}text{OSC}8;;{ST}",
    "link that turns around": f"{OSC}8;;http://\u202eevil{ST}text",
    "link in a link": f"{OSC}8;;http://a{ST}{OSC}8;;file://b{BEL}text",
    "link around backspaces": f"{OSC}8;;http://a{ST}text\b\b{CSI}31m\b\bevil",
    "notification": f"{OSC}9;evil{BEL}",
    "progress": f"{OSC}9;4;1;50{ST}",
    "notification of urxvt": f"{OSC}777;notify;evil;evil{BEL}",
    "clipboard": f"{OSC}52;c;ZXZpbA=={BEL}",
    "shell mark": f"{OSC}133;A{BEL}",
    "editor mark": f"{OSC}633;E;rm{BEL}",
    "iterm": f"{OSC}1337;File=inline=1:AAAA{BEL}",
    "sixel": f"{DCS}q#0;2;0;0;0~{ST}",
    "kitty graphics": f"{APC}Ga=T,f=24;AAAA{ST}",
    "tmux passthrough": f"{DCS}tmux;{ESC}{OSC}52;c;ZXZpbA=={BEL}{ST}",
    "screen title": f"{ESC}kevil{ST}",
    "privacy message": f"{PM}evil{ST}",
    "start of string": f"{SOS}evil{ST}",
    "string without an end": f"{OSC}0;evil",
    "string in a string": f"{OSC}0;{DCS}evil{ST}{BEL}",
    # the same with the one-byte controls
    "C1 CSI": "\x9b2J",
    "C1 OSC": "\x9d0;evil\x07",
    "C1 DCS": "\x90q\x9c",
    "C1 APC": "\x9fGevil\x9c",
    "C1 next line": "\x85",
    "C1 reverse index": "\x8d",
    "C1 identify": "\x9a",
    # malformed ones
    "escape alone": ESC,
    "escape twice": f"{ESC}{ESC}[2J",
    "escape in a sequence": f"{CSI}3{ESC}[2J",
    "control in a sequence": f"{CSI}\x002J",
    "newline in a sequence": f"{CSI}\t2J",
    "endless parameters": f"{CSI}{'1;' * 500}m",
    "letters after a color": f"{CSI}31mm{CSI}2J",
    "intermediate bytes": f"{CSI} !\"#$%&'()*+,-./@",
    "color with a mark": f"{CSI}?31m",
    # text that turns around or hides
    "right to left": "\u202eevil\u202c",
    "isolate": "\u2066evil\u2069",
    "marks": "\u200e\u200f\u061c",
    "byte order mark": "\ufeff",
}


_UNSAFE = r"\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"


PLAIN = re.compile(f"[^{_UNSAFE}]*")


LINK = r"\x1b\]8;;(?:(?:https?|file)://[!-~]+)?\x1b\\"


COLORED = re.compile(rf"(?:[^{_UNSAFE}]|\x1b\[[0-9:;]*m|{LINK})*")


OPEN_LINK = re.compile(r"\x1b\]8;;[!-~](?!.*\x1b\]8;;\x1b)")


NOW = "2030-01-02T03:04:05.000Z"


def shown(*lines: str, colored: bool = True) -> str:
    return Cleaner("web", colored).lines("\n".join(lines), NOW)
