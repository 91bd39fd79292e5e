"""Real git, stopped in the middle of its operations."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hotrun.adapters.files.vcs import VcsOperations
from tests.adapters.files.disk import write

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")

WHO = ("-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false")


def git(folder: Path, *words: str, ok: bool = True) -> None:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "true"}
    done = subprocess.run(["git", *WHO, *words], cwd=folder, env=env, capture_output=True, text=True)
    assert (done.returncode == 0) == ok, done.stderr


def commit(repository: Path, text: str) -> None:
    write(repository / "a", text)
    git(repository, "add", "a")
    git(repository, "commit", "-q", "-m", text)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository with two branches that changed the same line; `main` is checked out."""
    path = tmp_path / "repository"
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    commit(path, "one\n")
    git(path, "checkout", "-q", "-b", "other")
    commit(path, "two\n")
    git(path, "checkout", "-q", "main")
    commit(path, "three\n")
    return path


def current(*roots: Path) -> tuple[str, ...]:
    return VcsOperations(tuple(map(str, roots))).current()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("merge", "other"), "git merge"),
        (("rebase", "other"), "git rebase"),
        (("cherry-pick", "other"), "git cherry-pick"),
    ],
)
def test_an_operation_that_waits_for_a_person_is_told_until_it_is_over(
    words: tuple[str, str], name: str, repository: Path
) -> None:
    operations = VcsOperations((str(repository),))
    assert operations.current() == ()
    git(repository, *words, ok=False)
    assert name in operations.current()
    git(repository, words[0], "--abort")
    assert operations.current() == ()


def test_a_bisection_is_told(repository: Path) -> None:
    git(repository, "bisect", "start")
    assert current(repository) == ("git bisect",)
    git(repository, "bisect", "reset")
    assert current(repository) == ()


def test_the_index_lock_is_told(repository: Path) -> None:
    lock = write(repository / ".git" / "index.lock")
    assert current(repository) == ("git index.lock",)
    lock.unlink()
    assert current(repository) == ()


def test_the_repository_around_a_root_counts_and_each_only_once(repository: Path) -> None:
    write(repository / "deep" / "down" / "x")
    write(repository / ".git" / "index.lock")
    assert current(repository / "deep" / "down") == ("git index.lock",)
    assert current(repository, repository / "deep") == ("git index.lock",)


def test_a_worktree_has_operations_of_its_own(repository: Path, tmp_path: Path) -> None:
    worktree = tmp_path / "worktree"
    git(repository, "worktree", "add", "-q", str(worktree), "other")
    git(worktree, "merge", "main", ok=False)
    assert current(worktree) == ("git merge",)
    assert current(repository) == ()


def test_a_folder_without_a_repository_has_none(tmp_path: Path) -> None:
    write(tmp_path / "plain" / ".git", "no such thing\n")
    operations = VcsOperations((str(tmp_path / "plain"), str(tmp_path / "missing")))
    assert operations.current() == ()
    assert operations.folders == ()
