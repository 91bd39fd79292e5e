"""Which files are watched: ignore files at every level, the built-in rules, watch.exclude."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from hotrun.adapters.files.ignore import IgnoreRules, RootRules
from hotrun.core.model.project import Watch
from tests.adapters.files.disk import short, tree_of, walked, watched, write


def files(root: Path, *names: str) -> None:
    for name in names:
        write(root / name)


def test_an_ignore_file_holds_in_its_folder_and_below(tmp_path: Path) -> None:
    files(tmp_path, "a.log", "sub/b.log", "sub/deep/c.log", "sub/deep/c.txt", "other/d.tmp")
    write(tmp_path / ".gitignore", "*.log\n")
    write(tmp_path / "other" / ".gitignore", "*.tmp\n")
    assert watched(tmp_path) == [".gitignore", "other/.gitignore", "sub/deep/c.txt"]


def test_a_pattern_with_a_slash_is_seen_from_its_ignore_file(tmp_path: Path) -> None:
    files(tmp_path, "top.c", "sub/top.c", "sub/in/gen.c", "in/gen.c")
    write(tmp_path / ".gitignore", "/top.c\n")
    write(tmp_path / "sub" / ".gitignore", "in/gen.c\n")
    assert watched(tmp_path) == [".gitignore", "in/gen.c", "sub/.gitignore", "sub/top.c"]


def test_a_deeper_ignore_file_can_take_back_what_one_above_ignores(tmp_path: Path) -> None:
    files(tmp_path, "a.gen", "keep/b.gen", "keep/deeper/c.gen")
    write(tmp_path / ".gitignore", "*.gen\n")
    write(tmp_path / "keep" / ".gitignore", "!*.gen\n")
    assert watched(tmp_path) == [".gitignore", "keep/.gitignore", "keep/b.gen", "keep/deeper/c.gen"]


def test_the_last_matching_pattern_of_a_file_decides(tmp_path: Path) -> None:
    files(tmp_path, "a.log", "keep.log")
    write(tmp_path / ".gitignore", "*.log\n!keep.log\n")
    assert watched(tmp_path) == [".gitignore", "keep.log"]


def test_nothing_in_an_ignored_folder_comes_back(tmp_path: Path) -> None:
    files(tmp_path, "out/a.txt", "out/keep.txt")
    write(tmp_path / ".gitignore", "out/\n!out/keep.txt\n")
    write(tmp_path / "out" / ".gitignore", "!*\n")
    assert watched(tmp_path) == [".gitignore"]


def test_a_list_of_what_counts_instead_of_what_does_not_works_in_every_folder(tmp_path: Path) -> None:
    files(tmp_path, "a.c", "a.o", "src/b.c", "src/b.o", "src/deep/c.c", ".git/config.c", ".hotrun/x.c")
    write(tmp_path / ".gitignore", "*\n!*/\n!*.c\n")
    assert watched(tmp_path) == ["a.c", "src/b.c", "src/deep/c.c"]


def test_a_folder_taken_back_does_not_take_back_the_files_in_it(tmp_path: Path) -> None:
    files(tmp_path, "src/a.c", "src/a.o")
    write(tmp_path / ".gitignore", "*.o\n!src/\n.gitignore\n")
    assert watched(tmp_path) == ["src/a.c"]


def test_a_line_that_means_nothing_does_not_spoil_the_others(tmp_path: Path) -> None:
    files(tmp_path, "a.log", "b.c")
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbf*.log\r\n!\r\n\r\n# no\r\n/\r\n[\r\n.gitignore\r\n")
    assert watched(tmp_path) == ["b.c"]


def test_version_control_can_be_watched_on_purpose_but_our_own_folder_never(tmp_path: Path) -> None:
    files(tmp_path, ".hg/a", ".hotrun/a")
    assert watched(tmp_path, exclude=("!.hg/", "!.hotrun/", "!*")) == [".hg/a"]


def test_dot_ignore_wins_over_gitignore(tmp_path: Path) -> None:
    files(tmp_path, "a.log", "b.txt")
    write(tmp_path / ".gitignore", "*.log\n")
    write(tmp_path / ".ignore", "!a.log\nb.txt\n")
    assert watched(tmp_path) == [".gitignore", ".ignore", "a.log"]


def test_exclude_is_stronger_than_every_ignore_file(tmp_path: Path) -> None:
    files(tmp_path, "a.log", "b.txt", "sub/c.log", "sub/d.txt")
    write(tmp_path / ".gitignore", "*.log\n")
    write(tmp_path / "sub" / ".ignore", "!*.txt\n")
    assert watched(tmp_path, exclude=("!a.log", "*.txt")) == [".gitignore", "a.log", "sub/.ignore"]


def test_exclude_takes_back_a_built_in_rule(tmp_path: Path) -> None:
    files(tmp_path, "node_modules/mine/a.js", "node_modules/other/b.js", "a.pyc")
    assert watched(tmp_path) == []
    options = ("!node_modules/", "!*.pyc", "node_modules/other/")
    assert watched(tmp_path, exclude=options) == ["a.pyc", "node_modules/mine/a.js"]


def test_without_gitignore_only_built_in_rules_and_exclude_count(tmp_path: Path) -> None:
    files(tmp_path, "a.log", "b.txt", "c.tmp", "node_modules/d.js")
    write(tmp_path / ".gitignore", "*.log\n")
    write(tmp_path / ".ignore", "*.txt\n")
    found = watched(tmp_path, gitignore=False, exclude=("*.tmp",))
    assert found == [".gitignore", ".ignore", "a.log", "b.txt"]


@pytest.mark.parametrize(
    "name",
    [
        ".git/index",
        ".hg/store",
        ".hotrun/changed-1",
        "node_modules/a/b.js",
        "deep/down/node_modules/c.js",
        "__pycache__/a.cpython-311.pyc",
        ".venv/bin/python",
        "target/debug/app",
        "tool.egg-info/PKG-INFO",
        ".mypy_cache/x",
        "a.py~",
        ".a.py.swp",
        "a.py.swx",
        ".#a.py",
        "#a.py#",
        "4913",
        "a.py___jb_tmp___",
        ".goutputstream-X1Y2",
        ".DS_Store",
    ],
)
def test_what_tools_and_editors_leave_is_never_watched(name: str, tmp_path: Path) -> None:
    files(tmp_path, name, "kept.py")
    assert watched(tmp_path) == ["kept.py"]


def test_a_rule_for_folders_does_not_hide_a_file_of_that_name(tmp_path: Path) -> None:
    files(tmp_path, "target", "venv", "sub/out")
    write(tmp_path / ".gitignore", "out/\n")
    assert watched(tmp_path) == [".gitignore", "sub/out", "target", "venv"]


def test_git_s_other_exclude_files_count(tmp_path: Path, no_global_excludes: Path) -> None:
    files(tmp_path, "a.info", "a.global", "b.global", "a.txt")
    write(tmp_path / ".git" / "info" / "exclude", "*.info\n!b.global\n")
    write(no_global_excludes / "git" / "ignore", "*.global\n")
    assert watched(tmp_path) == ["a.txt", "b.global"]


def test_an_ignore_file_that_is_no_text_or_a_folder_does_no_harm(tmp_path: Path) -> None:
    files(tmp_path, "a.txt", "b.log", ".ignore/c.txt")
    (tmp_path / ".gitignore").write_bytes(b"*.\xff\xfe\n[\n*.log\n")
    assert watched(tmp_path) == [".gitignore", ".ignore/c.txt", "a.txt"]


def test_ignore_files_above_a_root_count_up_to_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    files(project, "src/a.c", "src/a.log", "src/gen/b.c", "src/sub/gen/c.c", "other/d.c")
    write(project / ".gitignore", "*.log\n/src/gen/\n")
    write(tmp_path / ".gitignore", "*.c\n")  # not the project's, and no repository
    assert watched(project, roots=[project / "src"]) == ["src/a.c", "src/sub/gen/c.c"]


def test_ignore_files_above_the_project_count_up_to_the_repository(tmp_path: Path) -> None:
    project = tmp_path / "services" / "web"
    files(project, "a.c", "a.log", "a.info", "gen/b.c")
    write(tmp_path / ".gitignore", "*.log\n/services/web/gen/\n")
    write(tmp_path / ".git" / "info" / "exclude", "*.info\n")
    assert watched(project) == ["a.c"]


def test_exclude_is_seen_from_the_project_wherever_the_root_is(tmp_path: Path) -> None:
    project = tmp_path / "repository" / "project"
    files(project, "src/gen/a.c", "src/sub/src/gen/b.c", "src/a.tmp")
    files(tmp_path, "elsewhere/c.c", "elsewhere/src/gen/d.c", "elsewhere/c.tmp")
    (tmp_path / "repository" / ".git").mkdir()
    exclude = ("/src/gen/", "*.tmp")
    assert watched(project, exclude=exclude) == ["src/sub/src/gen/b.c"]
    assert watched(project, roots=[project / "src"], exclude=exclude) == ["src/sub/src/gen/b.c"]
    assert watched(project, roots=[tmp_path / "elsewhere"], exclude=exclude) == ["../../elsewhere/c.c"]


def test_a_root_named_on_purpose_is_watched_whatever_ignores_it(tmp_path: Path) -> None:
    files(tmp_path, "gen/a.c", "gen/a.log", "node_modules/mine/b.js", "node_modules/mine/node_modules/c.js", "d.c")
    write(tmp_path / ".gitignore", "gen/\n")
    write(tmp_path / "gen" / ".gitignore", "*.log\n")
    roots = [tmp_path / "gen", tmp_path / "node_modules" / "mine"]
    assert watched(tmp_path, roots=roots) == ["gen/.gitignore", "gen/a.c", "node_modules/mine/b.js"]
    assert watched(tmp_path, roots=roots, exclude=("/gen/*.c",)) == ["gen/.gitignore", "node_modules/mine/b.js"]


def test_a_root_inside_of_another_is_watched_once(tmp_path: Path) -> None:
    files(tmp_path, "a.c", "sub/b.c", "sub/deep/c.c")
    tree = tree_of(tmp_path, roots=[tmp_path, tmp_path / "sub"])
    assert sorted(change.path for change in tree.rescan()) == ["a.c", "sub/b.c", "sub/deep/c.c"]
    assert tree.rescan() == []


def test_pruned_folders_are_counted_once_each(tmp_path: Path) -> None:
    files(tmp_path, "node_modules/a/b/c.js", "sub/target/x", "sub/a.c", ".git/HEAD")
    tree = walked(tmp_path)
    assert tree.count_pruned() == 3
    tree.rescan()
    tree.examine([str(tmp_path / "sub")])
    assert tree.count_pruned() == 3


def test_rules_are_the_same_object_while_all_ignore_files_hold_the_same(tmp_path: Path) -> None:
    """Verdicts are kept as long as the object is, so another content must show whatever its times are."""
    write(tmp_path / ".git" / "info" / "exclude", "*.o\n")
    ignore = write(tmp_path / "sub" / ".gitignore", "*.a\n")
    rules = RootRules(str(tmp_path), str(tmp_path), Watch((str(tmp_path),)))

    def inside() -> IgnoreRules:
        outer, _ = rules.read()
        assert outer.inside(str(tmp_path / "other"), "other") is outer
        return outer.inside(str(tmp_path / "sub"), "sub")

    first = inside()
    write(ignore, "*.a\n")
    assert inside() is first
    times = ignore.stat().st_mtime_ns
    write(ignore, "*.b\n")
    os.utime(ignore, ns=(times, times))
    second = inside()
    assert (second.ignores("sub/x.a", False), second.ignores("sub/x.b", False)) == (False, True)
    write(tmp_path / ".git" / "info" / "exclude", "*.p\n")
    third = inside()
    assert (third.ignores("sub/x.o", False), third.ignores("sub/x.p", False)) == (False, True)
    ignore.unlink()
    assert inside() is rules.read()[0]


def test_a_walk_asks_the_rules_about_no_name_twice_while_they_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files(tmp_path, "a.c", "a.log", "sub/b.c", "node_modules/x.js")
    ignore = write(tmp_path / ".gitignore", "*.log\n")
    tree, asked = walked(tmp_path), list[str]()
    ignores = IgnoreRules.ignores

    def asks(rules: IgnoreRules, relative: str, is_folder: bool) -> bool:
        asked.append(relative)
        return ignores(rules, relative, is_folder)

    monkeypatch.setattr(IgnoreRules, "ignores", asks)
    assert tree.rescan() == []
    assert asked == []
    write(tmp_path / "sub" / "new.log")
    assert tree.rescan() == []
    assert asked == ["sub/new.log"]
    write(ignore, "sub\n")
    assert short(tree.rescan()) == ["+a.log", "-sub/b.c", "~.gitignore"]


def test_a_name_that_changes_its_kind_is_asked_about_again(tmp_path: Path) -> None:
    files(tmp_path, "out")
    write(tmp_path / ".gitignore", "out/\n")
    tree = walked(tmp_path)
    (tmp_path / "out").unlink()
    write(tmp_path / "out" / "a.o")
    assert short(tree.rescan()) == ["-out"]
    (tmp_path / "out" / "a.o").unlink()
    (tmp_path / "out").rmdir()
    write(tmp_path / "out")
    assert short(tree.rescan()) == ["+out"]


# compared with git itself

FOLDERS = ("", "a/", "b/", "a/b/", "a/c/", "b/a/", "a/b/c/")
NAMES = ("x", "y.o", "z.c", "x.c", "a", "b")
PATTERNS = (
    *("*.o", "*.c", "x", "/x", "a/", "/a/", "b", "a/b", "a/*", "**/b", "a/**", "**/c/*.c", "/*", "*"),
    *("?.c", "[xy].*", "[!x]*", "x.c ", "\\x", "# no", "", "a/**/x.c", "b/a/", "/a/b/c/", "*/x"),
)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge, and not here")
@pytest.mark.parametrize("seed", range(25))
def test_random_ignore_files_mean_what_git_says(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    for folder in FOLDERS:
        for name in rng.sample(NAMES, 4):
            if not (tmp_path / folder / name).is_dir() and f"{folder}{name}/" not in FOLDERS:
                write(tmp_path / folder / name)
    for folder in rng.sample(FOLDERS, rng.randint(1, 4)):
        lines = [rng.choice(("", "", "!")) + pattern for pattern in rng.choices(PATTERNS, k=rng.randint(1, 5))]
        write(tmp_path / folder / ".gitignore", "\n".join(lines) + "\n")
    listing = subprocess.run(
        ["git", "-c", "core.excludesFile=/dev/null", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    rules = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob(".gitignore")}
    assert watched(tmp_path) == sorted(listing.stdout.split("\0")[:-1]), rules
