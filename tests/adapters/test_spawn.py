"""Which commands replace their shell, and that nobody can tell from what they do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from hotrun.adapters.spawn import SpawnError, _without_shell, spawn
from hotrun.core.spec import Program

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


@pytest.mark.parametrize("command", BOTH_WAYS)
def test_a_command_does_the_same_with_and_without_its_shell(command: str, tmp_path: Path) -> None:
    scripts(tmp_path)
    argv = ("sh", "-c", command)
    plain = subprocess.run(argv, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True)
    ours = spawn(Program(argv, str(tmp_path)), os.environ)
    out, err = ours.communicate()
    assert ours.returncode == plain.returncode
    assert out == plain.stdout
    assert bool(err) == bool(plain.stderr)


def test_a_signal_that_ends_the_program_is_not_hidden_by_a_shell(tmp_path: Path) -> None:
    (tmp_path / "ends").write_text("#!/bin/sh\nkill -TERM $$\n")
    (tmp_path / "ends").chmod(0o755)
    popen = spawn(Program(("sh", "-c", "./ends"), str(tmp_path)), os.environ)
    assert popen.communicate() == (b"", b"")
    assert popen.returncode == -signal.SIGTERM


def test_the_pid_is_the_program_s_own(tmp_path: Path) -> None:
    (tmp_path / "pid").write_text("#!/bin/sh\necho $$\n")
    (tmp_path / "pid").chmod(0o755)
    popen = spawn(Program(("sh", "-c", "./pid"), str(tmp_path)), os.environ)
    out, _ = popen.communicate()
    assert int(out) == popen.pid


def test_a_failed_spawn_leaves_no_open_file_behind(tmp_path: Path) -> None:
    before = os.listdir("/dev/fd")
    with pytest.raises(SpawnError, match="command not found"):
        spawn(Program(("./missing",), str(tmp_path)), os.environ)
    assert len(os.listdir("/dev/fd")) == len(before)
