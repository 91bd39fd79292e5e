"""Carries out the commands of the engine. Maps each command to the adapter that executes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import assert_never

from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.core.model import commands
from hotrun.session.diagnostics import DiagnosticsService
from hotrun.session.instance import InstanceEndpoint
from hotrun.session.processes import ProcessService
from hotrun.session.watching import WatchService


class Dispatcher:
    """Executes the commands of one session. No command raises an error: failures come back as inputs."""

    def __init__(
        self,
        processes: ProcessService,
        diagnostics: DiagnosticsService,
        watch: WatchService,
        folder: StateFolder,
        endpoint: InstanceEndpoint,
        finish: Callable[[int], None],
    ) -> None:
        """`finish` is called with the exit code when the session is over."""
        self._processes = processes
        self._diagnostics = diagnostics
        self._watch = watch
        self._folder = folder
        self._endpoint = endpoint
        self._finish = finish
        self._changes: commands.RecordChanges | None = None  # written before the next program starts
        self._changes_file: str | None = None

    def execute(self, command: commands.Command) -> None:
        """Execute one command. A command without a case here is a type error."""
        match command:
            case commands.Spawn():
                self._diagnostics.begin(command)
                self._processes.spawn(command, self._variables(command.build))
            case commands.Signal():
                self._processes.signal(command.run, command.signal, command.alone)
            case commands.Kill():
                self._processes.kill(command.run)
                self._diagnostics.stop_locating(command.run)
            case commands.SendKeys():
                self._processes.send_keys(command.run, command.data)
            case commands.StartProbe():
                self._processes.start_probe(command.run, command.ready)
            case commands.StopProbe():
                self._processes.stop_probe(command.run)
            case commands.HoldSockets():
                self._processes.hold_sockets(command.addresses)
            case commands.FindTrace():
                self._diagnostics.find_trace(command)
            case commands.FindPortOwners():
                self._processes.find_port_owners(command.run, command.ports)
            case commands.ListInputs():
                self._processes.list_inputs(command)
            case commands.RecordChanges():
                self._changes = command
            case commands.Rescan():
                self._watch.rescan()
            case commands.Rewatch():
                self._watch.watch(command.project, time.time_ns())
            case commands.Finish():
                self._finish(command.exit_code)
            case _:
                assert_never(command)

    def _variables(self, build: int) -> dict[str, str]:
        """The HOTRUN_* variables of a program that starts for this build."""
        if self._changes is not None:
            self._changes_file = self._folder.write_changes(self._changes.build, self._changes.paths)
            self._changes = None
        variables = {"HOTRUN": "1", "HOTRUN_BUILD": str(build)}
        if self._changes_file is not None:
            variables["HOTRUN_CHANGED"] = self._changes_file
        if self._endpoint.socket is not None:
            variables["HOTRUN_SOCKET"] = self._endpoint.socket
        return variables
