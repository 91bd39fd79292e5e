"""The explanation why a path is watched or not, and its agreement with the walk."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotrun.adapters.files.ignore import BUILT_IN, IgnoreRule
from hotrun.adapters.files.tree import Tree
from hotrun.core.model.project import Program, Project, Step, Watch
from hotrun.inspect.explain import PathStatus, status_of
from tests.adapters.files.disk import write


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The excludes file of whoever runs the tests does not count."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


def project_of(
    root: Path, *roots: Path, exclude: tuple[str, ...] = (), follow: bool = False, **fields: object
) -> Project:
    watch = Watch(tuple(map(str, roots)) or (str(root),), exclude, follow_symlinks=follow)
    return Project(str(root), None, watch, **fields)  # type: ignore[arg-type]


def look(root: Path, name: str, **options: object) -> PathStatus:
    return status_of(project_of(root, **options), f"{root}/{name}")  # type: ignore[arg-type]


def test_the_deciding_line_of_an_ignore_file_is_named(tmp_path: Path) -> None:
    ignore = write(tmp_path / "src" / ".gitignore", "# made\n\n*.o\n!keep.o\n")
    found = look(tmp_path, "src/deep/a.o")
    assert (found.reason, found.at) == ("ignored", f"{tmp_path}/src/deep/a.o")
    assert found.rule == IgnoreRule("file", "*.o", True, str(ignore), 3)
    kept = look(tmp_path, "src/keep.o")
    assert kept.is_watched
    assert kept.rule == IgnoreRule("file", "!keep.o", False, str(ignore), 4)


def test_an_escaped_mark_does_not_include_a_path_again(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "\\!x\n")
    found = look(tmp_path, "!x")
    assert (found.reason, found.rule and found.rule.ignores) == ("ignored", True)


def test_lines_are_counted_in_files_with_a_byte_order_mark_and_carriage_returns(tmp_path: Path) -> None:
    (tmp_path / ".ignore").write_bytes(b"\xef\xbb\xbf\r\n*.log\r\n")
    rule = look(tmp_path, "a.log").rule
    assert rule == IgnoreRule("file", "*.log", True, f"{tmp_path}/.ignore", 2)


def test_an_ignored_folder_explains_all_paths_below_it(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "out/\n!out/keep\n")
    found = look(tmp_path, "out/keep/x")
    assert (found.at, found.rule and found.rule.pattern) == (f"{tmp_path}/out", "out/")


@pytest.mark.parametrize(
    ("name", "kind", "pattern"),
    [
        ("node_modules/a/b.js", "built-in", "node_modules/"),
        ("x.py~", "built-in", "*~"),
        (".git/config", "version control", ".git/"),
        (".hotrun/sync/x", "own folder", ".hotrun/"),
        ("tmp.bak", "exclude", "*.bak"),
    ],
)
def test_each_rule_reports_its_kind(name: str, kind: str, pattern: str, tmp_path: Path) -> None:
    write(tmp_path / name)
    rule = look(tmp_path, name, exclude=("none", "*.bak")).rule
    assert rule is not None
    assert (rule.kind, rule.pattern, rule.ignores) == (kind, pattern, True)
    assert rule.line == (1 if kind == "exclude" else None)


def test_every_built_in_pattern_has_an_explanation(tmp_path: Path) -> None:
    for pattern in BUILT_IN:
        name = pattern.removeprefix("\\").replace("*", "x").replace("?", "x")
        rule = look(tmp_path, name).rule
        assert rule is not None, pattern
        assert rule.kind == "built-in"


def test_the_user_s_own_file_and_that_of_the_repository_are_named(tmp_path: Path, home: Path) -> None:
    mine = write(home / "git" / "ignore", "*.mine\n")
    ours = write(tmp_path / ".git" / "info" / "exclude", "*.ours\n")
    for name, file in (("a.mine", mine), ("a.ours", ours)):
        rule = look(tmp_path, name).rule
        assert rule is not None
        assert (rule.file, rule.line) == (str(file), 1)


def test_a_path_outside_of_every_root_is_reported(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(root / "src" / "a")
    write(root / "other" / "b")
    project = project_of(root, root / "src")
    assert status_of(project, str(root / "src" / "a")).is_watched
    for name in (str(root / "other" / "b"), str(tmp_path), "/"):
        assert status_of(project, name).reason == "outside"


def test_a_single_file_is_watched_whatever_ignores_it(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "*\n")
    env = write(tmp_path / "deep" / ".env")
    step = Step("app", Program(("x",), str(tmp_path), env_files=(str(env),)))
    found = status_of(project_of(tmp_path, steps={"app": step}), str(env))
    assert (found.is_watched, found.single) == (True, True)


def test_a_name_that_does_not_exist_is_a_file_unless_it_ends_in_a_slash(tmp_path: Path) -> None:
    write(tmp_path / ".gitignore", "new/\n")
    assert look(tmp_path, "new").is_watched
    assert look(tmp_path, "new/").reason == "ignored"


def test_a_path_through_a_link_to_a_folder_is_explained_by_its_real_path(tmp_path: Path) -> None:
    write(tmp_path / "src" / "a.c")
    (tmp_path / "link").symlink_to("src")
    found = look(tmp_path, "link/a.c")
    assert (found.path, found.through, found.is_watched) == (f"{tmp_path}/src/a.c", f"{tmp_path}/link", True)


def test_a_link_to_a_folder_elsewhere_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(tmp_path / "elsewhere" / "a.c")
    root.mkdir()
    (root / "link").symlink_to("../elsewhere")
    found = look(root, "link/a.c")
    assert (found.reason, found.at) == ("link", f"{root}/link")


def test_another_name_for_the_project_s_folder_leads_to_it(tmp_path: Path) -> None:
    write(tmp_path / "real" / "a.c")
    (tmp_path / "alias").symlink_to("real")
    for root, asked in (("real", "alias"), ("alias", "real")):
        found = status_of(project_of(tmp_path / root), f"{tmp_path}/{asked}/a.c")
        assert (found.path, found.is_watched) == (f"{tmp_path}/{root}/a.c", True)


def test_two_dots_after_a_link_are_resolved_as_the_kernel_does(tmp_path: Path) -> None:
    write(tmp_path / "x" / "deep" / "in" / "a.c")
    (tmp_path / "link").symlink_to("x/deep/in")
    assert look(tmp_path, "link/../b.c").path == f"{tmp_path}/x/deep/b.c"


def test_special_files_and_names_that_are_not_text_have_different_reasons(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / os.fsdecode(b"\xff")).mkdir()
    assert look(tmp_path, "pipe").reason == "special"
    assert look(tmp_path, os.fsdecode(b"\xff") + "/a").reason == "name"


def test_a_path_through_a_followed_link_keeps_its_name(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(tmp_path / "elsewhere" / "deep" / "a.c")
    write(root / ".gitignore", "*.o\n")
    (root / "link").symlink_to("../elsewhere")
    (tmp_path / "elsewhere" / "deep" / "back").symlink_to("..")
    found = look(root, "link/deep/a.c", follow=True)
    assert (found.path, found.is_watched, found.through) == (f"{root}/link/deep/a.c", True, None)
    assert look(root, "link", follow=True).is_folder
    assert look(root, "link/deep/a.o", follow=True).reason == "ignored"
    back = look(root, "link/deep/back/deep/a.c", follow=True)
    assert (back.reason, back.at) == ("loop", f"{root}/link/deep/back")


def test_a_path_outside_is_explained_by_the_link_that_leads_there(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(tmp_path / "elsewhere" / "deep" / "a.c")
    root.mkdir()
    (root / "link").symlink_to("../elsewhere")
    for asked, name in (("deep/a.c", "deep/a.c"), ("deep/", "deep"), ("new.c", "new.c")):
        found = look(root, f"../elsewhere/{asked}", follow=True)
        assert (found.path, found.is_watched, found.through) == (f"{root}/link/{name}", True, f"{root}/link")
    assert look(root, "../other/a.c", follow=True).reason == "outside"
    assert look(root, "../elsewhere/deep/a.c").reason == "outside"


@pytest.mark.slow
def test_the_explanation_agrees_with_the_walk_on_random_links(tmp_path: Path) -> None:
    random_ = random.Random(8)
    for number in range(40):
        root, outside = tmp_path / str(number) / "root", tmp_path / str(number) / "outside"
        for folder in (root, outside):
            for _ in range(8):
                _try_to_write(folder / _random_path(random_))
        write(root / ".gitignore", "x.a\n/c/e/\n")
        folders = [path for path in tmp_path.joinpath(str(number)).rglob("*") if path.is_dir()]
        for count in range(6):
            (random_.choice(folders) / f"link{count}").symlink_to(random_.choice(folders))
        project = project_of(root, follow=True)
        found = {change.path for change in Tree(project.root, project.watch, ()).rescan()}
        for name in _files_through_links(str(root), 7):
            assert status_of(project, f"{root}/{name}").is_watched == (name in found), f"{name} in {root}"


def _files_through_links(folder: str, depth: int, relative: str = "") -> Iterator[str]:
    for entry in os.scandir(folder):
        name = relative + entry.name
        if not entry.is_dir():
            yield name
        elif depth:
            yield from _files_through_links(entry.path, depth - 1, name + "/")


@pytest.mark.slow
def test_the_explanation_agrees_with_the_walk_on_random_folders(tmp_path: Path) -> None:
    """Whatever lies there, and whatever the ignore files say: a file is watched if and only if the walk found it."""
    random_ = random.Random(7)
    lines = "*.a !*.a b/ !b/ /c d/*.a **/e !e * !*/ b/**/c \\#x [ab] !c/ # ! node_modules !node_modules/".split()
    for number in range(60):
        root = tmp_path / str(number)
        names = [_random_path(random_) for _ in range(25)]
        for name in names:
            _try_to_write(root / name)
        for folder in {"", *(os.path.dirname(name) for name in names)}:
            if random_.random() < 0.4 and (root / folder).is_dir():
                write(root / folder / random_.choice((".gitignore", ".ignore")), "\n".join(random_.sample(lines, 4)))
        exclude = tuple(random_.sample(["*.a", "!b/", "c", "!node_modules/"], random_.randrange(3)))
        project = project_of(root, exclude=exclude)
        tree = Tree(project.root, project.watch, ())
        found = {change.path for change in tree.rescan()}
        for path in (path for path in root.rglob("*") if path.is_file()):
            name = str(path.relative_to(root))
            assert status_of(project, str(path)).is_watched == (name in found), f"{name} in {root}"


def _random_path(random_: random.Random) -> str:
    return "/".join(random_.choices(["b", "c", "d", "e", "x.a", "node_modules", "#x"], k=random_.randint(1, 4)))


def _try_to_write(path: Path) -> None:
    try:
        write(path)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        return  # a file stands where the folder should, or the other way round


def test_a_socket_is_not_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        assert look(tmp_path, "s").reason == "special"
