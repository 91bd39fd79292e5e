"""The whole screen in a real terminal: it opens and closes over output that flows, and no line is lost or repeated."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.dashboard.counting_project import ROW, count_to, make, numbers
from tests.e2e.dashboard.tmux import Window, is_open

# More than the dashboard keeps behind the whole screen.
FLOOD = """
import os, time
for number in range(20_000):
    print(f"line {number} " + "." * 100)
    if number % 100 == 0:
        time.sleep(0.005)
time.sleep(1000)
"""
LAST = 19_999


def wait_until_closed(window: Window) -> None:
    window.wait_for_row("r restart")
    window.wait_until(lambda: not any("esc close" in line for line in window.screen), "way back")


def test_each_pane_opens_by_its_key_and_esc_leads_back_to_every_line_once(tmp_path: Path) -> None:
    root = make(tmp_path)
    with Window(root, 100, 30) as window:
        window.start()
        window.wait_for_row("web running")
        (root / "main.txt").write_text("fine\nbad\n")
        window.wait_for_row("✗ #2 failed")
        count_to(root, 100)
        window.wait_for("line 99")
        window.type("f")
        window.wait_for_row("[errors 1]")
        window.wait_for_row("main.txt:2:1")
        count_to(root, 300)
        window.wait_for_row("line 299")
        window.type("Tab")
        window.wait_for_row("[processes 1]")
        window.type("Enter")
        window.wait_for_row("[output]")
        window.type("h")
        window.wait_for_row("[builds 2]")
        window.type("P")
        window.wait_for_row("[processes 1]")
        window.type("e")
        window.wait_for_row("[errors 1]")
        window.type("?")
        window.wait_for_row("Search in the output")
        window.type("Escape")
        window.wait_until(
            lambda: not any("Search in the output" in line for line in window.screen), "way back to the pane"
        )
        window.type("/")
        window.type("line 27")
        window.wait_for_row("search: line 27_")
        count_to(root, 600)
        window.type("Enter")
        window.wait_for_row("search 'line 27'")
        window.wait_until(lambda: numbers(window.screen)[-1:] == [279], "hit")
        window.type("&")
        window.type("line 1", "Enter")
        window.wait_for_row("lines with 'line 1'")
        window.wait_until(lambda: all(str(n).startswith("1") for n in numbers(window.screen)), "filtered lines")
        window.type("Escape")
        window.wait_until(lambda: not any("lines with" in line for line in window.screen), "filter given up")
        window.type("f")
        wait_until_closed(window)
        window.wait_until(lambda: 599 in numbers(window.lines), "line 599")
        assert numbers(window.lines) == list(range(600))
        assert len([line for line in window.lines if ROW.match(line)]) == 3
        window.type("q")
        window.wait_for("ended 0")


def test_resizes_of_the_whole_screen_down_to_a_few_rows_and_back(tmp_path: Path) -> None:
    root = make(tmp_path)
    with Window(root, 100, 30) as window:
        window.start()
        window.wait_for_row("web running")
        for turn, size in enumerate([(40, 8), (200, 60), (60, 5), (80, 24), (41, 9), (100, 30)]):
            window.type("f")
            window.wait_until(lambda: is_open(window), "whole screen")
            count_to(root, turn * 50 + 50)
            window.resize(*size)
            window.wait_until(lambda size=size: len(window.screen) == size[1] and is_open(window), "new size")  # type: ignore[misc]
            assert max(map(len, window.screen)) <= size[0]
            window.wait_for_row(f"line {turn * 50 + 49}")
            window.type("f")
            window.wait_until(lambda: not is_open(window), "way back")
        wait_until_closed(window)
        window.wait_until(lambda: 299 in numbers(window.lines), "line 299")
        assert numbers(window.lines) == list(range(300))
        assert len([line for line in window.lines[:-3] if ROW.match(line)]) <= 2
        window.type("q")
        window.wait_for("ended 0")


def test_more_than_a_megabyte_goes_into_the_scrollback_behind_the_whole_screen(tmp_path: Path) -> None:
    root = make(tmp_path)
    (tmp_path / "counter.py").write_text(FLOOD)
    with Window(root, 100, 30) as window:
        window.start("--ui", "full")
        window.wait_for_row("esc close")
        window.type("0")
        window.wait_for_row(f"line {LAST} ")
        window.type("f")
        wait_until_closed(window)
        assert numbers(window.lines) == list(range(LAST + 1))
        window.type("q")
        window.wait_for("ended 0")


def test_ctrl_z_on_the_whole_screen_shows_the_shell_and_fg_the_screen_again(tmp_path: Path) -> None:
    root = make(tmp_path)
    with Window(root, 100, 30) as window:
        window.start()
        window.wait_for_row("web running")
        window.type("f")
        window.wait_until(lambda: is_open(window), "whole screen")
        count_to(root, 5)
        window.wait_for_row("line 4")
        window.type("C-z")
        window.wait_for("Stopped")
        window.type("echo shell-$((1 + 1))", "Enter")
        window.wait_for("shell-2")
        window.type("fg", "Enter")
        window.wait_until(lambda: is_open(window), "whole screen")
        window.type("q")
        window.wait_for("$ ")
        window.wait_until(lambda: not is_open(window), "way back")
        assert numbers(window.lines) == list(range(5))
