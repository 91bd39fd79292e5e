"""What the engine needs only after the first program has been started. Loaded then, so that `handle` never imports."""

from __future__ import annotations


def load() -> None:
    """Load it: once the first input has been handled, and before the second one."""
    import hotrun.core.diagnostics.model.failure
    import hotrun.core.diagnostics.model.to_event  # noqa: F401 - loaded for others


def load_patterns() -> None:
    """Load the translation of gitignore patterns (some 15 ms): when the watching begins, before the first change."""
    import pathspec.patterns.gitignore.spec  # noqa: F401 - loaded for others
