"""What several formats have in common."""

from __future__ import annotations

import os.path

from hotrun.core.model import events


def signature(diagnostic: events.Diagnostic) -> str:
    """Who says so, and by which code: " [mypy arg-type]"."""
    return f" [{' '.join(filter(None, (diagnostic.tool, diagnostic.code)))}]" if diagnostic.tool else ""


def shown_file(file: str, path: str | None, base: str) -> str:
    """The name of a file as seen from the folder `base`: relative if it is below, else absolute.

    One that was not found (no `path`) is named as the tool printed it.
    """
    if path is None:
        return file
    return below(file, base) or file


def below(file: str, base: str) -> str | None:
    """The absolute `file` as seen from `base`, None where it does not lie in there."""
    folder = os.path.join(base, "")
    return file[len(folder) :] if file.startswith(folder) else None


def encoded(text: str) -> bytes:
    """Text with names of files in it, whose bytes may be no UTF-8 and come out as they are."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a pair, as JSON can have it
        return text.encode("utf-8", "replace")
