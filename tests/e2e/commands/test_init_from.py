"""`hotrun init --from` and `--from-command` as a user runs them: the written file passes `hotrun check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.importers.sample_configs import COMMANDS, SAMPLES
from tests.e2e.command import good, lay_out, run

AIR = '[build]\ncmd = "true"\nfull_bin = "sleep 1000"\n'


@pytest.mark.parametrize(("name", "text"), SAMPLES.values(), ids=SAMPLES)
def test_the_written_file_passes_the_check(name: str, text: str, tmp_path: Path) -> None:
    root = lay_out(tmp_path / "shop", {name: text})
    (tmp_path / "shared").mkdir()
    assert "wrote hotrun.toml: " in good(run(root, "init", "--from", name))
    checked = run(root, "check")
    assert checked.returncode == 0, checked.stderr
    assert ": ok, " in checked.stdout
    assert "error" not in checked.stderr
    assert (root / name).read_text() == text


def test_the_file_written_for_a_command_line_passes_the_check(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"src/a": "", "web/a": ""})
    for line in COMMANDS:
        assert "wrote hotrun.toml: " in good(run(root, "init", "--from-command", line))
        checked = run(root, "check")
        assert checked.returncode == 0, line + checked.stderr
        (root / "hotrun.toml").unlink()


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    lay_out(tmp_path, {".air.toml": AIR, "hotrun.toml": "# mine\n"})
    for arguments in (("--from", ".air.toml"), ("--from-command", "wgo run .")):
        done = run(tmp_path, "init", *arguments)
        assert done.returncode == 2
        assert "already exists" in done.stderr
    assert (tmp_path / "hotrun.toml").read_text() == "# mine\n"


def test_init_converts_another_tool_s_file_if_nothing_is_detected(tmp_path: Path) -> None:
    lay_out(tmp_path, {".air.toml": AIR})
    assert "1 step, 1 process, from .air.toml of air" in good(run(tmp_path, "init"))


def test_init_offers_another_tool_s_file_next_to_a_detected_project(tmp_path: Path) -> None:
    lay_out(tmp_path, {".air.toml": AIR, "main.py": "print('hello')\n", "package.json": '{"name": "x"}'})
    said = good(run(tmp_path, "init"))
    assert "Python script main.py" in said
    assert "hotrun init --from .air.toml" in said
    assert "nodemon" not in said


def test_init_offers_another_tool_s_file_if_several_projects_are_detected(tmp_path: Path) -> None:
    scripts = {"main.py": "print('hello')\n", "package.json": '{"scripts": {"start": "node a.js"}}', "a.js": ""}
    lay_out(tmp_path, {".air.toml": AIR, "requirements.txt": "", **scripts})
    done = run(tmp_path, "init")
    assert done.returncode == 2
    assert "several projects detected" in done.stderr
    assert "hotrun init --from .air.toml" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "nothing.toml"), "error: --from nothing.toml: no such file\nhint: found here: .air.toml"),
        (("--from", ""), "error: --from: missing file"),
        (("--from", "broken.toml"), "error: broken.toml:1:"),
        (("--from", "a.txt"), "error: a.txt:1: not a configuration of a supported tool"),
        (("--from", "."), "error: .: expected a file, got a folder"),
        (("--from", ".air.toml", "--pick", "1"), "error: --pick and --from cannot be combined"),
        (("--from-command", "nope"), 'error: command line:1: cannot convert "nope" command lines'),
    ],
)
def test_a_failed_conversion_is_one_clear_error(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {".air.toml": AIR, "broken.toml": "[jobs.x\n[jobs.y]\n", "a.txt": "milk\n"})
    done = run(tmp_path, "init", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message), done.stderr
    assert not (tmp_path / "hotrun.toml").exists()
