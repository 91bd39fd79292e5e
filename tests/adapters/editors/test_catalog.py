"""Which editor opens a file, and with which arguments."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hotrun.adapters.editors.catalog import FilePosition, NoEditor, Opening, opening

PLACE = FilePosition("/p/src/a b.py", 41, 9)


def argv(
    setting: str | None = None, environ: Mapping[str, str] | None = None, there: str = "", running: str = ""
) -> tuple[str, ...]:
    return found(setting, environ, there, running).argv


def found(setting: str | None, environ: Mapping[str, str] | None, there: str = "", running: str = "") -> Opening:
    return opening(PLACE, setting, environ or {}, there.split().__contains__, running.split)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("code", "code -r -g /p/src/a b.py:41:9"),
        ("code --wait", "code --wait -r -g /p/src/a b.py:41:9"),
        ("/opt/cursor/cursor", "/opt/cursor/cursor -r -g /p/src/a b.py:41:9"),
        ("subl", "subl /p/src/a b.py:41:9"),
        ("zed", "zed /p/src/a b.py:41:9"),
        ("goland", "goland --line 41 --column 9 /p/src/a b.py"),
        ("vim", "vim +call setcursorcharpos(41, 9) /p/src/a b.py"),
        ("nvim -u NONE", "nvim -u NONE +call setcursorcharpos(41, 9) /p/src/a b.py"),
        ("emacs", "emacs +41:9 /p/src/a b.py"),
        ("emacsclient -n", "emacsclient -n +41:9 /p/src/a b.py"),
        ("nano", "nano +41,9 /p/src/a b.py"),
        ("hx", "hx /p/src/a b.py:41:9"),
        ("kak", "kak +41:9 /p/src/a b.py"),
        ("mate", "mate --line 41:9 /p/src/a b.py"),
        ("ed", "ed /p/src/a b.py"),
    ],
)
def test_each_editor_gets_the_place_in_its_own_way(command: str, expected: str) -> None:
    assert " ".join(argv(command)) == expected
    assert argv(command)[-1].startswith("/p/src/a b.py"), "the name is one argument"


def test_a_setting_says_where_the_place_goes() -> None:
    assert argv("'my editor' --at {line}:{column} {file}") == ("my editor", "--at", "41:9", "/p/src/a b.py")


def test_what_a_file_is_called_is_not_filled_in_again() -> None:
    place = FilePosition("/p/{line}.py", 4, 1)
    assert opening(place, "e {file} {line}", {}, bool, list).argv == ("e", "/p/{line}.py", "4")


def test_an_editor_in_the_terminal_is_told_from_one_with_windows() -> None:
    assert found("vim", None).needs_terminal
    assert found("emacsclient -t", None).needs_terminal
    assert not found("emacsclient -n", None).needs_terminal
    assert not found("code", None).needs_terminal
    assert found("unheard-of", None).needs_terminal
    assert found("unheard-of +{line} {file}", None).needs_terminal
    assert not found("code -g {file}:{line}", None).needs_terminal


def test_the_setting_goes_before_the_editor_around_and_that_before_the_variables() -> None:
    environ = {"TERM_PROGRAM": "vscode", "EDITOR": "nano", "VISUAL": "vim", "HOTRUN_EDITOR": "hx"}
    assert argv("kak", environ, "code")[0] == "kak"
    assert argv(None, environ, "code")[0] == "code"
    assert argv(None, environ)[0] == "hx", "no command of VS Code is installed"
    del environ["HOTRUN_EDITOR"]
    assert argv(None, environ)[0] == "vim"
    del environ["VISUAL"]
    assert argv(None, environ)[0] == "nano"


@pytest.mark.parametrize(
    ("home", "there", "expected"),
    [
        ("/usr/share/code/code", "code cursor", "code"),
        ("/opt/Cursor/resources/app/node", "code cursor", "cursor"),
        ("/usr/share/codium/codium", "code codium", "codium"),
        ("/snap/code-insiders/code-insiders", "code code-insiders", "code-insiders"),
        ("", "windsurf", "windsurf"),
    ],
)
def test_in_a_terminal_of_vs_code_or_its_kin_the_right_one_opens(home: str, there: str, expected: str) -> None:
    environ = {"TERM_PROGRAM": "vscode", "VSCODE_GIT_ASKPASS_NODE": home}
    assert argv(None, environ, there)[0] == expected


def test_terminals_of_zed_jetbrains_and_emacs_open_theirs() -> None:
    assert argv(None, {"ZED_TERM": "true"}, "zed") == ("zed", "/p/src/a b.py:41:9")
    assert argv(None, {"TERMINAL_EMULATOR": "JetBrains-JediTerm"}, "pycharm")[0] == "pycharm"
    assert argv(None, {"INSIDE_EMACS": "30.1,vterm"}, "emacsclient")[0] == "emacsclient"


def test_the_neovim_around_us_is_asked_with_the_name_as_a_string() -> None:
    place = FilePosition("/p/it's | qa!.py", 3, 2)
    said = opening(place, None, {"NVIM": "/run/nvim.1"}, bool, list).argv
    assert said[:4] == ("nvim", "--server", "/run/nvim.1", "--remote-expr")
    assert "fnameescape('/p/it''s | qa!.py')" in said[4]


def test_without_a_word_the_editor_that_runs_is_taken() -> None:
    assert argv(running="bash sshd goland", there="goland")[0] == "goland"
    with pytest.raises(NoEditor, match=r"set EDITOR, or \[ui\] editor"):
        argv(running="bash vim")


@pytest.mark.parametrize("setting", ["'open", "  "])
def test_a_setting_that_is_no_command_is_refused(setting: str) -> None:
    with pytest.raises(NoEditor):
        argv(setting)
