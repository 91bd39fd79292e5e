"""Detects writes to files without reading them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable


def stamp(paths: Iterable[str]) -> str | None:
    """Return a text that differs after every write to one of these files (absolute, may be missing); None: no files."""
    found = []
    for path in paths:
        try:
            status = os.stat(path)
        except FileNotFoundError:
            found.append("missing")
            continue
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        found.append(f"{status.st_mtime_ns} {status.st_ctime_ns} {status.st_size} {status.st_ino} {status.st_dev}")
    return ",".join(found) or None
