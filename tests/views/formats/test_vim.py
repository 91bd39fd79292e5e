"""The errors file, letter by letter, and as Vim and Emacs read it without any setting."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from hotrun.core.model import events
from hotrun.views.formats.parts import encoded
from hotrun.views.formats.vim import vim
from tests.support.toolchains import require
from tests.views.formats.places import JUMPS, NO_JUMP, Place, at

TIMEOUT_S = 60


def errors_file(folder: Path, diagnostics: Iterable[events.Diagnostic]) -> Path:
    path = folder / "errors.txt"
    path.write_bytes(b"".join(encoded(vim(diagnostic)) for diagnostic in diagnostics))
    return path


def vim_entries(path: Path) -> list[Place]:
    """What `:cfile` makes of the file, with Vim's defaults: file, line and column of each valid entry."""
    require("vim")
    report = path.with_suffix(".found")
    entry = "fnamemodify(bufname(v.bufnr), ':p') .. nr2char(9) .. v.lnum .. nr2char(9) .. v.col"
    found = f"map(filter(getqflist(), 'v:val.valid'), {{_, v -> {entry}}})"
    commands = [f"cfile {path}", f"call writefile({found}, '{report}')", "qall!"]
    # No settings of the person, none of the old vi, and UTF-8 as on any terminal of today.
    settings = ["-u", "NONE", "-i", "NONE", "-n", "-N", "-es", "--cmd", "set encoding=utf-8"]
    run(["vim", *settings, *(argument for command in commands for argument in ("-c", command))])
    return places_in(report.read_bytes())


# `compilation-mode` marks the lines while it parses; what it has found is at the start of each, or behind its blanks.
EMACS = """
(progn
  (require 'compile)
  (let ((coding-system-for-read 'utf-8-unix)) (find-file (getenv "ERRORS")))
  (compilation-mode)
  (compilation--ensure-parse (point-max))
  (goto-char (point-min))
  (let (found)
    (while (not (eobp))
      (let ((message (get-text-property (point) 'compilation-message)))
        (when message
          (let ((place (compilation--message->loc message)))
            (push (format "%s\t%s\t%s\n" (caar (compilation--loc->file-struct place))
                          (compilation--loc->line place) (compilation--loc->col place))
                  found))))
      (forward-line 1))
    (let ((coding-system-for-write 'utf-8-unix))
      (write-region (apply 'concat (nreverse found)) nil (concat (getenv "ERRORS") ".found")))))
"""


def emacs_entries(path: Path) -> list[Place]:
    """What compilation-mode makes of the file: file, line and column of each message."""
    require("emacs")
    script = path.with_suffix(".el")
    script.write_text(EMACS)
    run(["emacs", "-Q", "--batch", "--load", str(script)], ERRORS=str(path), LC_ALL="C.UTF-8")
    return places_in(Path(f"{path}.found").read_bytes())


def run(argv: list[str], **env: str) -> None:
    # The exit code of vim -es says nothing: what counts is the report.
    environment = {**os.environ, **env}
    subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False, env=environment)


def places_in(report: bytes) -> list[Place]:
    rows = [line.split("\t") for line in report.decode("utf-8", "surrogateescape").split("\n") if line]
    return [(file, int(line), int(column)) for file, line, column in rows]


def test_a_diagnostic_is_one_line_with_an_absolute_path() -> None:
    assert vim(at("/p/a.py", code="arg-type")) == "/p/a.py:41:9: error: bad [mypy arg-type]\n"
    assert vim(at("/p/a.py", tool="")) == "/p/a.py:41:9: error: bad\n"


def test_further_lines_of_a_message_are_indented_and_look_like_no_place() -> None:
    said = vim(at("/p/a.py", message='no:\nb.py:3:1: x\nc.py(3): "y"'))
    assert said == "/p/a.py:41:9: error: no: [mypy]\n    - b.py: 3: 1: x\n    - c.py( 3): 'y'\n"


def test_what_has_no_place_to_go_to_names_none() -> None:
    assert vim(NO_JUMP[0]) == "error: step app failed (exit 2) [app]\n"
    assert vim(NO_JUMP[4]) == "error: never found [gcc] (gone.py, line 3)\n"


def test_vim_jumps_to_each_place_whatever_it_is_called(tmp_path: Path) -> None:
    path = errors_file(tmp_path, (diagnostic for diagnostic, _ in JUMPS))
    assert vim_entries(path) == [place for _, place in JUMPS]


@pytest.mark.parametrize("diagnostic", NO_JUMP, ids=lambda diagnostic: diagnostic.message)
def test_vim_jumps_nowhere_where_there_is_no_place(diagnostic: events.Diagnostic, tmp_path: Path) -> None:
    assert vim_entries(errors_file(tmp_path, [diagnostic])) == []


def test_vim_reads_an_empty_file_as_no_errors(tmp_path: Path) -> None:
    assert vim_entries(errors_file(tmp_path, [])) == []


def test_emacs_jumps_to_each_place_and_nowhere_else(tmp_path: Path) -> None:
    # A name that holds a place itself cannot be told from one by any of its rules.
    usual = [(diagnostic, place) for diagnostic, place in JUMPS if not re.search(r":\d+(:|$)", place[0])]
    path = errors_file(tmp_path, [*(diagnostic for diagnostic, _ in usual), *NO_JUMP])
    assert emacs_entries(path) == [place for _, place in usual]
