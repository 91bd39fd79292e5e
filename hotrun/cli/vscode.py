"""`hotrun init --vscode`: the task that runs hotrun in VS Code and fills its Problems view."""

from __future__ import annotations

import os
import tempfile

from hotrun.cli.options import Options
from hotrun.cli.project import enter
from hotrun.config.writing.vscode_tasks import Unmergeable, task_text, with_task
from hotrun.errors import HotrunError

NAME = ".vscode/tasks.json"


def init_vscode(options: Options) -> int:
    """Put the task into the folder's tasks.json; what else stands there stays. Raises HotrunError."""
    path = os.path.join(enter(options), NAME)
    try:
        text = with_task(_read(path))
        if text is None:
            print(f'{NAME} already has a task "hotrun"')
            return 0
        _replace(path, text)
    except Unmergeable as why:
        raise HotrunError(f"{path}: not changed: {why}", f'add this to its list "tasks":\n{task_text()}') from None
    except OSError as error:
        raise HotrunError(f"{path} cannot be written: {error.strerror}") from error
    print(f"wrote {NAME}: Terminal > Run Task > hotrun shows errors in the Problems view")
    return 0


def _read(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise Unmergeable(f"not UTF-8: {error.reason}") from error


def _replace(path: str, text: str) -> None:
    """All of it or nothing: written beside it, then put in its place, with the mode that it had."""
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    mode = os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0o644
    fd, beside = tempfile.mkstemp(prefix=".tasks.", dir=folder)
    try:
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(beside, mode)
        os.replace(beside, path)
    except BaseException:  # raised again: Ctrl-C leaves nothing behind either
        os.unlink(beside)
        raise
