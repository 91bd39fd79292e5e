"""Lists the files of a step without a session: once, in the calling thread."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from hotrun.adapters.processes.environment import environment
from hotrun.adapters.step_inputs.depfile import Depfiles
from hotrun.adapters.step_inputs.found import TOOL_TIMEOUT_S, InputNames, InputsFound, combined
from hotrun.adapters.step_inputs.go_list import command_of, go_files
from hotrun.core.model.inputs import InputsListed
from hotrun.core.model.project import Step, input_kind


def list_once(step: Step, root: str) -> InputsListed:
    """Return the files of `step`, or an error if a tool fails.

    Takes TOOL_TIMEOUT_S at most for each entry of `inputs`.
    """
    return combined(0, step, [_find(text, number, step, InputNames(root)) for number, text in enumerate(step.inputs)])


def _find(text: str, number: int, step: Step, names: InputNames) -> InputsFound:
    if input_kind(text) == "depfile":
        return Depfiles().files(text.partition(":")[2], step.program.cwd, names, number)
    try:
        env = environment(step.program, {"HOTRUN": "1"}, False, lambda text: None)
        answer, stderr, status = _run(command_of(text), step.program.cwd, env)
    except subprocess.TimeoutExpired:
        return InputsFound(error=f"go list: no answer within {TOOL_TIMEOUT_S:.0f} s")
    except (OSError, UnicodeDecodeError) as error:
        return InputsFound(error=f"go list: {error}")
    return go_files(answer, stderr, status, step.program.cwd, names, number)


def _run(argv: tuple[str, ...], cwd: str, env: dict[str, str]) -> tuple[bytes, str, int]:
    """Run a command in a new session, and kill it with that. Raises OSError and subprocess.TimeoutExpired."""
    with subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        try:
            answer, stderr = child.communicate(timeout=TOOL_TIMEOUT_S)
        except BaseException:  # raised again: Ctrl-C must not leave anything behind either
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            raise
    return answer, stderr.decode("utf-8", "replace"), child.returncode
