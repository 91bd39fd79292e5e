"""Read YAML with PyYAML's safe loader. Invalid YAML is an error with its line."""

from __future__ import annotations

from hotrun.config.importers.imported import KeySource

_REMEDY = "fix it, or validate it with its own tool"
MAX_CHARACTERS = 1_000_000  # the loader is slow, and no configuration is larger


def tables(source: KeySource) -> dict[object, object]:
    """Parse the text as a table, empty for an empty text. Raises ConfigError."""
    import yaml  # imported late: it takes 15 ms, and most projects do not need it

    if len(source.text) > MAX_CHARACTERS:
        raise source.error(1, f"longer than {MAX_CHARACTERS} characters", _REMEDY)
    try:
        found = yaml.safe_load(source.text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise source.error(line, f"invalid YAML: {error.problem or error.context}", _REMEDY) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise source.error(1, f"invalid YAML: {str(error).splitlines()[0]}", _REMEDY) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise source.error(1, "expected a table of keys", _REMEDY)
    return found
