"""Stamps of outputs: the same until somebody writes one of them."""

from __future__ import annotations

import os
from pathlib import Path

from hotrun.adapters.processes.stamp import stamp


def test_a_stamp_stays_until_one_of_the_files_is_written_replaced_or_removed(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("x")
    paths = [str(one), str(other)]
    seen = [stamp(paths)]
    assert stamp(paths) == seen[0]
    other.write_text("y")
    seen.append(stamp(paths))
    before = one.stat()
    one.write_text("z")
    os.utime(one, ns=(before.st_atime_ns, before.st_mtime_ns))
    seen.append(stamp(paths))
    one.unlink()
    seen.append(stamp(paths))
    assert None not in seen
    assert len(set(seen)) == len(seen)


def test_where_there_is_a_folder_or_nothing_is_named_there_is_no_stamp(tmp_path: Path) -> None:
    assert stamp(()) is None
    assert stamp([str(tmp_path)]) is None
    assert stamp([str(tmp_path / "file" / "below")]) is not None, "missing, as all of them may be"
