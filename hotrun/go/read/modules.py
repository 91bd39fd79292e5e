"""The folders that a go.work or go.mod names, from its text."""

from __future__ import annotations

import re

_USE_BLOCK = re.compile(r"^[ \t]*use\s*\(([^)]{0,5000})\)", re.M)
_USE_LINE = re.compile(r"^[ \t]*use[ \t]+([^\s(]+)", re.M)
_REPLACED_BY_FOLDER = re.compile(r"=>[ \t]*\"?(\.{1,2}/[^\s\"]*|/[^\s\"]+)")


def used(text: str) -> list[str]:
    """The module folders of a workspace, as written in its go.work."""
    named = [line.split("//")[0].strip() for block in _USE_BLOCK.findall(text) for line in block.splitlines()]
    return [path.strip('"') for path in named + _USE_LINE.findall(text) if path.strip('"')]


def replacing(text: str) -> list[str]:
    """The folders that replace modules in a go.mod or go.work, as written there."""
    return _REPLACED_BY_FOLDER.findall(text)
