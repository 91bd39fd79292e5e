"""How a running hotrun is reached: it claims its root, listens on a socket, and says where."""

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
    """One for a session. `take` comes before anything is started, `listen` when the loop runs."""

    def __init__(self, root: str, folder: StateFolder) -> None:
        self._root = root
        self._folder = folder
        self._claim: InstanceLock | None = None
        self._control: ControlServer | None = None

    @property
    def socket(self) -> str | None:
        """Where it listens, or is about to; None: nowhere."""
        return None if self._claim is None else self._claim.socket

    def take(self, *, shares: bool) -> tuple[Noticed, ...]:
        """Claim the root; returns what to tell. Raises HotrunError where another one has it, unless `shares`."""
        try:
            self._claim = InstanceLock(self._root)
        except AlreadyRunning as held:
            if not shares:
                raise HotrunError(str(held), 'stop it with "hotrun stop", or see "hotrun status"') from held
            return (Noticed("info", f"{held}; this one has no control socket"),)
        except (UnsafeFolder, OSError) as error:
            return (Noticed("warning", f"no control socket: {error}"),)
        return ()

    async def listen(self, answers: ControlRequests) -> tuple[Noticed, ...]:
        """Make the socket and say where it is; returns what to tell."""
        if self.socket is None:
            return ()
        import json

        from hotrun.adapters.instance.control_socket import ControlServer

        self._control = ControlServer(self.socket, answers.answer)
        try:
            await self._control.start()
        except OSError as error:
            return (Noticed("warning", f"no control socket: {self.socket}: {error.strerror or error}"),)
        who = {"pid": os.getpid(), "socket": self.socket, "version": __version__, "root": self._root}
        self._folder.announce(json.dumps({**who, "started": utc(time.time_ns())}))
        return ()

    def close(self) -> None:
        """Answer no more; in the loop."""
        if self._control is not None:
            self._control.close()

    def release(self) -> None:
        """Remove what says that it runs."""
        if self._claim is not None:
            self._claim.release()
