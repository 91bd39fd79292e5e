"""All stories and random histories of core: `Engine.handle` does nothing but think in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotrun.core import late_imports
from tests.support.purity import pure_handle


@pytest.fixture(autouse=True, scope="package")
def _handle_is_pure() -> Iterator[None]:
    late_imports.load()
    late_imports.load_patterns()
    with pure_handle():
        yield
