"""Where the time of a build goes: when steps ran, what decided the duration, and what was saved."""

from __future__ import annotations

import itertools
import random

import msgspec

from hotrun.core.build.timing import Timing
from hotrun.core.model import events, inputs
from hotrun.core.state.timing_report import BuildTimes, report
from tests.core.simulated_session import World, project, step
from tests.core.simulated_writers import Workshop


def finished(world: World) -> events.BuildFinished:
    event = world.told(events.BuildFinished)[-1]
    assert isinstance(event, events.BuildFinished)
    return event


def table(world: World) -> list[str]:
    times = world.snapshot().timing
    assert times is not None
    return list(report(times))


def test_the_critical_path_leads_through_the_slowest_of_what_is_needed() -> None:
    steps = (step("gen"), step("app", needs=("gen",)), step("css"), step("pack", needs=("app", "css")))
    world = World(project(*steps), cores=4).begin().up("gen").up("css")
    world.wait(100).ends("gen").up("app").wait(50).ends("css").wait(200).ends("app").up("pack").wait(10).ends("pack")
    assert finished(world).critical_path == ("gen", "app", "pack")
    assert finished(world).duration_ms == 360
    assert table(world) == [
        "timing of build #1",
        "  gen   at 0ms    100ms  passed",
        "  css   at 0ms    150ms  passed",
        "  app   at 100ms  250ms  passed",
        "  pack  at 350ms  10ms   passed",
        "critical path: gen -> app -> pack",
        "saved: 150ms by steps that ran in parallel",
    ]


def test_a_step_that_waited_for_a_job_stands_behind_the_one_whose_job_it_got() -> None:
    world = World(project(step("a"), step("b"), step("c")), cores=2).begin().up("a").up("b")
    world.wait(100).ends("b").up("c").wait(300).ends("c").wait(50).ends("a")
    assert finished(world).critical_path == ("a",)
    world = World(project(step("a"), step("b"), step("c")), cores=2).begin().up("a").up("b")
    world.wait(100).ends("b").up("c").wait(50).ends("a").wait(300).ends("c")
    assert finished(world).critical_path == ("b", "c")
    assert "  c  at 100ms  350ms  passed, waited 100ms for a free job" in table(world)


def test_each_end_is_told_by_its_exit_code_or_signal() -> None:
    names = ("red", "hit", "slow", "lost")
    steps = [step(name, timeout_ms=500 if name == "slow" else None) for name in names]
    world = World(project(*steps, step("behind", needs=("red",))), cores=4).begin()
    world.up("red").up("hit").up("slow").send(inputs.SpawnFailed(world.run("lost"), "no"))
    world.wait(100).ends("red", 3).ends("hit", signal="SIGSEGV").wait(400).ends("slow", signal="SIGTERM")
    assert table(world) == [
        "timing of build #1",
        "  lost    at 0ms   0ms    failed to start",
        "  red     at 0ms   100ms  failed (exit 3)",
        "  hit     at 0ms   100ms  killed by SIGSEGV",
        "  slow    at 0ms   500ms  timed out",
        "  behind  not run         a step that it needs has not passed",
        "critical path: slow",
        "saved: 200ms by steps that ran in parallel",
    ]


def test_what_need_not_run_is_saved_with_the_time_that_it_took_when_it_was_green() -> None:
    steps = (step("gen", paths=("gen",), outputs=("o",)), step("app", paths=("app",), needs=("gen",)))
    world = World(project(*steps)).begin().up("gen").wait(100).ends("gen", content="1").up("app").wait(3000).ends("app")
    world.change("gen").up("gen").wait(90).ends("gen", content="1")
    assert (finished(world).critical_path, finished(world).saved_ms) == (("gen",), 3000)
    assert table(world) == [
        "timing of build #2",
        "  gen  at 0ms   90ms  passed",
        "  app  not run  3s    cached (last run)",
        "critical path: gen",
        "saved: 3s by 1 cached step",
    ]


def test_an_edit_that_is_taken_back_saves_all_steps_and_has_no_critical_path() -> None:
    world = World(project(step("app", outputs=("tmp/app",))))
    world.send(inputs.WatchStarted(1, 1, 0, "test", 0)).begin()
    world.up("app").wait(700).ends("app", stamp="1").settles()
    world.save("a", b"0", b"1").up("app").wait(50).ends("app", 1, stamp="1").save("a", b"1", b"0")
    assert (finished(world).critical_path, finished(world).saved_ms) == ((), 700)
    assert table(world)[-1] == "saved: 700ms by 1 cached step"


def test_a_build_in_progress_says_so_and_what_is_over() -> None:
    world = World(project(step("a"), step("b"))).begin().up("a").wait(20).ends("a")
    assert table(world) == ["timing of build #1 (still running)", "  a  at 0ms  20ms  passed"]


def test_a_need_counts_through_a_step_that_did_not_run() -> None:
    timing = Timing({"gen": (), "lib": ("gen",), "app": ("lib",)}, 1000)
    timing.started("gen", 1000)
    timing.over("gen", 1040)
    timing.started("app", 1040)
    assert timing.over("app", 1100).waited_ms == 0
    assert timing.critical_path() == ("gen", "app")


def test_steps_that_take_no_time_do_not_stand_behind_each_other_for_ever() -> None:
    timing = Timing(dict.fromkeys("abc", ()), 0)
    for name in "abc":  # as with one job, after 5 ms of something else
        timing.started(name, 5)
        timing.over(name, 5)
    assert timing.critical_path() == ("a",)


def test_a_chain_without_a_gap_makes_up_the_duration_of_any_build() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        names = [f"s{number}" for number in range(9)]
        steps = [step(name, needs=tuple(n for n in names[:at] if rng.random() < 0.25)) for at, name in enumerate(names)]
        jobs = rng.choice((1, 2, 3, 9))
        parts = msgspec.structs.replace(project(*steps), jobs=jobs)
        world = Workshop(parts, takes_ms=lambda rng=rng: rng.choice((0, 1, 10, 300)))  # type: ignore[misc]
        world.begin()
        world.run_until(60_000)
        times = world.snapshot().timing
        assert isinstance(times, BuildTimes)
        rows = {row.step: row for row in times.steps}
        assert set(rows) == set(names)
        path = [rows[name] for name in times.critical_path]
        assert path[0].start_ms == 0, f"seed {seed}"
        for before, after in itertools.pairwise(path):
            assert before.start_ms + before.duration_ms == after.start_ms, f"seed {seed}"
            assert after.waited_ms or before.step in world.engine.project.steps[after.step].needs
        assert path[-1].start_ms + path[-1].duration_ms == times.duration_ms, f"seed {seed}"
        if jobs == 9:
            assert all(row.waited_ms == 0 for row in times.steps)
