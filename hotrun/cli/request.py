"""`hotrun build`, `restart`, `pause`, `resume` and `stop`: ask the hotrun that runs here for something."""

from __future__ import annotations

from hotrun.cli.say import say
from hotrun.cli.status import folder_of
from hotrun.client import Client

SAID = {
    "build": "told to build",
    "restart": "told to restart",
    "pause": "told to start nothing until `hotrun resume`",
    "resume": "told to go on",
    "stop": "told to end",
}


def request(directory: str | None, verb: str, name: str | None = None) -> int:
    """Ask for it; it is done after that, `hotrun status` says how it goes. `name` narrows it to one step or process.

    Raises HotrunError: 3 where no hotrun runs, 2 where there is no such step or process.
    """
    with Client(folder_of(directory)) as client:
        client.ask(verb, name=name)
        say(f"{client.root}: {SAID[verb]}{'' if name is None else f' {name}'}")
    return 0
