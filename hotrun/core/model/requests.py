"""The requests and questions that a running hotrun answers, for the command line, the control socket and the keys.

The commands of `hotrun`, the answers of the socket, the help of the keys and the tables of docs/control.md and
docs/commands.md are made from REQUESTS and QUESTIONS. The engine carries out a request in `Engine._request`, a `match`
that the type checker proves complete.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Verb = Literal["build", "restart", "pause", "resume", "stop", "kill", "attach", "detach"]
Argument = Literal["step", "process"]

# What a key can ask for: some of the verbs, and what only the dashboard knows.
Action = Literal[
    "restart", "build", "pause", "errors", "next-error", "previous-error", "open", "copy",
    "process-1", "process-2", "process-3", "process-4", "process-5", "process-6", "process-7", "process-8", "process-9",
    "all-output", "attach", "clear", "help", "stop", "full", "processes", "history", "follow", "search", "filter",
    "wrap", "up", "down", "page-up", "page-down", "top", "bottom", "back", "select",
]  # fmt: skip


class RequestKind(NamedTuple):
    """Something to do. `help`: one sentence. `argument`: the kind of name that limits it, None if it takes no name.

    `reply`: the text that the command prints. "" if only the socket and keys have it.
    """

    help: str
    argument: Argument | None = None
    reply: str = ""


REQUESTS: dict[Verb, RequestKind] = {
    "build": RequestKind("Build pending changes, or everything if there are none.", "step", "build requested"),
    "restart": RequestKind("Restart the processes without a build.", "process", "restart requested"),
    "pause": RequestKind("Collect changes, and start nothing.", reply="paused until `hotrun resume`"),
    "resume": RequestKind("Resume after a pause.", reply="resumed"),
    "stop": RequestKind("Stop hotrun and everything it started.", reply="stopping"),
    "kill": RequestKind("Stop at once, without the grace period of processes."),
    "attach": RequestKind("Send what you type to a process.", "process"),
    "detach": RequestKind("Send what you type to hotrun again."),
}


class QuestionKind(NamedTuple):
    """Something to find out. `arguments` are the names of those it needs."""

    help: str
    arguments: tuple[str, ...] = ()


QUESTIONS: dict[str, QuestionKind] = {
    "status": QuestionKind("Get the state, the last build, and the processes."),
    "errors": QuestionKind("Get the current diagnostics."),
    "why": QuestionKind("Get the last decisions about a path.", ("path",)),
    "inputs": QuestionKind("Get the files that a step with `inputs` uses.", ("name",)),
    "watch": QuestionKind("Get how the files are watched."),
    "type": QuestionKind("Type `text` into the attached process.", ("text",)),
}
