"""Stories of files that our own runs change: found by name, while a person's edits are never suppressed."""

from __future__ import annotations

import random

import pytest

from hotrun.core.model import inputs
from tests.core.changes.loop_stories import GEN, live, wait_out_the_pause, warnings
from tests.core.simulated_session import World, process, project, step
from tests.core.simulated_writers import Workshop, between


def test_a_step_that_never_converges_is_found_and_its_file_suppressed_by_name() -> None:
    world = World(project(step("app"))).begin()
    assert live(world, "app", writes=GEN, after_ms=40, most=120) >= 3
    (text,) = warnings(world)
    assert text.startswith(f"{GEN} changes on every build or start")
    assert text.endswith('in hotrun.toml: [watch] exclude = ["gen/version.go"]')
    world.ends("app")
    assert world.statuses()[-1] == "passed", "the build is left in peace, and ends"


def test_a_step_that_rewrites_a_file_with_the_same_bytes_each_time_ends() -> None:
    world = World(project(step("app"))).begin()
    starts = 0
    while "spawn app" in world.take_commands():
        starts += 1
        assert starts <= 7, "a loop"
        world.up("app").wait(40).send(inputs.FilesTouched((GEN,)))
        world.ends("app")
        wait_out_the_pause(world)
    assert len(warnings(world)) == 1
    assert world.statuses()[-1] == "passed"


def test_a_process_that_writes_a_file_when_it_starts_does_not_restart_for_ever() -> None:
    world = World(project(process("web"))).begin()
    assert live(world, "web", writes="web.log", after_ms=15, most=120) >= 3
    assert len(warnings(world)) == 1


def test_a_log_that_grows_all_the_time_is_suppressed_after_the_pause() -> None:
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


@pytest.mark.slow
@pytest.mark.parametrize("every_ms", [300, 450, 900, 1600])
def test_a_line_in_a_log_now_and_then_is_found_too(every_ms: int) -> None:
    """The process writes so long after its start, and again and again."""
    world = World(project(process("web"))).begin().up("web")
    started_ms, lines = world.now_ms, 0
    world.take_commands()
    while not warnings(world) and lines < 100:
        world.wait(1)
        if "SIGTERM web" in world.take_commands():
            world.ends("web", signal="SIGTERM").up("web").take_commands()
            started_ms = world.now_ms
        elif world.now_ms > started_ms and (world.now_ms - started_ms) % every_ms == 0:
            world.change("web.log")
            lines += 1
            if "SIGTERM web" in world.take_commands():
                world.ends("web", signal="SIGTERM").up("web").take_commands()
                started_ms = world.now_ms
    assert len(warnings(world)) == 1


def test_a_file_that_is_suppressed_counts_again_when_somebody_edits_it() -> None:
    world = World(project(step("app"))).begin()
    live(world, "app", writes=GEN, after_ms=40, most=120)
    world.ends("app").take_commands()
    world.wait(10_000).change(GEN)
    assert world.take_commands() == ["spawn app"]


def test_another_file_still_builds_while_one_is_suppressed() -> None:
    world = World(project(step("app"))).begin()
    live(world, "app", writes=GEN, after_ms=40, most=120)
    world.ends("app").take_commands()
    world.change("main.go")
    assert world.take_commands() == ["spawn app"]


# --- what a step writes, with a clock that runs ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("takes_ms", "offset_ms"), [(8, 7), (300, 299), (300, 20), (2500, 2400), (20_000, 15_000), (20_000, 100)]
)
def test_a_generator_is_found_after_three_rounds_and_two_experiments(takes_ms: int, offset_ms: int) -> None:
    """At its end, or in the middle; quick or slow. A pause, a run; a longer pause, a run; no more."""
    rng = random.Random(1)
    shop = Workshop(
        project(step("app")),
        takes_ms=lambda: takes_ms,
        writes=lambda: [(offset_ms, GEN)],
        latency_ms=between(rng, 1, 6),
    )
    shop.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
    shop.run_until(150_000)
    (text,) = shop.warnings()
    assert text.startswith(f"{GEN} changes on every build or start")
    most = 3 + 2 + 1 + 5  # the last change is built in any case, later each time
    most += 60 // offset_ms  # what comes within an editor's several writes counts as one round
    assert shop.starts <= most


