"""Opens a file in an editor: one with windows beside us, one that draws in the terminal in front of us."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading

from hotrun.adapters.editors.catalog import FilePosition, NoEditor, Opening, opening
from hotrun.adapters.os import process_table

GRACE_S = 2.0  # for an editor that is asked to end: it saves what it can


def find(place: FilePosition, setting: str | None) -> Opening:
    """How to open `place` here and now; `setting` is `ui.editor`. Raises NoEditor with the remedy.

    A file that is not there is not opened: a line of output named it, and an editor would begin a new one.
    """
    if not os.path.isfile(place.file):
        raise NoEditor(f"{place.file} is not there any more")
    file = os.path.abspath(place.file)  # begins with a slash: no editor takes it for an option
    found = opening(FilePosition(file, place.line, place.column), setting, os.environ, _is_there, _running)
    if not _is_there(found.argv[0]):
        raise NoEditor(f"the editor {found.argv[0]} is not installed, or not in PATH")
    return found


def open_beside(editor: Opening) -> None:
    """Start an editor with windows of its own, which outlives us. Raises OSError."""
    child = subprocess.Popen(
        editor.argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Its end is taken note of somewhere, so that no zombie stays; most are over in a second, having told another one.
    threading.Thread(target=child.wait, name="editor", daemon=True).start()


class InFront:
    """An editor in the terminal that is ours."""

    def __init__(self, editor: Opening) -> None:
        """Start it. Raises OSError."""
        self._child = subprocess.Popen(editor.argv)

    def wait(self) -> int:
        """Wait for its end, for as long as it takes; returns its exit code."""
        return self._child.wait()

    def end(self) -> None:
        """Ask it to end, and end it."""
        self._child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(GRACE_S)
            return
        self._child.kill()
        self._child.wait()


def _is_there(program: str) -> bool:
    return shutil.which(program) is not None


def _running() -> list[str]:
    """The names of the programs that this user runs, each once."""
    names: dict[str, None] = {}
    user = os.getuid()
    for pid in process_table.pids() if os.path.isdir("/proc/self") else ():
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid != user:
                continue
            seen = process_table.see(pid)
            if seen is not None and seen.lives:
                names[seen.name] = None
    return list(names)
