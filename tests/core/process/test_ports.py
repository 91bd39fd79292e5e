"""What servers print when their address is taken. The files in `taken` are real; port 8000 was held then."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotrun.core.model.project import Process, Program, Ready
from hotrun.core.process.ports import configured_ports, taken_ports

TAKEN = Path(__file__).parent / "taken"
UNNAMED = {
    "python-socket",
    "python-http-server",
    "hypercorn",
    "java",
    "rust",
    "rust-main",
}  # their last words name none
MOVED = {"vite-moves"}  # takes another port by itself
NAMED = {path.stem for path in TAKEN.glob("*.txt")} - UNNAMED - MOVED

# As the programs' manuals and their users' reports have them.
QUOTED = [
    ("Web server failed to start. Port 8080 was already in use.", (8080,)),
    ("Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use.", (8080,)),
    ("Bind for 0.0.0.0:5432 failed: port is already allocated", (5432,)),
    ('Address already in use - bind(2) for "127.0.0.1" port 3000 (Errno::EADDRINUSE)', (3000,)),
    ("Failed to bind to address http://[::1]:5000: address already in use.", (5000,)),
    ("Failed to listen on localhost:8000 (reason: Address already in use)", (8000,)),
    ("Something is already running on port 3000.", (3000,)),
    ("Error: That port is already in use.", ()),
    ("Error: listen EADDRINUSE: address already in use ::1:3000", (3000,)),
    ("Error: listen EADDRINUSE: address already in use /run/app.sock", ()),
    ("OSError: [Errno 98] Die Adresse wird bereits verwendet", ()),
    ("\x1b[31mlisten tcp :9000: bind: address already in use\x1b[0m", (9000,)),
    ("12:30:45 main.go:15: listen tcp: address already in use", ()),
    (
        "thread 'main' panicked at 'called `Result::unwrap()` on an `Err` value: "
        'Os { code: 98, kind: AddrInUse, message: "Address already in use" }\', src/main.rs:3:45',
        (),
    ),
]


def lines(name: str) -> list[str]:
    return (TAKEN / f"{name}.txt").read_text().splitlines()


@pytest.mark.parametrize("name", sorted(NAMED))
def test_the_port_that_a_server_names_is_found(name: str) -> None:
    assert taken_ports(lines(name)) == (8000,)


@pytest.mark.parametrize("name", sorted(UNNAMED))
def test_a_server_that_names_no_port_still_says_that_it_is_taken(name: str) -> None:
    assert taken_ports(lines(name)) == ()


@pytest.mark.parametrize(("line", "ports"), QUOTED)
def test_one_line_is_enough(line: str, ports: tuple[int, ...]) -> None:
    assert taken_ports(["starting", line, "bye"]) == ports


def test_a_remark_in_the_next_line_names_the_port() -> None:
    log = ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use']
    hint = ["HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry."]
    assert taken_ports([*log, *hint]) == (5432,)


def test_two_ports_come_in_the_order_of_their_lines() -> None:
    text = [
        "bind() to 0.0.0.0:8081 failed (98: x)",
        "bind() to [::]:8080 failed (98: x)",
        "bind() to 0.0.0.0:8081 (98: x)",
    ]
    assert taken_ports(text) == (8081, 8080)


@pytest.mark.parametrize(
    "text",
    [
        lines("vite-moves"),
        ["⚠ Port 3000 is in use by process 123, using available port 3001 instead."],
        ["listening on port 8000", "KeyError: 'name'"],
        ["listen tcp :80: bind: permission denied"],
        ["error 98: bottles of beer"],
        [],
    ],
)
def test_other_ends_are_not_about_an_address(text: list[str]) -> None:
    assert taken_ports(text) is None


def test_a_number_that_is_no_port_is_none() -> None:
    assert taken_ports(["127.0.0.1:70000: address already in use"]) == ()


@pytest.mark.parametrize(
    ("argv", "found"),
    [
        (("sh", "-c", "PORT=1 exec app --port 8000"), (1, 8000)),
        (("flask", "run", "--port=5000"), (5000,)),
        (("app", "0.0.0.0:9000", "v1.22.333", "99999"), (9000,)),
        (("app",), ()),
    ],
)
def test_a_port_may_stand_in_the_command(argv: tuple[str, ...], found: tuple[int, ...]) -> None:
    process = Process("web", Program(argv, "/p"))
    assert configured_ports(process, None) == tuple(port for port in found if port > 9)


def test_what_the_configuration_says_of_ports_comes_first() -> None:
    program = Program(("app", "7000"), "/p", {"PORT": "8000"})
    process = Process("web", program, ready=Ready("tcp", "127.0.0.1:9000"), listen=("[::1]:9100", "unix:/run/a.sock"))
    assert configured_ports(process, 4711) == (9000, 9100, 8000, 7000, 4711)
