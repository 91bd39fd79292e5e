"""Which action a key asks for."""

from __future__ import annotations

from collections.abc import Mapping

from hotrun.core.model.requests import Action
from hotrun.keys.actions import bindings

# A terminal that reports keys by a protocol sends these as keys, and no signal comes of them.
_FIXED: dict[str, Action] = {"ctrl+c": "stop"}


class KeyBindings:
    """The keys of a project: its own over the default ones."""

    def __init__(self, own: Mapping[Action, tuple[str, ...]]) -> None:
        """`own`: `Ui.keys`."""
        self._keys = bindings(own)
        self._actions = {**{key: action for action, keys in self._keys.items() for key in keys}, **_FIXED}

    def action(self, key: str) -> Action | None:
        """What `key`, as the Decoder names it, asks for; None for a key that does nothing."""
        return self._actions.get(key)

    def keys(self, action: Action) -> tuple[str, ...]:
        """The keys of an action, the one to show first; () where it has none."""
        return self._keys[action]
