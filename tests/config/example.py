"""hotrun.toml.example with its options turned on."""

from __future__ import annotations

import re

from tests.support.repository import REPOSITORY

EXAMPLE = REPOSITORY / "hotrun.toml.example"


# In the example an option that is off is written "#key = value", without a blank after the mark.
OPTION_OFF = re.compile(r"^#(?=\[|[a-z_-]+ = )", re.MULTILINE)


def example_with_all_options() -> str:
    return OPTION_OFF.sub("", EXAMPLE.read_text())


def loadable_example(kind: str = "http") -> str:
    """The example with all options on, but one way to be ready only."""
    others = "|".join({"tcp", "http", "log", "notify", "exec", *(() if kind == "http" else ("status",))} - {kind})
    return re.sub(rf"(?m)^({others}) = .*\n", "", example_with_all_options())
