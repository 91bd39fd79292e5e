"""Answers the requests and questions of the control socket, as listed in hotrun/core/model/requests.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

import msgspec

from hotrun.core.engine import Engine
from hotrun.core.model.inputs import Input, KeysTyped, Request
from hotrun.core.model.requests import QUESTIONS, REQUESTS, Verb
from hotrun.core.model.text import did_you_mean
from hotrun.core.state.last_result import LastResult
from hotrun.core.state.snapshot import Snapshot
from hotrun.errors import Refused


class AskedSession(Protocol):
    """The part of a session that requests use."""

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


class _Text(msgspec.Struct, forbid_unknown_fields=True):
    text: str


class _Path(msgspec.Struct, forbid_unknown_fields=True):
    path: str


_Args = TypeVar("_Args", bound=msgspec.Struct)


class ControlRequests:
    """Answers for one session. A new verb needs no code here. A new question needs a method."""

    def __init__(self, session: AskedSession) -> None:
        self._session = session
        self._answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "status": self._status,
            "errors": self._errors,
            "why": self._why,
            "inputs": self._inputs,
            "watch": self._watch,
            "type": self._type,
        }

        assert self._answers.keys() == QUESTIONS.keys()

    def answer(self, command: str, args: dict[str, Any]) -> Any:  # noqa: ANN401  # whatever JSON can hold
        """The answer to a command, as JSON types. Raises Refused."""
        if command in self._answers:
            return self._answers[command](args)
        for verb in REQUESTS:
            if verb == command:
                return self._request(verb, _converted(args, _Name).name)
        raise _unknown("command", command, (*QUESTIONS, *REQUESTS))

    def _status(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        _converted(args, _Nothing)
        return msgspec.to_builtins(self._session.snapshot)

    def _errors(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        _converted(args, _Nothing)
        last_result, snapshot = self._session.last_result, self._session.snapshot
        return {
            "root": snapshot.root,
            "build": last_result.build,
            "building": snapshot.building,
            "diagnostics": msgspec.to_builtins(last_result.problems()),
            "editor": self._session.engine.project.ui.editor,
        }

    def _why(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        path, now_ms = _converted(args, _Path).path, self._session.now_ms()
        return {
            "path": path,
            "decisions": [
                {"ago_ms": now_ms - found.at_ms, "text": found.text, "build": found.build}
                for found in self._session.engine.history_of(path)
            ],
        }

    def _inputs(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        name = _converted(args, _Step).name
        listing = self._session.engine.listing_of(name)
        if listing is None:
            steps = self._session.engine.project.steps
            raise _unknown("step", name, [step for step in steps if steps[step].inputs])
        return {"step": name, "files": msgspec.to_builtins(listing.files), "error": listing.error}

    def _watch(self, args: dict[str, Any]) -> Any:  # noqa: ANN401
        _converted(args, _Nothing)
        return msgspec.to_builtins(self._session.watch_report())

    def _type(self, args: dict[str, Any]) -> None:
        self._session.handle(KeysTyped(_converted(args, _Text).text.encode()))

    def _request(self, verb: Verb, name: str | None) -> None:
        if name is not None:
            self._check_name(verb, name)
        self._session.handle(Request(verb, name, reason="requested" if verb in ("stop", "kill") else ""))

    def _check_name(self, verb: Verb, name: str) -> None:
        project, argument = self._session.engine.project, REQUESTS[verb].argument
        if argument is None:
            raise Refused("bad_args", "takes no name")
        known = project.steps if argument == "step" else project.processes
        if name not in known:
            raise _unknown(argument, name, known)


def _converted(args: dict[str, Any], kind: type[_Args]) -> _Args:
    try:
        return msgspec.convert(args, kind)
    except msgspec.ValidationError as error:
        raise Refused("bad_args", str(error)) from error


def _unknown(what: str, name: str, known: Iterable[str]) -> Refused:
    hint = did_you_mean(name, known)
    return Refused(f"unknown_{what}", f"no such {what}: {name}" + (f", {hint}" if hint else ""))
