"""The dashboard in a real terminal that wraps its lines anew at each resize."""

from __future__ import annotations

import random
import re
from pathlib import Path

from tests.e2e.dashboard.counting_project import ROW, SIZES, count_to, make, numbers
from tests.e2e.dashboard.tmux import Window


def test_thirty_resizes_while_output_flows_lose_no_line_and_leave_hardly_a_row_behind(tmp_path: Path) -> None:
    root = make(tmp_path)
    chance = random.Random(7)
    with Window(root) as window:
        window.start()
        window.wait_for_row("web running")
        for turn in range(30):
            count_to(root, (turn + 1) * 40)
            window.resize(*SIZES[turn % len(SIZES)])
            for _ in range(chance.randrange(3)):
                window.lines  # noqa: B018 - takes a moment, as people do
        window.resize(100, 30)
        window.wait_until(lambda: 1199 in numbers(window.lines), "line 1199")
        window.wait_for_row("r restart")
        lines = window.lines
        assert numbers(lines) == list(range(1200))
        at_the_end = [line for line in lines[-3:] if ROW.match(line)]
        assert len(at_the_end) == 3, lines[-6:]
        stale = [line for line in lines[:-3] if ROW.match(line)]
        assert len(stale) <= 2, stale
        window.type("q")
        window.wait_for("ended 0")


def test_a_red_build_is_printed_and_its_count_is_pinned_until_it_is_green(tmp_path: Path) -> None:
    root = make(tmp_path)
    with Window(root) as window:
        window.start()
        window.wait_for_row("✔ #1 passed")
        window.wait_for_row("web running")
        (root / "main.txt").write_text("fine\nbad\n")
        window.wait_for("  main.txt:2:1: error: bad")
        window.wait_for_row("✗ #2 failed")
        window.wait_for_row("▲ web stale (#1)")
        window.type("n")
        window.wait_for_row("1/1 main.txt:2:1: error: bad")
        window.type("e")
        window.wait_until(lambda: window.lines.count("  main.txt:2:1: error: bad") == 2, "the errors once more")
        (root / "main.txt").write_text("good again\n")
        window.wait_for_row("✔ #3 passed")
        marks = [line.partition(" ──")[0] for line in window.lines if line.startswith("[hotrun]")]
        assert marks == [
            "[hotrun] build #1 started",
            "[hotrun] build #1 finished: passed, 0 errors, 0 warnings",
            "[hotrun] build #2 started",
            "[hotrun] build #2 finished: failed, 1 errors, 0 warnings",
            "[hotrun] build #3 started",
            "[hotrun] build #3 finished: passed, 0 errors, 0 warnings",
        ]


def test_keys_pause_help_and_restart_and_q_leaves_the_terminal_to_the_shell(tmp_path: Path) -> None:
    root = make(tmp_path)
    with Window(root, 80, 30) as window:
        window.start()
        window.wait_for_row("web running")
        window.type("p")
        window.wait_for_row("‖ paused")
        window.type("p")
        window.wait_for_row("● watching")
        window.type("?")
        window.wait_for("Restart the processes without a build")
        window.type("r")
        window.wait_until(lambda: "\n".join(window.lines).count("web started") == 2, "a second start")
        window.wait_for_row("web running")
        window.type("q")
        window.wait_for("ended 0")
        assert not any(ROW.match(line) for line in window.screen)
        window.type("echo shell-$((1 + 1))", "Enter")
        window.wait_for("shell-2")


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_brings_the_rows_back(tmp_path: Path) -> None:
    root = make(tmp_path)
    with Window(root) as window:
        window.start()
        window.wait_for_row("web running")
        window.type("C-z")
        window.wait_for("Stopped")
        assert not any(ROW.match(line) for line in window.screen)
        window.type("echo shell-$((1 + 1))", "Enter")
        window.wait_for("shell-2")
        window.type("fg", "Enter")
        window.wait_for_row("r restart")
        count_to(root, 5)
        window.wait_for("line 4")
        window.type("C-c")
        window.wait_for("stopping")
        window.wait_for("$ ")
        assert numbers(window.lines) == list(range(5))


def test_in_the_background_lines_go_on_and_nothing_is_pinned(tmp_path: Path) -> None:
    root = make(tmp_path)
    with Window(root) as window:
        window.start()
        window.wait_for_row("web running")
        window.type("C-z")
        window.wait_for("Stopped")
        window.type("bg", "Enter")
        count_to(root, 5)
        window.wait_for("line 4")
        assert not any(ROW.match(line) for line in window.screen)
        window.type("echo shell-$((1 + 1))", "Enter")
        window.wait_for("shell-2")
        window.type("fg", "Enter")
        window.wait_for_row("r restart")
        window.type("q")
        window.wait_for("stopping: key pressed")
        assert numbers(window.lines) == list(range(5))


def test_a_line_without_an_end_wide_characters_and_garbage_smear_nothing(tmp_path: Path) -> None:
    root = make(tmp_path)
    (tmp_path / "counter.py").write_text(
        "import sys, time\n"
        "def say(data): sys.stdout.buffer.write(data); sys.stdout.flush(); time.sleep(0.05)\n"
        "say('日本語'.encode() * 100 + b'\\n')\n"
        "say(bytes(range(128, 256)) * 20 + b'\\n')\n"
        "for _ in range(20): say(b'y' * 50_000)\n"
        "say(b'\\nline 0\\n' + '👩‍💻e\u0301 '.encode() * 60 + b'\\nline 1\\n')\n"
        "time.sleep(1000)\n"
    )
    with Window(root) as window:
        window.start()
        window.wait_for("line 1")
        window.wait_for_row("r restart")
        lines = window.lines
        assert numbers(lines) == [0, 1]
        cut = [line for line in lines if re.fullmatch(r"(web │ )?y+… \[\+\d+ (B|KB)\]", line)]
        assert [line.count("y") for line in cut] == [16_384] * 16, "each 64 KB of a line are shown cut"
        assert sum(line.count("日本語") for line in lines) == 100
        assert not [line for line in lines[:-3] if ROW.match(line)]
        window.type("q")
        window.wait_for("ended 0")


def test_what_is_typed_goes_to_a_process_until_ctrl_bracket(tmp_path: Path) -> None:
    root = make(tmp_path)
    (tmp_path / "counter.py").write_text("while True: print('hello', input('name? '))\n")
    with Window(root) as window:
        window.start()
        window.wait_for_row("web │ name?")
        window.type("i")
        window.wait_for_row("input goes to web")
        window.type("quark", "Enter")
        window.wait_for("hello quark")
        window.type("C-]")
        window.wait_for_row("r restart")
        window.type("q")
        window.wait_for("ended 0")
