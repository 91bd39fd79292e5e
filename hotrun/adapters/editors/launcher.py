"""Opens a file in an editor: in a window of its own, or in hotrun's terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading

from hotrun.adapters.editors.catalog import FilePosition, NoEditor, Opening, opening
from hotrun.adapters.os import process_table

GRACE_S = 2.0  # for an editor that is stopped: it saves what it can


def find(place: FilePosition, setting: str | None) -> Opening:
    """Return how to open `place` here and now; `setting` is `ui.editor`. Raises NoEditor with the remedy.

    A missing file is not opened: it is only named in some output, and an editor would begin a new one.
    """
    if not os.path.isfile(place.file):
        raise NoEditor(f"{place.file} is not there any more")
    file = os.path.abspath(place.file)  # begins with a slash, so no editor takes it for an option
    found = opening(FilePosition(file, place.line, place.column), setting, os.environ, _is_installed, _running)
    if not _is_installed(found.argv[0]):
        raise NoEditor(f"the editor {found.argv[0]} is not installed, or not in PATH")
    return found


def open_window(editor: Opening) -> None:
    """Start an editor with its own windows, which outlives hotrun. Raises OSError."""
    child = subprocess.Popen(
        editor.argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Somebody must wait for it, or a zombie stays. Most exit within a second, after passing the file to a running one.
    threading.Thread(target=child.wait, name="editor", daemon=True).start()


class TerminalEditor:
    """An editor in hotrun's terminal."""

    def __init__(self, editor: Opening) -> None:
        """Start it. Raises OSError."""
        self._child = subprocess.Popen(editor.argv)

    def wait(self) -> int:
        """Wait for its exit, without a limit; returns its exit code."""
        return self._child.wait()

    def end(self) -> None:
        """Ask it to exit, and kill it after GRACE_S."""
        self._child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(GRACE_S)
            return
        self._child.kill()
        self._child.wait()


def _is_installed(program: str) -> bool:
    return shutil.which(program) is not None


def _running() -> list[str]:
    """Return the names of the programs that this user runs, each once."""
    names: dict[str, None] = {}
    user = os.getuid()
    for pid in process_table.pids() if os.path.isdir("/proc/self") else ():
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid != user:
                continue
            seen = process_table.find(pid)
            if seen is not None and seen.is_alive:
                names[seen.name] = None
    return list(names)
