"""Projects and problems of a text of hotrun.toml."""

from __future__ import annotations

import pytest

from hotrun.config.loading.load import parse
from hotrun.config.loading.problems import InvalidConfig
from hotrun.core.model.project import Project

ROOT = "/project"


def project_of(text: str, profile: str | None = None) -> Project:
    return parse(text, "hotrun.toml", ROOT, profile).project


def problems_of(text: str, profile: str | None = None, filename: str = "hotrun.toml") -> list[str]:
    with pytest.raises(InvalidConfig) as caught:
        parse(text, filename, ROOT, profile)
    return list(caught.value.problems)


PENDING = """
[run.web]
command = "x"
overlap = true
ready = { tcp = "127.0.0.1:8000" }
[proxy]
listen = "127.0.0.1:3000"
target = "web"
[profile.dev]
proxy.target = "127.0.0.1:9000"
proxy.listen = "127.0.0.1:3000"
[profile.blue.run.web]
overlap = true
"""


def warnings_of(text: str, profile: str | None = None) -> list[str]:
    return [warning.removeprefix("hotrun.toml:") for warning in parse(text, "hotrun.toml", ROOT, profile).warnings]
