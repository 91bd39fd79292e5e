"""Where the repository lies: documents, examples and the package's source are tested, too."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
