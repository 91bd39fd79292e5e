"""What a program prints must not be able to do anything to the terminal but to color its own lines."""

from __future__ import annotations

import random
import re

import pytest

from hotrun.views.clean import clean, clean_lines, clean_name

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
COLORED = re.compile(rf"(?:[^{_UNSAFE}]|\x1b\[[0-9:;]*m)*")


def assert_safe(line: str) -> None:
    """Nothing but text and colors is left of a line, and no color outlives it."""
    assert PLAIN.fullmatch(clean(line, colored=False)), ascii(line)
    cleaned = clean(line, colored=True)
    assert COLORED.fullmatch(cleaned), ascii(line)
    assert "\x1b" not in cleaned or cleaned.endswith("\x1b[0m"), ascii(line)
    assert clean(cleaned, colored=True) == cleaned, "what is clean stays as it is"


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_does_nothing_whole_or_cut_alone_or_embedded(attack: str) -> None:
    for end in range(len(attack) + 1):
        for part in (attack[:end], attack[end:]):
            assert_safe(part)
            assert_safe(f"before {part} after")
            assert_safe(f"{CSI}31mred {part}{CSI}1mbold")
            assert clean(f"before {part}", colored=False).startswith("before ")


@pytest.mark.parametrize("seed", range(20))
def test_attacks_cut_and_put_together_at_random_do_nothing(seed: int) -> None:
    rng = random.Random(seed)
    parts = [*ATTACKS.values(), "text", f"{CSI}31m", f"{CSI}0m", ESC, "\x9b", "m", "31", ";", "é", "\r", "\t"]
    for _ in range(300):
        pieces = [part[: rng.randint(0, len(part))] for part in rng.choices(parts, k=rng.randint(1, 6))]
        assert_safe("".join(pieces))


@pytest.mark.parametrize("seed", range(20))
def test_random_characters_do_nothing(seed: int) -> None:
    rng = random.Random(1000 + seed)
    alphabet = (
        [chr(code) for code in range(0xA0) if code != 10] + list("[]P_^X;:?0123m\\€\u202e\ufeff") * 4 + [ESC] * 30
    )
    for _ in range(500):
        assert_safe("".join(rng.choices(alphabet, k=rng.randrange(30))))


@pytest.mark.parametrize("seed", range(20))
def test_many_lines_at_once_are_as_clean_as_one_by_one(seed: int) -> None:
    rng = random.Random(2000 + seed)
    colors = ["text", "é", "\t", "\n", "\n", f"{CSI}31m", f"{CSI}0m", f"{CSI}m", f"{CSI}38;5;1m"]
    attacks = [*colors, "\r", ESC, "[31m", "\x9b", "\ufeff", *ATTACKS.values()]
    for _ in range(300):
        parts = rng.choice([colors, colors[:5], attacks])
        text = "".join(rng.choices(parts, k=rng.randrange(12)))
        for colored in (True, False):
            one_by_one = [clean(line, colored) for line in text.split("\n")]
            assert clean_lines(text, colored) == "\n".join(one_by_one), ascii(text)


def test_text_passes_untouched() -> None:
    for line in ("", "plain", "tab\tstays", "é € 😀 \u0301", "src/a.c:3:7: error: bad", "│ ─ ✔", "\xa0"):
        assert clean(line, colored=True) == line
        assert clean(line, colored=False) == line


@pytest.mark.parametrize("color", ["", "0", "31", "1;38;5;208", "38;2;1;2;3", "4:3", "38:2::1:2:3"])
def test_colors_pass_or_go(color: str) -> None:
    line = f"a {CSI}{color}mred{CSI}0m"
    assert clean(line, colored=True) == line
    assert clean(line, colored=False) == "a red"


def test_a_color_ends_with_its_line() -> None:
    assert clean(f"{CSI}31mred", colored=True) == f"{CSI}31mred{CSI}0m"
    assert clean(f"{CSI}31mred{CSI}0m", colored=True) == f"{CSI}31mred{CSI}0m"
    assert clean(f"{CSI}31mred{CSI}0m plain", colored=True) == f"{CSI}31mred{CSI}0m plain{CSI}0m"


def test_an_attack_takes_only_itself_away() -> None:
    assert clean(f"a{CSI}2Jb{OSC}0;title{BEL}c{ESC}(0d\be", colored=False) == "abcde"
    assert clean(f"{OSC}8;;http://x.example{ST}link{OSC}8;;{ST}!", colored=True) == "link!"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("10%\r50%\r100%", "100%"),
        ("100%\r", "100%"),
        ("100%\r\r", "100%"),
        ("\rstart", "start"),
        ("\r", ""),
        (f"50%\r{CSI}K100%", "100%"),
        (f"50%\r{CSI}K", ""),
        ("a long line\rshort", "short"),
    ],
)
def test_of_a_progress_line_the_last_state_is_shown(line: str, shown: str) -> None:
    assert clean(line, colored=False) == shown


def test_a_progress_line_keeps_the_colors_of_its_last_state() -> None:
    assert clean(f"{CSI}31m50%\r{CSI}32m100%", colored=True) == f"{CSI}32m100%{CSI}0m"


def test_a_name_has_no_color_and_stays_on_its_line() -> None:
    assert clean_name(f"a{CSI}31m.py") == "a.py"
    assert clean_name("two\nlines\tand more") == "two\\nlines and more"
    assert clean_name("\u202eyp.a") == "yp.a"


def test_a_name_cannot_hide_its_beginning_behind_a_carriage_return() -> None:
    assert clean_name("evil.sh\rREADME") == "evil.sh\\rREADME"


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_attack_works_in_a_name(attack: str) -> None:
    assert PLAIN.fullmatch(clean_name(f"a{attack}b\r\n"))
