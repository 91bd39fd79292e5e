"""`hotrun init`: write down what would be run, as a commented hotrun.toml. Never overwrites."""

from __future__ import annotations

import os
import sys

from hotrun.cli.options import Options
from hotrun.cli.project import enter, listing
from hotrun.cli.say import say
from hotrun.config.detect import Candidate, detect
from hotrun.config.template import starter, to_toml
from hotrun.errors import HotrunError

NAME = "hotrun.toml"


def init(options: Options, pick: int | None) -> int:
    """Write hotrun.toml into the folder; `pick` (from 1) chooses where several projects fit."""
    folder = enter(options)
    candidates = detect(folder)
    if not candidates and pick is not None:
        raise HotrunError(f"--pick {pick}: nothing is detected in {folder}", "hotrun init alone writes an example")
    if not candidates:
        _write(folder, starter())
        print(f"wrote {NAME}: nothing was detected, so it holds an example to fill in")
        return 0
    candidate = _picked(candidates, pick)
    _write(folder, to_toml(candidate))
    say(f"wrote {NAME}: {candidate.title}")
    return 0


def _picked(candidates: tuple[Candidate, ...], pick: int | None) -> Candidate:
    if pick is None and len(candidates) == 1:
        return candidates[0]
    if pick is not None and 1 <= pick <= len(candidates):
        return candidates[pick - 1]
    problem = "several projects fit" if pick is None else f"--pick {pick}: there is no such project"
    raise HotrunError(f"{problem}\n{listing(candidates)}", "choose by its number: hotrun init --pick 1")


def _write(folder: str, text: str) -> None:
    path = os.path.join(folder, NAME)
    try:
        # Created anew or not at all; readable by others as any source file, writable by the owner alone.
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError as error:
        raise HotrunError(f"{path} exists and is left as it is", "remove it first to begin anew") from error
    except OSError as error:
        raise HotrunError(f"{path} cannot be written: {error.strerror}") from error
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
    sys.stdout.flush()
