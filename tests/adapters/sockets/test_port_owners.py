"""The owners of a port, as the engine gets them: real sockets of this process, of a child, and of nobody."""

from __future__ import annotations

import asyncio
import os
import pwd
import socket
from contextlib import closing

from hotrun.adapters.sockets.port_owners import PortOwnerSearch
from hotrun.core.model.inputs import Input, PortOwner, PortOwnersFound
from tests.adapters.readiness.probing import server
from tests.support.waiting import until


def found(*ports: int, owners: dict[int, str] | None = None) -> tuple[PortOwner, ...]:
    """Return what is posted about these ports; `owners`: the names of our processes by pid."""
    posted: list[Input] = []

    async def main() -> None:
        PortOwnerSearch(posted.append, (owners or {}).get).find(7, ports)
        await until(lambda: posted)

    asyncio.run(main())
    (fact,) = posted
    assert isinstance(fact, PortOwnersFound)
    assert fact.run == 7
    return fact.holders


def test_a_holder_is_named_with_pid_user_and_command() -> None:
    with server() as child:
        port = int(child.do("s = socket.create_server(('127.0.0.1', 0)); it = s.getsockname()[1]"))
        (holder,) = found(port)
        assert (holder.port, holder.pid, holder.process) == (port, child.pid, None)
        assert holder.user == pwd.getpwuid(os.geteuid()).pw_name
        assert holder.command is not None
        assert "python" in holder.command
        assert found(port, owners={child.pid: "web"})[0].process == "web"


def test_holders_come_in_the_order_of_the_ports_and_once_for_both_families() -> None:
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as first,
        closing(socket.create_server(("127.0.0.1", 0))) as last,
    ):
        ports = [it.getsockname()[1] for it in (last, first)]
        assert [holder.port for holder in found(*ports)] == ports
        with closing(socket.socket(socket.AF_INET6)) as six:
            six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            six.bind(("::", ports[0]))
            six.listen()
            assert [holder.pid for holder in found(ports[0])] == [os.getpid()]


def test_nobody_holds_a_port_that_was_closed_and_no_port_needs_no_holder() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert found(port) == ()
    assert found() == ()
