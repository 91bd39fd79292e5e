"""What a program prints must not be able to do anything to the terminal but to color its own lines."""

from __future__ import annotations

import random
import re

import pytest

from hotrun.adapters.output.lines import LineSplitter
from hotrun.views.text.clean import MOST_SHOWN, Cleaner, clean, clean_lines, clean_name

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


def assert_safe(line: str) -> None:
    """Nothing but text, colors and links is left of a line, and none of these outlives it."""
    assert PLAIN.fullmatch(clean(line, colored=False)), ascii(line)
    cleaned = clean(line, colored=True)
    assert COLORED.fullmatch(cleaned), ascii(line)
    assert "\x1b[" not in cleaned or cleaned.endswith("\x1b[0m"), ascii(line)
    assert not OPEN_LINK.search(cleaned), ascii(line)
    assert clean(cleaned, colored=True) == cleaned, "what is clean stays as it is"


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_does_nothing_whole_or_cut_alone_or_embedded(attack: str) -> None:
    for end in range(len(attack) + 1):
        for part in (attack[:end], attack[end:]):
            assert_safe(part)
            assert_safe(f"before {part} after")
            assert_safe(f"{CSI}31mred {part}{CSI}1mbold")
            if "\b" not in part:
                assert clean(f"before {part}", colored=False).startswith("before ")


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_does_nothing_split_at_any_byte(attack: str) -> None:
    data = f"{CSI}1mbefore\n{attack}\n{CSI}0m{attack}after\nlast\n".encode()
    for cut in range(len(data) + 1):
        splitter, cleaner = LineSplitter(), Cleaner("web", colored=True)
        lines = [*splitter.feed(data[:cut]), *splitter.feed(data[cut:]), *splitter.finish()]
        shown = "\n".join(cleaner.lines(line, NOW) for line in lines)
        for line in shown.split("\n"):
            assert COLORED.fullmatch(line), ascii(line)
            assert "\x1b[" not in line or line.endswith("\x1b[0m"), ascii(line)
            assert not OPEN_LINK.search(line), ascii(line)
        assert re.sub(r"\x1b\[[0-9;]*m", "", shown).endswith("\nlast"), "only a color reaches the line after"


def test_bytes_that_are_no_text_do_nothing() -> None:
    splitter, cleaner = LineSplitter(), Cleaner("web", colored=True)
    for code in range(256):
        for line in splitter.feed(bytes([code]) + b"2J" + bytes([code]) + b"\xc2" + bytes([code]) + b"\n"):
            assert COLORED.fullmatch(cleaner.lines(line, NOW)), code


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
    assert clean(f"a{CSI}2Jb{OSC}0;title{BEL}c{ESC}(0d\x07e", colored=False) == "abcde"
    assert clean(f"{OSC}8;;vscode://x.example{ST}link{OSC}8;;{ST}!", colored=False) == "link!"


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


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("safe\b\b\b\bevil", "evil"),
        ("safe\b", "safe"),
        ("|\b/\b-", "-"),
        ("_\bb_\bo_\bl_\bd", "bold"),
        ("\b\b\bab", "ab"),
        ("old\r1%\b\b2%", "2%"),
        ("ab\b\u202e", "a<U+202E>"),
    ],
)
def test_what_comes_after_a_backspace_replaces_what_was_there(line: str, shown: str) -> None:
    assert clean(line, colored=False) == shown


def test_backspaces_keep_the_color_of_each_character() -> None:
    line = f"a{CSI}31mb{CSI}0mc\b\b{CSI}32mB"
    assert clean(line, colored=True) == f"a{CSI}32mB{CSI}0mc{CSI}0m"


def test_what_hides_or_turns_text_around_is_shown_by_its_number() -> None:
    assert clean("\ufeffa\u202eb\u2066", colored=True) == "<U+FEFF>a<U+202E>b<U+2066>"


@pytest.mark.parametrize("target", ["http://x.example/a", "https://x.example/?q=1;2", "file://host/a/b%20c.py"])
@pytest.mark.parametrize("end", [ST, BEL])
def test_a_link_to_a_page_or_file_passes_and_ends_with_its_line(target: str, end: str) -> None:
    link = f"{OSC}8;;{target}{ST}"
    assert clean(f"see {OSC}8;id=7;{target}{end}this{OSC}8;;{end}!", True) == f"see {link}this{OSC}8;;{ST}!"
    assert clean(f"see {OSC}8;;{target}{end}this", True) == f"see {link}this{OSC}8;;{ST}"
    assert clean(f"see {OSC}8;;{target}{end}this", False) == "see this"


@pytest.mark.parametrize("target", ["vscode://x", "javascript:1", "ssh://x", "http:x", "HTTP://x", "http://a b", "x"])
def test_of_another_link_the_text_is_shown(target: str) -> None:
    assert OPEN_LINK.search(clean(f"{OSC}8;;{target}{ST}this", True)) is None
    assert target not in clean(f"{OSC}8;;{target}{ST}this", True)
    assert clean(f"{OSC}8;;{target}{ST}this{OSC}8;;{ST}", False) == "this"


