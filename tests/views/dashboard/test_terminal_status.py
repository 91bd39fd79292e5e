"""What the terminal's tab and the desktop are told, and that each terminal gets only what it knows."""

from __future__ import annotations

import base64

import pytest

from hotrun.core.model import events
from hotrun.core.model.project import Ui
from hotrun.core.state.snapshot import Snapshot
from hotrun.views.dashboard.terminal_status import Powers, TerminalStatus, copied, powers_of

ALL = Powers(title=True, progress=True, notify=777)


class Story:
    """A beacon and the snapshot that it follows."""

    def __init__(self, powers: Powers = ALL, *, title: bool = False, notify: bool = False, bell: bool = False) -> None:
        self.beacon = TerminalStatus(powers, Ui(title=title, notify=notify, bell=bell))
        self.snapshot = Snapshot(root="/home/me/shop")
        self.build = 0

    def builds(self) -> str:
        self.build += 1
        self.snapshot.apply(events.BuildStarted(self.build, (), ()))
        return self.beacon.follow(self.snapshot)

    def ends(self, status: events.Status, ms: int = 100, errors: int = 0) -> str:
        event = events.BuildFinished(
            build=self.build, status=status, errors=errors, warnings=0, duration_ms=ms, steps=(), skipped=()
        )
        self.snapshot.apply(event)
        return self.beacon.follow(self.snapshot)


def test_the_tab_is_busy_while_building_red_after_that_and_clear_when_green() -> None:
    story = Story()
    assert story.builds() == "\x1b]9;4;3;0\x1b\\"
    assert story.ends("failed", errors=2) == "\x1b]9;4;2;0\x1b\\"
    assert story.beacon.follow(story.snapshot) == "", "nothing is different"
    story.builds()
    assert story.ends("passed") == "\x1b]9;4;0;0\x1b\\"
    assert story.beacon.leave() == ""


def test_a_canceled_build_leaves_the_tab_as_the_last_build_result_was() -> None:
    story = Story()
    story.builds()
    story.ends("failed")
    story.builds()
    assert story.ends("canceled") == "\x1b]9;4;2;0\x1b\\"


def test_the_title_shows_the_state_first_and_the_old_one_comes_back() -> None:
    story = Story(Powers(), title=True)
    assert story.builds() == "\x1b[22;2t\x1b]2;... shop - hotrun\x1b\\"
    assert story.ends("failed", errors=3) == "\x1b]2;x3 shop - hotrun\x1b\\"
    story.builds()
    assert story.ends("passed") == "\x1b]2;shop - hotrun\x1b\\"
    assert story.beacon.leave() == "\x1b[23;2t"
    assert story.beacon.leave() == ""


def test_a_folder_cannot_put_commands_into_the_title() -> None:
    story = Story(Powers(), title=True)
    story.snapshot.root = "/p/a\x1b]52;c;eA==\x07\x9c\nb"
    said = story.builds()
    assert said.count("\x1b") == 3, "the two of ours and the end"
    assert "\x07" not in said
    assert "\x9c" not in said


def test_a_notification_comes_when_a_long_build_fails_and_when_all_is_well_again() -> None:
    story = Story(Powers(notify=777), notify=True)
    story.builds()
    assert story.ends("failed", ms=6000, errors=1) == "\x1b]777;notify;shop;build #1 failed: 1 error\x1b\\"
    story.builds()
    assert story.ends("failed", ms=9000, errors=2) == "", "it was red before"
    story.builds()
    assert story.ends("passed") == "\x1b]777;notify;shop;build #3 passed again\x1b\\"
    story.builds()
    assert story.ends("failed", ms=300) == "", "who waits for so short a time is still looking"
    story.builds()
    assert story.ends("passed") == ""


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (9, "\x1b]9;hotrun shop: build #1 failed\x1b\\"),
        (99, "\x1b]99;i=hotrun:d=0:p=title;shop\x1b\\\x1b]99;i=hotrun:d=1:p=body;build #1 failed\x1b\\"),
        (None, ""),
    ],
)
def test_each_terminal_is_notified_in_its_own_way(number: int | None, expected: str) -> None:
    story = Story(Powers(notify=number), notify=True)
    story.builds()
    assert story.ends("failed", ms=6000) == expected


def test_a_bell_rings_only_where_it_was_asked_for_and_once_for_each_turn_to_red() -> None:
    for bell in (True, False):
        story = Story(Powers(), bell=bell)
        story.builds()
        assert story.ends("failed") == ("\a" if bell else "")
        story.builds()
        assert story.ends("failed") == ""
        story.builds()
        assert story.ends("passed") == ""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color"}, Powers()),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, Powers(progress=True)),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, Powers(progress=True)),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, Powers(progress=True, notify=777)),
        ({"TERM": "xterm-kitty"}, Powers(notify=99)),
        ({"TERM": "foot"}, Powers(notify=777)),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Powers(notify=9)),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "TERM_FEATURES": "T3CwP"}, Powers(True, True, 9)),
        ({"TERM": "xterm-256color", "PTYXIS_VERSION": "48.1"}, Powers(progress=True)),
        ({"TERM": "xterm-256color", "PTYXIS_VERSION": "47.0"}, Powers()),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x", "TERM_PROGRAM": "WezTerm"}, Powers()),
        ({"TERM": "dumb"}, Powers(title=False)),
        ({"TERM": "linux"}, Powers(title=False)),
    ],
)
def test_a_terminal_is_known_by_its_variables(environ: dict[str, str], expected: Powers) -> None:
    assert powers_of(environ) == expected


def test_what_a_terminal_does_not_know_is_never_sent() -> None:
    story = Story(Powers(title=False), title=True, notify=True)
    assert story.builds() + story.ends("failed", ms=6000) + story.beacon.leave() == ""


def test_a_text_is_put_on_the_clipboard_as_base64() -> None:
    said = copied("src/a.py:3: höchst\x1b]0;x\x07")
    assert (
        base64.b64decode(said.removeprefix("\x1b]52;c;").removesuffix("\x1b\\")).decode()
        == "src/a.py:3: höchst\x1b]0;x\x07"
    )
