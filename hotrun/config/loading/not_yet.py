"""The keys that are part of the file's format already, while nothing acts on them yet. Whoever makes one work
takes it out of NOT_YET, and its warning is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hotrun.config.loading.problems import Path

# "*" stands for any name.
NOT_YET: tuple[Path, ...] = (("proxy",),)


def pending_keys(raw: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the path of each key in the file's tables `raw` that has no effect yet."""
    for wanted in NOT_YET:
        yield from _present(raw, wanted, ())


def _present(table: Mapping[str, Any], wanted: Path, above: Path) -> Iterator[Path]:
    first, *rest = wanted
    for key in table:
        if first not in ("*", key):
            continue
        if rest:
            yield from _present(table[key], tuple(rest), (*above, key))
        else:
            yield (*above, key)
