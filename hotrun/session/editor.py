"""Opens files in the editor, for the dashboard or for a command."""

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


def open_and_wait(file: str, line: int | None, column: int | None, setting: str | None) -> int:
    """Open a file in the editor. Wait for the editor if it runs in this terminal.

    Returns the exit code of a terminal editor, and 0 for a GUI editor. Raises HotrunError if there is no editor.
    """
    try:
        editor = find(FilePosition(file, line or 1, column or 1), setting)
        if editor.needs_terminal:
            return TerminalEditor(editor).wait()
        open_window(editor)
    except NoEditor as why:
        raise HotrunError(str(why), exit_code=1) from why
    except OSError as error:
        raise HotrunError(f"cannot start the editor: {error.strerror}", exit_code=1) from error
    return 0


class EditorLauncher:
    """Opens editors, at most one in the terminal at a time."""

    def __init__(self, release_terminal: Callable[[], None], reclaim_terminal: Callable[[], None]) -> None:
        """`release_terminal` is called before an editor starts in it, `reclaim_terminal` after it has exited."""
        self._release_terminal = release_terminal
        self._reclaim_terminal = reclaim_terminal
        self._terminal_editor: TerminalEditor | None = None

    @property
    def has_terminal(self) -> bool:
        """Whether an editor is running in our terminal."""
        return self._terminal_editor is not None

    def open(self, place: FilePosition, setting: str | None, loop: asyncio.AbstractEventLoop) -> str:
        """Open the place, and return a message for the dashboard. `setting` is `ui.editor`."""
        if self.has_terminal:
            return "an editor is already open"
        try:
            editor = find(place, setting)
            if editor.needs_terminal:
                self._open_in_terminal(editor, loop)
                return ""
            open_window(editor)
        except NoEditor as why:
            return str(why)
        except OSError as error:
            return f"cannot start the editor: {error.strerror}"
        return f"{editor.argv[0].rpartition('/')[2]} opens {place.file.rpartition('/')[2]}:{place.line}"

    def close(self) -> None:
        """Stop the editor in the terminal, if there is one."""
        if self._terminal_editor is not None:
            self._terminal_editor.end()

    def _open_in_terminal(self, editor: Opening, loop: asyncio.AbstractEventLoop) -> None:
        self._release_terminal()
        try:
            self._terminal_editor = running = TerminalEditor(editor)
        except OSError:
            self._reclaim_terminal()
            raise

        def wait() -> None:
            running.wait()
            with contextlib.suppress(RuntimeError):  # the loop is over
                loop.call_soon_threadsafe(self._on_exit)

        # Not a thread of the loop's executor: the loop waits for those when it ends, which is before `close`.
        threading.Thread(target=wait, name="editor", daemon=True).start()

    def _on_exit(self) -> None:
        self._terminal_editor = None
        self._reclaim_terminal()
