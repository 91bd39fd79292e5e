"""Stories of files that our own runs change: found by name, while a person's edits are never held off."""

from __future__ import annotations

import random

from hotrun.core import commands, events, inputs
from tests.core.world import World, process, project, step

GEN = "gen/version.go"


def warnings(world: World) -> list[str]:
    return [event.text for event in world.events if isinstance(event, events.Message) and event.level == "warning"]


def live(world: World, name: str, *, writes: str, after_ms: int, most: int) -> int:
    """Let `name` write a file some time after each start, until nothing is started any more; counts the starts."""
    starts = 0
    while f"spawn {name}" in world.take_commands():
        starts += 1
        assert starts <= most, "a loop"
        world.up(name).wait(after_ms).change(writes)
        if world.run(name) in world.stopping():
            world.ends(name, signal="SIGTERM")
        if not any(isinstance(command, commands.Spawn) for command in world.commands):
            world.wait(1000)  # the pause
            if world.run(name) in world.stopping():
                world.ends(name, signal="SIGTERM")
    return starts


def test_a_step_that_never_converges_is_found_and_its_file_held_off_by_name() -> None:
    world = World(project(step("app"))).begin()
    assert live(world, "app", writes=GEN, after_ms=40, most=120) >= 3
    (text,) = warnings(world)
    assert text.startswith(f"{GEN} changes each time")
    assert text.endswith('in hotrun.toml: [watch] exclude = ["gen/version.go"]')
    world.ends("app")
    assert world.statuses()[-1] == "ok", "the build is left in peace, and ends"


def test_a_step_that_rewrites_a_file_with_the_same_bytes_each_time_ends() -> None:
    world = World(project(step("app"))).begin()
    starts = 0
    while "spawn app" in world.take_commands():
        starts += 1
        assert starts <= 120, "a loop"
        world.up("app").wait(40).send(inputs.FilesTouched((GEN,)))
        world.ends("app").wait(1000)
    assert len(warnings(world)) <= 1
    assert world.statuses()[-1] == "ok"


def test_a_process_that_writes_a_file_when_it_starts_does_not_restart_for_ever() -> None:
    world = World(project(process("web"))).begin()
    assert live(world, "web", writes="web.log", after_ms=15, most=120) >= 3
    assert len(warnings(world)) == 1


def test_a_log_that_grows_all_the_time_is_held_off_after_the_pause() -> None:
    world = World(project(process("web"))).begin()
    starts = 0
    for _ in range(200):
        asked = world.take_commands()
        starts += asked.count("spawn web")
        if "spawn web" in asked:
            world.up("web")
        if "SIGTERM web" in asked:
            world.ends("web", signal="SIGTERM")
            continue
        world.wait(100).change("web.log")
    assert starts <= 20
    assert len(warnings(world)) == 1


def test_a_file_that_is_held_off_counts_again_when_somebody_edits_it() -> None:
    world = World(project(step("app"))).begin()
    live(world, "app", writes=GEN, after_ms=40, most=120)
    world.ends("app").take_commands()
    world.wait(10_000).change(GEN)
    assert world.take_commands() == ["spawn app"]


def test_another_file_still_builds_while_one_is_held_off() -> None:
    world = World(project(step("app"))).begin()
    live(world, "app", writes=GEN, after_ms=40, most=120)
    world.ends("app").take_commands()
    world.change("main.go")
    assert world.take_commands() == ["spawn app"]


def test_somebody_who_saves_one_file_again_and_again_during_builds_loses_nothing() -> None:
    """Every save is built or cancels what is being built, at whatever moments they come."""
    for seed in range(200):
        rng = random.Random(seed)
        world = World(project(step("app"))).begin().up("app")
        for _ in range(12):
            world.wait(rng.randrange(200, 3000)).change("main.go").wait(1100)
            for command in world.take_commands():
                if command == "SIGTERM app":
                    world.ends("app", signal="SIGTERM")
            world.wait(1000)  # the pause
            if "spawn app" in world.take_commands():
                world.up("app")
        assert warnings(world) == [], f"seed {seed}"
        assert len(world.told(events.BuildStarted)) >= 12, f"seed {seed}"


def test_somebody_who_waits_for_settled_and_edits_at_once_is_no_loop() -> None:
    """An agent does so, at a steady pace: every edit is built, and settled is never said without the newest."""
    world = World(project(step("app"))).begin().does("app").send(inputs.WatchStarted(1, 1, 0, "test", 0))
    world.send(inputs.Verified(0))
    for number in range(2, 12):
        world.wait(100).change("z.go")
        world.up("app").wait(80).ends("app").send(inputs.Verified(0))
        assert world.events[-1] == events.Settled(number)
    assert warnings(world) == []


def test_a_script_that_edits_as_soon_as_its_edit_runs_is_no_loop() -> None:
    rng = random.Random(1)
    world = World(project(process("web"))).begin().up("web").send(inputs.WatchStarted(1, 1, 0, "test", 0))
    for _ in range(60):
        world.send(inputs.Verified(0)).wait(rng.randrange(50, 150)).take_commands()
        world.change("z.go")
        assert world.take_commands() == ["SIGTERM web"]
        world.ends("web", signal="SIGTERM").up("web")
    assert warnings(world) == []


def test_a_process_that_writes_when_all_was_settled_long_ago_is_found_at_last() -> None:
    rng = random.Random(1)
    world = World(project(process("web"))).begin().up("web").send(inputs.WatchStarted(1, 1, 0, "test", 0))
    for _ in range(40):
        world.send(inputs.Verified(0)).wait(rng.randrange(200, 250)).take_commands()
        world.change("web.log")
        if "SIGTERM web" not in world.take_commands():
            world.wait(1000)
        if warnings(world):
            break
        world.ends("web", signal="SIGTERM").up("web")
    assert len(warnings(world)) == 1


def test_settled_is_not_said_while_the_last_change_of_a_file_that_is_held_off_is_unbuilt() -> None:
    world = World(project(step("app"))).begin().send(inputs.WatchStarted(1, 1, 0, "test", 0))
    live(world, "app", writes=GEN, after_ms=40, most=120)
    world.ends("app").take_commands()
    world.send(inputs.Verified(0))
    assert not world.told(events.Settled)
    world.wait(5000)
    assert world.take_commands()[:1] == ["spawn app"], "built once, late"
    world.does("app").send(inputs.Verified(0))
    assert world.told(events.Settled)


def test_a_pause_is_said_and_quit_ends_it() -> None:
    world = World(project(process("web"))).begin()
    held = events.StateChanged("held", "web.log changes each time")
    for _ in range(400):
        world.up("web").wait(10).change("web.log")
        if world.events[-1] == held:
            break
        world.ends("web", signal="SIGTERM")
    assert world.events[-1] == held
    world.send(inputs.Request("quit")).ends("web", signal="SIGTERM")
    assert world.engine.finished
