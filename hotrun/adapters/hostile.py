"""Tries regular expressions on lines that are made to make them hang. A program of its own, which is killed if they do.

Reads a JSON array of {"pattern", "texts"} from its input, and writes a line for each pattern before it is tried and
the milliseconds of its slowest line after that. Needs nothing but Python: it is run with -I, by its path.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

LONG = 2000  # the longest line that is ever matched (core/diagnostics/text.py)
SHORT = 40  # enough for what doubles its time with each character
ENDS = ("\x00", "!", "")
MOST_PREFIXES = 60
FILLERS = ("a", "A", "0", " ", "\t", ".", "/", ":", "-", "_", ",", "a ", "a.", "a/", "a:", "0.", "0 ")


def main() -> None:
    """Try everything that stands in the input."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    for case in json.load(sys.stdin):
        print("trying", flush=True)
        print(slowest_ms(case["pattern"], case["texts"]), flush=True)


def slowest_ms(pattern: str, texts: list[str]) -> int:
    """How long the slowest line takes."""
    match = re.compile(pattern).match
    slowest = 0.0
    for line in lines(pattern, texts):
        start = time.process_time()
        match(line[:LONG])
        slowest = max(slowest, time.process_time() - start)
    return round(slowest * 1000)


def lines(pattern: str, texts: list[str]) -> Iterator[str]:
    """Lines that begin as the pattern wants it, go on with much of what it repeats, and end wrongly."""
    fillers = dict.fromkeys((*FILLERS, *_repeated(pattern)))
    for length in (SHORT, LONG):
        for prefix in _prefixes(pattern, texts):
            for filler in fillers:
                many = prefix + filler * (length // max(1, len(filler)))
                for end in ENDS:
                    yield many[: LONG - len(end)] + end


def _prefixes(pattern: str, texts: list[str]) -> Iterator[str]:
    yield ""
    samples = [*texts, *_samples(pattern)]
    for text in dict.fromkeys(line for sample in samples for line in sample.split("\n")):
        step = max(1, len(text) // MOST_PREFIXES)
        for end in range(1, min(len(text), LONG // 2) + 1, step):
            yield text[:end]


# What a pattern repeats, and what it begins with, from its parsed form. That module of Python has no documentation;
# where it has changed, the general fillers have to do.


def _parsed(pattern: str) -> Any:  # noqa: ANN401 - a private type
    from re import _parser  # type: ignore[attr-defined]

    return _parser.parse(pattern)


def _repeated(pattern: str) -> list[str]:
    try:
        return [text for body in _bodies(_parsed(pattern)) if (text := _sample(body))]
    except Exception:  # see above
        return []


def _samples(pattern: str) -> list[str]:
    try:
        return [_sample(_parsed(pattern))]
    except Exception:  # see above
        return []


def _bodies(tokens: Any) -> Iterator[Any]:  # noqa: ANN401
    for _, argument in tokens:
        for inner in _inner(argument):
            yield inner
            yield from _bodies(inner)


def _inner(argument: Any) -> Iterator[Any]:  # noqa: ANN401
    """The parsed patterns within the argument of a token, in whatever it is packed."""
    if hasattr(argument, "data") and hasattr(argument, "state"):
        yield argument
    elif isinstance(argument, list | tuple):
        for item in argument:
            yield from _inner(item)


def _sample(tokens: Any) -> str:  # noqa: ANN401
    """A short text that the pattern matches, mostly."""
    text = ""
    for operator, argument in tokens:
        name = str(operator)
        if name == "LITERAL":
            text += chr(argument)
        elif name == "NOT_LITERAL":
            text += "b" if argument == ord("a") else "a"
        elif name == "ANY":
            text += "a"
        elif name == "IN":
            text += _member(argument)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            text += _sample(argument[2]) * max(1, argument[0])
        elif name in ("SUBPATTERN", "ATOMIC_GROUP"):
            text += _sample(argument[-1] if isinstance(argument, tuple) else argument)
        elif name == "BRANCH":
            text += _sample(argument[1][0])
    return text[:200]


def _member(options: Any) -> str:  # noqa: ANN401
    """A character of a set."""
    candidates = "a0A _-./:,;()[]{}'\"<>|=+*#@!\t"
    source = "".join(_class_text(option) for option in options)
    pattern = re.compile(f"[{source}]")
    return next((char for char in candidates if pattern.match(char)), "a")


def _class_text(option: Any) -> str:  # noqa: ANN401
    operator, argument = option
    name = str(operator)
    if name == "NEGATE":
        return "^"
    if name == "LITERAL":
        return re.escape(chr(argument))
    if name == "RANGE":
        return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
    categories = {"DIGIT": r"\d", "NOT_DIGIT": r"\D", "SPACE": r"\s", "NOT_SPACE": r"\S"}
    categories |= {"WORD": r"\w", "NOT_WORD": r"\W"}
    return categories[str(argument).removeprefix("CATEGORY_")]


if __name__ == "__main__":
    main()
