"""What every test gets: markers by its folder, a runtime folder of its own, no trace of GitHub in its environment."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TOOLCHAIN_S = 600  # the first build with a cold cache compiles Go's own packages, or a framework and all it needs

# Folder below tests/ -> the marker of all tests in it. Folders with long tests come first: with -n they start first.
MARKERS = {"go": "toolchain", "e2e/toolchains": "toolchain", "e2e": "e2e"}
# Tests of these folders share what they build, so one worker runs all of a folder.
GROUPS = {"go": "go", "go/build": "go-build"}


def _entry(folders: dict[str, str], item: pytest.Item) -> list[str]:
    """The values of the folders that the test lies in, the innermost last."""
    folder = item.path.parent.relative_to(HERE)
    return [folders[name] for name in (*map(str, reversed(folder.parents)), str(folder)) if name in folders]


@pytest.hookimpl(tryfirst=True)  # before xdist looks for groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for marker in _entry(MARKERS, item):
            item.add_marker(marker)
        for group in _entry(GROUPS, item)[-1:]:
            item.add_marker(pytest.mark.xdist_group(group))
        if item.get_closest_marker("toolchain") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TOOLCHAIN_S))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_start)


def _start(item: pytest.Item) -> int:
    """Long tests start first, so that no worker is left with one at the end."""
    return next((place for place, name in enumerate(("toolchain", "e2e", "slow")) if item.get_closest_marker(name)), 3)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # a test waits for its turn before its timeout begins
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    with _turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextmanager
def _turn(*, alone: bool) -> Iterator[None]:
    """Run beside the tests of other workers, or `alone`. A test that waits for that keeps others from starting.

    The locks are on files of the checkout, so that a second run of the same tests takes its turns, too.
    """
    with (HERE / "conftest.py").open() as turnstile, (HERE / "__init__.py").open() as running:
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        fcntl.flock(running, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(turnstile, fcntl.LOCK_UN)
        yield


@pytest.fixture(autouse=True, scope="session")
def _own_runtime_folder() -> Iterator[None]:
    """No lock, socket or record of another hotrun is met."""
    with tempfile.TemporaryDirectory(prefix="hr-") as folder, pytest.MonkeyPatch.context() as patch:  # a short path
        patch.setenv("XDG_RUNTIME_DIR", folder)
        for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def short_path() -> Iterator[Path]:
    """An empty folder whose path leaves room for a socket's name: `tmp_path` is too long for that in a worker."""
    folder = Path(tempfile.mkdtemp(prefix="hr-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)
