"""The environment of a program: hotrun's own, the env files, the configuration's [env], and HOTRUN_* variables."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from hotrun.core.model.project import Program

# Not inherited from hotrun: a program that believed them would talk to the wrong hotrun or the wrong supervisor.
_HOTRUN_VARS = ("HOTRUN", "HOTRUN_BUILD", "HOTRUN_CHANGED", "HOTRUN_SOCKET", "HOTRUN_RUN", "HOTRUN_REAPER")
_SUPERVISOR_VARS = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET")
# A pipe is not a terminal, so tools drop their colors, and C and Python buffer lines until they have 4 to 8 KB.
_COLORED = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "CARGO_TERM_COLOR": "always", "PY_COLORS": "1"}
_UNBUFFERED = {"PYTHONUNBUFFERED": "1"}


def environment(
    program: Program, own: Mapping[str, str], colored: bool, notice: Callable[[str], None]
) -> dict[str, str]:
    """Return the environment of one run of `program`; `own` are its HOTRUN_* variables.

    Variables inherited from hotrun win over the env files; the configuration's [env] wins over both. A missing env file
    is reported to `notice` and left out. Raises OSError or UnicodeDecodeError if one cannot be read.
    """
    inherited = {key: value for key, value in os.environ.items() if key not in (*_HOTRUN_VARS, *_SUPERVISOR_VARS)}
    chosen: dict[str, str] = {}
    for path in program.env_files:
        chosen |= _read(path, notice)
    chosen = {**chosen, **inherited, **program.env, **own}
    forced = _COLORED if colored and not chosen.get("NO_COLOR") else {}  # an empty one does not count: no-color.org
    return {**_UNBUFFERED, **forced, **chosen}


def _read(path: str, notice: Callable[[str], None]) -> dict[str, str]:
    if not os.path.exists(path) or os.path.isdir(path):
        what = "is a folder" if os.path.exists(path) else "does not exist"
        notice(f"env file {path} {what}; ignored")
        return {}
    from dotenv import dotenv_values

    return {key: value for key, value in dotenv_values(path).items() if value is not None}
