"""What a changed path means: whose input it is, and what follows from that for others."""

from __future__ import annotations

import pytest

from hotrun.core.changes.impact import Impact, Impacts, effect_text
from hotrun.core.changes.step_inputs import InputListings
from hotrun.core.model.graph import Graph
from hotrun.core.model.project import Project, Reload
from tests.core.simulated_session import process, project, step

SHOP = project(
    step("app", paths=("**/*.go",), outputs=("tmp/app",)),
    step("test", paths=(), needs=("app",)),
    step("css", paths=("*.scss",)),
    process("web", paths=("tpl/**",), needs=("app",), reload=Reload(("*.html",), "SIGHUP")),
    process("docs", paths=None),
    process("proxy", paths=(), needs=("css",)),
)


def impact_of(shop: Project, path: str) -> Impact:
    return Impacts(shop, InputListings(shop)).of(path)


@pytest.mark.parametrize(
    ("path", "steps", "processes", "reloads"),
    [
        ("cmd/main.go", {"app"}, {"docs"}, set()),
        ("tpl/a", set(), {"web", "docs"}, set()),
        ("a.html", set(), {"docs"}, {"web"}),
        ("a.scss", {"css"}, {"docs"}, set()),
        ("README", set(), {"docs"}, set()),
    ],
)
def test_an_impact_names_the_parts_whose_own_input_a_path_is(
    path: str, steps: set[str], processes: set[str], reloads: set[str]
) -> None:
    assert impact_of(SHOP, path) == Impact(False, frozenset(steps), frozenset(processes), frozenset(reloads))


def test_an_output_of_a_step_is_told_from_an_edit() -> None:
    impacts = Impacts(SHOP, InputListings(SHOP))
    assert impacts.is_output("tmp/app")
    assert not impacts.is_output("tmp/other")


def test_a_file_that_a_crash_named_restarts_the_process_instead_of_reloading_it() -> None:
    impacts = Impacts(SHOP, InputListings(SHOP), lambda path: frozenset({"web"}))
    assert impacts.of("a.html").processes == {"web", "docs"}
    assert impacts.of("a.html").reloads == set()


@pytest.mark.parametrize(
    ("path", "cached", "text"),
    [
        ("main.go", (), "builds app, test, restarts docs, web"),
        ("a.scss", (), "builds css, restarts docs, proxy"),
        ("a.html", (), "restarts docs, signals web (SIGHUP)"),
        ("main.go", ("app",), "builds test, restarts docs"),
    ],
)
def test_the_effect_of_an_impact_in_words(path: str, cached: tuple[str, ...], text: str) -> None:
    assert effect_text(impact_of(SHOP, path), SHOP, Graph(SHOP), cached) == text


def test_what_is_only_cached_has_no_effect_and_what_concerns_nobody_says_so() -> None:
    shop = project(step("app", paths=("*.go",)), process("web", paths=(), needs=("app",)))
    assert effect_text(impact_of(shop, "a.go"), shop, Graph(shop), ("app",)) is None
    assert effect_text(impact_of(shop, "a.md"), shop, Graph(shop)) == "matches no step or process"
