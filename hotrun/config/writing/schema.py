"""The JSON Schema of hotrun.toml, for editors. It is derived from the model, so both always agree."""

from __future__ import annotations

from typing import Any

import msgspec

from hotrun.config.tables.common import Table
from hotrun.config.tables.model import BuildOptions, Config, UiTable
from hotrun.config.tables.values import Value
from hotrun.keys.actions import ACTIONS, DEFAULT_KEYS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = "#/$defs/"
IN_PROFILE = "InProfile"

Schema = dict[str, Any]


def json_schema() -> Schema:
    """Return the schema of hotrun.toml, draft 2020-12, as values for JSON."""
    (reference, _), definitions = msgspec.json.schema_components(
        [Config, BuildOptions], schema_hook=_schema_of_value, ref_template=REFERENCE + "{name}"
    )
    definitions = _without_null(definitions)
    for table in _tables(Table):
        if table.__name__ in definitions:
            _complete(definitions[table.__name__], table)
    _name_actions(definitions)
    build = definitions[Config.__name__]["properties"]["build"]
    build["properties"] = definitions.pop(BuildOptions.__name__)["properties"]
    _add_profiles(definitions)
    about = {"title": "hotrun.toml", "description": "What hotrun watches, builds and runs."}
    return {"$schema": DIALECT, **about, **reference, "$defs": definitions}


def _schema_of_value(kind: type) -> Schema:
    if issubclass(kind, Value):
        return dict(kind.schema)
    raise NotImplementedError(f"no schema for {kind.__name__}")


def _without_null(schema: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the schema without null, which is a missing key in Python, and which TOML does not have."""
    if isinstance(schema, list):
        return [_without_null(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(value) for key, value in schema.items() if not (key == "default" and value is None)}
    if {"type": "null"} in kept.get("anyOf", ()):
        rest = [option for option in kept.pop("anyOf") if option != {"type": "null"}]
        kept.update(rest[0] if len(rest) == 1 else {"anyOf": rest})
    return kept


def _complete(definition: Schema, table: type[Table]) -> None:
    """Add a title to each key of a table, and the defaults that msgspec cannot write."""
    for field in msgspec.structs.fields(table):
        key = definition["properties"][field.name]
        key["title"] = field.name
        if callable(field.default_factory):
            default = field.default_factory()
            if isinstance(default, Value):
                key["default"] = default.written()
            elif isinstance(default, list):
                key["default"] = default


def _name_actions(definitions: dict[str, Schema]) -> None:
    """List the actions with their default keys and descriptions, for completion in an editor."""
    keys = definitions[UiTable.__name__]["properties"]["keys"]
    kind = keys["additionalProperties"]
    keys["properties"] = {
        action: {**kind, "title": action, "description": ACTIONS[action].help, "default": list(default)}
        for action, default in DEFAULT_KEYS.items()
    }
    keys["additionalProperties"] = False


def _add_profiles(definitions: dict[str, Schema]) -> None:
    """Describe a profile: the tables of the file without required keys and defaults."""
    for name, definition in list(definitions.items()):
        definitions[name + IN_PROFILE] = {**_in_profile(definition), "required": []}
    del definitions[Config.__name__ + IN_PROFILE]["properties"]["profile"]
    definitions[Config.__name__]["properties"]["profile"]["additionalProperties"] = {
        "$ref": REFERENCE + Config.__name__ + IN_PROFILE
    }


def _in_profile(schema: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(schema, list):
        return [_in_profile(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "default"}
    return {key: value + IN_PROFILE if key == "$ref" else _in_profile(value) for key, value in kept.items()}


def _tables(table: type[Table]) -> list[type[Table]]:
    below = [deeper for known in table.__subclasses__() for deeper in _tables(known)]
    return [table, *below]
