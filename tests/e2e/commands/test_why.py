"""`hotrun why`: the whole answer, word for word, and that it is the truth about a running hotrun."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.e2e.command import lay_out, run
from tests.e2e.running import Running

CONFIG = """\
env_files = [".env"]

[watch]
exclude = ["docs/", "*.tmp"]

[build.app]
command = "true"
paths = ["**/*.go", "!**/*_test.go"]
outputs = ["bin/app"]

[build.check]
command = "true"
paths = ["*.lint"]
needs = ["app"]

[run.web]
command = "sleep 1000"
needs = ["app"]
paths = ["tpl/**"]
reload.paths = ["*.css"]

[profile.wide]
build.app.paths = ["**/*.c"]
"""
FILES = {
    "hotrun.toml": CONFIG,
    ".gitignore": "# made\ndist/\n*.log\n!keep.log\n",
    ".env": "",
    "src/main.go": "",
    "src/util.go": "",
    "src/a.c": "",
    "tpl/a.html": "",
    "tpl/a.css": "",
    "dist/js/a.js": "",
    "keep.log": "",
    "README.md": "",
    "node_modules/x/y.js": "",
}
ANSWERS = {
    "tpl/a.css": (
        0,
        """\
tpl/a.css: watched
  run.web gets SIGHUP: hotrun.toml:20: run.web.reload.paths[0]: "*.css"
""",
    ),
    "src/main.go": (
        0,
        """\
src/main.go: watched
  build.app runs: hotrun.toml:8: build.app.paths[0]: "**/*.go"
  build.check runs after build.app
  run.web restarts when build.app passes
""",
    ),
    "tpl/new.html": (
        0,
        """\
tpl/new.html: watched (does not exist)
  run.web restarts: hotrun.toml:19: run.web.paths[0]: "tpl/**"
""",
    ),
    ".env": (
        0,
        """\
.env: watched
  build.app runs: hotrun.toml:1: env_files[0]: ".env"
  build.check runs: hotrun.toml:1: env_files[0]: ".env"
  run.web restarts: hotrun.toml:1: env_files[0]: ".env", when build.app passes
""",
    ),
    "hotrun.toml": (
        0,
        """\
hotrun.toml: watched
  it is the configuration, and hotrun reloads it
""",
    ),
    "src": (
        0,
        """\
src/: watched, 3 files
  build.app runs: hotrun.toml:8: build.app.paths[0]: "**/*.go" (2 files)
  build.check runs after build.app
  run.web restarts when build.app passes
""",
    ),
    "README.md": (
        1,
        """\
README.md: watched
  matches no step or process
""",
    ),
    "keep.log": (
        1,
        """\
keep.log: watched
  re-included by .gitignore:4: !keep.log
  matches no step or process
""",
    ),
    "bin/app": (
        1,
        """\
bin/app: watched (does not exist)
  hotrun.toml:9: build.app.outputs[0]: "bin/app" makes it an output, and changes trigger nothing
""",
    ),
    "dist/js/a.js": (
        1,
        """\
dist/js/a.js: not watched
  its parent folder dist/ is ignored by .gitignore:2: dist/
  to watch it: add "!/dist/" to exclude in [watch]
""",
    ),
    "x.log": (
        1,
        """\
x.log: not watched (does not exist)
  it is ignored by .gitignore:3: *.log
  to watch it: add "!/x.log" to exclude in [watch]
""",
    ),
    "x.tmp": (
        1,
        """\
x.tmp: not watched (does not exist)
  it is ignored by hotrun.toml:4: watch.exclude[1]: "*.tmp"
""",
    ),
    "node_modules": (
        1,
        """\
node_modules/: not watched
  it is ignored by the built-in rule node_modules/
  to watch it: add "!/node_modules/" to exclude in [watch]
""",
    ),
    ".git/HEAD": (
        1,
        """\
.git/HEAD: not watched (does not exist)
  its parent folder .git/ is ignored by the built-in rule .git/ (version control)
  to watch it: add "!/.git/" to exclude in [watch]
""",
    ),
    ".hotrun/sync/x": (
        1,
        """\
