"""The event stream for programs: one object a line, as its schema says."""

from __future__ import annotations

import json
import re

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import msgspec
import pytest

from hotrun.core.model import events
from hotrun.views.events_schema import event_schema
from hotrun.views.lines.jsonl import JsonLines
from tests.views.streams import EXAMPLES, STAMP, Kept, diagnostic

VALIDATOR = jsonschema.Draft202012Validator(event_schema())


def encoded(event: events.Event, seq: int = 1) -> str:
    sink = Kept()
    view = JsonLines(sink)
    view.show(event, seq, STAMP)
    view.flush()
    return sink.text


def ids(event: events.Event) -> str:
    return str(type(event).__struct_config__.tag)


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in EXAMPLES} == set(events.Event.__subclasses__())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(event_schema())


@pytest.mark.parametrize("event", EXAMPLES, ids=ids)
def test_an_event_is_one_line_that_the_schema_allows(event: events.Event) -> None:
    line = encoded(event)
    assert line.count("\n") == 1
    assert line.endswith("}\n")
    VALIDATOR.validate(json.loads(line))


@pytest.mark.parametrize("event", EXAMPLES, ids=ids)
def test_version_number_time_and_type_come_first(event: events.Event) -> None:
    fields = json.loads(encoded(event, seq=42))
    assert list(fields)[:4] == ["v", "seq", "t", "type"]
    assert (fields["v"], fields["seq"], fields["t"]) == (1, 42, STAMP)
    assert fields["type"] == type(event).__struct_config__.tag


@pytest.mark.parametrize("event", EXAMPLES, ids=ids)
def test_every_field_of_an_event_arrives(event: events.Event) -> None:
    fields = json.loads(encoded(event))
    for name in ("v", "seq", "t"):
        del fields[name]
    assert msgspec.convert(fields, type(event)) == event


@pytest.mark.parametrize(
    "event",
    [
        events.Output("run:web", "stdout", "\x1b[1G\x1b[0J> \x1b[3G"),
        events.ProcessPrompt("web", 2, "\x1b[1G\x1b[0J> \x1b[3G"),
        events.ProcessStatus("web", 2, "\x1b]0;title\x07> "),
    ],
)
def test_what_a_process_says_has_no_escape_sequences(event: events.Event) -> None:
    assert json.loads(encoded(event))["text"] == "> "


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"seq": 0},
        {"seq": "1"},
        {"type": "no.such"},
        {"build": None},
        {"paths": [{"path": 1, "kind": "added"}]},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_no_event(change: dict[str, object]) -> None:
    changed = events.ChangesDetected(2, (events.ChangedPath("a", "added"),), 0, "files")
    fields = json.loads(encoded(changed))
    VALIDATOR.validate(fields)
    assert not VALIDATOR.is_valid({**fields, **change})


@pytest.mark.parametrize("name", ["v", "seq", "t", "type", "build", "reason"])
def test_the_schema_misses_what_is_missing(name: str) -> None:
    fields = json.loads(encoded(events.ChangesDetected(2, (), 0, "files")))
    del fields[name]
    assert not VALIDATOR.is_valid(fields)


def test_the_schema_allows_fields_that_a_later_version_adds() -> None:
    VALIDATOR.validate({**json.loads(encoded(events.SessionEnded("", 0))), "later": 1})


def test_output_is_stripped_of_colors_and_escapes_line_by_line() -> None:
    text = "\x1b[31mred\x1b[0m\x1b[2J\n10%\r100%\nunfinished \x1b]0;title\nplain"
    assert json.loads(encoded(events.Output("run:web", "stderr", text)))["text"] == "red\n100%\nunfinished \nplain"


def test_names_and_messages_are_told_as_they_are() -> None:
    path = "two\nlines \x1b[31m\u202e.c"
    line = encoded(events.ChangesDetected(1, (events.ChangedPath(path, "added"),), 0, "files"))
    assert line.count("\n") == 1
    assert "\x1b" not in line
    assert json.loads(line)["paths"][0]["path"] == path
    assert json.loads(encoded(diagnostic("a\nb")))["message"] == "a\nb"


def test_a_path_that_is_no_text_is_told_with_replacements() -> None:
    root = b"/caf\xe9".decode("utf-8", "surrogateescape")
    line = encoded(events.SessionStarted("0.1.0", 1, root, None, (), (), None))
    assert json.loads(line)["root"] == "/caf\ufffd"
    VALIDATOR.validate(json.loads(line))


def test_many_events_are_as_many_lines_in_their_order() -> None:
    sink = Kept()
    view = JsonLines(sink)
    for seq, event in enumerate(EXAMPLES, start=1):
        view.show(event, seq, STAMP)
    assert sink.text == ""
    view.flush()
    lines = sink.text.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(EXAMPLES) + 1))
    assert all(re.match(r'\{"v":1,"seq":\d+,"t":"[^"]+","type":"[a-z_.]+"', line) for line in lines)
