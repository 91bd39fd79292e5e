"""Every action has a key and a meaning, and a project's own keys come before the default ones."""

from __future__ import annotations

from typing import get_args

import pytest

from hotrun.core.model.requests import Action
from hotrun.keys.actions import ACTIONS, DEFAULT_KEYS, bindings
from hotrun.keys.names import SAME, TAKEN, is_key, meant_key


def test_every_action_has_keys_and_a_meaning() -> None:
    assert tuple(ACTIONS) == get_args(Action)
    assert all(row.keys and row.help for row in ACTIONS.values())


def test_each_default_key_is_a_free_key_of_one_action() -> None:
    keys = [key for keys in DEFAULT_KEYS.values() for key in keys]
    assert [key for key in keys if not is_key(key) or key in TAKEN] == []
    assert len(set(keys)) == len(keys)


def test_without_own_keys_the_default_ones_are_bound() -> None:
    assert bindings({}) == DEFAULT_KEYS


def test_own_keys_replace_the_default_ones_and_are_taken_from_other_actions() -> None:
    keys = bindings({"restart": ("p", "x"), "up": ("u",), "down": ()})
    assert keys["restart"] == ("p", "x")
    assert keys["pause"] == ()
    assert keys["up"] == ("u",)
    assert keys["down"] == ()
    assert keys["errors"] == ("e",)


@pytest.mark.parametrize(
    "key", ["r", "R", "1", "?", "é", "ß", "世", "+", "-", "enter", "f12", "ctrl+a", "ctrl+space", "alt+x", "alt+X"]
)
def test_a_key_is_known_by_its_name(key: str) -> None:
    assert is_key(key)
    assert meant_key(key) == key


@pytest.mark.parametrize("key", ["ctrl+alt+x", "ctrl+up", "alt+enter", "ctrl+alt+shift+f5", "shift+home", "alt++"])
def test_modifiers_stand_in_front_in_their_order(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize("text", ["", " ", "rr", "\x1b", "\n", "f13", "F1", "ctrl+", "ctrl+A", "ctrl+é", "shift+a"])
def test_what_is_no_key(text: str) -> None:
    assert not is_key(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Escape", "esc"),
        ("RETURN", "enter"),
        (" ", "space"),
        ("Page Up", "pageup"),
        ("page_down", "pagedown"),
        ("F5", "f5"),
        ("Ctrl+L", "ctrl+l"),
        ("C-l", "ctrl+l"),
        ("^L", "ctrl+l"),
        ("ctrl-x", "ctrl+x"),
        ("M-x", "alt+x"),
        ("shift+r", "R"),
        ("alt+ctrl+x", "ctrl+alt+x"),
        ("shift+tab", "backtab"),
        ("ctrl+m", "enter"),
        ("cmd+x", None),
        ("hyper", None),
        ("", None),
    ],
)
def test_another_spelling_is_understood(text: str, key: str | None) -> None:
    assert meant_key(text) == key


def test_what_a_key_is_the_same_as_is_a_key() -> None:
    assert all(is_key(key) for key in SAME.values())
    assert not any(is_key(key) for key in SAME)
