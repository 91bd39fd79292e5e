"""Starts one program in a session of its own, and says in plain words why it could not."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from hotrun.core.spec import Program

# A string command whose every character means itself to a shell can replace the shell: one process less to wait for.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@% ")

# POSIX's reserved words and the built-ins of dash and bash: `exec` would miss them or change what they mean.
_SHELLS_OWN = frozenset(
    (
        ". : [ alias bg bind break builtin caller case cd chdir command compgen complete compopt continue coproc "
        "declare dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for function "
        "getopts hash help history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray "
        "readonly return select set shift shopt source suspend test then time times trap true type typeset ulimit "
        "umask unalias unset until wait while "
    ).split()
)


class SpawnError(Exception):
    """The program could not be started; the text names what and why."""


def spawn(program: Program, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `program`, stdin empty, stdout and stderr on pipes. Raises SpawnError; then nothing of it runs."""
    if not os.path.isdir(program.cwd):
        raise SpawnError(f"the folder {program.cwd} (cwd) does not exist")
    argv = _without_shell(program.argv)
    try:
        return subprocess.Popen(
            argv,
            cwd=program.cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise SpawnError(_why(argv[0], program.cwd, env, error)) from error


def _without_shell(argv: tuple[str, ...]) -> tuple[str, ...]:
    """`sh -c "exec app --flag"` for `sh -c "app --flag"`, where the first word is not the shell's own.

    Then the run's pid is the program's, and it does not have to wait for a shell (1 ms here).
    """
    if len(argv) != 3 or argv[0] != "sh" or argv[1] != "-c" or not _PLAIN.issuperset(argv[2]):
        return argv
    word = argv[2].strip().split(" ", 1)[0]
    if "=" in word or word in _SHELLS_OWN or not word or word.startswith("-"):  # FOO=1 app; exec -x
        return argv
    return ("sh", "-c", f"exec {argv[2]}")


def _why(name: str, cwd: str, env: Mapping[str, str], error: Exception) -> str:
    if isinstance(error, PermissionError) and error.filename == cwd != name:
        return f"the folder {cwd} (cwd) cannot be entered: {error.strerror}"
    path = os.path.join(cwd, name) if "/" in name else _in_path(name, env)
    if isinstance(error, FileNotFoundError):
        if os.path.exists(path):
            return f"{name}: its interpreter (the #! line) does not exist"
        where = f"in {cwd}" if "/" in name else "in PATH"
        return f"command not found: {name} is not {where}"
    if isinstance(error, PermissionError):
        if os.path.isdir(path):
            return f"{name} is a folder, not a program"
        return f"not executable: {name} (try chmod +x {name})"
    if isinstance(error, OSError) and error.strerror:
        return f"{name} could not be started: {error.strerror}"
    return f"{name} could not be started: {error}"


def _in_path(name: str, env: Mapping[str, str]) -> str:
    """Where `name` lies in PATH, executable or not; "" if nowhere."""
    places = (os.path.join(folder, name) for folder in os.get_exec_path(env))
    return next((place for place in places if os.path.isfile(place)), "")
