"""What is kept beside a staged file about how it was built."""

from __future__ import annotations

import contextlib
import os

import msgspec

from hotrun.errors import HotrunError
from hotrun.go.build.atomic_copy import replace
from hotrun.go.build.parse_cache import KNOWN
from hotrun.go.read.manifest import SUFFIX
from hotrun.go.target import Target, staged

RECORD = ".target.json"


class SourceRecord(msgspec.Struct, frozen=True):
    """How a staged file was built. `main` is a source file of its main package, relative to the root."""

    target: Target
    main: str


def write_record(record: SourceRecord) -> None:
    """Keep it beside its file."""
    replace(record.target.staged + RECORD, msgspec.json.encode(record))


def read_record(path: str) -> SourceRecord:
    """How this file was built. Raises HotrunError where that is not known."""
    try:
        with open(path + RECORD, "rb") as file:
            return msgspec.json.decode(file.read(), type=SourceRecord)
    except (OSError, msgspec.MsgspecError):
        raise HotrunError(
            f"{path}: not known how it was built", "build all steps again, or start hotrun again"
        ) from None


def remove(key: str) -> None:
    """Remove what was built of this target; how it is built stays known."""
    for ending in ("", SUFFIX, KNOWN):
        with contextlib.suppress(FileNotFoundError):
            os.remove(staged(key) + ending)
