"""Read a configuration key by key, to report every problem at once.

msgspec stops at the first problem, so this runs only if msgspec has found one. It keeps the valid values, so that the
checks across keys can still run.
"""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from hotrun.config.loading.problems import Findings, Path, alternatives, describe, mismatch, suggestion
from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.values import Value
from hotrun.core.model.text import closest, quote

_INVALID = object()
_STRINGS = "an array of strings"
_PLAIN = {bool: "true or false", str: "a string", int: "a whole number"}


def collect(raw: object, kind: Any, findings: Findings, path: Path = ()) -> Any:  # noqa: ANN401 - what `kind` names
    """Return the Struct `kind` with the valid values of `raw`, the table at `path`, and add every problem.

    Missing required keys are None.
    """
    return _fit(raw, kind, path, findings)


def _fit(value: object, annotation: Any, path: Path, findings: Findings) -> Any:  # noqa: ANN401 - typed by annotation
    kind, expected = _unwrap(annotation)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if isinstance(value, dict):
            return _fit_struct(value, kind, path, findings)
        findings.expected(path, expected, value)
        return kind(**{field.name: None for field in msgspec.structs.fields(kind) if field.required})
    if get_origin(kind) is dict:
        return _fit_table(value, kind, path, findings)
    if get_origin(kind) is list:
        return _fit_array(value, kind, path, findings)
    return _fit_leaf(value, annotation, path, findings)


def _fit_struct(value: dict[str, Any], kind: type[msgspec.Struct], path: Path, findings: Findings) -> msgspec.Struct:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    meant = {key: closest(key, fields) for key in value if key not in fields}
    for key, word in meant.items():
        findings.add((*path, key), f"unknown key{suggestion(word) or f', expected {alternatives(tuple(fields))}'}")
    fitting: dict[str, Any] = {}
    for name, field in fields.items():
        fitted = _INVALID
        if name in value:
            fitted = _fit(value[name], field.type, (*path, name), findings)
        elif field.required and name in meant.values():
            findings.skip((*path, name))
        elif field.required:
            findings.expected((*path, name), _unwrap(field.type)[1], None)
        if fitted is not _INVALID:
            fitting[name] = fitted
        elif field.required:
            fitting[name] = None
    return kind(**fitting)


def _fit_table(value: object, kind: Any, path: Path, findings: Findings) -> Any:  # noqa: ANN401
    if not isinstance(value, dict):
        item = get_args(kind)[1]
        is_named = isinstance(_unwrap(item)[0], type) and issubclass(_unwrap(item)[0], msgspec.Struct)
        findings.expected(path, _unwrap(item)[1] if is_named else "a table", value)
        return _INVALID
    key_kind, item_kind = get_args(kind)
    table = {}
    for key, item in value.items():
        _fit(key, key_kind, (*path, key), findings)
        fitted = _fit(item, item_kind, (*path, key), findings)
        if fitted is not _INVALID:
            table[key] = fitted
    return table


def _fit_array(value: object, kind: Any, path: Path, findings: Findings) -> Any:  # noqa: ANN401
    if not isinstance(value, list):
        meant = f", did you mean [{quote(value)}]?" if isinstance(value, str) and value.strip() else ""
        findings.add(path, mismatch(_words_of(kind), value) + (meant if _words_of(kind) == _STRINGS else ""))
        return _INVALID
    (item_kind,) = get_args(kind)
    fitted = (_fit(item, item_kind, (*path, index), findings) for index, item in enumerate(value))
    return [item for item in fitted if item is not _INVALID]


def _fit_leaf(value: object, annotation: Any, path: Path, findings: Findings) -> Any:  # noqa: ANN401
    kind, expected = _unwrap(annotation)
    try:
        if isinstance(kind, type) and issubclass(kind, Value):
            return kind.parse(value)
        return msgspec.convert(value, annotation)
    except InvalidValue as error:
        findings.invalid(path, value, error)
    except msgspec.ValidationError:
        findings.expected(path, expected, value, _meant(value, kind))
    return _INVALID


def _unwrap(annotation: Any) -> tuple[Any, str]:  # noqa: ANN401 - annotations have no common type
    """Return the type in an annotation, without constraints and "or None", and its description."""
    expected = None
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *metas = get_args(annotation)
            expected = expected or next(
                (meta.extra["expected"] for meta in metas if "expected" in (meta.extra or ())), None
            )
        elif origin in (Union, UnionType) and len(inner := _not_none(annotation)) == 1:
            annotation = inner[0]
        else:
            return annotation, expected or _words_of(annotation)


def _not_none(union: Any) -> list[Any]:  # noqa: ANN401
    return [kind for kind in get_args(union) if kind is not type(None)]


def _words_of(kind: Any) -> str:  # noqa: ANN401
    if get_origin(kind) is Literal:
        *first, last = (quote(option) for option in get_args(kind))
        return f"{', '.join(first)} or {last}" if first else last
    if isinstance(kind, type) and issubclass(kind, Value):
        return kind.expected
    if get_origin(kind) is list:
        item = _unwrap(get_args(kind)[0])[0]
        is_table = isinstance(item, type) and issubclass(item, msgspec.Struct)
        return "an array of tables" if is_table else _STRINGS
    if get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return "a table"
    return _PLAIN[kind]


def _meant(value: object, kind: Any) -> str | None:  # noqa: ANN401
    """Return the allowed word or the string that the user probably meant, or None."""
    if get_origin(kind) is Literal and isinstance(value, str):
        return closest(value, get_args(kind))
    if kind is str and isinstance(value, int | float):
        return describe(value)
    return None
