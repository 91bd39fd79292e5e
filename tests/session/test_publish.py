"""The stream of events: numbers without gaps, times, and a reader that is gone."""

from __future__ import annotations

import datetime
import time

import pytest

from hotrun.core.model.events import Event, Message, StateChanged
from hotrun.core.model.inputs import Noticed
from hotrun.core.state.snapshot import Snapshot
from hotrun.session.publish import Publisher, utc


class Listener:
    """A view that records its events. Its reader may be gone."""

    def __init__(self, has_reader: bool = True) -> None:
        self.has_reader = has_reader
        self.shown: list[tuple[Event, int, str]] = []
        self.flushes = 0

    def show(self, event: Event, seq: int, stamp: str) -> None:
        self.shown.append((event, seq, stamp))

    def flush(self) -> None:
        self.flushes += 1
        if not self.has_reader:
            raise BrokenPipeError

    @property
    def numbers(self) -> list[int]:
        return [seq for _, seq, _ in self.shown]


def event(number: int) -> Message:
    return Message("info", str(number))


def test_events_are_numbered_from_one_without_gaps_in_their_order() -> None:
    view = Listener()
    publisher = Publisher(Snapshot(), lambda: view, lambda event: [])
    for batch in (1, 3, 0, 2):
        for _ in range(batch):
            publisher.publish(event(len(view.shown)))
        publisher.flush()
    assert view.numbers == [1, 2, 3, 4, 5, 6]
    assert view.flushes == 3, "an empty batch is not flushed"


def test_the_view_is_opened_once_and_not_before_there_is_something_to_show() -> None:
    opened: list[Listener] = []

    def open_view() -> Listener:
        opened.append(Listener())
        return opened[-1]

    publisher = Publisher(Snapshot(), open_view, lambda event: [])
    publisher.flush()
    publisher.publish(event(1))
    assert opened == []
    publisher.flush()
    publisher.publish(event(2))
    publisher.flush()
    assert [view.numbers for view in opened] == [[1, 2]]


def test_an_event_has_the_time_of_its_publication(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((1_000_000_000_123_456_789, 1_000_000_001_000_000_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    view = Listener()
    publisher = Publisher(Snapshot(), lambda: view, lambda event: [])
    publisher.publish(event(1))
    publisher.publish(event(2))
    publisher.flush()
    assert [stamp for _, _, stamp in view.shown] == ["2001-09-09T01:46:40.123Z", "2001-09-09T01:46:41.000Z"]


@pytest.mark.parametrize("ms", [0, 1, 999, 1_000, 951_782_400_999, 4_102_444_799_999])
def test_a_stamp_is_utc_with_milliseconds_in_every_time_zone(ms: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        stamp = utc(ms * 1_000_000 + 999_999)
    finally:
        monkeypatch.undo()
        time.tzset()
    expected = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(milliseconds=ms)
    assert stamp == expected.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_lost_reader_is_reported_once_and_nothing_is_shown_after_that() -> None:
    view = Listener(has_reader=False)
    publisher = Publisher(Snapshot(), lambda: view, lambda event: [])
    publisher.publish(event(1))
    with pytest.raises(BrokenPipeError):
        publisher.flush()
    for number in (2, 3):
        publisher.publish(event(number))
        publisher.flush()
    assert view.numbers == [1]
    assert view.flushes == 1


def test_each_event_is_applied_and_exported_and_its_warnings_shown_before_it_is_shown() -> None:
    snapshot, view = Snapshot(), Listener()
    exported: list[tuple[Event, str]] = []

    def export(event: Event) -> list[Noticed]:
        exported.append((event, snapshot.state))
        assert all(shown is not event for shown, _, _ in view.shown)
        return [Noticed("warning", "cannot write x")] if isinstance(event, StateChanged) else []

    publisher = Publisher(snapshot, lambda: view, export)
    first, second = event(1), StateChanged("paused", "asked to")
    publisher.publish(first)
    publisher.publish(second)
    publisher.flush()
    assert [found for found, _ in exported] == [first, second]
    assert exported[1][1] == "paused"
    assert [shown for shown, _, _ in view.shown] == [first, Message("warning", "cannot write x"), second]
    assert view.numbers == [1, 2, 3]
