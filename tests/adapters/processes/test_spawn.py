"""Which commands replace their shell, and that their behavior stays the same."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hotrun.adapters.processes.spawn import _without_shell, free_port, with_port
from hotrun.core.model.inputs import Exited, SpawnFailed
from hotrun.core.model.project import Program
from tests.adapters.programs import Programs, with_programs

REPLACED = (
    "  uname -s ",
    "./tool --flag=x a b",
    "python3 -c pass",
    "make -j4 all",
    "go build -o tmp/app .",
    "env A=b printenv A",
    "a,b:c@d%e+f",
)
LEFT_ALONE = (
    "",
    "   ",
    "A=b printenv A",
    "./odd=name",
    "cd /tmp",
    "exec true",
    ". ./script",
    "true",
    "echo hello",
    "-x true",
    "true; false",
    "true && false",
    "true | cat",
    "ls > out",
    "sleep 1 &",
    "(true)",
    "{ true; }",
    "! true",
    "[ a = b ]",
    "[[ a = b ]]",
    "ls *.py",
    "ls ~",
    "ls $HOME",
    "ls `pwd`",
    'ls "a b"',
    "ls 'a b'",
    "ls a\\ b",
    "ls a?",
    "ls # all",
    "ls\ttabbed",
    "ls\nls",
    "ls é",
)


@pytest.mark.parametrize("command", REPLACED)
def test_a_plain_command_replaces_its_shell(command: str) -> None:
    assert _without_shell(("sh", "-c", command)) == ("sh", "-c", f"exec {command}")


@pytest.mark.parametrize("command", LEFT_ALONE)
def test_whatever_means_something_to_a_shell_is_left_to_it(command: str) -> None:
    assert _without_shell(("sh", "-c", command)) == ("sh", "-c", command)


@pytest.mark.parametrize(
    "argv",
    [("bash", "-c", "uname"), ("sh", "-ec", "uname"), ("sh", "-c", "uname", "zero"), ("sh", "uname"), ("uname",)],
)
def test_only_what_hotrun_itself_gave_to_sh_is_touched(argv: tuple[str, ...]) -> None:
    assert _without_shell(argv) == argv


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash can list its words; it is not here")
def test_every_word_that_bash_keeps_for_itself_is_known() -> None:
    words = subprocess.run(["bash", "-c", "compgen -bk"], capture_output=True, text=True, check=True).stdout.split()
    assert len(words) > 70
    assert [word for word in words if _without_shell(("sh", "-c", word))[2] != word] == []


def scripts(folder: Path) -> None:
    for name, text in {
        "tool": "#!/bin/sh\necho tool $# $1 $2; exit 3\n",
        "bare": "echo bare $1\nexit 4\n",  # no #! line: a shell runs it nevertheless
        "odd=name": "#!/bin/sh\necho odd\n",
    }.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    (folder / "plain").write_text("")


BOTH_WAYS = (
    "./tool a b",
    "./tool  a   b ",
    "./bare x",
    "./odd=name",
    "./plain",
    "./missing",
    "no-such-program-here",
    "-x",
    "env A=b printenv A",
    "A=b printenv A",
    "cd /",
    "uname -s",
    "printenv HOME",
    "",
    "false",
    "cat",
    "exit 7",
    "%1",
    "a,b",
)


@with_programs
async def test_a_command_does_the_same_with_and_without_its_shell(programs: Programs, tmp_path: Path) -> None:
    scripts(tmp_path)
    for run, command in enumerate(BOTH_WAYS):
        programs.sh(run, command, cwd=tmp_path)
    await programs.over(*range(len(BOTH_WAYS)))
    for run, command in enumerate(BOTH_WAYS):
        argv = ("sh", "-c", command)
        plain = subprocess.run(argv, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert programs.exit(run) == Exited(run, plain.returncode), command
        assert programs.lines(run) == plain.stdout.splitlines(), command
        assert bool(programs.lines(run, "stderr")) == bool(plain.stderr), command


@with_programs
async def test_a_signal_that_ends_the_program_is_not_hidden_by_a_shell(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "ends").write_text("#!/bin/sh\nkill -TERM $$\n")
    (tmp_path / "ends").chmod(0o755)
    programs.sh(1, "./ends", cwd=tmp_path)
    await programs.over(1)
    assert programs.exit(1) == Exited(1, signal="SIGTERM")


@with_programs
async def test_the_pid_is_the_program_s_own(programs: Programs, tmp_path: Path) -> None:
    (tmp_path / "pid").write_text("#!/bin/sh\necho $$\n")
    (tmp_path / "pid").chmod(0o755)
    programs.sh(1, "./pid", cwd=tmp_path)
    await programs.over(1)
    assert programs.lines(1) == [str(programs.pid(1))]


@with_programs
async def test_a_failed_spawn_leaves_no_open_file_behind(programs: Programs, tmp_path: Path) -> None:
    programs.spawn(1, "./missing", cwd=tmp_path)
    await programs.over(1)
    before = os.listdir("/dev/fd")
    for run in range(2, 6):
        programs.spawn(run, "./missing", cwd=tmp_path)
        programs.spawn(run + 10, "null\0byte", cwd=tmp_path)
    await programs.over(*range(2, 6))
    await programs.quiet()
    assert len(programs.told(SpawnFailed, 12)) == 1
    assert len(os.listdir("/dev/fd")) <= len(before)


# what a program inherits


def test_a_port_stands_where_the_configuration_says_and_in_port_where_that_is_not_set() -> None:
    program = Program(("serve", "--at", "127.0.0.1:{port}"), "/", {"URL": "http://localhost:{port}/"})
    assert with_port(program, 81) == Program(
        ("serve", "--at", "127.0.0.1:81"), "/", {"PORT": "81", "URL": "http://localhost:81/"}
    )
    assert with_port(Program(("x",), "/", {"PORT": "9{port}"}), 81).env == {"PORT": "981"}


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
        server.listen()


@with_programs
async def test_a_program_that_wants_a_port_gets_one_of_its_own_and_it_is_told(programs: Programs) -> None:
    for run in (1, 2):
        programs.spawn(run, "sh", "-c", "echo $PORT {port}", wants_port=True)
    await programs.over(1, 2)
    ports = [programs.spawned(run).port for run in (1, 2)]
    assert [programs.lines(run) for run in (1, 2)] == [[f"{port} {port}"] for port in ports]
    assert ports[0] != ports[1]


@with_programs
async def test_held_sockets_are_handed_over_by_number_name_and_pid_and_nothing_else_is(programs: Programs) -> None:
    code = (
        "import os, socket\n"
        "print(os.environ['LISTEN_FDS'], os.environ['LISTEN_FDNAMES'], int(os.environ['LISTEN_PID']) == os.getpid())\n"
        "print(sorted(int(fd) for fd in os.listdir('/proc/self/fd'))[:-1])\n"
        "print(*(socket.socket(fileno=fd).getsockname()[1] for fd in (3, 4)))\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        programs.spawn(1, sys.executable, "-ISc", code, fds=(one.fileno(), two.fileno()), names=("web", "admin"))
        await programs.over(1)
        ports = [held.getsockname()[1] for held in (one, two)]
    assert programs.lines(1) == ["2 web:admin True", "[0, 1, 2, 3, 4]", " ".join(map(str, ports))]


@with_programs
async def test_an_environment_longer_than_a_socket_buffer_arrives(programs: Programs) -> None:
    programs.spawn(1, "sh", "-c", "echo ${#A} ${#B} ${#F}", env={name: name * 120_000 for name in "ABCDEF"})
    await programs.over(1)
    assert programs.lines(1) == ["120000 120000 120000"]


@with_programs
async def test_a_program_starts_with_no_signal_ignored_or_blocked(programs: Programs) -> None:
    programs.spawn(1, "grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status")
    await programs.over(1)
    found = [int(line.split()[1], 16) for line in programs.lines(1)]
    assert len(found) == 2
    # The C library keeps two signals for itself, and passes on whatever was done to them.
    assert [number for mask in found for number in signal.valid_signals() if mask >> (number - 1) & 1] == []


@with_programs
async def test_too_many_open_files_are_a_failed_spawn_and_no_more(programs: Programs) -> None:
    programs.sh(1, "true")
    await programs.over(1)
    await programs.quiet()
    before = os.listdir("/dev/fd")
    free = [number for number in range(100) if str(number) not in before]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        for room in range(5):
            resource.setrlimit(resource.RLIMIT_NOFILE, (free[room], hard))
            programs.sh(2, "true")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert programs.told(SpawnFailed, 2) == [SpawnFailed(2, "sh failed to start: Too many open files")] * 5
    assert len(os.listdir("/dev/fd")) <= len(before)
    programs.sh(3, "echo again")
    await programs.over(3)
    assert programs.lines(3) == ["again"]
