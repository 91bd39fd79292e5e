"""What every test gets: a runtime folder of this run's own, so that no lock, socket or record of another one is met.

And an environment in which nothing says that GitHub reads along: who needs that says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_runtime_folder() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="hr-") as folder, pytest.MonkeyPatch.context() as patch:  # a short path
        patch.setenv("XDG_RUNTIME_DIR", folder)
        for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY"):
            patch.delenv(name, raising=False)
        yield
