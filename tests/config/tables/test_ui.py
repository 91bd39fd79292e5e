"""The table [ui]: what it becomes, what it takes from whom, and that a change of it restarts nothing."""

from __future__ import annotations

from hotrun.config.loading.load import parse
from hotrun.core.model.project import Ui

RUN = '[run.web]\ncommand = "x"\n'


def ui(text: str) -> Ui:
    return parse(RUN + text, "hotrun.toml", "/project").project.ui


def test_without_the_table_everything_is_as_by_default() -> None:
    assert ui("") == ui("[ui]\n[ui.keys]\n") == Ui()


def test_the_table_says_how_hotrun_shows_itself() -> None:
    text = '[ui]\nnotify = true\nbell = true\ntitle = false\neditor = "code"\n'
    assert ui(text) == Ui(notify=True, bell=True, title=False, editor="code")


def test_an_action_has_one_key_or_many_or_none() -> None:
    text = '[ui.keys]\nrestart = "R"\npage-down = ["ctrl+d", "alt+x", "ctrl+d"]\nhelp = []\nprocess-1 = "f1"\n'
    assert ui(text).keys == {
        "restart": ("R",),
        "page-down": ("ctrl+d", "alt+x"),
        "help": (),
        "process-1": ("f1",),
    }


def test_an_action_that_loses_its_only_key_is_told() -> None:
    warnings = parse(RUN + '[ui.keys]\nrestart = "p"\n', "hotrun.toml", "/project").warnings
    assert warnings == (
        "hotrun.toml:4: ui.keys.restart: pause has no key now: give it another one, or write pause = []",
    )


def test_an_action_that_is_meant_to_have_no_key_is_not_told() -> None:
    for keys in ('restart = "p"\npause = []', 'restart = "p"\npause = "z"', 'restart = "k"', "stop = []"):
        assert parse(f"{RUN}[ui.keys]\n{keys}\n", "hotrun.toml", "/project").warnings == ()


def test_a_profile_has_keys_of_its_own() -> None:
    text = RUN + '[ui.keys]\nrestart = "R"\nhelp = "H"\n[profile.p]\nui.keys.restart = "x"\n'
    assert parse(text, "hotrun.toml", "/project", "p").project.ui.keys == {"restart": ("x",), "help": ("H",)}
