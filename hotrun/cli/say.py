"""Prints lines that hold names of files: whatever these are made of, the terminal shows text."""

from __future__ import annotations

import sys

from hotrun.views.text.clean import clean_name


def say(line: str) -> None:
    """Print one line at once; what the output cannot show, or a terminal would obey, is replaced."""
    encoding = sys.stdout.encoding or "utf-8"
    print(clean_name(line).encode(encoding, "replace").decode(encoding), flush=True)
