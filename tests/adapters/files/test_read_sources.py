"""Source lines with real files: what the run has seen, or nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from hotrun.adapters.files.contents import MAX_BYTES, digest
from hotrun.adapters.files.read_sources import MAX_CHARACTERS, MAX_KNOWN, MAX_PLACES, ReadSources, SeenSources
from hotrun.adapters.files.signature import WHOLE_S_RACY_NS
from hotrun.core.model.events import SourceExcerpt
from hotrun.core.model.inputs import Change

TEXT = "one\ntwo\nthree\nfour\nfive\nsix\n"


def later() -> int:
    """Return a moment after everything that has been written so far."""
    return time.time_ns() + 2 * WHOLE_S_RACY_NS


def write(path: Path, text: str = TEXT) -> str:
    path.write_text(text)
    return str(path)


def seen(folder: Path, now_ns: int | None = None) -> SeenSources:
    return ReadSources(str(folder)).seen_from(later() if now_ns is None else now_ns)


def test_a_line_comes_with_two_on_each_side(tmp_path: Path) -> None:
    file = write(tmp_path / "a")
    assert seen(tmp_path).around(file, 3, True) == SourceExcerpt(1, ("one", "two", "three", "four", "five"))
    assert seen(tmp_path).around(file, 1, True) == SourceExcerpt(1, ("one", "two", "three"))
    assert seen(tmp_path).around(file, 6, True) == SourceExcerpt(4, ("four", "five", "six"))


def test_the_end_of_a_file_is_a_line_where_a_tool_names_it(tmp_path: Path) -> None:
    file = write(tmp_path / "a")
    assert seen(tmp_path).around(file, 7, True) == SourceExcerpt(5, ("five", "six", ""))
    assert seen(tmp_path).around(file, 8, True) is None
    assert seen(tmp_path).around(file, 0, True) is None
    assert seen(tmp_path).around(write(tmp_path / "b", ""), 1, True) == SourceExcerpt(1, ("",))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_compilers_think(tmp_path: Path, end: str) -> None:
    (tmp_path / "a").write_bytes(end.join(["\ufeffone", "t\x0cw\u2028o", "three"]).encode())
    assert seen(tmp_path).around(str(tmp_path / "a"), 2, True) == SourceExcerpt(1, ("one", "t\x0cw\u2028o", "three"))


def test_long_lines_are_cut_and_tabs_stay(tmp_path: Path) -> None:
    found = seen(tmp_path).around(write(tmp_path / "a", "\t" + "x" * 9999), 1, True)
    assert found == SourceExcerpt(1, ("\t" + "x" * (MAX_CHARACTERS - 1),))


def test_bytes_that_are_no_text_are_replaced_and_a_binary_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"caf\xe9")
    assert seen(tmp_path).around(str(tmp_path / "a"), 1, True) == SourceExcerpt(1, ("caf\ufffd",))
    (tmp_path / "b").write_bytes(b"a\n\0")
    assert seen(tmp_path).around(str(tmp_path / "b"), 1, True) is None


def test_what_is_no_file_or_too_large_has_no_lines(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    write(tmp_path / "large", "x" * (MAX_BYTES + 1))
    names = [str(tmp_path / name) for name in ("pipe", "large", "none", "a\0b")]
    assert [seen(tmp_path).around(name, 1, True) for name in (*names, str(tmp_path), "/dev/zero")] == [None] * 6


def test_a_file_that_was_written_since_the_run_began_is_not_what_it_has_seen(tmp_path: Path) -> None:
    file = write(tmp_path / "a")
    run = seen(tmp_path, time.time_ns() - WHOLE_S_RACY_NS)
    assert run.around(file, 3, True) is None


def test_a_write_just_before_the_run_may_be_one_after_as_far_as_clocks_can_tell(tmp_path: Path) -> None:
    file = write(tmp_path / "a")
    assert seen(tmp_path, os.stat(file).st_ctime_ns + 1).around(file, 3, True) is None


def test_the_bytes_of_a_change_that_was_told_say_what_clocks_cannot(tmp_path: Path) -> None:
    file = write(tmp_path / "a")
    sources = ReadSources(str(tmp_path))
    sources.note([Change("a", "modified", digest(file, 1), b"other")])
    run = sources.seen_from(os.stat(file).st_ctime_ns + 1)
    assert run.around(file, 1, True) == SourceExcerpt(1, ("one", "two", "three"))
    write(tmp_path / "a", TEXT.replace("one", "ONE"))
    assert sources.seen_from(later()).around(file, 1, True) is None, "nobody has told of that"


def test_a_new_file_is_read_when_it_is_told(tmp_path: Path) -> None:
    sources = ReadSources(str(tmp_path / "root"))
    file = write(tmp_path / "a")
    sources.note([Change("../a", "added")])
    run = sources.seen_from(os.stat(file).st_ctime_ns)
    assert run.around(file, 1, True) is not None
    write(tmp_path / "a", TEXT.upper())
    assert run.around(file, 1, True) is not None, "it was read while it was the one that was built"
    assert run.around(file, 2, True) is None


def test_a_change_that_is_told_during_the_run_makes_the_file_another_one(tmp_path: Path) -> None:
    file = write(tmp_path / "a")
    sources = ReadSources(str(tmp_path))
    run = sources.seen_from(later())
    sources.note([Change("a", "modified", digest(file, 1), b"other")])
    assert run.around(file, 1, True) is None
    assert sources.seen_from(later()).around(file, 1, True) is not None


def test_a_flood_of_problems_looks_at_few_files_and_warnings_leave_room_for_errors(tmp_path: Path) -> None:
    file = write(tmp_path / "a", TEXT * 100)
    run = seen(tmp_path)
    warnings = [run.around(file, line, False) for line in range(1, 500)]
    errors = [run.around(file, line, True) for line in range(100, 500)]
    assert [sum(found is not None for found in some) for some in (warnings, errors)] == [MAX_PLACES] * 2
    assert run.around(file, 1, True) is not None, "what was found once is there again"


def test_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    sources = ReadSources(str(tmp_path))
    for number in range(3):
        sources.note([Change(f"{number}/{name}", "deleted") for name in range(MAX_KNOWN // 2)])
    assert sources.known(str(tmp_path / "0" / "0")) is None
    assert sources.known(str(tmp_path / "2" / "0")) is not None
