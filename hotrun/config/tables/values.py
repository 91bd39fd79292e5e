"""The types of values in the file that are more than a plain string or boolean.

Each type checks its values: `parse` takes a TOML value and returns the checked one, or raises InvalidValue.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from hotrun.config.tables.duration import DURATION_PATTERN, format_duration, parse_duration
from hotrun.config.tables.invalid_value import InvalidValue, regex_error
from hotrun.core.model.text import closest


class Value:
    """The base of all types. `expected` describes the type in messages, and `schema` as JSON Schema."""

    expected: ClassVar[str]
    schema: ClassVar[dict[str, Any]]

    @classmethod
    def parse(cls, value: object) -> Self:
        """Return the checked value. Raises InvalidValue if `value` is not of this type."""
        raise NotImplementedError

    def written(self) -> str:
        """Return the value as the file has it."""
        return str(self)


def dec_hook(kind: type, value: object) -> Any:  # noqa: ANN401 - the signature msgspec asks for
    """Let msgspec read the types of this module."""
    if issubclass(kind, Value):
        return kind.parse(value)
    raise NotImplementedError(f"no reader for {kind.__name__}")


class Duration(int, Value):
    """Milliseconds, zero included. The file has "300ms", "5s", "2m", "1h" or "1.5s"."""

    expected = 'a duration such as "30s"'
    schema = {"type": "string", "pattern": DURATION_PATTERN, "examples": ["300ms", "30s", "5m"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        ms = parse_duration(value) if isinstance(value, str) else None
        if ms is None:
            raise InvalidValue(expected=cls.expected, meant=_with_unit(value))
        return cls(ms)

    def written(self) -> str:
        return format_duration(self)


class PositiveDuration(Duration):
    """A duration above zero."""

    schema = {**Duration.schema, "pattern": r"^(?![0.]+(ms|s|m|h)$)" + DURATION_PATTERN[1:]}

    @classmethod
    def parse(cls, value: object) -> Self:
        duration = super().parse(value)
        if duration == 0:
            raise InvalidValue(expected='a duration above zero such as "30s"')
        return duration


class Debounce(Duration):
    """A duration, or "auto". "auto" is stored as -1, and its `ms` is None."""

    expected = '"auto" or a duration such as "300ms"'
    schema = {"anyOf": [{"const": "auto"}, Duration.schema]}

    @classmethod
    def parse(cls, value: object) -> Self:
        return cls(-1) if value == "auto" else super().parse(value)

    @property
    def ms(self) -> int | None:
        return None if self < 0 else int(self)

    def written(self) -> str:
        return "auto" if self < 0 else super().written()


class SignalName(str, Value):
    """The full name of a signal of this system. The file may leave out SIG or use lower case."""

    __slots__ = ()
    expected = 'a signal such as "SIGTERM"'
    schema = {
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9]*$",
        "examples": ["SIGTERM", "SIGINT", "SIGKILL"],
    }

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str):
            raise InvalidValue(expected=cls.expected)
        import signal

        name = value.upper()
        name = name if name.startswith("SIG") else "SIG" + name
        if name not in signal.Signals.__members__:
            known = [known.removeprefix("SIG") for known in signal.Signals.__members__]
            meant = closest(name.removeprefix("SIG"), known)
            raise InvalidValue(expected=cls.expected, meant=meant and "SIG" + meant)
        return cls(name)


class Regex(str, Value):
    """A regular expression in Python's syntax."""

    __slots__ = ()
    expected = 'a regular expression such as "listening on"'
    schema = {"type": "string", "minLength": 1, "examples": ["listening on"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str) or value == "":
            raise InvalidValue(expected=cls.expected)
        error = regex_error(value)
        if error is not None:
            raise InvalidValue(f"invalid regular expression ({error})")
        return cls(value)


class ExportFormat(str, Value):
    """The format of a problem in an exported file, see core/model/line_format.py."""

    __slots__ = ()
    expected = 'a format such as "{path}:{line}:{column}: {message}"'
    schema = {"type": "string", "minLength": 1, "examples": ["{path}:{line}:{column}: {severity}: {message}"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str) or value == "":
            raise InvalidValue(expected=cls.expected)
        from hotrun.core.model.line_format import PLACEHOLDERS, LineFormat, Unbalanced, UnknownField

        try:
            LineFormat(value)
        except UnknownField as unknown:
            meant = closest(unknown.name, PLACEHOLDERS)
            name = repr(unknown.name)[1:-1]  # it may contain any character
            expected = "" if meant else f"one of {', '.join(PLACEHOLDERS)}"
            corrected = value.replace("{" + unknown.name + "}", "{" + meant + "}") if meant else None
            raise InvalidValue(f"unknown placeholder {{{name}}}", expected=expected, meant=corrected) from None
        except Unbalanced:
            raise InvalidValue('unbalanced brace, write "{{" or "}}" for the character') from None
        return cls(value)


class Pattern(str, Value):
    """A gitignore pattern, relative to the root, that can match something."""

    __slots__ = ()
    expected = 'a pattern such as "**/*.go"'
    schema = {"type": "string", "minLength": 1, "examples": ["**/*.go", "src/", "!**/*_test.go"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str) or value.strip() == "":
            raise InvalidValue(expected=cls.expected)
        # Imported here, because a project without patterns does not need it.
        from hotrun.config.tables.pattern import check_pattern

        check_pattern(value)
        return cls(value)


def _with_unit(value: object) -> str | None:
    """Return a bare number as seconds, or None if `value` is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    seconds = f"{value}s"
    return seconds if parse_duration(seconds) else None
