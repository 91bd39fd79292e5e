"""One workshop for all tests of the room: what one of them has built is there for the others."""

from __future__ import annotations

import pytest

from tests.go.plugin_builds import Workshop


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("golang"))
