"""One figure: the samples of hotrun and of its peer from the same rounds, and their row in a table."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Literal

import msgspec

HEAD = ("| | hotrun | peer | ratio | wanted |", "|---|---|---|---|---|")


class Figure(msgspec.Struct, frozen=True):
    """`hotrun` and `peer`: samples in `unit`. One bound: `max_ratio` of medians, `maximum` or `minimum` in `unit`."""

    title: str
    unit: Literal["s", "ms", "MB", "MB/s", "%", "B"]
    hotrun: tuple[float, ...]
    peer_name: str
    peer: tuple[float, ...]
    max_ratio: float | None = None
    maximum: float | None = None
    minimum: float | None = None

    @property
    def ratio(self) -> float:
        """The ratio of the medians: the expected one."""
        return median(self.hotrun) / median(self.peer)

    @property
    def least_ratio(self) -> float:
        """The ratio of the minimums: without disturbance."""
        return min(self.hotrun) / min(self.peer)

    def row(self) -> str:
        """A line of a Markdown table below HEAD."""
        peer = f"{self.peer_name}: {self._measured(self.peer)}"
        ratio = f"{self.ratio:.1f}x" + (f" (min {self.least_ratio:.1f}x)" if len(self.hotrun) > 1 else "")
        return f"| {self.title} | {self._measured(self.hotrun)} | {peer} | {ratio} | {self._wanted()} |"

    def _measured(self, samples: tuple[float, ...]) -> str:
        if len(samples) == 1:
            return f"{_short(samples[0])} {self.unit}"
        return f"{_short(median(samples))} {self.unit} (min {_short(min(samples))})"

    def _wanted(self) -> str:
        if self.max_ratio is not None:
            return _bound(self.ratio, self.max_ratio, "x")
        if self.maximum is not None:
            return _bound(median(self.hotrun), self.maximum, f" {self.unit}")
        if self.minimum is not None:
            is_met = median(self.hotrun) >= self.minimum
            return f"at least {self.minimum:g} {self.unit}" + ("" if is_met else ", **missed**")
        return ""


def table(figures: Iterable[Figure]) -> str:
    """All figures as a Markdown table, without a newline at the end."""
    return "\n".join([*HEAD, *(figure.row() for figure in figures)])


def _bound(measured: float, maximum: float, unit: str) -> str:
    return f"at most {maximum:g}{unit}" + ("" if measured <= maximum else ", **missed**")


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
