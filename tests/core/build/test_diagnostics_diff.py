"""What is new, what is still there and what is fixed, as stories: builds in a row, and what each says of the last."""

from __future__ import annotations

import random
from collections import Counter

import msgspec

from hotrun.core.build.diagnostics_diff import MAX_FIXED
from hotrun.core.model import events, inputs
from hotrun.core.model.project import Process, Step
from tests.core.diagnostics.reading import parser
from tests.core.simulated_session import Parsers, World, project, step

ONE, TWO = "a.c:1:2: error: one", "b.c:3:4: error: two"


class Session(World):
    """A world whose steps print what gcc prints."""

    def __init__(self, *parts: Step | Process) -> None:
        parts = parts or (step("app"),)
        super().__init__(project(*parts), Parsers(parser), cores=4)
        self.begin()

    def prints(self, *lines: str, name: str = "app") -> Session:
        self.up(name).send(inputs.OutputRead(self.run(name), "stdout", lines))
        return self

    def builds(self, *lines: str, name: str = "app") -> Session:
        """A whole run: it prints this, and fails if there is an error in it."""
        self.prints(*lines, name=name).ends(name, int(any(" error: " in line for line in lines)))
        return self

    def edits(self, *paths: str, deleted: str | None = None, added: str | None = None) -> Session:
        """A change that has settled, each at another distance from the last one, so that nobody sees a loop in them."""
        self.wait(1000 * len(self.events))
        changes = [inputs.Change(path, "modified") for path in paths]
        changes += [inputs.Change(deleted, "deleted")] if deleted else []
        changes += [inputs.Change(added, "added")] if added else []
        self.send(inputs.FilesChanged(tuple(changes))).wait(50)
        return self

    @property
    def result(self) -> events.BuildFinished:
        return [event for event in self.events if isinstance(event, events.BuildFinished)][-1]

    @property
    def new(self) -> list[tuple[str | None, int | None]]:
        """The places of what the latest build called new."""
        told = [event for event in self.events if isinstance(event, events.Diagnostic)]
        return [(d.path, d.line) for d in told if d.new and d.build == self.result.build]

    @property
    def fixed(self) -> list[tuple[str | None, int | None, str]]:
        return [(d.path, d.line, d.message) for d in self.result.fixed_problems]


def test_the_first_build_result_has_only_new_problems() -> None:
    result = Session().builds(ONE, TWO).result
    assert (result.errors, result.new, result.fixed) == (2, 2, 0)


def test_a_build_result_says_what_is_new_and_what_is_fixed_since_the_one_before() -> None:
    session = Session().builds(ONE).edits("a.c").builds(TWO)
    assert (session.new, session.fixed) == ([("b.c", 3)], [("a.c", 1, "one")])
    assert (session.result.new, session.result.fixed) == (1, 1)
    session.edits("a.c").builds()
    assert (session.new, session.fixed, session.result.status) == ([], [("b.c", 3, "two")], "passed")
    session.edits("a.c").builds()
    assert (session.result.new, session.result.fixed) == (0, 0)


def test_of_problems_with_the_same_words_as_many_are_known_as_there_were() -> None:
    session = Session().builds("a.c:1:2: error: one", "a.c:5:2: error: one")
    session.edits("a.c").builds("a.c:1:2: error: one", "a.c:5:2: error: one", "a.c:9:2: error: one")
    assert (session.new, session.result.new, session.fixed) == ([("a.c", 9)], 1, [])
    session.edits("a.c").builds("a.c:5:2: error: one")
    assert (session.new, session.result.fixed) == ([], 2)
    assert sorted(line for _, line, _ in session.fixed if line is not None) == [1, 9], "line 5 is still there"


def test_lines_that_have_moved_make_nothing_new() -> None:
    session = Session().builds(ONE, TWO).edits("a.c").builds("a.c:17:2: error: one", TWO)
    assert (session.new, session.result.new, session.fixed) == ([], 0, [])


def test_a_problem_that_is_told_twice_is_one() -> None:
    session = Session().builds(ONE, ONE).edits("a.c").builds(ONE, ONE, TWO, TWO)
    assert (session.result.new, session.new) == (1, [("b.c", 3), ("b.c", 3)])
    session.edits("a.c").builds(ONE)
    assert session.fixed == [("b.c", 3, "two")]


