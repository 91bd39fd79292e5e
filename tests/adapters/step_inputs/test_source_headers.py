"""When go is asked again: after an edit that can alter which files a step reads, and after no other."""

from __future__ import annotations

import os
import random
import stat
import time
from pathlib import Path

import pytest

from hotrun.adapters.step_inputs.source_headers import _CLOCK_NS
from tests.adapters.step_inputs.go_project import MODULE, OWN, Asking, app, lay_out, listed, sources, with_lister
from tests.support.toolchains import require
from tests.support.waiting import wait_until

pytestmark = pytest.mark.toolchain


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
