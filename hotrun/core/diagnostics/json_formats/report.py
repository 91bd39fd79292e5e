"""What the readers of JSON formats find in a document."""

from __future__ import annotations

import msgspec

from hotrun.core.model.finding import Finding


class JsonDocument(msgspec.Struct, frozen=True):
    """A piece of text within a document, for the text rules. `source`: identifies the sender.

    `near`: the package of the source (see Finding.near). `ends`: this is the last piece of the source.
    """

    source: str
    text: str = ""
    near: tuple[str, ...] = ()
    ends: bool = False


Report = Finding | JsonDocument
