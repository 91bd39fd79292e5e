"""Colors, cleared screens and long lines of one source: what goes on from one line to the next."""

from __future__ import annotations

import random
import re

import pytest

from hotrun.views.text.clean import MOST_SHOWN, Cleaner
from tests.views.text.attacks import ATTACKS, COLORED, CSI, ESC, LINK, NOW, OPEN_LINK, OSC, PLAIN, ST, shown


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
