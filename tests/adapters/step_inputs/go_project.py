"""A Go project on the disk, and what the lister says of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from hotrun.adapters.guard.guard import Guard
from hotrun.adapters.step_inputs.list_once import list_once
from hotrun.adapters.step_inputs.lister import InputLister
from hotrun.core.model.commands import ListInputs
from hotrun.core.model.inputs import Input, InputsListed
from hotrun.core.model.project import Program, Step
from tests.support.toolchains import require
from tests.support.waiting import until

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
