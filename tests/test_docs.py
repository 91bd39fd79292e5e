"""What the documents say is true: their examples load, their commands, links, events and versions exist."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
import typer.main

from hotrun.cli.command_line import app
from hotrun.config.loading.load import parse
from hotrun.session.parsers import known_names
from tests.support.docs import CONTRIBUTING, PACKAGE, PICTURE, README, blocks, texts_of
from tests.support.repository import REPOSITORY

DOCS = [README, CONTRIBUTING, *sorted((REPOSITORY / "docs").rglob("*.md"))]
# Written for contributors, in short sentences.
EXPLAINED = [
    CONTRIBUTING,
    *(REPOSITORY / "docs" / f"{name}.md" for name in ("architecture", "decisions", "glossary")),
    *sorted((REPOSITORY / "docs" / "how-it-works").glob("*.md")),
]
PAGES = [*DOCS, REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "examples").glob("**/README.md"))]
WRAPPED = [*PAGES, REPOSITORY / "benchmarks" / "README.md"]
# Where a command may be shown in backticks: in what a person reads, and in what hotrun itself writes and says.
SHOWN_IN = [*PAGES, REPOSITORY / "hotrun.toml.example", *sorted(PACKAGE.rglob("*.py"))]
# Folders of this machine: their own names do not stand here either, as this file is looked through too.
PRIVATE_FOLDERS = ["/" + "work" + "/", "/" + "root" + "/"]


def name_of(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


# --- configurations --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=f"{name_of(path)}-{number}")
        for path in PAGES
        for number, text in enumerate(blocks(path, "toml"), 1)
    ],
)
def test_each_configuration_that_is_shown_loads(text: str) -> None:
    assert text.startswith("["), "a part of a configuration begins with the table that it belongs to"
    filename = "pyproject.toml" if "[tool.hotrun" in text else "hotrun.toml"
    loaded = parse(text, filename, "/project", known_parsers=known_names)
    for profile in loaded.config.profile:
        parse(text, filename, "/project", profile, known_names)


def test_the_example_of_every_key_loads_with_each_of_its_profiles() -> None:
    text = (REPOSITORY / "hotrun.toml.example").read_text(encoding="utf-8")
    for profile in (None, *tomli.loads(text)["profile"]):
        loaded = parse(text, "hotrun.toml", "/project", profile, known_names)
        assert loaded.project.steps
        assert loaded.project.processes


def test_the_configuration_that_builds_hotrun_itself_loads_without_a_warning() -> None:
    path = REPOSITORY / "hotrun.toml"
    loaded = parse(path.read_text(encoding="utf-8"), "hotrun.toml", str(REPOSITORY), known_parsers=known_names)
    assert loaded.warnings == ()
    assert loaded.project.steps.keys() >= {"lint", "types", "tests"}


# --- commands --------------------------------------------------------------------------------------------------


def shown_commands(path: Path) -> Iterator[str]:
    """The command lines that begin with `hotrun`: in shell blocks, behind a prompt, and in backticks."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        lines = [line for block in blocks(path, "sh") for line in block.splitlines()]
        lines += [line[2:] for block in blocks(path, "text") for line in block.splitlines() if line.startswith("$ ")]
        parts = [part for line in lines for part in re.split(r"&&|\|\||;|\|", line.split(" #")[0])]
        yield from (part.strip() for part in parts if is_ours(part))
        text = re.sub(r"(?ms)^```.*?^```$", "", text)
    if path.suffix == ".py":
        text = "\n".join(said_in(text))
    yield from re.findall(r"`(hotrun(?: [^`\n]*)?)`", text)


