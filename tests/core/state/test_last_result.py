"""What is wrong by the last result, told event by event."""

from __future__ import annotations

from hotrun.core.model import events
from hotrun.core.state.last_result import LastResult
from hotrun.core.state.snapshot import Snapshot
from tests.views.streams import diagnostic


class Story:
    """A snapshot and what stands by it."""

    def __init__(self) -> None:
        self._snapshot = Snapshot()
        self.standing = LastResult(self._snapshot)

    def tell(self, *told: events.Event) -> bool:
        """Whether the last of them changed anything."""
        changed = False
        for event in told:
            self._snapshot.apply(event)
            changed = self.standing.apply(event)
        return changed

    @property
    def messages(self) -> list[str]:
        return [problem.message for problem in self.standing.problems()]


def started(build: int) -> list[events.Event]:
    return [events.BuildStarted(build, ("app",), ()), events.StepStarted(build, "app", ("make",))]


def finished(build: int, status: events.Status) -> list[events.Event]:
    return [
        events.StepFinished(build, "app", status, 0, None, 1),
        events.BuildFinished(build, status, 0, 0, 1, ("app",), ()),
    ]


def crash(message: str = "crash") -> events.Diagnostic:
    return diagnostic(message, step=None, process="web")


def test_before_the_first_build_result_it_is_what_is_known_so_far() -> None:
    story = Story()
    assert not story.tell(*started(1), diagnostic("bad"))
    assert (story.standing.build, story.messages) == (None, ["bad"])


def test_while_a_step_runs_again_its_errors_of_before_stand() -> None:
    story = Story()
    assert story.tell(*started(1), diagnostic("old"), *finished(1, "failed"))
    assert not story.tell(*started(2))
    assert (story.standing.build, story.messages) == (1, ["old"])
    assert not story.tell(diagnostic("new"))
    assert story.messages == ["old"]
    assert story.tell(*finished(2, "failed"))
    assert (story.standing.build, story.messages) == (2, ["new"])


def test_a_canceled_build_changes_nothing() -> None:
    story = Story()
    story.tell(*started(1), diagnostic("old"), *finished(1, "failed"))
    assert not story.tell(*started(2), *finished(2, "canceled"))
    assert (story.standing.build, story.messages) == (1, ["old"])


def test_a_build_result_that_is_followed_by_a_build_at_once_stands() -> None:
    story = Story()
    story.tell(*started(1), diagnostic("old"), *finished(1, "failed"), *started(2))
    assert story.messages == ["old"]


def test_what_is_wrong_with_a_process_counts_from_when_it_is_told_until_it_starts_again() -> None:
    story = Story()
    story.tell(*started(1), diagnostic("soft", severity="warning"), *finished(1, "passed"))
    assert story.tell(crash())
    assert story.messages == ["crash", "soft"]
    assert story.tell(events.ProcessStarting("web", 2, 1))
    assert story.messages == ["soft"]
    assert not story.tell(events.ProcessStarting("web", 3, 1))


def test_what_a_process_has_left_is_not_a_build_result_on_a_running_build() -> None:
    story = Story()
    story.tell(*started(1), diagnostic("old"), *finished(1, "failed"), *started(2), diagnostic("new"), crash())
    assert sorted(story.messages) == ["crash", "old"]


def test_what_the_configuration_has_changed_or_removed_is_forgotten() -> None:
    story = Story()
    story.tell(*started(1), diagnostic("old"), *finished(1, "failed"))
    assert not story.tell(events.ConfigReloaded(None, ("other",), ()))
    assert story.tell(events.ConfigReloaded(None, ("app",), ()))
    assert story.messages == []
