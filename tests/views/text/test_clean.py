"""What a program prints must not be able to do anything to the terminal but to color its own lines."""

from __future__ import annotations

import random
import re

import pytest

from hotrun.adapters.output.lines import LineSplitter
from hotrun.views.text.clean import Cleaner, clean, clean_lines, clean_name
from tests.views.text.attacks import ATTACKS, BEL, COLORED, CSI, ESC, NOW, OPEN_LINK, OSC, PLAIN, ST


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
