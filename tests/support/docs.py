"""The documents of the repository."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from tests.support.repository import REPOSITORY

PACKAGE = REPOSITORY / "hotrun"


README = REPOSITORY / "README.md"


PICTURE = REPOSITORY / "docs" / "dashboard.svg"


CONTRIBUTING = REPOSITORY / "CONTRIBUTING.md"


def blocks(path: Path, language: str) -> list[str]:
    """The fenced code blocks of a page in that language."""
    found: list[str] = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", path.read_text(encoding="utf-8"))
    return found


def texts_of(drawing: Path) -> list[str]:
    """What is to be read in a drawing."""
    root = ElementTree.fromstring(drawing.read_bytes())
    return ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
