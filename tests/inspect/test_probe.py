"""The watcher's self-test and the kernel's limits, on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hotrun.core.model.project import Watch
from hotrun.core.model.settings import Poll
from hotrun.inspect.limits import Limit, inotify_limits
from hotrun.inspect.probe import WatchNotWorking, probe
from tests.adapters.files.disk import write


@pytest.mark.parametrize(("poll", "backend"), [("auto", "watchfiles"), ("always", "poll")])
def test_a_written_file_is_reported_and_nothing_is_left(poll: Poll, backend: str, tmp_path: Path) -> None:
    found = probe(str(tmp_path), Watch((str(tmp_path),), poll=poll, poll_interval_ms=50))
    assert 0 < found.latency_ms < 3000
    assert found.backend == backend
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_session_stays_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / ".hotrun" / "changed-1")
    probe(str(tmp_path), Watch(()))
    assert sorted(path.name for path in (tmp_path / ".hotrun").iterdir()) == [".gitignore", "changed-1", "sync"]
    assert list((tmp_path / ".hotrun" / "sync").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / ".hotrun")
    with pytest.raises(WatchNotWorking, match="cannot be written"):
        probe(str(tmp_path), Watch(()))
    assert (tmp_path / ".hotrun").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has inotify")
def test_the_kernel_s_limits_are_those_of_this_machine() -> None:
    limits = {limit.name: limit for limit in inotify_limits(10)}
    for name, limit in limits.items():
        assert limit.allowed == int(Path(f"/proc/sys/fs/inotify/{name}").read_text())
    assert limits["max_user_watches"].needed >= 10


def test_a_low_limit_has_the_command_that_raises_it() -> None:
    limit = Limit("max_user_watches", 8192, 8000, 10_000)
    assert not limit.is_enough
    assert limit.remedy == "sudo sysctl fs.inotify.max_user_watches=32768"
    assert Limit("max_user_watches", 8192, 0, 8192).is_enough
