"""[exports.NAME]: which file hotrun writes, and which paths and formats it refuses, by line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotrun.config.loading.check_exports import misplaced
from hotrun.config.loading.load import parse
from hotrun.config.loading.problems import InvalidConfig
from hotrun.core.changes.impact import Impacts
from hotrun.core.changes.links import Links
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.line_format import PLACEHOLDERS
from hotrun.core.model.project import Export, Project

RUN = '[run.web]\ncommand = "x"\n'


def exported(*paths: str, root: str = "/p", text: str = "{path}") -> Project:
    tables = [f"[exports.e{number}]\npath = '{path}'\nformat = '{text}'\n" for number, path in enumerate(paths)]
    return parse(RUN + "".join(tables), "hotrun.toml", root).project


def problem(path: str, text: str = "{path}") -> str:
    with pytest.raises(InvalidConfig) as caught:
        exported(path, text=text)
    (line,) = caught.value.problems
    return line


def test_an_export_is_a_file_below_the_root() -> None:
    assert exported("tmp/x y", text="{{{message}").exports == (Export("e0", "/p/tmp/x y", "{{{message}"),)
    assert exported("a/../b").exports[0].path == "/p/b"


def test_an_exported_file_never_triggers_a_build() -> None:
    project = exported("tmp/[x].txt", ".places")
    impacts = Impacts(project, InputListings(project))
    assert [impacts.is_output(path) for path in ("tmp/[x].txt", "tmp/.[x].txt.hotrun-new", ".places")] == [True] * 3
    assert [impacts.is_output(path) for path in ("tmp/x.txt", "a/.places")] == [False] * 2
    assert Links(project).consequences([".places"]) == ()


@pytest.mark.parametrize("path", ["/abs", "../x", "a/../../x", "~/x"])
def test_a_path_outside_the_root_is_refused(path: str) -> None:
    assert (
        problem(path)
        == f'hotrun.toml:4: exports.e0.path: expected a path below the root such as ".errors", got "{path}"'
    )


@pytest.mark.parametrize("path", [".", "a/..", "tmp/"])
def test_a_folder_is_refused(path: str) -> None:
    assert problem(path) == f'hotrun.toml:4: exports.e0.path: "{path}" is a folder, expected a file'


def test_a_path_in_the_state_folder_is_refused() -> None:
    message = 'expected a file outside .hotrun/, got "./.hotrun/errors.txt"'
    assert problem("./.hotrun/errors.txt") == f"hotrun.toml:4: exports.e0.path: {message}"


def test_two_exports_need_two_files() -> None:
    with pytest.raises(InvalidConfig) as caught:
        exported("a", "./a")
    assert caught.value.problems == ('hotrun.toml:7: exports.e1.path: exports.e0.path already has the file "./a"',)


def test_an_unknown_placeholder_gets_a_suggestion() -> None:
    message = 'unknown placeholder {pth}, did you mean "{path}:{line}"?'
    assert problem("a", "{pth}:{line}") == f"hotrun.toml:5: exports.e0.format: {message}"


def test_a_placeholder_like_no_other_gets_the_list() -> None:
    assert problem("a", "{zzz}").endswith(f"unknown placeholder {{zzz}}, expected one of {', '.join(PLACEHOLDERS)}")


def test_an_unbalanced_brace_is_refused() -> None:
    message = 'unbalanced brace, write "{{" or "}}" for the character'
    assert problem("a", "{path") == f"hotrun.toml:5: exports.e0.format: {message}"


def test_a_folder_and_a_link_out_of_the_root_are_refused_on_disk(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "link").symlink_to(tmp_path)
    (root / "inner").symlink_to(root / "folder")
    project = exported("folder", "link/x", "inner/x", "none/x", "hotrun.toml", root=str(root))
    assert list(misplaced(project)) == [
        (("exports", "e0", "path"), f"{root}/folder is a folder, expected a file"),
        (("exports", "e1", "path"), f"a link leads out of the root to {tmp_path}"),
        (("exports", "e4", "path"), "this is the configuration file, choose another path"),
    ]
