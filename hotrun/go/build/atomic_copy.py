"""Writes a file anew so that there is never half of it to be read."""

from __future__ import annotations

import os


def replace(path: str, data: bytes) -> None:
    """Let the file hold `data`."""
    new = f"{path}.new"
    with open(new, "wb") as file:
        file.write(data)
    os.replace(new, path)
