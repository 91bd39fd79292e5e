"""The JSON Schema of one line of the event stream, from the very types that are sent."""

from __future__ import annotations

from typing import Any

import msgspec

from hotrun.core.model import events

_ENVELOPE = {
    "v": {"const": 1, "description": "Version of the stream; within 1 fields are only added."},
    "seq": {"type": "integer", "minimum": 1, "description": "Counts events from 1, without gaps."},
    "t": {"type": "string", "format": "date-time", "description": "RFC 3339, UTC, milliseconds."},
}


def event_schema() -> dict[str, Any]:
    """One object a line: the envelope and one of the event types. Readers ignore unknown types and fields."""
    kinds = events.Event.__subclasses__()
    refs, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    for kind in kinds:
        definition = components[kind.__name__]
        definition["properties"] = {**_ENVELOPE, **definition["properties"]}
        definition["required"] = [*_ENVELOPE, "type", *(f for f in definition.get("required", []) if f != "type")]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hotrun event",
        "oneOf": list(refs),
        "$defs": components,
    }
