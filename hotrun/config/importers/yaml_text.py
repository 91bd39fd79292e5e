"""Reads YAML for the importers, by PyYAML's safe loader; a malformed one is an error with its line."""

from __future__ import annotations

from hotrun.config.importers.imported import KeySource

_REMEDY = "repair it, or see what its own tool says about it"
MOST_CHARACTERS = 1_000_000  # a configuration is no larger; the loader is slow


def tables(source: KeySource) -> dict[object, object]:
    """The table that the text holds; empty for an empty text. Raises ConfigError."""
    import yaml  # only here: it takes 15 ms, and most projects have none of these files

    if len(source.text) > MOST_CHARACTERS:
        raise source.wrong(1, "too large for a configuration", _REMEDY)
    try:
        found = yaml.safe_load(source.text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise source.wrong(line, f"not YAML: {error.problem or error.context}", _REMEDY) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise source.wrong(1, f"not YAML: {str(error).splitlines()[0]}", _REMEDY) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise source.wrong(1, "expected a table of keys", _REMEDY)
    return found
