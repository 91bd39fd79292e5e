"""Lays a profile over the file: tables merge key by key, values and arrays replace. And tells which of the two
a key came from, so that a message names the place that the person has to change."""

from __future__ import annotations

from typing import Any

from hotrun.config.loading.problems import Path
from hotrun.core.model.project import ReadyBy

READY_KINDS: tuple[ReadyBy, ...] = ("tcp", "http", "log", "notify", "exec")

Tables = dict[str, Any]


def overlay(tables: Tables, profile: Tables) -> Tables:
    """Return `tables` with `profile` laid over them; neither is changed."""
    merged = dict(tables)
    for key, value in profile.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            # A process is ready in one way only: another way replaces it and the status that goes with it.
            if key == "ready" and any(kind in value for kind in READY_KINDS):
                below = {kept: below[kept] for kept in below if kept not in (*READY_KINDS, "status")}
            value = overlay(below, value)
        merged[key] = value
    return merged


def origin(path: Path, tables: Tables, name: str, profile: Tables) -> Path:
    """Return where `path` of the merged tables stands in the file: in profile `name`, or outside of it.

    A key that is in neither belongs to the innermost table around it."""
    reach = _reach(path, profile)
    # Where both hold the key itself, the profile's is in force; where both lack it, the file is to be completed.
    if reach > _reach(path, tables) or (reach == len(path) > 0):
        return ("profile", name, *path)
    return path


def _reach(path: Path, tree: Any) -> int:  # noqa: ANN401 - any TOML value
    """Return how many keys of `path` lead into `tree`."""
    for depth, key in enumerate(path):
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError):
            return depth
    return len(path)
