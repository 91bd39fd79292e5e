"""The types of addresses to connect to or to listen on: TCP addresses, Unix sockets and URLs."""

from __future__ import annotations

import os.path
import re
from typing import Self

from hotrun.config.tables.invalid_value import InvalidValue
from hotrun.config.tables.values import Value
from hotrun.core.model.project import PORT

UNIX = "unix:"

_HOST = r"(?:[^\s:/?#\[\]]+|\[[0-9A-Fa-f:.]+\])"


class Address(str, Value):
    """A TCP address, "host:port". IPv6 hosts have brackets."""

    __slots__ = ()
    expected = 'an address such as "127.0.0.1:8000"'
    schema = {"type": "string", "pattern": rf"^{_HOST}:[0-9]{{1,5}}$", "examples": ["127.0.0.1:8000"]}

    @classmethod
    def parse(cls, value: object) -> Self:
        match = re.fullmatch(rf"({_HOST}):([0-9]+)", value) if isinstance(value, str) else None
        if match is None:
            raise InvalidValue(expected=cls.expected)
        _plain_host(match[1])
        _check_port(match[2])
        return cls(value)

    @property
    def key(self) -> str:
        """The normalized address. Two spellings of one address have the same key. Names are not resolved."""
        host, _, port = self.rpartition(":")
        return f"{_plain_host(host)}:{port.lstrip('0')}"


class ReadyAddress(Address):
    """A TCP address. The port may be "{port}", the free port of each run."""

    __slots__ = ()
    expected = 'an address such as "127.0.0.1:8000" or "127.0.0.1:{port}"'
    schema = {
        "type": "string",
        "pattern": rf"^{_HOST}:(?:[0-9]{{1,5}}|\{{port\}})$",
        "examples": ["127.0.0.1:8000", "127.0.0.1:{port}"],
    }

    @classmethod
    def parse(cls, value: object) -> Self:
        match = re.fullmatch(rf"({_HOST}):{re.escape(PORT)}", value) if isinstance(value, str) else None
        if match is None:
            return super().parse(value)
        _plain_host(match[1])
        return cls(value)


class ListenAddress(Address):
    """An address on which hotrun itself listens: a TCP address, or "unix:" and the path of a socket."""

    __slots__ = ()
    expected = 'an address such as "127.0.0.1:8000" or "unix:run/app.sock"'
    schema = {
        "anyOf": [
            {"type": "string", "pattern": f"^{UNIX}.+$"},
            {key: value for key, value in Address.schema.items() if key != "examples"},
        ],
        "examples": ["127.0.0.1:8000", "[::1]:8000", "unix:run/app.sock"],
    }

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str):
            raise InvalidValue(expected=cls.expected)
        if value.startswith(UNIX):
            _check_socket_path(value.removeprefix(UNIX))
            return cls(value)
        if PORT in value:
            raise InvalidValue("{port} is not supported in listen", expected="a fixed port")
        try:
            return super().parse(value)
        except InvalidValue as error:
            error.meant = _with_unix(value) or _with_host(value)
            raise

    @property
    def key(self) -> str:
        is_unix = self.startswith(UNIX)
        return UNIX + os.path.normpath(self.removeprefix(UNIX)) if is_unix else super().key


class Url(str, Value):
    """An http or https URL with a host. The port may be "{port}", the free port of each run."""

    __slots__ = ()
    expected = 'a URL such as "http://127.0.0.1:8000/health"'
    schema = {
        "type": "string",
        "pattern": "^https?://",
        "examples": ["http://127.0.0.1:8000/health", "http://127.0.0.1:{port}/health"],
    }

    @classmethod
    def parse(cls, value: object) -> Self:
        pattern = rf"https?://({_HOST})(?::([0-9]+|{re.escape(PORT)}))?(?:[/?#]\S*)?"
        match = re.fullmatch(pattern, value) if isinstance(value, str) else None
        if match is None:
            raise InvalidValue(expected=cls.expected)
        _plain_host(match[1])
        if match[2] not in (None, PORT):
            _check_port(match[2])
        return cls(value)


def port_of(target: str) -> int | None:
    """Return the port of a checked TCP address or URL, or None for a Unix socket or the port "{port}"."""
    if target.startswith(UNIX):
        return None
    match = re.match(rf"(?:https?://)?{_HOST}:([0-9]+|{re.escape(PORT)})", target)
    if match is None:
        return 443 if target.startswith("https:") else 80
    return None if match[1] == PORT else int(match[1])


def _check_port(digits: str) -> None:
    if len(digits) > 5 or not 1 <= int(digits) <= 65535:
        raise InvalidValue(expected="a port from 1 to 65535")


def _check_socket_path(path: str) -> None:
    if path == "" or path.endswith("/"):
        raise InvalidValue(expected='a socket path after "unix:", such as "unix:run/app.sock"')
    if path.startswith("@"):
        raise InvalidValue("abstract sockets are not supported, every user on this machine could connect")
    if path.startswith("//"):
        raise InvalidValue(expected="a path with at most one leading slash", meant=UNIX + "/" + path.lstrip("/"))


def _with_unix(value: str) -> str | None:
    """Return a path with "unix:" in front, or None if `value` is not a path."""
    return UNIX + value if "/" in value and ":" not in value else None


def _with_host(value: str) -> str | None:
    """Return a bare port as an address on this machine, or None if `value` is not a port."""
    match = re.fullmatch(r":?([1-9][0-9]{0,4})", value)
    return f"127.0.0.1:{match[1]}" if match and int(match[1]) <= 65535 else None


def _plain_host(host: str) -> str:
    """Return a host in its normal form: lower case, and IPv6 without optional zeros.

    Raises InvalidValue if the brackets do not hold an IPv6 address.
    """
    if not host.startswith("["):
        return host.lower()
    import ipaddress

    try:
        return f"[{ipaddress.IPv6Address(host.strip('[]'))}]"
    except ValueError:
        raise InvalidValue(expected="an IPv6 address in brackets") from None
