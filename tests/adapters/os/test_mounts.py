"""Which file systems are polled, from mountinfo texts as kernels print them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotrun.adapters.os import mounts
from hotrun.adapters.os.mounts import Mounts

LAPTOP = b"""\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 27 0:40 / /home/me rw,relatime - nfs4 server:/home/me rw,vers=4.2
41 40 0:41 / /home/me/cache rw,relatime - tmpfs tmpfs rw
42 27 0:42 / /media/my\\040disk rw,relatime shared:2 master:1 - fuseblk /dev/sdb1 rw
43 27 0:43 / /media/a\\134b\\011c rw,relatime - cifs //server/share rw
"""
WSL = b"""\
80 70 8:32 / / rw,relatime - ext4 /dev/sdc rw
96 80 0:70 / /mnt/c rw,noatime - 9p C:\\134 rw,dirsync,aname=drvfs
"""
DOCKER_DESKTOP = b"""\
500 400 0:90 / / rw,relatime - overlay overlay rw,lowerdir=/a:/b,upperdir=/c
510 500 0:50 /src /app rw,relatime - fakeowner /run/host_mark/src rw,fakeowner
"""


@pytest.mark.parametrize(
    ("mountinfo", "path", "kind"),
    [
        (LAPTOP, "/", "ext4"),
        (LAPTOP, "/srv/project", "ext4"),
        (LAPTOP, "/home/me", "nfs4"),
        (LAPTOP, "/home/me/project/src", "nfs4"),
        (LAPTOP, "/home/me/cache/x", "tmpfs"),
        (LAPTOP, "/home/meow", "ext4"),
        (LAPTOP, "/media/my disk/x", "fuseblk"),
        (LAPTOP, "/media/a\\b\tc/x", "cifs"),
        (WSL, "/mnt/c/Users", "9p"),
        (WSL, "/mnt/d", "ext4"),
        (DOCKER_DESKTOP, "/app/src", "fakeowner"),
        (DOCKER_DESKTOP, "/opt", "overlay"),
        (b"", "/anything", None),
        (b"nonsense\n\n1 2 - x\n", "/", None),
    ],
)
def test_the_longest_mount_point_says_the_type(mountinfo: bytes, path: str, kind: str | None) -> None:
    assert Mounts(mountinfo).type_of(path) == kind


def test_of_two_mounts_at_one_place_the_later_one_counts() -> None:
    text = b"1 0 8:1 / / rw - ext4 a rw\n2 1 0:9 / /x rw - autofs a rw\n3 2 0:10 / /x rw - nfs server:/x rw\n"
    assert Mounts(text).without_events(["/x", "/y"]) == {"/x"}


@pytest.mark.parametrize(
    "kind",
    "nfs nfs4 cifs smb3 9p virtiofs vboxsf prl_fs drvfs ceph fuse.sshfs fuse.glusterfs fuse.osxfs fuse.grpcfuse "
    "fuse.vmhgfs-fuse fuse.rclone fuse fakeowner".split(),
)
def test_where_others_may_change_files_there_is_polling(kind: str) -> None:
    assert Mounts(f"1 0 0:9 / / rw - {kind} x rw\n".encode()).without_events(["/a"]) == {"/a"}


@pytest.mark.parametrize("kind", "ext4 btrfs xfs zfs tmpfs overlay fuseblk fuse.fuse-overlayfs fuse.gocryptfs".split())
def test_where_only_this_machine_changes_files_there_is_none(kind: str) -> None:
    assert Mounts(f"1 0 0:9 / / rw - {kind} x rw\n".encode()).without_events(["/a"]) == set()


def test_a_folder_counts_by_where_it_really_is(tmp_path: Path) -> None:
    remote, local = tmp_path / "remote", tmp_path / "local"
    (remote / "src" / "deep").mkdir(parents=True)
    (local / "inner").mkdir(parents=True)
    (local / "link").symlink_to(remote / "src")
    (remote / "back").symlink_to(local / "inner")
    text = f"1 0 8:1 / / rw - ext4 a rw\n2 1 0:9 / {remote.resolve()} rw - nfs server:/x rw\n"
    polled = [remote, remote / "src", remote / "src" / "deep", local / "link", local / "link" / "deep"]
    others = [tmp_path, local, local / "inner", remote / "back"]
    found = Mounts(text.encode()).without_events([*map(str, others), *map(str, polled)])
    assert found == set(map(str, polled))


def test_a_system_that_does_not_list_its_mounts_needs_no_polling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "MOUNTINFO", str(tmp_path / "missing"))
    assert mounts.current().without_events([str(tmp_path)]) == set()


def test_this_systems_own_list_is_understood(tmp_path: Path) -> None:
    if not Path(mounts.MOUNTINFO).exists():
        pytest.skip("no mountinfo on this system")
    assert mounts.current().type_of(str(tmp_path.resolve())) is not None
