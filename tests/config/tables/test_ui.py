"""The table [ui]: its values, its keys, and the warning about an action without a key."""

from __future__ import annotations

from hotrun.config.loading.load import parse
from hotrun.core.model.project import Ui

RUN = '[run.web]\ncommand = "x"\n'


def ui(text: str) -> Ui:
    return parse(RUN + text, "hotrun.toml", "/project").project.ui


def test_without_the_table_every_value_is_the_default() -> None:
    assert ui("") == ui("[ui]\n[ui.keys]\n") == Ui()


def test_the_table_sets_the_values() -> None:
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


def test_an_action_that_loses_its_only_key_is_a_warning() -> None:
    warnings = parse(RUN + '[ui.keys]\nrestart = "p"\n', "hotrun.toml", "/project").warnings
    assert warnings == ("hotrun.toml:4: ui.keys.restart: pause has no key left, bind another one or set pause = []",)


def test_an_action_without_a_key_on_purpose_is_not_a_warning() -> None:
    for keys in ('restart = "p"\npause = []', 'restart = "p"\npause = "z"', 'restart = "k"', "stop = []"):
        assert parse(f"{RUN}[ui.keys]\n{keys}\n", "hotrun.toml", "/project").warnings == ()


def test_a_profile_can_change_keys() -> None:
    text = RUN + '[ui.keys]\nrestart = "R"\nhelp = "H"\n[profile.p]\nui.keys.restart = "x"\n'
    assert parse(text, "hotrun.toml", "/project", "p").project.ui.keys == {"restart": ("x",), "help": ("H",)}
