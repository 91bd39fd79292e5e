"""Opens places in the editor: for a desk, which lends its terminal if it has to, or for a command."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotrun.adapters.editors.catalog import FilePosition, NoEditor, Opening
from hotrun.adapters.editors.launcher import TerminalEditor, find, open_window
from hotrun.errors import HotrunError

if TYPE_CHECKING:
    import asyncio


def open_here(file: str, line: int | None, column: int | None, setting: str | None) -> int:
    """Open a place for a command that does nothing else, and wait where the editor draws in this terminal.

    Returns the editor's exit code, 0 for one with windows of its own. Raises HotrunError where there is no editor.
    """
    try:
        editor = find(FilePosition(file, line or 1, column or 1), setting)
        if editor.needs_terminal:
            return TerminalEditor(editor).wait()
        open_window(editor)
    except NoEditor as why:
        raise HotrunError(str(why), exit_code=1) from why
    except OSError as error:
        raise HotrunError(f"the editor cannot be started: {error.strerror}", exit_code=1) from error
    return 0


class EditorLauncher:
    """At most one editor in the terminal at a time."""

    def __init__(self, lend: Callable[[], None], take_back: Callable[[], None]) -> None:
        """`lend` gives the terminal away as it was before us, `take_back` is called when the editor has ended."""
        self._lend = lend
        self._take_back = take_back
        self._in_front: TerminalEditor | None = None

    @property
    def has_terminal(self) -> bool:
        """Whether an editor draws in our terminal now."""
        return self._in_front is not None

    def open(self, place: FilePosition, setting: str | None, loop: asyncio.AbstractEventLoop) -> str:
        """Open it; returns a word on that for the person. `setting` is `ui.editor`."""
        if self.has_terminal:
            return "an editor is open already"
        try:
            editor = find(place, setting)
            if editor.needs_terminal:
                self._open_in_front(editor, loop)
                return ""
            open_window(editor)
        except NoEditor as why:
            return str(why)
        except OSError as error:
            return f"the editor cannot be started: {error.strerror}"
        return f"{editor.argv[0].rpartition('/')[2]} opens {place.file.rpartition('/')[2]}:{place.line}"

    def close(self) -> None:
        """End the editor in the terminal, if there is one."""
        if self._in_front is not None:
            self._in_front.end()

    def _open_in_front(self, editor: Opening, loop: asyncio.AbstractEventLoop) -> None:
        self._lend()
        try:
            self._in_front = front = TerminalEditor(editor)
        except OSError:
            self._take_back()
            raise

        def wait() -> None:
            front.wait()
            with contextlib.suppress(RuntimeError):  # the loop is over
                loop.call_soon_threadsafe(self._on_ended)

        # A thread of our own: the loop's end waits for those of its executor, and `close` comes after that.
        threading.Thread(target=wait, name="editor", daemon=True).start()

    def _on_ended(self) -> None:
        self._in_front = None
        self._take_back()
