"""Dependency files: how make rules are read, and what real compilers write about the files that they have read."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hotrun.adapters.step_inputs.depfile import Depfiles, prerequisites
from hotrun.adapters.step_inputs.found import InputNames

pytestmark = pytest.mark.toolchain

NASTY = ["a b.h", "c#d.h", "e$f.h", "g\\h.h", "k:l.h"]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("a.o: a.c a.h\n", ["a.c", "a.h"]),
        ("a.o: a.c \\\n  a.h \\\r\n  b.h\n", ["a.c", "a.h", "b.h"]),
        ("a.o a.d: a.c\n", ["a.c"]),
        ("a.o: a.c a.h\n\na.h:\n\nb.h:\n", ["a.c", "a.h"]),
        ("a.o: a.c a.h\nb.o: b.c a.h", ["a.c", "a.h", "b.c"]),
        ("a\\ b.o: with\\ space.c hash\\#.h cost$$.h", ["with space.c", "hash#.h", "cost$.h"]),
        ("a.o: back\\slash.h two\\\\\\ x.h end\\\\ y.h", ["back\\slash.h", "two\\ x.h", "end\\", "y.h"]),
        ("/x/app: /x/src/main.rs\n# env-dep:NAME=a: b\n", ["/x/src/main.rs"]),
        ("C:/out/a.o: C:/in/a.c\n", ["C:/in/a.c"]),
        ("a.o:\ta.c\n", ["a.c"]),
        ("a\\:b.o: c\\:d.h", ["c:d.h"]),
        ("a.o : a.c", ["a.c"]),
        ("", []),
        ("no rule at all", []),
    ],
)
def test_the_files_behind_the_colon_are_read(text: str, files: list[str]) -> None:
    assert [*prerequisites(text)] == files


def compiled(root: Path, *argv: str) -> None:
    if shutil.which(argv[0]) is None:
        pytest.skip(f"{argv[0]} is not installed")
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_what_a_c_compiler_has_read_is_found_whatever_its_name(tmp_path: Path, compiler: str) -> None:
    root = tmp_path / "my project"
    (root / "src").mkdir(parents=True)
    for name in NASTY:
        (root / "src" / name).write_text("")
    included = "".join(f'#include "{name}"\n' for name in NASTY)
    (root / "src" / "main.c").write_text(included + "int main(void) { return 0; }\n")
    compiled(root, compiler, "-MMD", "-MP", "-c", "src/main.c", "-o", "main.o")
    found = Depfiles().files("*.d", str(root), InputNames(str(root)), 3)
    assert found.error is None
    # Clang writes a backslash as a slash.
    expected = {"src/main.c", *(f"src/{name}" for name in NASTY if compiler == "gcc" or "\\" not in name)}
    assert expected <= found.files.keys()
    assert (found.files["src/main.c"].number, found.files["src/main.c"].by) == (3, "main.d")


def test_paths_are_found_where_the_compiler_ran(tmp_path: Path) -> None:
    for folder in ("lib", "out/deep"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "lib" / "a.h").write_text("")
    (tmp_path / "lib" / "a.c").write_text('#include "a.h"\n')
    compiled(tmp_path / "out", "gcc", "-MMD", "-c", "../lib/a.c", "-o", "deep/a.o")
    found = Depfiles().files("out/**/*.d", str(tmp_path), InputNames(str(tmp_path)), 0)
    assert found.files.keys() == {"lib/a.c", "lib/a.h"}


def test_what_cargo_has_read_is_found_with_the_files_that_macros_take_in(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n')
    (tmp_path / "src" / "main.rs").write_text('mod other;\nfn main() { print!("{}", include_str!("hello.txt")); }\n')
    (tmp_path / "src" / "other.rs").write_text("")
    (tmp_path / "src" / "unused.rs").write_text("")
    (tmp_path / "src" / "hello.txt").write_text("hello")
    compiled(tmp_path, "cargo", "build", "--offline", "--target-dir", "target")
    found = Depfiles().files("target/debug/*.d", str(tmp_path), InputNames(str(tmp_path)), 0)
    assert found.files.keys() == {"src/main.rs", "src/other.rs", "src/hello.txt"}


def test_a_file_that_is_gone_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.d").write_text("a.o: a.c gone.h\n")
    assert Depfiles().files("*.d", str(tmp_path), InputNames(str(tmp_path)), 0).files.keys() == {"a.c", "gone.h"}


def test_a_dependency_file_that_is_written_anew_is_read_anew(tmp_path: Path) -> None:
    depfiles, names = Depfiles(), InputNames(str(tmp_path))
    (tmp_path / "a.d").write_text("a.o: a.c\n")
    depfiles.files("*.d", str(tmp_path), names, 0)
    (tmp_path / "a.d").write_text("a.o: a.c longer.h\n")
    assert depfiles.files("*.d", str(tmp_path), names, 0).files.keys() == {"a.c", "longer.h"}


def test_a_glob_that_names_nothing_says_so(tmp_path: Path) -> None:
    found = Depfiles().files("build/*.d", str(tmp_path), InputNames(str(tmp_path)), 0)
    assert (found.files, found.error) == ({}, "no dependency file matches build/*.d")
