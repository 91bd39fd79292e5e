"""Stories of people and scripts that edit at any pace: none of their files is taken for a rebuild loop."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from hotrun.core.model import events, inputs
from tests.core.changes.loop_stories import GEN, live, wait_out_the_pause, warnings
from tests.core.simulated_session import World, process, project, step
from tests.core.simulated_writers import Workshop, between, paces


def shop_with_editor(rng: random.Random, takes_ms: int, times: Iterable[int], **parts: bool) -> Workshop:
    """One step, perhaps a process behind it, and somebody who saves main.go at these times."""
    behind = [process("web", needs=("app",), paths=())] if parts.get("web") else []
    shop = Workshop(project(step("app"), *behind), takes_ms=lambda: takes_ms, latency_ms=between(rng, 1, 6))
    shop.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
    for at in times:
        shop.at(at, lambda: shop.edit("main.go"))
    return shop


@pytest.mark.parametrize("web", [False, True])
@pytest.mark.parametrize("takes_ms", [5, 150, 800, 5000])
@pytest.mark.parametrize("pace_ms", [310, 333, 400, 500, 700, 1000, 1370, 1500, 2000, 3000, 7000])
def test_a_script_that_edits_at_a_constant_pace_is_no_loop(pace_ms: int, takes_ms: int, web: bool) -> None:
    times = [5000 + pace_ms * number for number in range(40)]
    shop = shop_with_editor(random.Random(1), takes_ms, times, web=web)
    for at in times:
        shop.run_until(at + pace_ms - 1)
    shop.run_until(shop.now_ms + 20_000)
    assert shop.warnings() == []
    assert not shop.unbuilt
    last = [event for event in shop.events if not isinstance(event, events.ProcessReady)][-1]
    assert isinstance(last, events.UpToDate)


@pytest.mark.parametrize("pace_ms", [20, 60, 150])
def test_a_script_that_edits_at_a_very_quick_pace_is_no_loop_where_only_steps_run(pace_ms: int) -> None:
    for takes_ms in (5, 150, 3000):
        shop = shop_with_editor(random.Random(1), takes_ms, [5000 + pace_ms * number for number in range(300)])
        shop.run_until(5000 + 300 * pace_ms + 12_000)
        assert shop.warnings() == []
        assert not shop.unbuilt


@pytest.mark.slow
def test_somebody_who_saves_at_any_moments_during_builds_is_never_suppressed() -> None:
    """People are not regular: bursts of saves, then thought. Whatever is built, and however long it takes."""
    for seed in range(120):
        rng = random.Random(seed)
        web = rng.random() < 0.5
        least = rng.choice((300, 500, 800) if web else (20, 80, 300, 800))
        most = least * rng.choice((2, 4, 10))
        shop = shop_with_editor(rng, rng.choice((5, 60, 400, 3000)), paces(rng, least, most, 5000, 60), web=web)
        shop.run_until(5000 + 60 * most + 20_000)
        assert shop.warnings() == [], f"seed {seed}"
        assert not shop.unbuilt, f"seed {seed}"


@pytest.mark.parametrize("delay_ms", [1, 5, 40, 120, 400])
def test_a_script_that_edits_when_its_build_is_told_is_no_loop(delay_ms: int) -> None:
    """It reacts on us as a generator does; but not before it has been told."""
    shop = edited_after_each(events.BuildFinished, delay_ms, web=False)
    assert shop.warnings() == []
    assert not shop.unbuilt


@pytest.mark.parametrize("delay_ms", [1, 5, 40, 120, 400])
def test_a_script_that_edits_when_its_process_runs_loses_nothing(delay_ms: int) -> None:
    """A process that writes when it has started does the same, so it may be suppressed; but its last edit is built."""
    shop = edited_after_each(events.ProcessStarted, delay_ms, web=True)
    assert len(shop.warnings()) <= 1
    assert not shop.unbuilt


def edited_after_each(kind: type[events.Event], delay_ms: int, *, web: bool) -> Workshop:
    shop = shop_with_editor(random.Random(1), 100, [5000], web=web)
    answered = 0
    while shop.starts < 60 and shop.now_ms < 100_000:
        shop.run_until(shop.next_ms)
        if shop.count(kind) > max(answered, 1):
            answered = shop.count(kind)
            shop.at(shop.now_ms + delay_ms, lambda: shop.edit("main.go"))
    shop.run_until(shop.now_ms + 700_000)
    return shop


def test_somebody_who_waits_for_settled_and_edits_at_once_is_no_loop() -> None:
    """An agent does so, at a steady pace: every edit is built, and settled is never said without the newest."""
    world = World(project(step("app"))).begin().does("app").send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.send(inputs.Rescanned(0))
    for number in range(2, 12):
        world.wait(100).change("z.go")
        world.up("app").wait(80).ends("app").send(inputs.Rescanned(0))
        assert world.events[-1] == events.UpToDate(number)
    assert warnings(world) == []


def test_a_script_that_edits_as_soon_as_its_edit_runs_is_no_loop() -> None:
    rng = random.Random(1)
    world = World(project(process("web"))).begin().up("web").send(inputs.WatchStarted(1, 1, 0, "test", 0))
    for _ in range(60):
        world.send(inputs.Rescanned(0)).wait(rng.randrange(50, 150)).take_commands()
        world.change("z.go")
        assert world.take_commands() == ["SIGTERM web"]
        world.ends("web", signal="SIGTERM").up("web")
    assert warnings(world) == []


def test_a_process_that_writes_when_all_was_settled_long_ago_is_found_at_last() -> None:
    rng = random.Random(1)
    world = World(project(process("web"))).begin().up("web").send(inputs.WatchStarted(1, 1, 0, "test", 0))
    for _ in range(40):
        world.send(inputs.Rescanned(0)).wait(rng.randrange(200, 250)).take_commands()
        world.change("web.log")
        if "SIGTERM web" not in world.take_commands():
            wait_out_the_pause(world)
        if warnings(world):
            break
        world.ends("web", signal="SIGTERM").up("web")
    assert len(warnings(world)) == 1


def test_settled_is_not_said_while_the_last_change_of_a_file_that_is_suppressed_is_unbuilt() -> None:
    world = World(project(step("app"))).begin().send(inputs.WatchStarted(1, 1, 0, "test", 0))
    live(world, "app", writes=GEN, after_ms=40, most=120)
    world.ends("app").take_commands()
    world.send(inputs.Rescanned(0))
    assert not world.told(events.UpToDate)
    world.wait(5000)
    assert world.take_commands()[:1] == ["spawn app"], "built once, late"
    world.does("app").send(inputs.Rescanned(0))
    assert world.told(events.UpToDate)


def test_a_pause_is_said_and_quit_ends_it() -> None:
    world = World(project(process("web"))).begin()
    held = events.StateChanged("deferred", "web.log keeps changing")
    for _ in range(400):
        world.up("web").wait(10).change("web.log")
        if world.events[-1] == held:
            break
        world.ends("web", signal="SIGTERM")
    assert world.events[-1] == held
    world.send(inputs.Request("stop")).ends("web", signal="SIGTERM")
    assert world.engine.finished
