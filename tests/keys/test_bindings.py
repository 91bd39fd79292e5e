"""A key does what the project says, else what it does by default."""

from __future__ import annotations

from hotrun.keys.actions import DEFAULT_KEYS
from hotrun.keys.bindings import KeyBindings


def test_each_default_key_asks_for_its_action() -> None:
    keymap = KeyBindings({})
    for action, keys in DEFAULT_KEYS.items():
        assert keymap.keys(action) == keys
        assert {keymap.action(key) for key in keys} == {action}


def test_a_project_s_own_key_replaces_the_default_ones() -> None:
    keymap = KeyBindings({"restart": ("p", "f5")})
    assert keymap.action("p") == keymap.action("f5") == "restart"
    assert keymap.action("r") is None
    assert keymap.keys("restart") == ("p", "f5")
    assert keymap.keys("pause") == ()


def test_a_key_without_an_action_asks_for_nothing() -> None:
    assert KeyBindings({}).action("z") is None


def test_an_interrupt_that_comes_as_a_key_quits() -> None:
    assert KeyBindings({"stop": ()}).action("ctrl+c") == "stop"