def test_a_name_has_no_color_and_stays_on_its_line() -> None:
    assert clean_name(f"a{CSI}31m.py") == "a.py"
    assert clean_name("two\nlines\tand more") == "two\\nlines and more"
    assert clean_name("\u202eyp.a") == "yp.a"


def test_a_name_cannot_hide_its_beginning_behind_a_carriage_return() -> None:
    assert clean_name("evil.sh\rREADME") == "evil.sh\\rREADME"


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_attack_works_in_a_name(attack: str) -> None:
    assert PLAIN.fullmatch(clean_name(f"a{attack}b\r\n"))


# --- the lines of one source ---------------------------------------------------------------------------------------


def shown(*lines: str, colored: bool = True) -> str:
    return Cleaner("web", colored).lines("\n".join(lines), NOW)


def test_a_color_that_a_line_leaves_on_goes_on_in_the_next_one_of_its_source() -> None:
    web, db = Cleaner("web", colored=True), Cleaner("db", colored=True)
    assert web.lines(f"{CSI}1;31merror", NOW) == f"{CSI}1;31merror{CSI}0m"
    assert db.lines("quiet", NOW) == "quiet"
    assert web.lines("more", NOW) == f"{CSI}1;31mmore{CSI}0m"
    assert web.lines(f"{CSI}22mless", NOW) == f"{CSI}1;31m{CSI}22mless{CSI}0m"
    assert web.lines(f"{CSI}39mplain", NOW) == f"{CSI}31m{CSI}39mplain{CSI}0m"
    assert web.lines("plain", NOW) == "plain"


def test_a_color_goes_on_through_many_lines_at_once() -> None:
    assert (
        shown(f"{CSI}31ma", "b", "", f"c{CSI}0m", "d") == f"{CSI}31ma{CSI}0m\n{CSI}31mb{CSI}0m\n\n{CSI}31mc{CSI}0m\nd"
    )


def test_another_run_begins_without_a_color() -> None:
    cleaner = Cleaner("web", colored=True)
    cleaner.lines(f"{CSI}31mred", NOW)
    cleaner.restart()
    assert cleaner.lines("plain", NOW) == "plain"


def test_without_colors_none_goes_on() -> None:
    assert shown(f"{CSI}31mred", "plain", f"{CSI}32m\x07", "plain", colored=False) == "red\nplain\n\nplain"


@pytest.mark.parametrize(
    ("sequences", "style"),
    [
        (["31", "32"], "32"),
        (["1", "2", "22"], ""),
        (["1", "31", "4"], "1;31;4"),
        (["1;31", "39"], "1"),
        (["31", ""], ""),
        (["31;0;32"], "32"),
        (["38;5;208", "48;2;1;2;3"], "38;5;208;48;2;1;2;3"),
        (["38;5;208", "31"], "31"),
        (["38:2::1:2:3"], "38:2::1:2:3"),
        (["31", "38;5"], "31"),
        (["31", "38;9;1"], "31"),
        (["4:3", "4:0"], ""),
        (["7", "8", "9", "27;28;29"], ""),
        (["99", "999999999"], ""),
        (["31"] * 500, "31"),
    ],
)
def test_what_goes_on_is_what_is_in_force(sequences: list[str], style: str) -> None:
    cleaner = Cleaner("web", colored=True)
    cleaner.lines("".join(f"{CSI}{sequence}m" for sequence in sequences) + "x", NOW)
    assert cleaner.lines("x", NOW) == (f"{CSI}{style}mx{CSI}0m" if style else "x")


@pytest.mark.parametrize("clear", [f"{CSI}2J", f"{CSI}3J", f"{ESC}c", f"{CSI}H{CSI}J", f"{CSI}1;1H{CSI}0J", "\x9b2J"])
def test_a_screen_that_is_cleared_is_told_in_a_line_of_its_own(clear: str) -> None:
    assert shown(f"{clear}text", colored=False) == "── web cleared the screen ──\ntext"
    assert shown(clear, colored=True) == f"{CSI}2m── web cleared the screen ──{CSI}0m"


def test_cleared_screens_are_told_every_two_seconds_at_most() -> None:
    cleaner = Cleaner("web", colored=False, rule="-")
    told = []
    for second in ("05.000", "06.999", "07.000", "08.999", "09.000"):
        told.append(cleaner.lines(f"{CSI}2J{CSI}3J", f"2030-01-02T03:04:{second}Z") != "")
    assert told == [True, False, True, False, True]
    assert cleaner.lines(f"{CSI}2J", "2030-01-02T03:00:00.000Z") == "-- web cleared the screen --", "the clock was set"


