"""What a key asks for that a view cannot do itself; hotrun/desk.py carries it out."""

from __future__ import annotations

import msgspec

from hotrun.core.model.events import Diagnostic
from hotrun.core.model.inputs import Request


class OpenInEditor(msgspec.Struct, frozen=True):
    """Show the place of a problem in the editor."""

    problem: Diagnostic


class CopyToClipboard(msgspec.Struct, frozen=True):
    """Put the text on the clipboard."""

    text: str


Wish = Request | OpenInEditor | CopyToClipboard
