"""The lister with the real go command: which files it lists, when it lists again, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import random
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hotrun.adapters.guard.guard import Guard
from hotrun.adapters.step_inputs import lister as lister_module
from hotrun.adapters.step_inputs.list_once import list_once
from hotrun.adapters.step_inputs.lister import InputLister
from hotrun.adapters.step_inputs.source_headers import _CLOCK_NS
from hotrun.core.model.commands import ListInputs
from hotrun.core.model.inputs import Input, InputsListed
from hotrun.core.model.project import Program, Step
from tests.support.processes import is_gone
from tests.support.toolchains import require
from tests.support.waiting import until, wait_until

Files = dict[str, str]

MODULE = {
    "go.mod": "module example.com/shop\n\ngo 1.21\n",
    "cmd/app/main.go": 'package main\n\nimport "example.com/shop/store"\n\nfunc main() { println(store.X) }\n',
    "store/s.go": 'package store\n\nimport "embed"\n\n//go:embed page.html all:static\nvar F embed.FS\n\nconst X = 1\n',
    "store/s_test.go": 'package store\n\nimport _ "example.com/shop/testing"\n',
    "store/s_windows.go": "package store\n",
    "store/page.html": "",
    "store/other.html": "",
    "store/static/css/.a.css": "",
    "testing/t.go": "package testing\n",
    "unused/u.go": "package unused\n",
}
OWN = {"cmd/app/main.go", "store/s.go", "store/page.html", "store/static/css/.a.css"}


def lay_out(root: Path, files: Files) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def app(root: Path, *inputs: str, cwd: str = "", env: dict[str, str] | None = None) -> Step:
    offline = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOWORK": ""}
    return Step("app", Program(("x",), str(root / cwd), {**offline, **(env or {})}), inputs=inputs or ("go:./cmd/app",))


def listed(root: Path, *inputs: str, cwd: str = "", env: dict[str, str] | None = None) -> InputsListed:
    require("go")
    return list_once(app(root, *inputs, cwd=cwd, env=env), str(root))


def sources(answer: InputsListed) -> set[str]:
    """Return the listed files, except those that define modules."""
    return {path for path, file in answer.files.items() if not file.by.startswith(("module ", "the workspace"))}


# --- which files -----------------------------------------------------------------------------------------------


def test_the_files_that_go_into_a_program_are_listed_with_the_package_that_brings_them_in(tmp_path: Path) -> None:
    answer = listed(lay_out(tmp_path, MODULE))
    assert answer.error is None
    assert sources(answer) == OWN
    assert answer.files["store/page.html"].by == "package example.com/shop/store"
    assert answer.files["go.mod"].by == "module example.com/shop"
    assert answer.files.keys() - OWN == {"go.mod", "go.sum", "go.work", "go.work.sum", "vendor/modules.txt"}
    assert answer.folders == ("store/page.html/", "store/static/")


def test_tests_are_listed_with_what_they_need_when_they_are_asked_for(tmp_path: Path) -> None:
    answer = listed(lay_out(tmp_path, MODULE), "go-test:./store")
    assert sources(answer) == (OWN - {"cmd/app/main.go"}) | {"store/s_test.go", "testing/t.go"}
    assert answer.files["store/s_test.go"].by == "package example.com/shop/store"


def test_flags_and_the_environment_of_the_step_decide(tmp_path: Path) -> None:
    lay_out(tmp_path, {**MODULE, "store/dev.go": "//go:build dev\n\npackage store\n"})
    assert "store/dev.go" in listed(tmp_path, "go:-tags=dev ./cmd/app").files
    assert "store/s_windows.go" in listed(tmp_path, env={"GOOS": "windows"}).files


def test_the_modules_of_a_workspace_and_of_replacements_count_wherever_they_lie(tmp_path: Path) -> None:
    files = {
        "go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib\n\t./idle\n)\n",
        "app/go.mod": "module app\n\ngo 1.21\n\nrequire far v0.0.0\n\nreplace far => ../far\n",
        "app/main.go": 'package main\n\nimport (\n\t_ "far"\n\t_ "lib"\n)\n\nfunc main() {}\n',
        "lib/go.mod": "module lib\n\ngo 1.21\n",
        "lib/l.go": "package lib\n",
        "idle/go.mod": "module idle\n\ngo 1.21\n",
        "far/go.mod": "module far\n\ngo 1.21\n",
        "far/f.go": "package far\n",
    }
    answer = listed(lay_out(tmp_path, files), "go:.", cwd="app", env={"GOFLAGS": ""})
    assert answer.error is None
    assert sources(answer) == {"app/main.go", "lib/l.go", "far/f.go"}
    assert {"go.work", "app/go.mod", "lib/go.mod", "far/go.mod", "idle/go.mod"} <= answer.files.keys()


def test_copies_in_vendor_count(tmp_path: Path) -> None:
    files = {
        "go.mod": "module app\n\ngo 1.21\n\nrequire far v1.0.0\n",
        "main.go": 'package main\n\nimport _ "far"\n\nfunc main() {}\n',
        "vendor/modules.txt": "# far v1.0.0\n## explicit\nfar\n",
        "vendor/far/f.go": "package far\n",
    }
    answer = listed(lay_out(tmp_path, files), "go:.", env={"GOFLAGS": "-mod=vendor"})
    assert answer.error is None
    assert sources(answer) == {"main.go", "vendor/far/f.go"}


def test_a_root_behind_a_link_has_its_files_under_their_own_names(tmp_path: Path) -> None:
    lay_out(tmp_path / "real", MODULE)
    (tmp_path / "link").symlink_to("real")
    assert sources(listed(tmp_path / "link")) == OWN


def test_a_missing_package_is_an_error_and_the_others_are_listed(tmp_path: Path) -> None:
    lay_out(tmp_path, {**MODULE, "store/b.go": 'package store\n\nimport _ "example.com/shop/gone"\n'})
    answer = listed(tmp_path)
    assert answer.error is not None
    assert "store/b.go" in answer.error
    assert "example.com/shop/gone" in answer.error
    assert "\n" not in answer.error
    assert answer.files.keys() >= OWN


@pytest.mark.parametrize(
    ("files", "inputs", "error"),
    [
        ({"go.mod": "modul x\n"}, "go:.", "go.mod"),
        ({"main.go": "package main\n"}, "go:./gone", "gone"),
        ({"main.go": "package main\n\nimport (\n"}, "go:.", "main.go"),
        ({}, "depfile:*.d", "no dependency file"),
    ],
)
def test_what_go_cannot_read_is_an_error_in_one_line(tmp_path: Path, files: Files, inputs: str, error: str) -> None:
    answer = listed(lay_out(tmp_path, {"go.mod": "module x\n", **files}), inputs)
    assert answer.error is not None
    assert error in answer.error
    assert "\n" not in answer.error
    if "go" in inputs:
        assert "go.mod" in answer.files, "its repair must be built"


def test_a_go_command_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    step = app(tmp_path, env={"PATH": str(tmp_path)})
    with_lister(tmp_path, lambda asking: asking.fails(step, "go"))


# listing again


class Asking:
    """A lister in the test's own loop, with everything that it posts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.posted: list[Input] = []
        self.guard = Guard()
        self.lister = InputLister(self.posted.append, self.guard.acquire, str(root))
        self.requests = 0

    async def list(self, step: Step, *changed: str) -> InputsListed:
        self.requests += 1
        self.lister.list(ListInputs(self.requests, step, changed or None))
        await until(lambda: len(self.posted) == self.requests, "an answer")
        answer = self.posted[-1]
        assert isinstance(answer, InputsListed)
        assert answer.request == self.requests
        await until(lambda: not self.lister._tasks, "the end of the task")
        return answer

    async def fails(self, step: Step, text: str) -> None:
        answer = await self.list(step)
        assert answer.error is not None
        assert text in answer.error


