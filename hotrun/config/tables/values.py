"""The kinds of value in the file that are more than a plain string or boolean. Each is its own check:
`parse` takes what TOML holds and returns the value, or raises Unfit, which says what was expected."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self

from hotrun.config.tables.duration import DURATION_PATTERN, format_duration, parse_duration
from hotrun.core.model.text import closest


class Unfit(ValueError):
    """A value that does not fit. `expected` says what would, `meant` what the person probably meant."""

    def __init__(self, expected: str, meant: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.meant = meant


class Value:
    """The common type of all kinds. `expected` words the kind in messages, `schema` describes it as JSON Schema."""

    expected: ClassVar[str]
    schema: ClassVar[dict[str, Any]]

    @classmethod
    def parse(cls, value: object) -> Self:
        """Return the checked value; raise Unfit where it is none of this kind."""
        raise NotImplementedError

    def written(self) -> str:
        """Return the value as the file would hold it."""
        return str(self)


def dec_hook(kind: type, value: object) -> Any:  # noqa: ANN401 - the signature msgspec asks for
    """Let msgspec read the kinds of this module."""
    if issubclass(kind, Value):
        return kind.parse(value)
    raise NotImplementedError(f"no reader for {kind.__name__}")


class Duration(int, Value):
    """Milliseconds, zero included; written as "300ms", "5s", "2m", "1h" or "1.5s"."""

    expected = 'a duration such as "30s"'
    schema = {"type": "string", "pattern": DURATION_PATTERN, "examples": ["300ms", "30s", "5m"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        ms = parse_duration(value) if isinstance(value, str) else None
        if ms is None:
            raise Unfit(cls.expected, _with_unit(value))
        return cls(ms)

    def written(self) -> str:
        return format_duration(self)


class PositiveDuration(Duration):
    """A duration that makes no sense as zero."""

    schema = {**Duration.schema, "pattern": r"^(?![0.]+(ms|s|m|h)$)" + DURATION_PATTERN[1:]}

    @classmethod
    def parse(cls, value: object) -> Self:
        duration = super().parse(value)
        if duration == 0:
            raise Unfit('a duration above zero such as "30s"')
        return duration


class Debounce(Duration):
    """A duration, or "auto", which is kept as -1 and has `ms` None."""

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
    """A signal of this system by its full name; also written without SIG, or in lower case."""

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
            raise Unfit(cls.expected)
        import signal

        name = value.upper()
        name = name if name.startswith("SIG") else "SIG" + name
        if name not in signal.Signals.__members__:
            known = [known.removeprefix("SIG") for known in signal.Signals.__members__]
            meant = closest(name.removeprefix("SIG"), known)
            raise Unfit(cls.expected, meant and "SIG" + meant)
        return cls(name)


class Regex(str, Value):
    """A regular expression in Python's syntax."""

    __slots__ = ()
    expected = 'a regular expression such as "listening on"'
    schema = {"type": "string", "minLength": 1, "examples": ["listening on"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str) or value == "":
            raise Unfit(cls.expected)
        trouble = regex_trouble(value)
        if trouble is not None:
            raise Unfit(f"a regular expression ({trouble})")
        return cls(value)


class ExportFormat(str, Value):
    """The record of a diagnostic in an exported file, see core.line_format."""

    __slots__ = ()
    expected = 'a format such as "{path}:{line}:{column}: {message}"'
    schema = {"type": "string", "minLength": 1, "examples": ["{path}:{line}:{column}: {severity}: {message}"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str) or value == "":
            raise Unfit(cls.expected)
        from hotrun.core.model.line_format import PLACEHOLDERS, LineFormat, Unbalanced, UnknownField

        try:
            LineFormat(value)
        except UnknownField as unknown:
            meant = closest(unknown.name, PLACEHOLDERS)
            known = ", ".join(PLACEHOLDERS)
            name = repr(unknown.name)[1:-1]  # it may hold anything
            corrected = value.replace("{" + unknown.name + "}", "{" + meant + "}") if meant else None
            raise Unfit(f"a format without {{{name}}} (there are {known})", corrected) from None
        except Unbalanced:
            raise Unfit('a format with both braces of a placeholder ("{{" and "}}" for the characters)') from None
        return cls(value)


class Pattern(str, Value):
    """A gitignore pattern that can match something, seen from the root."""

    __slots__ = ()
    expected = 'a pattern such as "**/*.go"'
    schema = {"type": "string", "minLength": 1, "examples": ["**/*.go", "src/", "!**/*_test.go"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str) or value.strip() == "":
            raise Unfit(cls.expected)
        # Only now: a run that has no patterns need not load the reader of them.
        from hotrun.config.tables.pattern import check_pattern

        check_pattern(value)
        return cls(value)


def regex_trouble(text: str) -> str | None:
    """Return why `text` is no regular expression, or None where it is one."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "possible nested set" would reach the terminal as a Python warning
        try:
            re.compile(text)
        except (re.error, OverflowError, RecursionError) as error:
            return str(error)
    return None


def _with_unit(value: object) -> str | None:
    """A bare number was probably meant as seconds."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    seconds = f"{value}s"
    return seconds if parse_duration(seconds) else None
