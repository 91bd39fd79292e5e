"""Errors that end a command, and refusals that the control socket sends to programs."""

from __future__ import annotations


class HotrunError(Exception):
    """A problem that ends the command. Any module may raise it, and cli prints it once.

    `message`: one or more lines without the `error:` prefix. Each line is a problem of its own, unless it begins with
    two spaces: then it continues the line above. `hint`: how to fix it. `exit_code`: see
    docs/how-it-works/sessions.md (2 means usage or configuration).
    """

    def __init__(self, message: str, hint: str | None = None, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


class Refused(Exception):
    """A running hotrun refuses a request. `code` is for programs, `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