def test_what_a_canceled_run_did_not_get_to_is_neither_fixed_nor_new_afterwards() -> None:
    session = Session().builds(ONE, TWO).edits("a.c").prints(ONE).edits("a.c")
    session.ends("app", signal="SIGTERM")
    assert session.result.status == "canceled"
    assert (session.result.new, session.result.fixed) == (0, 0)
    session.builds(ONE, TWO)
    assert (session.result.new, session.result.fixed) == (0, 0)


def test_what_only_a_canceled_run_told_is_new_in_the_next_build_result_and_never_fixed() -> None:
    session = Session().builds(ONE).edits("a.c").prints(ONE, TWO).edits("a.c")
    session.ends("app", signal="SIGTERM").does("app")
    assert session.fixed == [("a.c", 1, "one")]
    session.edits("a.c").prints(TWO).edits("a.c")
    session.ends("app", signal="SIGTERM")
    session.builds(TWO)
    assert session.new == [("b.c", 3)]


def test_what_a_step_found_in_a_canceled_build_that_it_did_not_have_to_repeat_is_new_in_the_next_build_result() -> None:
    session = Session(step("app", paths=("a.c",)), step("lib", paths=("b.c",)))
    session.builds(ONE).builds(name="lib")
    session.edits("a.c", "b.c").builds(TWO).up("lib")
    session.edits("b.c").ends("lib", signal="SIGTERM")
    assert session.result.status == "canceled"
    session.builds(name="lib")
    assert (session.result.steps, session.result.new) == (("lib",), 1)
    assert session.fixed == [("a.c", 1, "one")]
    assert [problem.new for problem in session.snapshot().problems()] == [True]


def test_a_run_that_timed_out_fixes_nothing_and_what_it_told_is_known_afterwards() -> None:
    session = Session(step("app", timeout_ms=500)).builds(ONE, TWO)
    session.edits("a.c").prints("c.c:5:6: error: three").wait(600).ends("app", signal="SIGTERM")
    assert session.result.status == "timeout"
    assert (session.result.new, session.result.fixed) == (1, 0)
    session.edits("a.c").builds(ONE, "c.c:5:6: error: three")
    assert (session.new, session.fixed) == ([], [("b.c", 3, "two")])


def test_a_step_that_keeps_timing_out_is_new_once() -> None:
    session = Session(step("app", timeout_ms=500))
    news = []
    for _ in range(3):
        session.up("app").wait(600).ends("app", signal="SIGTERM")
        news.append(session.result.new)
        session.edits("a.c")
    assert news == [1, 0, 0]


def test_a_step_that_could_not_be_started_fixes_nothing() -> None:
    session = Session().builds(ONE).edits("a.c")
    session.send(inputs.SpawnFailed(session.run("app"), "no such program"))
    assert (session.result.new, session.result.fixed) == (1, 0)
    session.edits("a.c").builds(ONE)
    assert session.result.new == 0


def test_what_was_found_in_a_file_moves_with_it_when_it_is_renamed() -> None:
    session = Session().builds(ONE, TWO)
    session.edits(deleted="a.c", added="sub/z.c").builds("sub/z.c:4:2: error: one", TWO, "z.c:1:1: error: three")
    assert (session.new, session.fixed) == ([("z.c", 1)], [])


def test_a_rename_in_a_canceled_build_is_remembered() -> None:
    session = Session().builds(ONE).edits(deleted="a.c", added="z.c")
    session.up("app")
    session.edits("b.c")
    session.ends("app", signal="SIGTERM")
    session.builds("z.c:1:2: error: one")
    assert session.result.new == 0


def test_a_file_that_is_deleted_takes_its_problems_along() -> None:
    session = Session().builds(ONE, TWO).edits(deleted="a.c").builds(TWO)
    assert session.fixed == [("a.c", 1, "one")]


def test_a_failure_without_a_reason_is_not_fixed_by_one_with_a_reason() -> None:
    session = Session().prints("oh no")
    session.ends("app", 1)
    session.edits("a.c").builds(ONE)
    assert (session.result.new, session.result.fixed) == (1, 0)
    session.edits("a.c").prints("oh no")
    session.ends("app", 1)
    session.edits("a.c").builds()
    assert session.fixed == [(None, None, "step app failed (exit 1)")]


def test_a_green_run_has_fixed_the_errors_that_it_still_prints() -> None:
    session = Session().builds(ONE).edits("a.c").prints(ONE)
    session.ends("app", 0)
    assert session.fixed == [("a.c", 1, "one")]


