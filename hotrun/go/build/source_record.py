"""The record beside a staged file of how it was built."""

from __future__ import annotations

import contextlib
import os

import msgspec

from hotrun.errors import HotrunError
from hotrun.go.build.atomic_copy import replace
from hotrun.go.build.parse_cache import CACHE_SUFFIX
from hotrun.go.read.manifest import SUFFIX
from hotrun.go.target import Target, staged

RECORD = ".target.json"


class SourceRecord(msgspec.Struct, frozen=True):
    """How a staged file was built. `main`: a source file of its main package, relative to the root."""

    target: Target
    main: str


def write_record(record: SourceRecord) -> None:
    """Write the record beside its file."""
    replace(record.target.staged + RECORD, msgspec.json.encode(record))


def read_record(path: str) -> SourceRecord:
    """Read how this file was built. Raises HotrunError without a valid record."""
    try:
        with open(path + RECORD, "rb") as file:
            return msgspec.json.decode(file.read(), type=SourceRecord)
    except (OSError, msgspec.MsgspecError):
        raise HotrunError(f"{path}: no record of how it was built", "rebuild all steps, or restart hotrun") from None


def remove(key: str) -> None:
    """Remove the built files of this target. The record of how to build it stays."""
    for ending in ("", SUFFIX, CACHE_SUFFIX):
        with contextlib.suppress(FileNotFoundError):
            os.remove(staged(key) + ending)