@pytest.mark.parametrize("line", [f"{CSI}J", f"{CSI}K", f"{CSI}0J", f"{CSI}1J", f"{CSI}5;5H{CSI}J", f"{OSC}0;{CSI}22J"])
def test_what_clears_less_than_the_screen_is_not_told(line: str) -> None:
    assert "screen" not in shown(line)


def test_a_program_that_wants_the_whole_screen_is_told_of_once() -> None:
    cleaner = Cleaner("web", colored=False)
    assert (
        cleaner.lines(f"{CSI}?1049hx", NOW) == "── web asked for a full screen: run it in a terminal of its own ──\nx"
    )
    assert cleaner.lines(f"{CSI}?1049hx", NOW) == "x"


def test_a_long_line_is_cut_and_says_how_much_is_left() -> None:
    for length, left in ((1, "1 B"), (999, "999 B"), (1000, "1 KB"), (48_000, "48 KB"), (1_200_000, "1.2 MB")):
        line = "x" * (MOST_SHOWN + length)
        assert shown("a", line, "b", colored=False) == f"a\n{'x' * MOST_SHOWN}… [+{left}]\nb"
    assert shown("x" * MOST_SHOWN) == "x" * MOST_SHOWN
    assert shown("é" * (MOST_SHOWN + 10)).endswith("é… [+20 B]")


def test_a_long_line_is_not_cut_within_a_color_or_a_link() -> None:
    for sequence in (f"{CSI}38;5;208m", f"{OSC}8;;http://x.example/{'a' * 100}{ST}"):
        for before in range(MOST_SHOWN - len(sequence) - 3, MOST_SHOWN + 1):
            line = shown("x" * before + sequence + "y" * 500)
            assert COLORED.fullmatch(line), before
            assert not OPEN_LINK.search(line)
            assert re.sub(rf"{LINK}|\x1b\[[0-9;]*m", "", line).startswith("x" * before)


def test_the_color_of_a_long_line_goes_on_although_it_was_cut_off() -> None:
    cleaner = Cleaner("web", colored=True)
    cleaner.lines("x" * MOST_SHOWN + f"{CSI}31mred", NOW)
    assert cleaner.lines("red", NOW) == f"{CSI}31mred{CSI}0m"


@pytest.mark.parametrize(
    "line",
    [
        "[hotrun] build #1 ok",
        f"{CSI}31m[hotrun] build #1 ok",
        f"[hot{CSI}0mrun] build #1 ok",
        f"{CSI}2J[hotrun] build #1 ok",
        f"{OSC}8;;http://x{ST}[hotrun] build #1 ok",
        "x\r[hotrun] build #1 ok",
        "x\b[hotrun] build #1 ok",
        "\x07[hotrun] build #1 ok",
    ],
)
@pytest.mark.parametrize("colored", [False, True])
def test_a_line_of_ours_cannot_be_forged(line: str, colored: bool) -> None:
    for text in (line, f"first\n{line}\nlast", f"{CSI}32mfirst\n{line}"):
        for one in Cleaner("web", colored).lines(text, NOW).split("\n"):
            assert not re.sub(rf"{LINK}|\x1b\[[0-9:;]*m", "", one).startswith("[hotrun]")
    assert "a [hotrun] b" in shown("a [hotrun] b"), "elsewhere it is text"


def test_a_prompt_is_cleaned_and_changes_nothing() -> None:
    cleaner = Cleaner("web", colored=True)
    cleaner.lines(f"{CSI}31mred", NOW)
    assert cleaner.prompt(f"{CSI}2Jname{CSI}0m? ") == f"{CSI}31mname{CSI}0m? {CSI}0m"
    assert cleaner.lines("red", NOW) == f"{CSI}31mred{CSI}0m"


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("colored", [False, True])
def test_it_is_the_same_line_by_line_and_many_at_once(seed: int, colored: bool) -> None:
    rng = random.Random(3000 + seed)
    colors = [
        "text",
        "é",
        "\t",
        "\n",
        "\n",
        f"{CSI}31m",
        f"{CSI}0m",
        f"{CSI}m",
        f"{CSI}38;5;1m",
        f"{CSI}39m",
        "[hotrun] ",
    ]
    attacks = [*colors, "\r", "\b", ESC, "[31m", "\x9b", "\ufeff", *ATTACKS.values()]
    for _ in range(200):
        parts = rng.choice([colors, colors[:5], attacks])
        text = "".join(rng.choices(parts, k=rng.randrange(12)))
        whole, single = Cleaner("web", colored), Cleaner("web", colored)
        lines = whole.lines(text, NOW)
        assert lines == "\n".join(single.lines(line, NOW) for line in text.split("\n")), ascii(text)
        assert whole.lines("x", NOW) == single.lines("x", NOW)
        for line in lines.split("\n"):
            assert (COLORED if colored else PLAIN).fullmatch(line), ascii(text)
