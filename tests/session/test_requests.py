"""The answers of a running hotrun, without a socket, and how doctor prints them."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from hotrun.cli import doctor
from hotrun.core.engine import Engine
from hotrun.core.model import events
from hotrun.core.model.inputs import Input, KeysTyped, Request
from hotrun.core.model.project import Step
from hotrun.core.model.requests import REQUESTS, Verb
from hotrun.core.state.last_result import LastResult
from hotrun.core.state.snapshot import Snapshot
from hotrun.errors import Refused
from hotrun.session.requests import ControlRequests
from tests.core.simulated_session import World, process, project, step
from tests.views.streams import diagnostic


class Report(msgspec.Struct):
    step_ms: int | None = 2
    polled: int = 0
    poll_interval_ms: int = 500
    walks: int = 3
    last_walk_ms: int | None = 31
    missed: int = 0
    renewals: int = 0


class Session:
    """A session in memory."""

    def __init__(self, *more: Step) -> None:
        app, web = step("app", paths=("*.go",), outputs=("tmp/",)), process("web", paths=())
        self.world = World(project(app, *more, web))
        self.engine: Engine = self.world.engine
        self.snapshot = Snapshot()
        self.last_result = LastResult(self.snapshot)
        self.requests: list[Input] = []
        self.report: Report | None = Report()

    def now_ms(self) -> int:
        return self.world.now_ms

    def handle(self, input: Input) -> None:
        self.requests.append(input)

    def watch_report(self) -> msgspec.Struct | None:
        return self.report


def decisions(session: Session, path: str) -> list[tuple[int, str, int | None]]:
    found = ControlRequests(session).answer("why", {"path": path})
    return [(one["ago_ms"], one["text"], one["build"]) for one in found["decisions"]]


def test_errors_gives_the_diagnostics_of_the_last_build_result_and_its_number() -> None:
    session = Session()
    assert ControlRequests(session).answer("errors", {}) == {
        "root": "",
        "build": None,
        "building": None,
        "diagnostics": [],
        "editor": None,
    }
    reported: list[events.Event] = [
        diagnostic("bad"),
        events.BuildFinished(1, "failed", 1, 0, 5, ("app",), ()),
        events.BuildStarted(2, ("app",), ()),
        events.StepStarted(2, "app", ("make",)),
    ]
    for event in reported:
        session.snapshot.apply(event)
        session.last_result.apply(event)
    answer = ControlRequests(session).answer("errors", {})
    assert (answer["build"], answer["building"]) == (1, 2)
    assert [(one["type"], one["message"]) for one in answer["diagnostics"]] == [("diagnostic", "bad")]
    with pytest.raises(Refused):
        ControlRequests(session).answer("errors", {"n": 1})


def test_every_verb_becomes_a_request() -> None:
    session = Session()
    for verb in REQUESTS:
        assert ControlRequests(session).answer(verb, {}) is None
    assert [request.verb for request in session.requests if isinstance(request, Request)] == list(REQUESTS)


def test_every_verb_has_a_row() -> None:
    assert tuple(REQUESTS) == get_args(Verb)


def test_typed_text_goes_to_the_engine() -> None:
    session = Session()
    assert ControlRequests(session).answer("type", {"text": "c\n\x1d"}) is None
    assert session.requests == [KeysTyped(b"c\n\x1d")]


def test_a_name_must_exist_in_the_project() -> None:
    session = Session()
    ControlRequests(session).answer("build", {"name": "app"})
    assert session.requests[-1] == Request("build", "app")
    for command, name, code in (("build", "web", "unknown_step"), ("restart", "app", "unknown_process")):
        with pytest.raises(Refused) as refused:
            ControlRequests(session).answer(command, {"name": name})
        assert refused.value.code == code


def test_why_gives_the_last_decisions_about_a_path() -> None:
    session = Session()
    session.world.begin().does("app").up("web")
    session.world.wait(1000).change("main.go").does("app").wait(500).change("README").wait(40).change("tmp/app")
    assert decisions(session, "main.go") == [(540, "modified: builds app", 2)]
    assert decisions(session, "README") == [(40, "matches no step or process", None)]
    assert decisions(session, "tmp/app") == [(0, "build output, ignored", None)]
    assert decisions(session, "never.go") == []


def test_why_reports_a_suppressed_file() -> None:
    session = Session()
    world = session.world.begin().up("app")
    for _ in range(2000):
        world.wait(40).change("gen.go")
        if world.run("app") in world.stopping():
            world.ends("app", signal="SIGTERM").up("app")
        if "suppressed as a rebuild loop until it stops changing" in [
            text for _, text, _ in decisions(session, "gen.go")
        ]:
            return
    raise AssertionError(decisions(session, "gen.go"))


def test_only_the_last_few_decisions_of_the_last_paths_are_kept() -> None:
    session = Session()
    world = session.world.begin().does("app").up("web")
    for number in range(1200):
        world.change(f"{number}.txt").wait(1)
    assert decisions(session, "0.txt") == []
    for _ in range(30):
        world.change("1199.txt").wait(1)
    assert len(decisions(session, "1199.txt")) == 8


@pytest.mark.parametrize(
    ("report", "lines"),
    [
        (None, []),
        (
            Report(),
            ["ok: reads native events within 2 ms", "ok: 3 rescans, the last in 31 ms: no missed changes"],
        ),
        (
            Report(step_ms=None, polled=4, missed=2, walks=1, renewals=1),
            [
                "ok: polls 4 folders every 500 ms",
                "note: 1 rescan, the last in 31 ms: 2 changes missed",
                "note: watches renewed 1 time",
            ],
        ),
    ],
)
def test_doctor_says_how_a_running_hotrun_watches(
    report: Report | None, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session()
    session.report, session.snapshot.pid = report, 4711

    class Asked:
        def __enter__(self) -> Asked:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def ask(self, command: str) -> Any:
            return ControlRequests(session).answer(command, {})

    monkeypatch.setattr(doctor, "client_of", lambda root: Asked())
    said = [f"{line.mark}: {line.text}" for line in doctor._running(session.engine.project)]
    assert said == ["ok: pid 4711, watching", *lines]


def test_inputs_gives_the_files_of_a_step_and_the_reasons() -> None:
    session = Session(step("job", inputs=("go:./job",)))
    assert ControlRequests(session).answer("inputs", {"name": "job"}) == {"step": "job", "files": None, "error": None}
    session.world.begin().lists("job", "job/main.go", error="go list: broken")
    assert ControlRequests(session).answer("inputs", {"name": "job"}) == {
        "step": "job",
        "files": {"job/main.go": {"number": 0, "by": "package job"}},
        "error": "go list: broken",
    }
    for name in ("app", "jobb"):
        with pytest.raises(Refused) as refused:
            ControlRequests(session).answer("inputs", {"name": name})
        assert refused.value.code == "unknown_step"
