"""`hotrun schema`: what editors and other programs may rely on, as JSON Schema."""

from __future__ import annotations

import msgspec

from hotrun.core.model.text import did_you_mean
from hotrun.errors import HotrunError

KINDS = ("config", "events")


def schema(kind: str) -> int:
    """Print the JSON Schema of `config` (hotrun.toml) or `events`."""
    if kind not in KINDS:
        raise HotrunError(f"schema {kind}: expected config or events", did_you_mean(kind, KINDS))
    if kind == "config":
        from hotrun.config.writing.schema import json_schema

        found = json_schema()
    else:
        from hotrun.views.events_schema import event_schema

        found = event_schema()
    print(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    return 0
