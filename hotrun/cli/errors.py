"""`hotrun errors`: current problems, in the formats that people, editors and CI read. Imports little."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from hotrun import __version__
from hotrun.cli.status import folder_of
from hotrun.client import Client
from hotrun.core.model import events
from hotrun.views.formats.parts import encoded


def errors(directory: str | None, form: str | None, most: int | None) -> int:
    """Print it, `most` of them at most; returns 1 where there is an error, else 0. Raises HotrunError: 3, none runs.

    `form` is json, vim, github or sarif; None: plain text. What the output is not meant for goes to stderr.
    """
    with Client(folder_of(directory)) as client:
        found = client.ask("errors")
    diagnostics = msgspec.convert(found["diagnostics"], list[events.Diagnostic])
    shown = diagnostics if most is None else diagnostics[:most]
    text = _FORMS[form](shown, found["root"])
    _write(encoded(text) if form is not None else text.encode(sys.stdout.encoding or "utf-8", "replace"))
    rest = len(diagnostics) - len(shown)
    if form is None and not diagnostics:
        print(_nothing(found))
    if rest:
        print(f"and {rest} more", file=sys.stdout if form is None else sys.stderr)
    if found["building"] is not None:
        print(_meanwhile(found), file=sys.stderr)
    return 1 if any(diagnostic.severity == "error" for diagnostic in diagnostics) else 0


def _nothing(found: dict[str, Any]) -> str:
    return "no problems" if found["build"] is None else f"no problems (build #{found['build']})"


def _meanwhile(found: dict[str, Any]) -> str:
    known = (
        "these are the problems so far"
        if found["build"] is None
        else f"these are the problems of build #{found['build']}"
    )
    return f"build #{found['building']} is running: {known}"


def _write(data: bytes) -> None:
    """Print bytes: what programs read is UTF-8 wherever it goes, with names of files byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def _compact(diagnostics: Sequence[events.Diagnostic], root: str) -> str:
    from hotrun.views.formats.compact import compact

    base = os.path.realpath(".")
    return "".join(f"{compact(diagnostic, base)}\n" for diagnostic in diagnostics)


def _json(diagnostics: Sequence[events.Diagnostic], root: str) -> str:
    text = json.dumps(msgspec.to_builtins(diagnostics), ensure_ascii=False)
    return encoded(text).decode("utf-8", "replace") + "\n"


def _vim(diagnostics: Sequence[events.Diagnostic], root: str) -> str:
    from hotrun.views.formats.vim import vim

    return "".join(map(vim, diagnostics))


def _github(diagnostics: Sequence[events.Diagnostic], root: str) -> str:
    from hotrun.views.formats.github_annotations import github

    workspace = os.path.realpath(os.environ.get("GITHUB_WORKSPACE") or root)
    return "".join(f"{github(diagnostic, workspace)}\n" for diagnostic in diagnostics)


def _sarif(diagnostics: Sequence[events.Diagnostic], root: str) -> str:
    from hotrun.views.formats.sarif import sarif

    return sarif(diagnostics, root, __version__) + "\n"


_FORMS: dict[str | None, Callable[[Sequence[events.Diagnostic], str], str]] = {
    None: _compact,
    "json": _json,
    "vim": _vim,
    "github": _github,
    "sarif": _sarif,
}