.hotrun/sync/x: not watched (does not exist)
  its parent folder .hotrun/ is ignored by the built-in rule .hotrun/ (hotrun's own folder)
""",
    ),
    "/dev": (
        1,
        """\
/dev/: not watched
  it is outside the watched folders: ./
""",
    ),
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "shop", FILES).resolve()


@pytest.mark.parametrize("path", ANSWERS)
def test_the_answer_names_rule_file_and_line(path: str, shop: Path, tmp_path: Path) -> None:
    done = run(shop, "why", path, XDG_CONFIG_HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (*ANSWERS[path], "")


def test_a_path_is_relative_to_the_current_folder(shop: Path) -> None:
    done = run(shop / "src", "why", "main.go")
    assert done.stdout.splitlines()[:2] == [
        "main.go: watched",
        '  build.app runs: ../hotrun.toml:8: build.app.paths[0]: "**/*.go"',
    ]
    assert run(shop.parent, "-C", "shop", "why", "src/main.go").stdout == ANSWERS["src/main.go"][1]
    assert run(shop.parent, "why", "-C", "shop/src", "main.go").returncode == 0


def test_behind_a_link_the_real_place_is_explained(shop: Path) -> None:
    (shop / "link").symlink_to("src")
    said = run(shop, "why", "link/main.go").stdout
    assert said.splitlines()[:2] == ["src/main.go: watched", "  link/ is a link to src/"]


def test_a_link_that_leads_out_is_not_followed(shop: Path) -> None:
    (shop / "out").symlink_to(shop.parent)
    remedy = "  to follow links: set follow_symlinks = true in [watch]"
    done = run(shop, "why", "out")
    assert done.returncode == 1
    assert done.stdout.splitlines()[1:] == ["  it is a link to ../, which is not followed", remedy]
    said = run(shop, "why", "out/x/a.go").stdout.splitlines()[1:]
    assert said == ["  it is behind the link out to ../, which is not followed", remedy]


def test_a_link_that_is_followed_is_a_folder_until_it_leads_back(shop: Path) -> None:
    with (shop / "hotrun.toml").open("a") as config:
        config.write("[profile.links]\nwatch.follow_symlinks = true\n")
    (shop.parent / "lib").mkdir()
    (shop.parent / "lib" / "a.go").write_text("package lib\n")
    (shop / "lib").symlink_to(shop.parent / "lib")
    (shop / "src" / "up").symlink_to("..")
    done = run(shop, "why", "--profile", "links", "lib/a.go")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "lib/a.go: watched")
    said = run(shop, "why", "--profile", "links", "src/up/src/main.go").stdout.splitlines()
    assert said[1] == "  its parent folder src/up/ links back to one of its parent folders"


def test_profile_and_options_count_as_in_a_run(shop: Path) -> None:
    assert run(shop, "why", "--profile", "wide", "src/main.go").returncode == 1
    [_, effect, *_] = run(shop, "why", "--profile", "wide", "src/a.c").stdout.splitlines()
    assert effect == '  build.app runs: hotrun.toml:23: profile.wide.build.app.paths[0]: "**/*.c"'
    assert "  it is ignored by -x *.go\n" in run(shop, "-x", "*.go", "why", "src/main.go").stdout
    assert "outside the watched folders: tpl/\n" in run(shop, "-w", "tpl", "why", "src/main.go").stdout


def test_the_remedy_that_is_proposed_works(shop: Path) -> None:
    for path in ("dist/js/a.js", "x.log", "node_modules", ".git/HEAD"):
        [pattern] = re.findall(r'to watch it: add "(.*)" to', run(shop, "why", path).stdout)
        lay_out(shop, {"hotrun.toml": CONFIG.replace('"*.tmp"]', f'"{pattern}"]')})
        assert ": watched" in run(shop, "why", path).stdout, pattern


def test_without_a_configuration_what_is_detected_is_explained(tmp_path: Path) -> None:
    lay_out(tmp_path, {"main.py": "print()\n"})
    done = run(tmp_path, "why", "main.py")
    assert done.returncode == 0
    assert "main.py: watched\n" in done.stdout
    assert "run.main" in done.stdout


def test_a_program_reads_the_same_as_json(shop: Path) -> None:
    done = run(shop, "why", "--json", "dist/js/a.js")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["watched"], answer["triggers"]) == (1, False, False)
    assert answer["sight"]["rule"]["file"] == str(shop / ".gitignore")
    assert answer["sight"]["rule"]["line"] == 2
    assert json.loads(run(shop, "why", "--json", "src/main.go").stdout)["triggers"] is True


def test_a_name_that_is_no_text_is_explained_too(shop: Path) -> None:
    name = os.fsdecode(b"\xff\x1b[31m.log")
    (shop / name).write_text("")
    done = run(shop, "why", name)
    assert (done.returncode, done.stderr) == (1, "")
    assert "\x1b" not in done.stdout
    assert "it is ignored by .gitignore:3: *.log" in done.stdout
    assert json.loads(run(shop, "why", "--json", name).stdout)["watched"] is False


def test_no_path_is_a_usage_error(shop: Path) -> None:
    for arguments in (["why"], ["why", ""], ["why", "a", "b"]):
        done = run(shop, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: ")


def test_a_running_hotrun_does_what_was_said(shop: Path) -> None:
    quiet = ["README.md", "bin/app", "dist/js/a.js", "x.log", "x.tmp", "src/a_test.go"]
    loud = ["src/main.go", "tpl/new.html"]
    assert {path: run(shop, "why", path).returncode for path in (*quiet, *loud)} == {
        **dict.fromkeys(quiet, 1),
        **dict.fromkeys(loud, 0),
    }
    with Running(shop) as session:
        session.wait_for("watching")
        session.wait_for("process.started")
        mark = session.mark
        for path in (*quiet, *loud):
            (shop / path).parent.mkdir(exist_ok=True)
            (shop / path).write_text("changed")
        session.wait_for("process.started", since=mark)
        session.wait_for("up_to_date", since=session.mark - 1)
        changed = {path["path"] for event in session.seen("changes.detected", since=mark) for path in event["paths"]}
    assert set(loud) <= changed
    assert not changed & {"bin/app", "dist/js/a.js", "x.log", "x.tmp"}
