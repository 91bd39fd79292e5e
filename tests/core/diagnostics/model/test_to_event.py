"""The events of a problem: at once, and again with its count if it was reported again."""

from __future__ import annotations

from hotrun.core.model import events, inputs
from hotrun.core.state.snapshot import Snapshot
from tests.core.diagnostics.reading import parser
from tests.core.simulated_session import Parsers, World, project, step

ONE = "a.c:1:2: error: one"
TWO = "b.c:3:4: error: two"


def session(*lines: str) -> World:
    """A session whose only step printed `lines` and failed."""
    world = World(project(step("app")), Parsers(parser))
    world.begin().up("app")
    world.send(inputs.OutputRead(world.run("app"), "stdout", lines))
    return world.ends("app", 1)


def diagnostics(world: World) -> list[events.Diagnostic]:
    return [event for event in world.events if isinstance(event, events.Diagnostic)]


def test_a_repeated_problem_has_another_event_at_the_end_and_counts_once() -> None:
    world = session(ONE, TWO, ONE, ONE)
    assert [(d.path, d.count, d.new) for d in diagnostics(world)] == [
        ("a.c", 1, True),
        ("b.c", 1, True),
        ("a.c", 3, True),
    ]
    [finished] = [event for event in world.events if isinstance(event, events.BuildFinished)]
    assert finished.errors == 2


def test_the_snapshot_has_each_problem_once_with_its_count() -> None:
    snapshot = Snapshot()
    for event in session(ONE, TWO, ONE).events:
        snapshot.apply(event)
    assert sorted((d.path, d.count) for d in snapshot.problems()) == [("a.c", 2), ("b.c", 1)]


def test_a_problem_that_stays_in_the_next_build_is_not_new_though_it_has_two_events() -> None:
    world = session(ONE, ONE)
    world.change("a.c").up("app")
    world.send(inputs.OutputRead(world.run("app"), "stdout", (ONE, ONE, TWO)))
    world.ends("app", 1)
    told = [(d.path, d.count, d.new) for d in diagnostics(world) if d.build == 2]
    assert told == [("a.c", 1, False), ("a.c", 2, False), ("b.c", 1, True)]
