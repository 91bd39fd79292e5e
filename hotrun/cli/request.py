"""`hotrun build`, `restart`, `pause`, `resume` and `stop`: ask the running hotrun for something."""

from __future__ import annotations

from hotrun.cli.say import say
from hotrun.cli.status import folder_of
from hotrun.client import Client
from hotrun.core.model.requests import REQUESTS, Verb


def request(directory: str | None, verb: Verb, name: str | None = None) -> int:
    """Send the request, and return without waiting for its result. `name` narrows it to one step or process.

    Raises HotrunError: 3 when hotrun is not running, 2 when there is no such step or process.
    """
    with Client(folder_of(directory)) as client:
        client.ask(verb, name=name)
        say(f"{client.root}: {REQUESTS[verb].reply}{'' if name is None else f' for {name}'}")
    return 0
