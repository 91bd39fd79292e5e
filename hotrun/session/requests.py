"""What a running hotrun answers to whoever asks: one table of questions and requests, whatever way they come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar, get_args

import msgspec

from hotrun.core.engine import Engine
from hotrun.core.model.inputs import Input, KeysTyped, Request, Verb
from hotrun.core.model.text import did_you_mean
from hotrun.core.state.last_result import LastResult
from hotrun.core.state.snapshot import Snapshot
from hotrun.errors import Refused

VERBS: tuple[Verb, ...] = get_args(Verb)


class AskedSession(Protocol):
    """What can be asked about."""

    engine: Engine
    snapshot: Snapshot
    last_result: LastResult

    def now_ms(self) -> int: ...

    def handle(self, input: Input) -> None: ...

    def watch_report(self) -> msgspec.Struct | None: ...


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


class _Name(msgspec.Struct, forbid_unknown_fields=True):
    name: str | None = None


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class _TextAnswer(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class _Path(msgspec.Struct, forbid_unknown_fields=True):
    path: str


_Args = TypeVar("_Args", bound=msgspec.Struct)


class ControlRequests:
    """The table, for one session. What a new verb needs is a line in Verb, what a new question needs is one here."""

    def __init__(self, session: AskedSession) -> None:
        self._session = session
        self._questions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "status": self._status,
            "errors": self._errors,
            "why": self._why,
            "inputs": self._inputs,
            "watch": self._watch,
            "type": self._type,
        }

    @property
    def commands(self) -> tuple[str, ...]:
        """All that can be asked for."""
        return (*self._questions, *VERBS)

    def answer(self, command: str, args: dict[str, Any]) -> Any:  # noqa: ANN401  # whatever JSON can hold
        """The result, made of what JSON knows. Raises Refused."""
        if command in self._questions:
            return self._questions[command](args)
        for verb in VERBS:
            if verb == command:
                return self._request(verb, _taken(args, _Name).name)
        raise _unknown("command", command, self.commands)

    def _status(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        _taken(args, _Nothing)
        return msgspec.to_builtins(self._session.snapshot)

    def _errors(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        _taken(args, _Nothing)
        last_result, snapshot = self._session.last_result, self._session.snapshot
        return {
            "root": snapshot.root,
            "build": last_result.build,
            "building": snapshot.building,
            "diagnostics": msgspec.to_builtins(last_result.problems()),
            "editor": self._session.engine.project.ui.editor,
        }

    def _why(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        path, now_ms = _taken(args, _Path).path, self._session.now_ms()
        return {
            "path": path,
            "decisions": [
                {"ago_ms": now_ms - found.at_ms, "text": found.text, "build": found.build}
                for found in self._session.engine.history_of(path)
            ],
        }

    def _inputs(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        name = _taken(args, _Step).name
        listing = self._session.engine.listing_of(name)
        if listing is None:
            steps = self._session.engine.project.steps
            raise _unknown("step", name, [step for step in steps if steps[step].inputs])
        return {"step": name, "files": msgspec.to_builtins(listing.files), "error": listing.error}

    def _watch(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        _taken(args, _Nothing)
        return msgspec.to_builtins(self._session.watch_report())

    def _type(self, args: dict[str, Any]) -> None:
        self._session.handle(KeysTyped(_taken(args, _TextAnswer).text.encode()))

    def _request(self, verb: Verb, name: str | None) -> None:
        if name is not None:
            self._check_name(verb, name)
        self._session.handle(Request(verb, name, reason="asked to" if verb in ("stop", "kill") else ""))

    def _check_name(self, verb: Verb, name: str) -> None:
        project = self._session.engine.project
        match verb:
            case "build":
                what, known = "step", tuple(project.steps)
            case "restart" | "attach":
                what, known = "process", tuple(project.processes)
            case _:
                raise Refused("bad_args", "takes no name")
        if name not in known:
            raise _unknown(what, name, known)


def _taken(args: dict[str, Any], kind: type[_Args]) -> _Args:
    try:
        return msgspec.convert(args, kind)
    except msgspec.ValidationError as error:
        raise Refused("bad_args", str(error)) from error


def _unknown(what: str, name: str, known: Iterable[str]) -> Refused:
    hint = did_you_mean(name, known)
    return Refused(f"unknown_{what}", f"no such {what}: {name}" + (f"; {hint}" if hint else ""))