def test_an_edit_that_is_taken_back_fixes_what_it_broke_and_its_warnings_are_old() -> None:
    session = Session(step("app", outputs=("tmp/app",)))
    session.send(inputs.WatchStarted(1, 1, 0, "fake", 1))
    warning = "a.c:1:1: warning: old"
    session.prints(warning)
    session.ends("app", 0, stamp="1").settles()
    session.save("a.c", b"A", b"B")
    session.prints(ONE)
    session.ends("app", 1, stamp="1")
    assert session.fixed == [("a.c", 1, "old")]
    session.save("a.c", b"B", b"A")
    assert session.result.status == "passed"
    assert (session.result.new, session.fixed) == (0, [("a.c", 1, "one")])


def test_a_step_that_did_not_run_has_nothing_new_and_nothing_fixed() -> None:
    session = Session(step("app", paths=("a.c",)), step("lib", paths=("b.c",)))
    session.builds(ONE).builds(TWO, name="lib")
    session.edits("b.c").builds(TWO, name="lib")
    assert (session.result.errors, session.result.new, session.result.fixed) == (2, 0, 0)
    assert not any(problem.new for problem in session.snapshot().problems())


def test_another_configuration_of_a_step_does_not_make_its_problems_new() -> None:
    session = Session().builds(ONE)
    session.send(inputs.ConfigLoaded(project(step("app", timeout_ms=9000)))).wait(50)
    session.builds(ONE)
    assert (session.result.build, session.result.new) == (2, 0)


def test_the_fixed_problems_are_listed_up_to_a_bound_errors_first_and_kept_by_the_snapshot() -> None:
    warnings = [f"w.c:{line}:1: warning: w{line}" for line in range(1, 31)]
    session = Session().builds(*warnings, ONE).edits("a.c").builds()
    assert (session.result.fixed, len(session.fixed), session.fixed[0]) == (31, MAX_FIXED, ("a.c", 1, "one"))
    assert session.snapshot().fixed == session.result.fixed_problems
    session.edits("a.c").up("app")
    session.edits("a.c").ends("app", signal="SIGTERM")
    assert session.result.status == "canceled"
    assert len(session.snapshot().fixed) == MAX_FIXED, "a canceled build is no result"


def test_problems_are_shown_new_errors_first_then_those_of_the_files_just_edited() -> None:
    old = [f"{name}.c:1:1: error: {name}" for name in "pqr"]
    session = Session().builds(*old, "q.c:2:1: warning: w")
    session.edits("q.c").builds(*old, "q.c:2:1: warning: w", "p.c:7:1: error: fresh", "q.c:8:1: error: fresh")
    shown = [(p.path, p.severity, p.new) for p in session.snapshot().problems()]
    assert shown == [
        ("q.c", "error", True),
        ("p.c", "error", True),
        ("q.c", "error", False),
        ("p.c", "error", False),
        ("r.c", "error", False),
        ("q.c", "warning", False),
    ]


def test_files_edited_in_a_canceled_build_count_as_just_edited() -> None:
    session = Session().builds(ONE, TWO).edits("b.c")
    session.up("app")
    session.edits("c.c")
    session.ends("app", signal="SIGTERM")
    assert set(session.snapshot().edited) == {"b.c", "c.c"}
    session.builds(ONE, TWO)
    assert [problem.path for problem in session.snapshot().problems()] == ["b.c", "a.c"]


def test_new_and_fixed_always_add_up() -> None:
    """What is there now is what was there, less what is fixed, and what is new: in any history of whole runs."""
    for seed in range(50):
        rng = random.Random(seed)
        session, before = Session(), Counter[tuple[str, str]]()
        for _ in range(12):
            lines = {(rng.choice("ab"), rng.randrange(1, 9)): rng.choice("xy") for _ in range(rng.randrange(8))}
            session.builds(*[f"{file}.c:{line}:1: error: {text}" for (file, line), text in lines.items()])
            now = Counter((f"{file}.c", text) for (file, _), text in lines.items())
            result = session.result
            assert (result.new, result.fixed) == ((now - before).total(), (before - now).total()), (seed, lines)
            gone = Counter((d.path or "", d.message) for d in result.fixed_problems)
            assert gone == before - now
            told = [d for d in session.events if isinstance(d, events.Diagnostic) and d.build == result.build]
            assert sum(d.new for d in told) == result.new
            before = now
            session.edits("a.c")


def test_the_events_say_it_in_json() -> None:
    result = Session().builds(ONE).edits("a.c").builds().result
    assert msgspec.to_builtins(result)["fixed_problems"] == (
        {
            "step": "app",
            "severity": "error",
            "file": "/p/a.c",
            "path": "a.c",
            "line": 1,
            "column": 2,
            "code": None,
            "message": "one",
        },
    )
