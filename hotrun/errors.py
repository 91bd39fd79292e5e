"""The one error type that reaches a person: what is wrong, what to do, which exit code. And the one for programs."""

from __future__ import annotations


class HotrunError(Exception):
    """A problem that ends the command; raised anywhere, printed once in cli.

    `message` is one or more lines without the `error:` prefix, each a problem of its own unless it begins with two
    spaces and so belongs to the one before; `hint` says the remedy;
    `exit_code` follows docs/how-it-works/sessions.md (2 means usage or configuration).
    """

    def __init__(self, message: str, hint: str | None = None, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


class Refused(Exception):
    """A request to a running hotrun that it cannot answer: `code` is for programs, `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