def test_a_generator_behind_which_a_process_is_restarted_is_found_too() -> None:
    rng = random.Random(2)
    shop = Workshop(
        project(step("app"), process("web", needs=("app",), paths=())),
        takes_ms=between(rng, 100, 110),
        writes=lambda: [(99, GEN)],
        latency_ms=between(rng, 1, 20),
    )
    shop.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
    shop.run_until(10_000)
    assert len(shop.warnings()) == 1
    assert shop.starts <= 10


def test_a_generator_whose_writes_polling_tells_of_late_and_in_parts_is_found() -> None:
    """A look in the middle of a write sees half of it; the rest is told an interval later, perhaps in the pause."""
    for seed in range(60):
        rng = random.Random(seed)
        shop = Workshop(
            project(step("app"), poll_interval_ms=100),
            takes_ms=between(rng, 5, 8),
            writes=lambda rng=rng: [(3, GEN), (4, GEN)] if rng.random() < 0.3 else [(4, GEN)],  # type: ignore[misc]
            latency_ms=lambda rng=rng: rng.choice((1, 3, 100)),  # type: ignore[misc]
        )
        shop.send(inputs.WatchStarted(1, 1, 0, "poll", 0)).begin()
        shop.run_until(10_000)
        assert len(shop.warnings()) == 1, f"seed {seed}"
        assert shop.starts <= 120, f"seed {seed}"


@pytest.mark.parametrize("between_ms", [1, 8, 25])
@pytest.mark.parametrize(("takes_ms", "offset_ms"), [(200, 200), (150, 50), (8, 7)])
def test_a_file_that_is_truncated_and_then_written_is_found_after_three_rounds(
    takes_ms: int, offset_ms: int, between_ms: int
) -> None:
    """The first half of it ends the build and begins the pause, and the second one is told in that."""
    for seed in range(20):
        rng = random.Random(seed)
        late = iter([2, 2 + between_ms] * 1000)
        shop = Workshop(
            project(step("app")),
            takes_ms=lambda: takes_ms,
            writes=lambda: [(offset_ms, GEN), (offset_ms, GEN)],
            latency_ms=lambda rng=rng, late=late: next(late) + rng.randint(0, 3),  # type: ignore[misc]
        )
        shop.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
        shop.run_until(5_000)
        assert len(shop.warnings()) == 1, f"seed {seed}"
        most = 3 + 2 + 1 + 2 + 60 // offset_ms  # what comes within an editor's several writes counts as one round
        assert shop.starts <= most, f"seed {seed}"


@pytest.mark.parametrize("crashes_ms", [None, 4, 40])
@pytest.mark.parametrize("on_busy", ["cancel", "finish"])
@pytest.mark.parametrize("removed_ms", [0, 15, 40, 90])
@pytest.mark.parametrize("needs", [(), ("app",)])
def test_a_step_that_removes_what_it_makes_and_makes_it_anew_is_found(
    removed_ms: int, on_busy: str, crashes_ms: int | None, needs: tuple[str, ...]
) -> None:
    """As a compiler does with an object file. What is removed cancels the build in which it would be made."""
    for seed in range(5):
        rng = random.Random(seed)
        shop = Workshop(
            project(step("app", on_busy=on_busy), process("web", needs=needs)),
            takes_ms=between(rng, 100, 110),
            writes=lambda: [(removed_ms, "-a.o"), (100, "a.o")],
            latency_ms=between(rng, 2, 5),
            crashes_ms=crashes_ms,
        )
        shop.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
        shop.run_until(30_000)
        (text,) = shop.warnings()
        assert text.startswith("a.o changes on every build or start"), f"seed {seed}"
        assert shop.starts <= 2 * (3 + 2 + 1) + 6, f"seed {seed}"


def test_a_generator_on_a_busy_machine_is_found_in_the_end() -> None:
    for seed in range(20):
        rng = random.Random(seed)
        shop = Workshop(
            project(step("app")),
            takes_ms=lambda: 2000,
            writes=lambda rng=rng: [(rng.randint(200, 1900), GEN)],  # type: ignore[misc]
            latency_ms=between(rng, 1, 50),
        )
        shop.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
        shop.run_until(120_000)
        assert len(shop.warnings()) == 1, f"seed {seed}"
