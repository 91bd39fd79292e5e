"""Lists the files of steps: the adapter for ListInputs. Runs `go list`, reads dependency files.

Every ListInputs gets one answer. If no change can have altered the previous answer, that is given again.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable

import msgspec

from hotrun.adapters.processes.helper_process import AcquireReaper, HelperError, HelperProcess
from hotrun.adapters.processes.spawn import SpawnError
from hotrun.adapters.step_inputs.depfile import Depfiles
from hotrun.adapters.step_inputs.found import TOOL_TIMEOUT_S, InputNames, InputsFound, combined
from hotrun.adapters.step_inputs.go_list import command_of, go_files
from hotrun.adapters.step_inputs.source_headers import SourceHeaders, sources_below
from hotrun.core.model.commands import ListInputs
from hotrun.core.model.inputs import Input, InputsListed
from hotrun.core.model.project import Program, Step, input_kind


class _KnownAnswer:
    """The latest answer for one step."""

    def __init__(self, step: Step, root: str) -> None:
        self.step = step
        self._root = root
        self._knows_unused = False  # for sources that no package uses
        self.lock = asyncio.Lock()  # learning from one answer delays the next request
        self.answer: InputsListed | None = None
        self.headers = SourceHeaders(root)
        self.depfiles = Depfiles()

    def learn(self, answer: InputsListed) -> None:
        """Remember the headers of the sources, also of unused ones: an edit of those should need no listing.

        Copies in vendor/ are many and hardly ever edited: if one is, it is listed again.
        """
        paths = [path for path in answer.files if "/vendor/" not in f"/{path}"]
        unused = [] if self._knows_unused else sources_below(self._root)
        self._knows_unused = True
        self.headers.learn((*paths, *unused))

    def is_same(self, changed: tuple[str, ...] | None) -> bool:
        """Return whether the answer is still valid after these changes. Reads files."""
        is_good = self.answer is not None and self.answer.error is None
        return is_good and changed is not None and self.headers.are_same(changed)


class InputLister:
    """All steps of a session."""

    def __init__(self, post: Callable[[Input], None], acquire: AcquireReaper, root: str) -> None:
        """`post` gets the answers; `acquire` returns a reaper for each program."""
        self._post = post
        self._acquire = acquire
        self._root = root
        self._known: dict[str, _KnownAnswer] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def list(self, command: ListInputs) -> None:
        """Carry out ListInputs, in a running loop."""
        task = asyncio.ensure_future(self._list(command))
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    def close(self) -> None:
        """Kill running programs."""
        for task in self._tasks:
            task.cancel()

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error

    async def _list(self, command: ListInputs) -> None:
        step = command.step
        known = self._known.get(step.name)
        if known is None or known.step != step:
            known = self._known[step.name] = _KnownAnswer(step, self._root)
        async with known.lock:
            await self._list_as(command, known)

    async def _list_as(self, command: ListInputs, known: _KnownAnswer) -> None:
        step = command.step
        if await asyncio.to_thread(known.is_same, command.changed):
            assert known.answer is not None
            self._answer(msgspec.structs.replace(known.answer, request=command.request))
            return
        await asyncio.to_thread(known.headers.begin, command.changed or ())
        found = [await self._find(text, number, step, known) for number, text in enumerate(step.inputs)]
        known.answer = combined(command.request, step, found)
        self._answer(known.answer)
        if any(input_kind(text) != "depfile" for text in step.inputs):
            await asyncio.to_thread(known.learn, known.answer)

    def _answer(self, answer: InputsListed) -> None:
        self._post(answer)

    async def _find(self, text: str, number: int, step: Step, known: _KnownAnswer) -> InputsFound:
        names, cwd = InputNames(self._root), step.program.cwd
        if input_kind(text) == "depfile":
            return await asyncio.to_thread(known.depfiles.files, text.partition(":")[2], cwd, names, number)
        program = msgspec.structs.replace(step.program, argv=command_of(text))
        with tempfile.TemporaryFile() as answer:
            stderr, status = await self._run(program, answer.fileno())
            if status is None:
                return InputsFound(error=f"go list: {stderr}")
            answer.seek(0)
            return await asyncio.to_thread(go_files, answer.read(), stderr, status, cwd, names, number)

    async def _run(self, program: Program, stdout: int) -> tuple[str, int | None]:
        """Run a program to its exit; returns its stderr and exit status, or the reason why it has none, and None."""
        helper: HelperProcess | None = None
        try:
            helper = HelperProcess(self._acquire(), program, stdout)
            async with asyncio.timeout(TOOL_TIMEOUT_S):
                await helper.over()
        except TimeoutError:
            assert helper is not None
            helper.kill()
            await helper.over()
            return f"no answer within {TOOL_TIMEOUT_S:.0f} s", None
        except (SpawnError, HelperError, OSError, UnicodeDecodeError) as error:
            return str(error), None
        except asyncio.CancelledError:
            if helper is not None:
                helper.leave()
            raise
        return helper.tail.decode("utf-8", "replace"), helper.status
