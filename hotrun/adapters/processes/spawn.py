"""Translates a Spawn into an order for a reaper, and its failure into plain words."""

from __future__ import annotations

import _socket  # as in channel.py: `socket` is not needed before the first step
import errno
import os
import signal
from collections.abc import Mapping, Sequence

import msgspec

from hotrun.adapters.guard.protocol.messages import Failed, Start
from hotrun.core.model.commands import Spawn
from hotrun.core.model.project import Program

# LISTEN_PID is the program's own pid, which is not known before it is started; `exec` keeps the shell's.
_WITH_LISTEN_PID = 'LISTEN_PID=$$; export LISTEN_PID; exec "$@"'

# If a command has only characters that no shell interprets, it can replace the shell: one process less to wait for.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@% ")

# POSIX's reserved words and the built-ins of dash and bash: `exec` would miss them or change their meaning.
_SHELL_WORDS = frozenset(
    (
        ". : [ alias bg bind break builtin caller case cd chdir command compgen complete compopt continue coproc "
        "declare dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for function "
        "getopts hash help history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray "
        "readonly return select set shift shopt source suspend test then time times trap true type typeset ulimit "
        "umask unalias unset until wait while "
    ).split()
)


class SpawnError(Exception):
    """The program failed to start. The message names it and the reason."""


def start_order(
    command: Spawn, env: Mapping[str, str], sockets: Sequence[str] = (), tty: str = "", sources: int = 0
) -> Start:
    """Return the order to start a program.

    `sockets`: the names of the sockets that it gets as 3 and on; the rest: see Start.

    Raises SpawnError for a command that no system could start.
    """
    program = command.program
    argv = _without_shell(program.argv)
    if sockets:
        env = {**env, "LISTEN_FDS": str(len(sockets)), "LISTEN_FDNAMES": ":".join(sockets)}
        argv = ("sh", "-c", _WITH_LISTEN_PID, "sh", *argv)
    if any("\0" in text for text in argv):
        raise SpawnError(f"{program.argv[0]} failed to start: embedded null byte")
    return Start(
        command.kind,
        tuple(map(os.fsencode, argv)),
        {os.fsencode(name): os.fsencode(value) for name, value in env.items()},
        os.fsencode(program.cwd),
        getattr(signal, command.stop_signal),
        command.grace_ms,
        os.fsencode(tty),
        sources,
    )


def with_port(program: Program, port: int) -> Program:
    """Return the program with `port` in place of {port}, and as PORT unless its configuration sets that."""
    program = program.with_port(port)
    return msgspec.structs.replace(program, env={"PORT": str(port), **program.env})


def free_port() -> int:
    """Return a free TCP port of 127.0.0.1. Another program may take it before this one does."""
    probe = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
    finally:
        probe.close()


def _without_shell(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return `sh -c "exec app --flag"` for `sh -c "app --flag"`, unless the first word is the shell's own.

    Then the run's pid is the program's, and no shell has to be waited for (1 ms).
    """
    if len(argv) != 3 or argv[0] != "sh" or argv[1] != "-c" or not _PLAIN.issuperset(argv[2]):
        return argv
    word = argv[2].strip().split(" ", 1)[0]
    if "=" in word or word in _SHELL_WORDS or not word or word.startswith("-"):  # FOO=1 app; exec -x
        return argv
    return ("sh", "-c", f"exec {argv[2]}")


def why_failed(failed: Failed, command: Spawn, env: Mapping[str, str]) -> str:
    """Return in plain words why the reaper could not start the program."""
    program = command.program
    name, cwd, reason = _without_shell(program.argv)[0], program.cwd, os.strerror(failed.errno)
    if failed.what == "cwd":
        if failed.errno in (errno.ENOENT, errno.ENOTDIR):
            return f"the folder {cwd} (cwd) does not exist"
        return f"the folder {cwd} (cwd) cannot be entered: {reason if failed.errno else failed.text}"
    path = os.path.join(cwd, name) if "/" in name else _in_path(name, env)
    if failed.errno == errno.ENOENT:
        if os.path.exists(path):
            return f"{name}: its interpreter (the #! line) does not exist"
        where = f"in {cwd}" if "/" in name else "in PATH"
        return f"command not found: {name} is not {where}"
    if failed.errno in (errno.EACCES, errno.EPERM):
        if os.path.isdir(path):
            return f"{name} is a folder, not a program"
        return f"not executable: {name} (try chmod +x {name})"
    return f"{name} failed to start: {reason if failed.errno else failed.text}"


def signal_name(number: int) -> str:
    """Return the name of a signal, such as "SIGKILL"."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"  # real-time signals have no names


def _in_path(name: str, env: Mapping[str, str]) -> str:
    """The path of `name` in PATH, executable or not; "" if there is none."""
    places = (os.path.join(folder, name) for folder in os.get_exec_path(env))
    return next((place for place in places if os.path.isfile(place)), "")
