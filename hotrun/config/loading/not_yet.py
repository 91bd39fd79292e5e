"""The keys that the file may have but that do nothing yet. hotrun warns about each key in NOT_YET."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hotrun.config.loading.problems import Path

# "*" stands for any name.
NOT_YET: tuple[Path, ...] = (("proxy",),)


def pending_keys(raw: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the path of each key in the tables `raw` that has no effect yet."""
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
