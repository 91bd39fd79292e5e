"""Loads modules that the engine needs only after the first program has started, so that `handle` never imports."""

from __future__ import annotations


def load() -> None:
    """Load them. Call it between the first input and the second."""
    import hotrun.core.diagnostics.model.failure
    import hotrun.core.diagnostics.model.to_event  # noqa: F401 - loaded for others


def load_patterns() -> None:
    """Load the translation of gitignore patterns (some 15 ms). Call it when the watch starts."""
    import pathspec.patterns.gitignore.spec  # noqa: F401 - loaded for others
