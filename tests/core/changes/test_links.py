"""Why a changed path concerns a step or process: which pattern of which key says so."""

from __future__ import annotations

import pytest

from hotrun.core.changes.impact import Impacts
from hotrun.core.changes.links import Consequence, Link, Links, unmatched_patterns
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.graph import Graph
from hotrun.core.model.project import ListedFile, Program, Reload, Step
from tests.core.simulated_session import ROOT, process, project, step

SHOP = project(
    step("app", paths=("**/*.go", "!**/*_test.go"), outputs=("tmp/app", "gen/")),
    step("test", paths=("**/*.go",), needs=("app",)),
    step("css", paths=("*.scss",), outputs=("static/*.css", "!static/own.css")),
    process("web", paths=("tpl/**",), needs=("app",)),
    process("docs", paths=None),
)


def test_a_pattern_is_named_by_part_key_and_number() -> None:
    links = Links(SHOP)
    assert links.link_to("app", "cmd/main.go") == Link("app", "paths", 0, "**/*.go")
    assert links.link_to("web", "tpl/a.html") == Link("web", "paths", 0, "tpl/**")


def test_a_pattern_that_takes_a_path_back_out_leaves_no_link() -> None:
    assert Links(SHOP).link_to("app", "main_test.go") is None


def test_a_part_without_paths_is_concerned_by_every_file() -> None:
    assert Links(SHOP).link_to("docs", "any/thing") == Link("docs", "paths")


def test_an_env_file_concerns_the_parts_that_read_it() -> None:
    reader = Step("app", Program(("x",), ROOT, env_files=(f"{ROOT}/a.env", "/etc/b.env")), paths=())
    links = Links(project(reader, step("other", paths=())))
    assert links.link_to("app", "../etc/b.env") == Link("app", "env_files", 1, "../etc/b.env")
    assert links.link_to("other", "../etc/b.env") is None


@pytest.mark.parametrize(
    "path", ["cmd/main.go", "main_test.go", "a.scss", "tpl/x/y", "tmp/app", "gen/x.go", "static/own.css", "none"]
)
def test_what_is_explained_is_what_is_done(path: str) -> None:
    links, impacts, graph = Links(SHOP), Impacts(SHOP, InputListings(SHOP)), Graph(SHOP)
    is_output = impacts.is_output(path)
    impact = impacts.of(path)
    steps = graph.with_dependents(impact.steps)
    done = set() if is_output else steps | impact.processes | graph.dependent_processes(steps)
    assert {one.part for one in links.consequences([path])} == done
    assert (links.output_of(path) is not None) == is_output


def test_steps_and_processes_follow_the_steps_that_they_need() -> None:
    app, follower, web, docs = Links(SHOP).consequences(["main.go"])
    assert (app.part, app.after) == ("app", ())
    assert (follower.part, follower.after) == ("test", ("app",))
    assert web == Consequence("web", None, 0, ("app",))
    assert (docs.part, docs.link) == ("docs", Link("docs", "paths"))


def test_of_many_files_the_pattern_of_most_is_named_and_all_are_counted() -> None:
    links = Links(project(step("app", paths=("*.c", "*.h"))))
    [found] = links.consequences(["a.c", "a.h", "b.h", "readme"])
    assert (found.link, found.files) == (Link("app", "paths", 1, "*.h"), 3)


def test_an_output_is_named_by_its_own_step() -> None:
    assert Links(SHOP).output_of("gen/deep/x.go") == Link("app", "outputs", 1, "gen/")
    assert Links(SHOP).output_of("static/a.css") == Link("css", "outputs", 0, "static/*.css")


def test_patterns_that_match_nothing_are_found_each_by_itself() -> None:
    shop = project(
        step("app", paths=("**/*.go", "**/*.gp", "!main.go", "!none")), process("web", paths=()), process("docs")
    )
    assert unmatched_patterns(shop, ["main.go"]) == (Link("app", "paths", 1, "**/*.gp"),)
    assert unmatched_patterns(shop, []) == (Link("app", "paths", 0, "**/*.go"), Link("app", "paths", 1, "**/*.gp"))


def test_a_pattern_for_what_is_still_to_be_made_is_not_idle() -> None:
    shop = project(step("gen", paths=("*.proto",), outputs=("gen/",)), step("app", paths=("gen/**/*.go", "/gen/x.go")))
    assert unmatched_patterns(shop, ["a.proto"]) == ()


def test_what_a_process_takes_by_itself_is_explained_and_can_be_idle() -> None:
    shop = project(process("web", paths=("*.py",), reload=Reload(("*.html", "*.htm"))))
    link = Link("web", "reload.paths", 0, "*.html")
    assert Links(shop).consequences(["a.html"]) == (Consequence("web", link, 1, ()),)
    assert unmatched_patterns(shop, ["a.py", "a.html"]) == (Link("web", "reload.paths", 1, "*.htm"),)


def test_a_listed_file_is_explained_by_what_brings_it_in_and_a_folder_by_the_most_frequent_of_that() -> None:
    part = step("app", inputs=("go:./cmd/app",), paths=("*.tmpl",))
    listings = InputListings(project(part))
    listing = listings.of("app")
    assert listing is not None
    files = {"a/1.go": "package a", "a/2.go": "package a", "b/1.go": "package b"}
    listing.use({path: ListedFile(0, by) for path, by in files.items()}, None)
    links = Links(project(part), listings)
    assert links.link_to("app", "a/1.go") == Link("app", "inputs", 0, "go:./cmd/app", "package a")
    assert links.link_to("app", "x.tmpl") == Link("app", "paths", 0, "*.tmpl")
    assert links.link_to("app", "c/1.go") is None
    (found,) = links.consequences([*files, "c/1.go"])
    assert found.link == Link("app", "inputs", 0, "go:./cmd/app", "package a and 1 more")
    assert found.files == 3


def test_without_a_list_a_source_counts_and_no_package_is_named() -> None:
    links = Links(project(step("app", inputs=("go:.",))))
    assert links.link_to("app", "any/x.go") == Link("app", "inputs", 0, "go:.")
    assert links.link_to("app", "README.md") is None
