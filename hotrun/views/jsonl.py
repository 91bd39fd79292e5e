"""The events as JSON lines: one object a line and nothing else, for programs."""

from __future__ import annotations

import msgspec

from hotrun.core import events
from hotrun.views.clean import clean
from hotrun.views.sink import Sink


class JsonLines:
    """The view for `--ui json`."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._encoder = msgspec.json.Encoder()

    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        """Put one event with its envelope; `stamp` is RFC 3339."""
        if isinstance(event, events.Output):
            text = "\n".join(clean(line, colored=False) for line in event.text.split("\n"))
            event = msgspec.structs.replace(event, text=text)
        body = self._encoder.encode(event).decode()
        self._sink.put(f'{{"v":1,"seq":{seq},"t":"{stamp}",{body[1:]}\n')

    def flush(self) -> None:
        """Write what was shown."""
        self._sink.flush()
