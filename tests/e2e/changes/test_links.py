"""The real command in a project with links to folders: who edits behind them, by whatever name, gets a build."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.e2e.running import Running

CONFIG = """
[watch]
follow_symlinks = {follow}

[build.show]
command = "cat app.txt link/lib.txt link/deep/more.txt"
"""


def make(root: Path, follow: str) -> Path:
    """A project whose `link` leads to the folder `lib` beside it, where a link leads back to the project."""
    root = root.resolve() / "project"
    (root.parent / "lib" / "deep").mkdir(parents=True)
    root.mkdir()
    (root / "hotrun.toml").write_text(CONFIG.format(follow=follow))
    (root / "app.txt").write_text("app\n")
    (root.parent / "lib" / "lib.txt").write_text("lib\n")
    (root.parent / "lib" / "deep" / "more.txt").write_text("more\n")
    (root.parent / "lib" / "deep" / "home").symlink_to(root)
    (root / "link").symlink_to("../lib")
    return root


def save(file: Path, root: Path, text: str) -> None:
    """In one piece, so that no build finds half of it."""
    staged = root.parent / "staged"
    staged.write_text(text)
    staged.replace(file)


def paths(session: Running, since: int) -> set[str]:
    return {path["path"] for change in session.seen("changes.detected", since=since) for path in change["paths"]}


def output(session: Running, since: int) -> str:
    return "\n".join(event["text"] for event in session.seen("output", since=since))


def test_an_edit_behind_a_link_is_built_whichever_name_it_was_made_by(tmp_path: Path) -> None:
    root = make(tmp_path, follow="true")
    with Running(root, path=[Path(sys.executable).parent]) as session:
        assert session.wait_for("watching")["files"] == 4
        session.wait_for("up_to_date")
        for file in (root.parent / "lib" / "lib.txt", root / "link" / "lib.txt", root / "link" / "deep" / "more.txt"):
            mark = session.mark
            save(file, root, f"edited through {file}\n")
            session.wait_for("build.finished", since=mark, status="passed")
            session.wait_for("up_to_date", since=mark)
            assert f"edited through {file}" in output(session, mark)
            assert paths(session, mark) == {f"link/{'deep/' if 'deep' in file.parts else ''}{file.name}"}


def test_without_the_key_a_link_is_not_entered(tmp_path: Path) -> None:
    root = make(tmp_path, follow="false")
    with Running(root, path=[Path(sys.executable).parent]) as session:
        assert session.wait_for("watching")["files"] == 2
        session.wait_for("up_to_date")
        mark = session.mark
        save(root / "link" / "lib.txt", root, "unseen\n")
        save(root / "app.txt", root, "edited\n")
        session.wait_for("build.finished", since=mark, status="passed")
        session.wait_for("up_to_date", since=mark)
        assert "unseen" in output(session, mark), "but the build reads what it likes"
        assert paths(session, mark) == {"app.txt"}
