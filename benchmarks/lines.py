"""Measure how long hotrun's parser takes to read output. Run with the Python that has hotrun installed.

Arguments: number of lines, number of rounds, and files with real output full of problems. Prints a JSON object: for
each kind of output, the milliseconds of each round, and those of `str.split` with a loop over the lines.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hotrun.core.diagnostics.parser import Parser
from hotrun.session.parsers import rules

NS_PER_MS = 1_000_000
WORDS = "the linker copies object files from a cache to the output while tests run in parallel on some worker".split()


def main() -> None:
    """Measure every kind of output in each round."""
    number, rounds = int(sys.argv[1]), int(sys.argv[2])
    samples = [Path(name).read_text(encoding="utf-8").splitlines()[1:-1] for name in sys.argv[3:]]
    kinds = {
        "quiet": quiet(number),
        "full": [line for lines in samples for line in repeated(lines, number // len(samples))],
        "long": ["x" * 1_000_000],
        "garbage": garbage(number),
    }
    took: dict[str, dict[str, list[float]]] = {kind: {"parser": [], "split": []} for kind in kinds}
    for _ in range(rounds):
        for kind, lines in kinds.items():
            took[kind]["parser"].append(timed_ms(partial(parse, lines)))
            text = "\n".join(lines)
            took[kind]["split"].append(timed_ms(partial(split, text)))
    print(json.dumps(took))


def quiet(number: int) -> list[str]:
    """The output of tools without problems."""
    chance = random.Random(1)
    forms: list[Callable[[int], str]] = [
        lambda n: f"[{n}/{number}] CC src/module_{n}/file_{n}.c.o",
        lambda n: " ".join(chance.choices(WORDS, k=12)),
        lambda n: f"2026-11-25T18:54:14.022Z INFO  server: handled GET /api/v1/items/{n} in {n % 97} ms (status=200)",
        lambda n: f"   Compiling crate-{n} v1.{n % 9}.0",
        lambda n: f"ok  \texample.com/pkg/sub{n}\t0.0{n % 9}s",
    ]
    return [forms[n % len(forms)](n) for n in range(number)]


def repeated(lines: list[str], number: int) -> list[str]:
    """`lines` repeatedly, with new names each time, because a repeated problem takes less work."""
    found: list[str] = []
    for turn in range(number // len(lines) + 1):
        found += [line.replace("a", f"a{turn}", 1) for line in lines]
    return found[:number]


def garbage(number: int) -> list[str]:
    """Bytes that are not text."""
    chance = random.Random(2)
    return [chance.randbytes(100).decode("latin-1").replace("\n", " ") for _ in range(number)]


def parse(lines: list[str]) -> None:
    """Parse the text with all rules."""
    reader = Parser(rules())
    for line in lines:
        reader.feed("stdout", line)
    reader.finish()


def split(text: str) -> None:
    """The minimum work: split the text into lines."""
    for _ in text.split("\n"):
        pass


def timed_ms(work: Callable[[], None]) -> float:
    """The CPU time in ms, which excludes other programs on the machine."""
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / NS_PER_MS


if __name__ == "__main__":
    main()
