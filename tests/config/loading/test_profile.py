"""Profiles: tables are merged, values replaced."""

from __future__ import annotations

from hotrun.config.loading.load import parse
from tests.config.loading.loaded import PENDING, ROOT, problems_of, project_of, warnings_of

PROFILES = """
[env]
A = "1"
B = "1"
[watch]
exclude = ["x", "y"]
[build.app]
command = "make"
timeout = "1s"
[run.web]
command = "app"
ready = { tcp = "127.0.0.1:80", timeout = "9s" }
[profile.dev]
env.B = "2"
watch = { exclude = ["z"] }
build.app.timeout = "2s"
run.web.ready.http = "http://localhost"
run.extra.command = "extra"
[profile.other]
env.C = "3"
"""


def test_a_profile_merges_tables_and_replaces_values_and_arrays() -> None:
    plain, dev = project_of(PROFILES), project_of(PROFILES, "dev")
    assert plain.processes["web"].program.env == {"A": "1", "B": "1"}
    assert dev.processes["web"].program.env == {"A": "1", "B": "2"}
    assert (plain.watch.exclude, dev.watch.exclude) == (("x", "y"), ("z",))
    assert (plain.steps["app"].timeout_ms, dev.steps["app"].timeout_ms) == (1_000, 2_000)
    assert dev.steps["app"].program.argv == ("sh", "-c", "make")
    assert list(plain.processes) == ["web"]
    assert list(dev.processes) == ["web", "extra"]


def test_a_profile_can_change_the_kind_of_readiness_check() -> None:
    ready = parse(PROFILES, "hotrun.toml", ROOT, "dev").config.run["web"].ready
    assert ready is not None
    assert (ready.tcp, ready.http, ready.timeout) == (None, "http://localhost", 9_000)


def test_a_profile_can_be_the_whole_file() -> None:
    text = '[profile.dev.run.web]\ncommand = "x"\n'
    assert list(project_of(text, "dev").processes) == ["web"]
    assert problems_of(text) == ["hotrun.toml:1: nothing to do, expected a [build.NAME] or [run.NAME] table"]


def test_an_unknown_profile_is_refused_with_the_available_ones() -> None:
    assert problems_of(PROFILES, "dve") == ['hotrun.toml:13: profile: unknown profile "dve", did you mean "dev"?']
    assert problems_of(PROFILES, "x") == ['hotrun.toml:13: profile: unknown profile "x" (available: dev, other)']
    assert problems_of('[run.web]\ncommand = "x"', "dev") == ['hotrun.toml:1: profile: unknown profile "dev"']


def test_a_warning_about_a_profiles_key_names_the_profile() -> None:
    assert warnings_of(PENDING, "dev")[-1] == "10: profile.dev.proxy: not yet supported, ignored"
    assert warnings_of(PENDING, "blue")[-1].startswith("13: profile.blue.run.web.overlap: the old and the new run both")


def test_another_readiness_check_in_a_profile_drops_the_status_of_the_file() -> None:
    text = '[run.web]\ncommand = "x"\nready = { http = "http://a/", status = 204, timeout = "5s" }\n'
    text += '[profile.dev]\nrun.web.ready.log = "up"\n[profile.any]\nrun.web.ready.status = 200'
    ready = project_of(text, "dev").processes["web"].ready
    assert (ready.by, ready.status, ready.timeout_ms) == ("log", None, 5000)
    ready = project_of(text, "any").processes["web"].ready
    assert (ready.by, ready.status) == ("http", 200)
