"""What needs a person's attention while hotrun watches, in words."""

from __future__ import annotations

from collections.abc import Sequence

from hotrun.core.model.text import count, listed


def attention(errors: int, down: Sequence[str], pending: int, is_postponed: bool) -> str:
    """The reason of the state `watching`.

    `errors`: how many are known. `down`: the processes that failed. `pending`: how many changes wait for a request.
    `is_postponed`: nothing is started before the first change.
    """
    found = [count(errors, "error")] if errors else []
    found += [f"{listed(down)} failed"] if down else []
    if pending:
        found.append(count(pending, "pending change"))
    elif is_postponed:
        found.append("waiting for the first change")
    return ", ".join(found)
