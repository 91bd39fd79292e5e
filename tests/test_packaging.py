"""What is published: the wheel holds all that hotrun needs and nothing else, the sdist all that its tests need."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import msgspec
import pytest
import tomli

from hotrun import __version__
from tests.support.repository import REPOSITORY
from tests.support.toolchains import unavailable

pytestmark = pytest.mark.slow

PROJECT = tomli.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
INSTALL_S, BUILD_S = 120.0, 60.0
NOT_SOURCES = (
    ".git",
    ".venv",
    ".hotrun",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "__pycache__",
)
# What tools leave in a checkout; each of these must stay out of everything.
LEFTOVERS = [
    "dist/hotrun-0.0.0.tar.gz",
    "build/lib/hotrun/old.py",
    ".venv/lib/left.py",
    ".hotrun/run.json",
    ".mypy_cache/left.json",
    "hotrun/__pycache__/left.cpython-311.pyc",
    "tests/__pycache__/left.cpython-311.pyc",
    "examples/go-http/tmp/app",
    "examples/node/node_modules/left/index.js",
    "examples/node/.hotrun/run.json",
    "examples/rust/target/debug/left",
]
BUILD = """
import sys, hatchling.build
for make in (hatchling.build.build_wheel, hatchling.build.build_sdist)[: int(sys.argv[2])]:
    print(make(sys.argv[1]))
"""


class Built(msgspec.Struct, frozen=True):
    """The two files, and the environment to build with."""

    wheel: Path
    sdist: Path
    env: dict[str, str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A wheel and an sdist, built by the backend that pyproject.toml names from a checkout that was worked in."""
    folder = tmp_path_factory.mktemp("packaging")
    env = {**os.environ, "PYTHONPATH": str(install_backend(folder / "backend"))}
    source = shutil.copytree(
        REPOSITORY, folder / "source", ignore=shutil.ignore_patterns(*NOT_SOURCES, "target", "tmp")
    )
    for name in LEFTOVERS:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("left over")
    wheel, sdist = build(source, folder / "dist", env, files=2)
    return Built(wheel, sdist, env)


def install_backend(target: Path) -> Path:
    """Install what [build-system] requires into a folder of its own; skips where nothing can be downloaded."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        done = subprocess.run(
            [*pip, "--target", str(target), *PROJECT["build-system"]["requires"]],
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        unavailable(f"pip has not installed the build backend after {INSTALL_S:.0f} s")
    if done.returncode != 0:
        unavailable(f"pip cannot install the build backend: {done.stderr.strip()[-400:]}")
    return target


def build(source: Path, target: Path, env: dict[str, str], files: int) -> list[Path]:
    """Build the wheel (1) or the wheel and the sdist (2) of a source folder; returns their paths."""
    target.mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-c", BUILD, str(target), str(files)],
        cwd=source,
        env=env,
        capture_output=True,
        text=True,
        timeout=BUILD_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [target / name for name in done.stdout.split()]


def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def in_sdist(sdist: Path) -> set[str]:
    """The files, without the folder that they are all in."""
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


def text_in_wheel(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name).decode()


def sources(folder: str) -> set[str]:
    """The files of the checkout in that folder that are no leftovers."""
    names = {path.relative_to(REPOSITORY) for path in (REPOSITORY / folder).rglob("*") if path.is_file()}
    return {str(name) for name in names if not {*NOT_SOURCES, "target", "tmp", "node_modules"} & set(name.parts)}


def test_the_wheel_holds_the_package_and_its_license_and_nothing_else(built: Built) -> None:
    names = in_wheel(built.wheel)
    metadata = f"hotrun-{__version__}.dist-info/"
    assert {name for name in names if not name.startswith(metadata)} == sources("hotrun")
    assert {
        "hotrun/core/diagnostics/text_rules/rules.toml",
        "hotrun/py.typed",
        "hotrun/demo/hotrun.toml",
        "hotrun/demo/template.html",
        "hotrun/demo/.gitignore",
        f"{metadata}licenses/LICENSE",
    } <= names


def test_the_wheel_says_what_it_is_and_installs_the_command(built: Built) -> None:
    metadata = message_from_string(text_in_wheel(built.wheel, f"hotrun-{__version__}.dist-info/METADATA"))
    assert (metadata["Name"], metadata["Version"]) == ("hotrun", __version__)
    assert metadata["Requires-Python"] == PROJECT["project"]["requires-python"]
    assert metadata["License-Expression"] == "MIT"
    assert (metadata["Description-Content-Type"], metadata.get_payload()) == (
        "text/markdown",
        (REPOSITORY / "README.md").read_text(encoding="utf-8"),
    )
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert len(required) == len(PROJECT["project"]["dependencies"])
    commands = text_in_wheel(built.wheel, f"hotrun-{__version__}.dist-info/entry_points.txt")
    assert "hotrun = hotrun.__main__:main" in commands
    assert built.wheel.name == f"hotrun-{__version__}-py3-none-any.whl"


def test_what_is_in_the_wheel_is_enough_to_run(built: Built, tmp_path: Path) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        archive.extractall(tmp_path / "installed")
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-P", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=90, check=True
        ).stdout

    assert run("-c", "import hotrun; print(hotrun.__file__)").startswith(str(tmp_path / "installed"))
    assert run("-m", "hotrun", "demo", "--check").startswith("demo: passed,")


def test_the_sdist_holds_the_sources_with_tests_examples_and_documents(built: Built) -> None:
    names = in_sdist(built.sdist)
    for folder in ("hotrun", "tests", "docs", "examples", "benchmarks"):
        assert sources(folder) <= names, sources(folder) - names
    assert {"hotrun.toml.example", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO"} <= names


def test_no_leftovers_are_published(built: Built) -> None:
    published = in_sdist(built.sdist) | in_wheel(built.wheel)
    assert published & set(LEFTOVERS) == set()
    assert [name for name in published if name.endswith((".pyc", ".whl", ".tar.gz"))] == []


def test_the_sdist_builds_the_same_wheel(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [wheel] = build(tmp_path / f"hotrun-{__version__}", tmp_path / "dist", built.env, files=1)
    assert in_wheel(wheel) == in_wheel(built.wheel)