def said_in(source: str) -> Iterator[str]:
    """The strings of a module, without its docstrings."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def is_ours(line: str) -> bool:
    return re.match(r"\s*(\S*/)?hotrun(\s|$)", line) is not None


@pytest.mark.parametrize(
    ("path", "line"),
    [pytest.param(path, line, id=f"{name_of(path)}: {line}") for path in SHOWN_IN for line in shown_commands(path)],
)
def test_each_command_that_is_shown_exists_with_its_options(path: Path, line: str) -> None:
    words = shlex.split(line.split(" > ")[0])[1:]
    command: Any = typer.main.get_command(app)
    while words and words[0] != "--":
        word = words.pop(0)
        if word.startswith("-"):
            options = {option: parameter for parameter in command.params for option in parameter.opts}
            assert word in {*options, "--help", "-h"}, f"{name_of(path)} shows {line}: there is no {word}"
            if word in options and not options[word].is_flag:
                assert words, f"{name_of(path)} shows {line}: {word} needs a value"
                words.pop(0)
        elif word in getattr(command, "commands", {}):
            command = command.commands[word]
        else:
            takes_names = any(parameter.param_type_name == "argument" for parameter in command.params)
            assert takes_names or word.strip("[].").isupper(), f"{name_of(path)} shows {line}: there is no {word}"


def test_commands_are_found_in_all_their_forms() -> None:
    """The tests above hold nothing if nothing is found."""
    found = set(shown_commands(README))
    assert {
        "hotrun",
        "hotrun init",
        "hotrun -- python3 app.py",
        ".venv/bin/hotrun demo",
        "hotrun demo --check",
    } <= found


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_the_readme_marks_the_commands_that_the_ci_runs(name: str) -> None:
    marked = rf"(?m)^<!-- command: {name} -->\n```sh\n(.+)\n```$"
    assert len(re.findall(marked, README.read_text(encoding="utf-8"))) == 1


# --- links and paths -------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    titles = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_each_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"https?://", target):
            continue
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        assert linked.exists(), f"{name_of(path)} links to {target}"
        assert not anchor or anchor in anchors(linked), f"{name_of(path)} links to {target}"


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_each_file_of_ours_that_is_named_exists(path: Path) -> None:
    named = re.findall(r"`((?:[\w.-]+/)+[\w-]+\.(?:py|md))`", path.read_text(encoding="utf-8"))
    missing = [file for file in named if not (REPOSITORY / file).exists() and not (PACKAGE / file).exists()]
    assert missing == []


# --- prose -----------------------------------------------------------------------------------------------------


def sentences(page: Path) -> list[str]:
    """The sentences of a page. Code, tables and headings are no prose; the text of a link counts as it is read."""
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    text = re.sub(r"(?m)^(#|\||<!--| {4}).*$", "\n", text)
    text = re.sub(r"`[^`]*`", "code", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text))
    parts = re.split(r"\n\s*\n|(?m:^\s*(?:[-*]|\d+\.) )", text)
    return [sentence for part in parts for sentence in re.split(r"(?<=[.!?])\**\s+", part) if sentence.strip()]


@pytest.mark.parametrize("page", EXPLAINED, ids=name_of)
def test_pages_for_contributors_have_short_sentences(page: Path) -> None:
    found = sorted((len(re.findall(r"\w[\w'-]*", sentence)), sentence) for sentence in sentences(page))
    assert len(found) > 5
    assert found[int(0.9 * (len(found) - 1))][0] <= 25, "nine of ten sentences have at most 25 words"
    assert found[-1][0] <= 30, f"too long: {found[-1][1]}"


def unmeasured(text: str) -> str:
    """A page without what a program has written, such as measurements."""
    return re.sub(r"(?ms)^<!-- ([\w ]+) -->$.*?^<!-- end of \1 -->$", "", text)


@pytest.mark.parametrize("page", WRAPPED, ids=name_of)
def test_lines_have_at_most_120_characters(page: Path) -> None:
    lines = unmeasured(page.read_text(encoding="utf-8")).splitlines()
    assert [line for line in lines if len(line) > 120 and not line.startswith("|")] == []


@pytest.mark.parametrize("page", WRAPPED, ids=name_of)
def test_cells_of_tables_have_at_most_20_words(page: Path) -> None:
    rows = re.findall(r"(?m)^\|(.*)\|$", unmeasured(page.read_text(encoding="utf-8")))
    cells = [cell for row in rows for cell in re.split(r"(?<!\\)\|", re.sub(r"`[^`]*`", "code", row))]
    assert [cell for cell in cells if len(re.findall(r"\w[\w'-]*", cell)) > 20] == []


def test_every_room_is_in_the_page_on_architecture() -> None:
    """A room is a folder of the package; some are named with the room around them."""
    named = set(re.findall(r"`([a-z_/]+)/?`", (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")))
    named = {name.rstrip("/") for name in named}
    rooms = {str(path.parent.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")} - {"."}
    missing = {room for room in rooms if not {room, room.rpartition("/")[2]} & named}
    assert missing == set()
    assert {name for name in named if "/" in name and not (PACKAGE / name).is_dir()} == set()


def test_every_decision_has_its_context_its_choice_and_what_was_rejected() -> None:
    text = (REPOSITORY / "docs" / "decisions.md").read_text(encoding="utf-8")
    _, *decisions = re.split(r"(?m)^### ", text)
    assert len(decisions) > 50
    for decision in decisions:
        labels = re.findall(r"(?m)^\*\*(\w+)\.\*\* \S", decision)
        assert labels == ["Context", "Choice", "Rejected"], decision.splitlines()[0]


# --- the picture -----------------------------------------------------------------------------------------------


def test_the_readme_shows_the_dashboard_red_and_green_with_words_for_who_does_not_see_it() -> None:
    shown = re.findall(r"!\[([^]]+)\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert PICTURE in {README.parent / target for alt, target in shown if len(alt) > 40}
    texts = texts_of(PICTURE)
    assert any("failed in" in text for text in texts)
    assert any("web stale" in text for text in texts)
    assert any("web ready" in text for text in texts)


def test_the_picture_is_small_asks_nobody_for_anything_and_names_no_machine() -> None:
    text = PICTURE.read_text(encoding="utf-8")
    assert len(text) < 80_000
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"(?<![\w.])/[a-z]+/[\w./-]+", " ".join(texts_of(PICTURE)))) == {
        "/home/you/shop",
        "/home/you/shop/hotrun.toml",
    }


# --- the repository --------------------------------------------------------------------------------------------


def test_no_file_knows_where_it_was_written() -> None:
    if shutil.which("git") is None or not (REPOSITORY / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    files = [REPOSITORY / name for name in listed.decode().split("\0") if name]
    assert README in files
    for path in files:
        content = path.read_bytes() if path.is_file() else b""
        assert not [folder for folder in PRIVATE_FOLDERS if folder.encode() in content], name_of(path)
