"""Where a printed path points: text in, text out, the disk is never touched."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence


def resolve(file: str, cwd: str, root: str, directories: Sequence[str] = ()) -> tuple[str, str]:
    """The absolute path of a printed `file`, and the same relative to `root` ("../" where it lies outside).

    `cwd` and `root` are absolute. `directories` are those that the tool said it entered (`Finding.directories`),
    outermost first, each relative to the one before; `file` is relative to the last. Links are not followed.
    """
    absolute = posixpath.normpath(posixpath.join(cwd, *directories, file))
    return absolute, posixpath.relpath(absolute, root)
