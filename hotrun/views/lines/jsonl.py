"""The events as JSON lines: one object a line and nothing else, for programs."""

from __future__ import annotations

import json

import msgspec

from hotrun.core.model import events
from hotrun.views.lines.sink import Sink
from hotrun.views.text.clean import clean_lines


class JsonLines:
    """The view for `--ui json`."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._encoder = msgspec.json.Encoder()

    def show(self, event: events.Event, seq: int, stamp: str) -> None:
        """Put one event with its envelope; `stamp` is RFC 3339."""
        if isinstance(event, events.Output | events.ProcessPrompt | events.ProcessStatus):
            text = clean_lines(event.text, colored=False)
            event = msgspec.structs.replace(event, text=text)
        body = self._encode(event)
        self._sink.put(f'{{"v":1,"seq":{seq},"t":"{stamp}",{body[1:]}\n')

    def _encode(self, event: events.Event) -> str:
        try:
            return self._encoder.encode(event).decode()
        except UnicodeEncodeError:  # a path that is no text, such as the root; bytes of it came as surrogates
            text = json.dumps(msgspec.to_builtins(event), ensure_ascii=False)
            return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")

    def flush(self) -> None:
        """Write what was shown."""
        self._sink.flush()
