"""Invalid, huge and special files neither break nor delay detection."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotrun.config.detect import detect
from hotrun.config.detect.folder import MAX_BYTES, MAX_MANIFEST_BYTES
from hotrun.config.writing.template import to_project
from tests.config.detect.sample_folders import FASTAPI, GUARD, lay_out

MANIFESTS = (
    *("go.mod", "go.work", "Cargo.toml", "package.json", "pyproject.toml", "pom.xml", "build.gradle"),
    *("settings.gradle.kts", "CMakeLists.txt", "Makefile", "manage.py", "main.py", "server.js", ".gitignore"),
)
WRONG = {
    "nothing": b"",
    "binary data": bytes(range(256)) * 4,
    "wrong UTF-8": b'{"name": "\xff\xfe"}',
    "a byte order mark": b'\xef\xbb\xbf{"scripts": {"dev": "x"}}',
    "half a JSON object": b'{"scripts": {"dev": ',
    "JSON of another form": b'{"scripts": [1], "main": {}, "dependencies": "x", "packageManager": 3, "name": null}',
    "a JSON list": b"[1, 2]",
    "half a TOML table": b'[package\nname = "x',
    "TOML of another form": b"package = 1\nbin = [1, {name = 2}]\nworkspace = {members = 3, exclude = [4]}\n",
    "half of XML": b"<project><artifactId>x",
    "XML with entities": b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><project>&c;</project>',
    "a name that no shell accepts": b'[package]\nname = "a\\u0000b"\n[[bin]]\nname = "a\\nb"\n',
    "a name with an escape": b'{"name": "\\u001b[31m", "main": "a\\u0000b.js", "scripts": {"dev": "a\\u001b[2J\\nb"}}',
    "deep nesting": b"[" * 100_000,
    "a value that grows exponentially": b"set(a x)\n" + b"set(a ${a}${a})\n" * 200 + b"add_executable(${a} x.c)\n",
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_invalid_manifests_never_raise(tmp_path: Path, content: bytes) -> None:
    for name in MANIFESTS:
        (tmp_path / name).write_bytes(content)
        for candidate in detect(str(tmp_path)):
            assert all(part.name and str(part.command).isprintable() for part in candidate.steps + candidate.processes)
            assert to_project(candidate, str(tmp_path)).root == str(tmp_path)


OPENERS = {
    "Cargo.toml": ("[[", "a.", "[[bin]]\n"),
    "go.mod": ("use (", "module ", "\n"),
    "package.json": ("[", '{"a":'),
    "pom.xml": ("<a>", " xmlns='"),
    "build.gradle": ("/*", "include a,\n", "\n", " "),
    "CMakeLists.txt": ("add_executable(", "set(a ", "#[[", "set_target_properties(a ", "\n"),
    "Makefile": ("a ", "a:\n", "\n"),
    "main.py": ("x.run(", "def create_app(", "from a ", "\n", "a"),
}


@pytest.mark.parametrize("name", OPENERS)
def test_a_huge_file_costs_no_more_than_its_first_part(tmp_path: Path, name: str) -> None:
    """Repeated openers make a careless regular expression backtrack for minutes."""
    for opener in OPENERS[name]:
        (tmp_path / name).write_text(opener * (2 * MAX_MANIFEST_BYTES // len(opener)))
        first = detect(str(tmp_path))
        with open(tmp_path / name, "a") as file:
            file.write(opener * 1000)
        assert detect(str(tmp_path)) == first


def test_only_the_first_part_of_a_source_is_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a.py": "#" * MAX_BYTES + "\n" + FASTAPI, "b.py": "x = 1\n"})
    assert detect(str(tmp_path)) == ()


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    """Opening a FIFO would wait forever for a writer."""
    for name in MANIFESTS:
        os.mkfifo(tmp_path / name)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "self").symlink_to(".")
    assert detect(str(tmp_path)) == ()


def test_an_unreadable_file_counts_as_empty(tmp_path: Path) -> None:
    lay_out(tmp_path, {"package.json": '{"scripts": {"dev": "vite"}}'})
    (tmp_path / "package.json").chmod(0)
    if os.access(tmp_path / "package.json", os.R_OK):
        pytest.skip("root reads everything")
    assert detect(str(tmp_path)) == ()


def test_a_file_whose_name_is_not_printable_is_skipped(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text(GUARD)
        (tmp_path / "new\nline.py").write_text(GUARD)
    except OSError:
        pytest.skip("this file system takes no such names")
    assert detect(str(tmp_path)) == ()
