"""Convert the columns of tools that count bytes into characters, with the help of the source line."""

from __future__ import annotations

import msgspec

from hotrun.core.model.finding import Finding

_IN_BYTES = frozenset({"go"})  # https://pkg.go.dev/go/token#Position: "column number, starting at 1 (byte count)"


def in_characters(finding: Finding, line: str) -> Finding:
    """The `finding`, whose place is in `line`, with columns in characters. A column after the end of `line` stays."""
    if finding.tool not in _IN_BYTES or line.isascii():
        return finding
    column, end = (_converted(at, line) for at in (finding.column, finding.end_column))
    return msgspec.structs.replace(finding, column=column, end_column=end)


def _converted(column: int | None, line: str) -> int | None:
    encoded = line.encode()
    if column is None or column > len(encoded) + 1:
        return column
    return len(encoded[: column - 1].decode(errors="ignore")) + 1
