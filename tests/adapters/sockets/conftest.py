"""For all tests of held sockets: some that are closed in the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotrun.adapters.sockets.held import HeldSockets


@pytest.fixture
def sockets() -> Iterator[HeldSockets]:
    made = HeldSockets()
    yield made
    made.close()
