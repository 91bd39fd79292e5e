"""The end of `hotrun --once`, letter by letter, and what GitHub Actions gets beside it."""

from __future__ import annotations

import pytest

from hotrun.core.model import events
from hotrun.core.state.snapshot import Snapshot
from hotrun.views.lines.github_actions import GithubActions
from hotrun.views.lines.once import Once
from hotrun.views.lines.plain import UNICODE, Plain
from tests.views.streams import STAMP, Kept, diagnostic

TOKEN = "t0ken"
HELLO = events.SessionStarted("0.1.0", 1, "/p", None, ("app",), (), None)
BYE = events.SessionEnded("once", 1)


def ended(step: str, status: events.Status, code: int | None = None, signal: str | None = None) -> events.StepFinished:
    return events.StepFinished(1, step, status, code, signal, 1400)


def result(status: events.Status, errors: int = 0) -> events.BuildFinished:
    return events.BuildFinished(1, status, errors, 0, 2500, ("app",), ())


def shown(*told: events.Event) -> list[str]:
    sink = Kept()
    snapshot = Snapshot()
    view = Once(Plain(sink, False, snapshot), sink, UNICODE)
    for event in told:
        snapshot.apply(event)
        view.show(event, 1, STAMP)
    view.flush()
    return sink.text.splitlines()


class Actions:
    """A job of GitHub's: the lines that it gets, those that its runner would obey, and the summary."""

    def __init__(self, *told: events.Event, workspace: str | None = "/") -> None:
        sink = Kept()
        summaries: list[str] = []
        snapshot = Snapshot()
        once = Once(Plain(sink, False, snapshot), sink, UNICODE)
        view = GithubActions(once, sink, snapshot, TOKEN, workspace, summaries.append)
        for event in told:
            snapshot.apply(event)
            view.show(event, 1, STAMP)
        view.flush()
        self.lines = sink.text.splitlines()
        self.summary = "".join(summaries)

    @property
    def obeyed(self) -> list[str]:
        """As the runner does it: a "##[" counts wherever it stands, a "::" behind blanks; nothing while stopped."""
        found, token = [], None
        for line in self.lines:
            if token is not None:
                token = None if line == f"::{token}::" else token
            elif line.startswith("::stop-commands::"):
                token = line.removeprefix("::stop-commands::")
            elif line.strip().startswith("::") or "##[" in line:
                found.append(line)
        assert token is None, "the protection has not ended"
        return found


def test_each_step_has_a_line_with_its_status_and_its_time() -> None:
    lines = shown(
        ended("app", "passed"),
        ended("lint", "failed", code=2),
        ended("slow", "timeout", signal="SIGKILL"),
        ended("killed", "failed", signal="SIGSEGV"),
        ended("none", "failed"),
        ended("after", "skipped"),
        diagnostic("bad"),
        result("failed", errors=1),
    )
    assert lines[-9:] == [
        "✔ app     passed in 1.4s",
        "✗ lint    failed (exit 2) in 1.4s",
        "✗ slow    timed out in 1.4s",
        "✗ killed  killed by SIGSEGV in 1.4s",
        "✗ none    failed to start in 1.4s",
        "· after   skipped: a step that it needs has not passed",
        "✗ build #1 failed in 2.5s: 1 error",
        "  src/a.c:3:7: error: bad",
        "[hotrun] build #1 finished: failed, 1 errors, 0 warnings",
    ]


def test_a_build_that_was_interrupted_has_no_build_result() -> None:
    assert shown(ended("app", "canceled"), result("canceled")) == [
        "· build #1 canceled in 2.5s",
        "[hotrun] build #1 finished: canceled, 0 errors, 0 warnings",
    ]


def test_every_problem_is_annotated_once() -> None:
    problems = [diagnostic("bad"), diagnostic("odd", severity="warning"), diagnostic("bad", count=2)]
    actions = Actions(HELLO, *problems, ended("app", "failed", 1), result("failed", 1), BYE)
    assert actions.obeyed == [
        "::group::hotrun --once",
        "::endgroup::",
        "::error file=p/src/a.c,line=3,col=7,title=gcc::bad",
        "::warning file=p/src/a.c,line=3,col=7,title=gcc::odd",
    ]


def test_without_a_workspace_places_are_relative_to_the_root() -> None:
    actions = Actions(HELLO, diagnostic("bad"), result("failed", 1), BYE, workspace=None)
    assert actions.obeyed[-1] == "::error file=src/a.c,line=3,col=7,title=gcc::bad"


@pytest.mark.parametrize(
    "text", ["::error::x", "  ::add-mask::x", "a ##[error]x", "::stop-commands::mine", "::endgroup::"]
)
def test_the_output_of_others_gives_no_command(text: str) -> None:
    told = [
        events.Output("step:app", "stdout", f"one\n{text}\ntwo"),
        events.Message("warning", text),
        diagnostic(text),
        ended("app", "failed", 1),
        result("failed", 1),
        events.Output("step:app", "stdout", text),
    ]
    actions = Actions(HELLO, *told, BYE)
    groups_and_annotation = [
        "::group::hotrun --once",
        "::endgroup::",
        f"::error file=p/src/a.c,line=3,col=7,title=gcc::{text}",
    ]
    assert actions.obeyed == groups_and_annotation


def test_the_summary_is_a_table() -> None:
    assert Actions(HELLO, ended("app", "failed", 2), result("failed", 1), BYE).summary.splitlines() == [
        "### hotrun: failed in 2.5s, 1 error, 0 warnings",
        "",
        "| step | result |",
        "|---|---|",
        "| app | failed (exit 2) in 1.4s |",
        "",
    ]


def test_an_interrupted_build_is_not_summed_up_but_the_group_and_the_protection_end() -> None:
    actions = Actions(HELLO, result("canceled"), BYE)
    assert actions.obeyed == ["::group::hotrun --once", "::endgroup::"]
    assert actions.summary == ""
