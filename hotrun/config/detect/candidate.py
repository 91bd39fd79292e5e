"""The result of detection: one way to build and run a folder, as plain values.

template.py turns it into a configuration file or a project.
"""

from __future__ import annotations

import re

import msgspec

_UNSAFE_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_PATTERN_SPECIALS = re.compile(r"([\\*?\[\]{}])")


class CandidatePart(msgspec.Struct, frozen=True):
    """A step or a process, with the keys of hotrun.toml. None means that the key is missing.

    `comments` explain it to the user. `port`: where the process listens, if known, for the suggested `ready`.
    """

    name: str
    command: str | tuple[str, ...]
    needs: tuple[str, ...] = ()
    paths: tuple[str, ...] | None = None
    outputs: tuple[str, ...] = ()
    env: dict[str, str] = {}
    comments: tuple[str, ...] = ()
    port: int | None = None
    inputs: tuple[str, ...] = ()


class Candidate(msgspec.Struct, frozen=True):
    """One way to run the folder. `title`: one line for the user. `notes`: what the user should know or do."""

    kind: str
    title: str
    steps: tuple[CandidatePart, ...] = ()
    processes: tuple[CandidatePart, ...] = ()
    exclude: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def part_name(text: str, taken: tuple[str, ...] = (), fallback: str = "app") -> str:
    """Turn any text into a name that is a bare TOML key, easy to type, and not one of `taken`."""
    name = _UNSAFE_IN_NAMES.sub("-", text).strip("-_")
    if not name or name in taken:
        return fallback
    return name


def exact(path: str) -> str:
    """The gitignore pattern of exactly this path below the root, with special characters escaped."""
    escaped = _PATTERN_SPECIALS.sub(r"\\\1", path)
    return escaped if "/" in escaped.rstrip("/") else "/" + escaped


def one_line(text: str, limit: int = 60) -> str:
    """Text from a project's file as one printable line of at most `limit` characters."""
    text = " ".join("".join(char if char.isprintable() else " " for char in text[: limit * 4]).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def is_sound(candidate: Candidate) -> bool:
    """Whether all texts are printable. Files may contain names that neither a shell nor TOML accepts."""
    texts = [candidate.title, *candidate.exclude, *candidate.notes]
    for part in (*candidate.steps, *candidate.processes):
        command = (part.command,) if isinstance(part.command, str) else part.command
        texts += [part.name, *command, *(part.paths or ()), *part.inputs, *part.outputs]
    return all(text.isprintable() for text in texts)
