"""Find out from a process's last lines whether it failed because an address is in use, and which ports it wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hotrun.core.diagnostics.model.text_lines import plain
from hotrun.core.model.project import Process

_TAKEN = re.compile(
    r"address (?:is )?(?:already )?in use"  # strerror(EADDRINUSE), the runtimes, PostgreSQL, Redis, .NET
    r"|\bEADDRINUSE\b|\bAddrInUse\b|\[errno (?:98|48)\]|\((?:98|48): "  # also if strerror is localized
    r"|connection in use"  # gunicorn
    r"|\bport\b.{0,40}\bin use\b"  # flask, Django, vite, Spring, Tomcat
    r"|already running on port|port is already allocated",  # create-react-app, docker
    re.IGNORECASE,
)
_MOVED = re.compile(r"\btrying (?:another|the next|port|\d)|\busing\b.*\binstead\b", re.IGNORECASE)  # vite, Next.js
_ADDRESS = re.compile(
    r"(?:(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]*(?:%\w+)?\]|[0-9a-f:]{0,39}::[0-9a-f:]{0,39}?|\*|localhost)?"
    r"|(?<=://)[\w.-]+)"
    r":(\d{1,5})(?!\w|\.\d|:\S)",  # neither a time nor the line and column of a file
    re.IGNORECASE,
)
_TUPLE = re.compile(r"\('[^']*', (\d{1,5})\b")  # an address as Python prints it
_NAMED = re.compile(r"\bport\b\W{0,3}(\d{1,5})\b", re.IGNORECASE)
_OF_ADDRESS = re.compile(r"(?<!:):(\d{1,5})(?![\d:\]])")  # not within the brackets of IPv6
_IN_COMMAND = re.compile(r"(?<![\w.])(\d{2,5})(?![\w.])")  # "--port 8000", ":8000", "8000"
_REMARK = 3  # lines: flask and PostgreSQL name the port in the next line


def taken_ports(lines: Iterable[str]) -> tuple[int, ...] | None:
    """The ports that the lines report as in use. Empty if they name none, None if they report no such failure.

    A server that continues on another port has not failed.
    """
    texts = [plain(line) for line in lines]
    at = [number for number, text in enumerate(texts) if _TAKEN.search(text) and not _MOVED.search(text)]
    if not at:
        return None
    found = [port for number in at for port in _ports(texts[number])]
    if not found:
        remarks = (text for number in at for text in texts[number + 1 : number + 1 + _REMARK])
        found = [int(match[1]) for text in remarks for match in _NAMED.finditer(text)]
    return tuple(port for port in dict.fromkeys(found) if 0 < port < 65536)


def configured_ports(process: Process, port: int | None) -> tuple[int, ...]:
    """The ports in the configuration of a process. `port`: the value of {port}."""
    texts = (process.ready.target, *process.listen) if process.ready.by in ("tcp", "http") else process.listen
    found = [int(match[1]) for text in texts for match in _OF_ADDRESS.finditer(text)]
    variable = process.program.env.get("PORT", "")
    found += [int(variable)] if variable.isdecimal() else []
    # A number in the command may mean something else, but then hardly any program listens on it.
    found += [int(match[1]) for word in process.program.argv for match in _IN_COMMAND.finditer(word)]
    return tuple(one for one in dict.fromkeys(found if port is None else [*found, port]) if one < 65536)


def _ports(text: str) -> Iterator[int]:
    for pattern in (_ADDRESS, _TUPLE, _NAMED):
        yield from (int(match[1]) for match in pattern.finditer(text))
