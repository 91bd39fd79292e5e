"""What detection answers: one way to build and run a folder, as plain values.
template.py turns them into a configuration file or a project."""

from __future__ import annotations

import re

import msgspec

SAVE_HINT = "`hotrun init` writes this as hotrun.toml"

_UNSAFE_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_PATTERN_SPECIALS = re.compile(r"([\\*?\[\]{}])")


class CandidatePart(msgspec.Struct, frozen=True):
    """A step or a process. `paths`, `inputs` and `needs` mean what they mean in hotrun.toml: None is "left out".

    `comments` say to a person why it is so; `port` is where the process is known to listen, for the suggested `ready`.
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
    """One way to run the folder. `title` is one line for a person; `notes` are what that person should know or do."""

    kind: str
    title: str
    steps: tuple[CandidatePart, ...] = ()
    processes: tuple[CandidatePart, ...] = ()
    exclude: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    save_hint: str = SAVE_HINT


def part_name(text: str, taken: tuple[str, ...] = (), fallback: str = "app") -> str:
    """A name that is a bare TOML key and easy to type, made from any text; never one of `taken`."""
    name = _UNSAFE_IN_NAMES.sub("-", text).strip("-_")
    if not name or name in taken:
        return fallback
    return name


def exact(path: str) -> str:
    """The gitignore pattern that means this very path below the root, whatever characters are in it."""
    escaped = _PATTERN_SPECIALS.sub(r"\\\1", path)
    return escaped if "/" in escaped.rstrip("/") else "/" + escaped


def one_line(text: str, most: int = 60) -> str:
    """Text from somebody's file as one line that a person can read, of at most `most` characters."""
    text = " ".join("".join(char if char.isprintable() else " " for char in text[: most * 4]).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def is_sound(candidate: Candidate) -> bool:
    """Whether all that goes into commands and patterns prints; a file may hold names that no shell or TOML takes."""
    texts = [candidate.title, *candidate.exclude, *candidate.notes]
    for part in (*candidate.steps, *candidate.processes):
        command = (part.command,) if isinstance(part.command, str) else part.command
        texts += [part.name, *command, *(part.paths or ()), *part.inputs, *part.outputs]
    return all(text.isprintable() for text in texts)
