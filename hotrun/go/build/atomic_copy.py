"""Replace a file so that readers never see half of it."""

from __future__ import annotations

import os


def replace(path: str, data: bytes) -> None:
    """Replace the contents of the file with `data`."""
    new = f"{path}.new"
    with open(new, "wb") as file:
        file.write(data)
    os.replace(new, path)
