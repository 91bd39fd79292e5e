"""Makes a running hotrun reachable: locks the root, listens on the control socket, and writes its address."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from hotrun import __version__
from hotrun.adapters.instance.lock import AlreadyRunning, InstanceLock
from hotrun.adapters.instance.runtime_folder import UnsafeFolder
from hotrun.adapters.instance.state_folder import StateFolder
from hotrun.core.model.inputs import Noticed
from hotrun.errors import HotrunError
from hotrun.session.publish import utc

if TYPE_CHECKING:
    from hotrun.adapters.instance.control_socket import ControlServer
    from hotrun.session.requests import ControlRequests


class InstanceEndpoint:
    """The lock and control socket of one session. Call `acquire` before anything starts, `listen` in the loop."""

    def __init__(self, root: str, folder: StateFolder) -> None:
        self._root = root
        self._folder = folder
        self._lock: InstanceLock | None = None
        self._control: ControlServer | None = None

    @property
    def socket(self) -> str | None:
        """The address of the control socket. None if there is none."""
        return None if self._lock is None else self._lock.socket

    def acquire(self, *, allows_other: bool) -> tuple[Noticed, ...]:
        """Lock the root, and return notices to report.

        Raises HotrunError if another hotrun is running in it, unless `allows_other`.
        """
        try:
            self._lock = InstanceLock(self._root)
        except AlreadyRunning as running:
            if not allows_other:
                raise HotrunError(str(running), 'stop it with "hotrun stop", or see "hotrun status"') from running
            return (Noticed("info", f"{running}, so this one has no control socket"),)
        except (UnsafeFolder, OSError) as error:
            return (Noticed("warning", f"no control socket: {error}"),)
        return ()

    async def listen(self, answers: ControlRequests) -> tuple[Noticed, ...]:
        """Open the control socket, write its address to the state folder, and return notices to report."""
        if self.socket is None:
            return ()
        import json

        from hotrun.adapters.instance.control_socket import ControlServer

        self._control = ControlServer(self.socket, answers.answer)
        try:
            await self._control.start()
        except OSError as error:
            return (Noticed("warning", f"no control socket: {self.socket}: {error.strerror or error}"),)
        instance = {"pid": os.getpid(), "socket": self.socket, "version": __version__, "root": self._root}
        self._folder.announce(json.dumps({**instance, "started": utc(time.time_ns())}))
        return ()

    def close(self) -> None:
        """Close the control socket. Call it in the loop."""
        if self._control is not None:
            self._control.close()

    def release(self) -> None:
        """Unlock the root."""
        if self._lock is not None:
            self._lock.release()
