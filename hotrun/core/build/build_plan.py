"""Plans the next build: the steps that run, the steps that are cached, and the processes that restart or reload."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, NamedTuple

from hotrun.core.build.last_good import Baseline
from hotrun.core.changes.impact import PendingChange
from hotrun.core.model.events import Reason
from hotrun.core.model.text import listed

if TYPE_CHECKING:
    pass


class BuildPlan(NamedTuple):
    """One build before it starts.

    `cached`: the steps whose inputs are the same as in their last good run. `pending`: the steps that run in any case.
    `unverified`: those that run only if a step that they need writes other outputs. `todo`: all of these, and the
    steps left over from earlier builds. `restarts`: the processes that need them. `processes`: those that restart
    without a build. `reloads`: those that get a signal.
    """

    reason: Reason
    changes: tuple[PendingChange, ...]
    cached: Mapping[str, Baseline]
    pending: Set[str]
    unverified: Set[str]
    todo: Set[str]
    restarts: Set[str]
    processes: Set[str]
    reloads: Set[str]
    is_needless: bool  # the files were changed and restored before any build, so there is nothing to do

    @property
    def cached_paths(self) -> list[str]:
        """The changed paths that are inputs of cached steps."""
        return [change.path for change in self.changes if not change.impact.steps.isdisjoint(self.cached)]


def cached_text(cached: Mapping[str, Baseline], is_all: bool) -> str:
    """The message about a change that restored the inputs of these steps. `is_all`: nothing is left to build."""
    build = max([baseline.build for baseline in cached.values()])
    then = "nothing to build" if is_all else f"{listed(sorted(cached))} not rebuilt"
    return f"same as in build #{build}, {then}"