def with_lister(root: Path, story: Callable[[Asking], object]) -> None:
    async def main() -> None:
        asking = Asking(root)
        try:
            await story(asking)  # type: ignore[misc]
        finally:
            asking.lister.close()
            await asyncio.sleep(0)  # the cancellation is delivered
            asking.guard.close()

    asyncio.run(main())


def counting_go(folder: Path) -> tuple[dict[str, str], Path]:
    """Return an environment whose go command records each of its runs in a file."""
    require("go")
    real = next(path for d in os.environ["PATH"].split(":") if os.access(path := os.path.join(d, "go"), os.X_OK))
    runs = folder / "runs"
    tool = folder / "bin" / "go"
    tool.parent.mkdir(parents=True)
    tool.write_text(f'#!/bin/sh\necho run >> "{runs}"\nexec "{real}" "$@"\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    runs.touch()
    return {"PATH": f"{tool.parent}:{os.environ['PATH']}"}, runs


def age(root: Path) -> None:
    """Wait until the files are older than what a clock's step may hide."""
    newest = max(path.stat().st_ctime_ns for path in root.rglob("*"))
    wait_until(lambda: time.time_ns() > newest + _CLOCK_NS)


HEAD = 'package store\n\nimport "embed"\n\n//go:embed page.html all:static\nvar F embed.FS\n'


@pytest.mark.parametrize(
    ("path", "text", "runs"),
    [
        ("store/s.go", f"{HEAD}\nconst X = 2\n", 1),
        ("store/s.go", f"{HEAD}\nfunc init() {{}}\n\nconst X = 1\n", 1),
        ("store/s.go", HEAD.replace('"embed"', '(\n\t"embed"\n\t_ "fmt"\n)') + "\nconst X = 1\n", 2),
        ("store/s.go", f"{HEAD}\nconst X = 1\n\n//go:embed other.html\nvar G string\n", 2),
        ("store/s.go", f"//go:build linux\n\n{HEAD}\nconst X = 1\n", 2),
        ("store/s.go", HEAD.replace("package store", "package store; import _ `fmt`") + "\nconst X = 1\n", 2),
        ("unused/u.go", "package unused\n\nvar x = 1\n", 1),
        ("store/s_windows.go", "package store\n\nvar x = 1\n", 1),
        ("store/new.go", "package store\n", 2),
        ("store/asm.h", "", 2),
        ("go.mod", MODULE["go.mod"] + "\n", 2),
    ],
)
def test_go_is_asked_again_only_for_what_can_alter_the_answer(tmp_path: Path, path: str, text: str, runs: int) -> None:
    root = lay_out(tmp_path / "project", MODULE)
    env, log = counting_go(tmp_path / "tools")
    age(root)

    async def story(asking: Asking) -> None:
        step = app(root, env=env)
        first = await asking.list(step)
        lay_out(root, {path: text})
        again = await asking.list(step, path)
        assert len(log.read_text().splitlines()) == runs
        assert again.files.keys() == listed(root).files.keys()
        if runs == 1:
            assert again.files == first.files

    with_lister(root, story)


def random_source(rng: random.Random, package: str) -> str:
    """Return a source of this package, with everything that decides what belongs to it."""
    below = {"store": ("unused", "testing"), "unused": ("testing",)}[package]  # no cycles: they are errors
    imports = "".join(f'import _ "example.com/shop/{name}"\n' for name in below if rng.random() < 0.4)
    embeds = ("", "\n//go:embed *.html\nvar html embed.FS\n", "var (\n\t//go:embed page.html\n\tpage string\n)\n")
    return "".join(
        (
            rng.choice(["", "", "//go:build linux\n\n", "//go:build windows\n\n"]),
            rng.choice(["", "/* func import ( */\n", "// About it.\n"]),
            f"package {package}\n\n",
            imports,
            'import _ "embed"\n',
            rng.choice(["", "func f() { /* import */ }\n", "const c = `import (`\n"]),
            rng.choice(embeds) if package == "store" else "",
        )
    )


def test_after_whatever_edits_the_answer_is_what_go_says_then(tmp_path: Path) -> None:
    rng = random.Random(7)
    root = lay_out(tmp_path / "project", MODULE)
    env, log = counting_go(tmp_path / "tools")

    async def story(asking: Asking) -> None:
        step = app(root, env=env)
        await asking.list(step)
        for _ in range(25):
            age(root)
            package = rng.choice(["store", "unused"])
            path = f"{package}/{rng.choice('abc')}.go"
            if rng.random() < 0.2 and (root / path).exists():
                (root / path).unlink()
            elif rng.random() < 0.5 and (root / path).exists():
                lay_out(root, {path: (root / path).read_text() + f"\nvar _ = {rng.random()}\n"})
            else:
                lay_out(root, {path: random_source(rng, package)})
            answer, fresh = await asking.list(step, path), listed(root)
            assert (answer.files, answer.folders, answer.error) == (fresh.files, fresh.folders, fresh.error), path

    with_lister(root, story)
    assert len(log.read_text().splitlines()) < 24, "nothing was remembered"


def test_a_file_that_was_removed_is_not_known_any_more(tmp_path: Path) -> None:
    root = lay_out(tmp_path, MODULE)
    age(root)

    async def story(asking: Asking) -> None:
        step = app(root)
        await asking.list(step)
        (root / "store/s_windows.go").unlink()
        (root / "unused/u.go").unlink()
        await asking.list(step, "unused/u.go")
        lay_out(root, {"cmd/app/extra.go": "package main\n"})
        assert "cmd/app/extra.go" in (await asking.list(step, "cmd/app/extra.go")).files

    with_lister(root, story)


def test_a_source_that_nobody_has_looked_at_and_that_is_young_is_not_taken_for_known(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "project", MODULE)
    env, log = counting_go(tmp_path / "tools")

    async def story(asking: Asking) -> None:
        step = app(root, env=env)
        lay_out(root, MODULE)  # just now: nobody knows which of its texts go has read
        await asking.list(step)
        await asking.list(step, "store/s.go")
        assert len(log.read_text().splitlines()) == 2
        await asking.list(step, "store/s.go")
        assert len(log.read_text().splitlines()) == 2, "it was the same before and after the second one"

    with_lister(root, story)


def test_a_source_that_changes_while_it_is_listed_is_not_taken_for_known(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "project", MODULE)
    env, log = counting_go(tmp_path / "tools")
    age(root)

    async def story(asking: Asking) -> None:
        step = app(root, env=env)
        await asking.list(step)
        imports = 'package store\n\nimport _ "example.com/shop/unused"\n'
        lay_out(root, {"store/new.go": "package store\n", "cmd/app/new.go": "package main\n"})
        tool = tmp_path / "tools" / "bin" / "go"  # it reads, and then somebody saves
        real, text = tool.read_text(), tool.read_text().replace("exec ", "")
        tool.write_text(f"{text}printf '%s' '{imports}' > '{root}/store/new.go'\n")
        await asking.list(step, "store/new.go", "cmd/app/new.go")
        tool.write_text(real)
        assert "unused/u.go" in (await asking.list(step, "store/new.go")).files
        assert len(log.read_text().splitlines()) == 3

    with_lister(root, story)


def test_a_list_that_failed_is_made_anew(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {**MODULE, "go.mod": "modul\n"})

    async def story(asking: Asking) -> None:
        await asking.fails(app(root), "go.mod")
        lay_out(root, MODULE)
        assert sources(await asking.list(app(root), "store/s.go")) == OWN

    with_lister(root, story)


# --- the end ---------------------------------------------------------------------------------------------------


def hanging_go(folder: Path) -> tuple[dict[str, str], Path]:
    """Return a go command that never answers, and has a child in another session."""
    pids = folder / "pids"
    tool = folder / "bin" / "go"
    tool.parent.mkdir(parents=True)
    tool.write_text(
        f'#!/bin/sh\nsetsid sleep 1000 &\necho $$ $! > "{pids}.new"\nmv "{pids}.new" "{pids}"\nsleep 1000\n'
    )
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{tool.parent}:{os.environ['PATH']}"}, pids


def test_a_go_command_that_does_not_answer_is_ended_with_all_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env, pids = hanging_go(tmp_path)
    monkeypatch.setattr(lister_module, "TOOL_TIMEOUT_S", 0.5)

    async def story(asking: Asking) -> None:
        await asking.fails(app(tmp_path, env=env), "no answer within")
        assert all(is_gone(int(pid)) for pid in pids.read_text().split())

    with_lister(tmp_path, story)


def test_nothing_of_a_list_outlives_the_session(tmp_path: Path) -> None:
    env, pids = hanging_go(tmp_path)

    async def story(asking: Asking) -> None:
        asking.lister.list(ListInputs(1, app(tmp_path, env=env), None))
        await until(pids.exists, "the start of go")

    with_lister(tmp_path, story)
    asyncio.run(until(lambda: all(is_gone(int(pid)) for pid in pids.read_text().split()), "the end of go"))
