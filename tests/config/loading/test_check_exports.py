"""[exports.NAME]: what is written where, and what is refused, by line and key."""

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


def test_what_is_exported_never_triggers() -> None:
    project = exported("tmp/[x].txt", ".places")
    impacts = Impacts(project, InputListings(project))
    assert [impacts.is_output(path) for path in ("tmp/[x].txt", "tmp/.[x].txt.hotrun-new", ".places")] == [True] * 3
    assert [impacts.is_output(path) for path in ("tmp/x.txt", "a/.places")] == [False] * 2
    assert Links(project).consequences([".places"]) == ()


@pytest.mark.parametrize("path", ["/abs", "../x", "a/../../x", "~/x"])
def test_a_path_out_of_the_root_is_refused(path: str) -> None:
    assert (
        problem(path) == f'hotrun.toml:4: exports.e0.path: expected a path below the root, relative to it, got "{path}"'
    )


@pytest.mark.parametrize("path", [".", "a/..", "tmp/"])
def test_a_folder_is_refused(path: str) -> None:
    assert problem(path) == f'hotrun.toml:4: exports.e0.path: expected a file, not a folder, got "{path}"'


def test_the_folder_of_hotrun_is_refused() -> None:
    said = "expected a file outside of .hotrun/, which is hotrun's own"
    assert problem("./.hotrun/errors.txt") == f'hotrun.toml:4: exports.e0.path: {said}, got "./.hotrun/errors.txt"'


def test_two_exports_need_two_files() -> None:
    with pytest.raises(InvalidConfig) as caught:
        exported("a", "./a")
    said = "expected a file of its own (exports.e0.path has this one)"
    assert caught.value.problems == (f'hotrun.toml:7: exports.e1.path: {said}, got "./a"',)


def test_an_unknown_placeholder_is_named_with_what_was_meant() -> None:
    said = f"expected a format without {{pth}} (there are {', '.join(PLACEHOLDERS)})"
    told = f'hotrun.toml:5: exports.e0.format: {said}, got "{{pth}}:{{line}}", did you mean "{{path}}:{{line}}"?'
    assert problem("a", "{pth}:{line}") == told


def test_an_unknown_placeholder_like_no_other_is_named() -> None:
    assert problem("a", "{zzz}").endswith('build), got "{zzz}"')


def test_a_brace_without_its_other_half_is_refused() -> None:
    said = 'expected a format with both braces of a placeholder ("{{" and "}}" for the characters)'
    assert problem("a", "{path") == f'hotrun.toml:5: exports.e0.format: {said}, got "{{path"'


def test_a_file_over_a_folder_or_behind_a_link_out_of_the_root_is_found_on_disk(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (root / "link").symlink_to(tmp_path)
    (root / "inner").symlink_to(root / "folder")
    project = exported("folder", "link/x", "inner/x", "none/x", "hotrun.toml", root=str(root))
    assert list(misplaced(project)) == [
        (("exports", "e0", "path"), f"expected a file, {root}/folder is a folder"),
        (("exports", "e1", "path"), f"expected a path below the root, a link leads to {tmp_path}"),
        (("exports", "e4", "path"), "expected a file of its own, this is the configuration"),
    ]
