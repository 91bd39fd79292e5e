"""`hotrun go-check`: its exact output, its exit codes, and its quick start."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.command import run
from tests.go.plugin_builds import PLAIN, SHARED, Workshop, way
from tests.support.repository import REPOSITORY

ADDED = way({"shared/shared.go": SHARED + "\ntype Added struct{ Size int }\n"})
DOCS = REPOSITORY / "docs" / "commands.md"


@pytest.fixture
def folder(workshop: Workshop, tmp_path: Path) -> Path:
    """A host, a plugin that fits, and an older one that does not."""
    for name, source in {
        "stale.so": workshop.plugin(ADDED),
        "host": workshop.host(),
        "fit.so": workshop.plugin(),
        "two.so": workshop.plugin(PLAIN, "./two"),
    }.items():
        shutil.copy(source, tmp_path / name)
    subprocess.run(["touch", "-d", "2024-01-01 00:00:00 UTC", "stale.so"], cwd=tmp_path, check=True)
    subprocess.run(["touch", "-d", "2024-01-01 05:00:00 UTC", "host"], cwd=tmp_path, check=True)
    return tmp_path


def test_a_plugin_that_fits_is_listed_with_what_was_compared(folder: Path) -> None:
    done = run(folder, "go-check", "host", "fit.so", "two.so", "--symbol", "Run")
    text = re.sub(r"\d+ packages", "N packages", re.sub(r"go1\.\S+", "GO", done.stdout))
    assert (done.returncode, done.stderr) == (0, "")
    assert text == (
        "host: host of N packages, GO\n"
        "fit.so: fits, N packages in common, exports Run, GO\n"
        "two.so: fits, N packages in common, exports Run, GO\n"
    )


def test_a_misfit_is_reported_with_cause_and_remedy(folder: Path) -> None:
    done = run(folder, "go-check", "host", "stale.so")
    assert done.returncode == 1
    assert re.sub(r"of \d+ packages in", "of N packages in", done.stdout.partition("\n")[2]) == (
        "stale.so: does not fit\n"
        "  1 of N packages in common with host differs: ex.test/app/shared\n"
        "    why: stale.so is 5 hours older than host: its sources have changed since\n"
        "    fix: rebuild stale.so\n"
    )


def test_a_missing_symbol_is_reported(folder: Path) -> None:
    done = run(folder, "go-check", "host", "fit.so", "--symbol", "Run", "--symbol", "Stop")
    assert done.returncode == 1
    assert "  symbol Stop is missing\n    why: it exports Run\n" in done.stdout


def test_json_has_the_documented_fields(folder: Path) -> None:
    done = run(folder, "go-check", "host", "stale.so", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["result"]) == (1, "inconsistent")
    (plugin,) = found["plugins"]
    (problem,) = plugin["problems"]
    assert (plugin["kind"], plugin["plugin_path"], plugin["symbols"]) == ("plugin", "ex.test/app/plugin", ["Run"])
    assert (problem["kind"], problem["packages"], problem["against"]) == ("mismatch", ["ex.test/app/shared"], "host")
    section = DOCS.read_text(encoding="utf-8").partition("\n## go-check\n")[2].partition("\n## ")[0]
    for fields in (found, plugin, problem, problem["causes"][0]):
        for name in fields:
            assert f"`{name}`" in section, f"docs/commands.md does not say what {name} is"


def test_the_manifest_beside_a_file_is_read(folder: Path) -> None:
    (folder / "host.sources.json").write_text('{"version": 1, "binary": "another", "packages": {}}')
    done = run(folder, "go-check", "host", "fit.so")
    assert (done.returncode, "note: its manifest belongs to another build" in done.stdout) == (0, True)
    (folder / "host.sources.json").write_text("{")
    done = run(folder, "go-check", "host", "fit.so")
    assert (done.returncode, done.stderr.startswith("error: host.sources.json: not a manifest of hotrun")) == (2, True)


@pytest.mark.parametrize("args", [(), ("host",), ("host", ""), ("host", "nowhere.so"), ("host", "."), ("host", "a\nb")])
def test_an_unreadable_file_is_one_error(args: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "host").write_text("")
    done = run(tmp_path, "go-check", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "host").write_text("")
    os.mkfifo(tmp_path / "p.so")
    done = run(tmp_path, "go-check", "host", "p.so")
    assert (done.returncode, done.stderr.startswith("error: p.so: not a file")) == (2, True)


@pytest.mark.parametrize("option", [("-c", "x"), ("--once",)])
def test_an_option_that_it_would_ignore_is_an_error(option: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, *option, "go-check", "host", "p.so")
    assert (done.returncode, "hotrun go-check does not take" in done.stderr) == (2, True)


def test_nothing_heavy_is_loaded() -> None:
    code = "import sys, hotrun.cli.entry, hotrun.cli.go_check; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    heavy = {"asyncio", "typer", "rich", "watchfiles", "pathspec", "dotenv", "subprocess", "hotrun.config.loading.load"}
    assert not heavy & set(done.stdout.split())
