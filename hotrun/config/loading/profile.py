"""Apply a profile to the file: tables merge key by key, values and arrays replace.

Also finds out whether a key comes from the profile or the file, so that a message names the place to change.
"""

from __future__ import annotations

from typing import Any

from hotrun.config.loading.problems import Path
from hotrun.core.model.project import ReadyBy

READY_KINDS: tuple[ReadyBy, ...] = ("tcp", "http", "log", "notify", "exec")

Tables = dict[str, Any]


def overlay(tables: Tables, profile: Tables) -> Tables:
    """Return `tables` with `profile` applied. Neither is changed."""
    merged = dict(tables)
    for key, value in profile.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            # A process has one kind of readiness check. Another kind replaces it and its status.
            if key == "ready" and any(kind in value for kind in READY_KINDS):
                below = {kept: below[kept] for kept in below if kept not in (*READY_KINDS, "status")}
            value = overlay(below, value)
        merged[key] = value
    return merged


def origin(path: Path, tables: Tables, name: str, profile: Tables) -> Path:
    """Return the path in the file of `path` in the merged tables: in profile `name` or outside it.

    A key that neither has belongs to the innermost table around it.
    """
    reach = _reach(path, profile)
    # If both have the key, the profile wins. If neither has it, the file should.
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
