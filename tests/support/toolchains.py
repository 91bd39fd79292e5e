"""Tools of other languages: whether a test can have them, and what they need once."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.waiting import DEADLINE_S

# A first build on a machine with cold caches compiles a framework and all it needs.
FIRST_BUILD_S = 300.0
NOT_COPIED = shutil.ignore_patterns("tmp", "target", "node_modules", ".venv", "__pycache__", ".hotrun")


def unavailable(reason: str) -> NoReturn:
    """Skip the test for `reason`; in CI, where everything has to be there, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def require(*tools: str) -> None:
    """Go on only where all the programs are in PATH."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        unavailable(f"not installed: {', '.join(missing)}")


def copy_project(source: Path, target: Path) -> Path:
    """Copy a project without what its tools leave behind, and return the copy's path with symbolic links resolved."""
    return Path(shutil.copytree(source, target, ignore=NOT_COPIED)).resolve()


def python_with(requirements: Path) -> Path:
    """Return the bin folder of a virtual environment that has `requirements`; it is made once and kept.

    It lives under HOTRUN_TEST_CACHE, by default ~/.cache/hotrun-tests. Where nothing can be downloaded, the test skips.
    """
    cache = Path(os.environ.get("HOTRUN_TEST_CACHE") or Path.home() / ".cache" / "hotrun-tests")
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = cache / f"{requirements.parent.name}-{digest}-{sys.version_info.major}.{sys.version_info.minor}"
    complete = folder / "complete"
    with _locked(folder.with_name(f"{folder.name}.lock")):
        if not complete.exists():
            _make_environment(folder, requirements)
            complete.touch()
    return folder / "bin"


def _make_environment(folder: Path, requirements: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, timeout=DEADLINE_S)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "-r", str(requirements)]
    done = subprocess.run(install, capture_output=True, text=True, timeout=FIRST_BUILD_S, check=False)
    if done.returncode != 0:
        unavailable(f"pip cannot install {requirements.name}: {done.stderr.strip()[-400:]}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
