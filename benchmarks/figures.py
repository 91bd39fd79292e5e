"""One figure: the samples of hotrun and of its peer from the same rounds, and the row that they make in a table."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Literal

import msgspec

HEAD = ("| | hotrun | peer | ratio | wanted |", "|---|---|---|---|---|")


class Figure(msgspec.Struct, frozen=True):
    """`hotrun` and `peer` are samples in `unit`. One bound: `most_ratio` of medians, `most` or `least` in `unit`."""

    what: str
    unit: Literal["s", "ms", "MB", "MB/s", "%", "B"]
    hotrun: tuple[float, ...]
    peer_name: str
    peer: tuple[float, ...]
    most_ratio: float | None = None
    most: float | None = None
    least: float | None = None

    @property
    def ratio(self) -> float:
        """Of the medians: what is to be expected."""
        return median(self.hotrun) / median(self.peer)

    @property
    def least_ratio(self) -> float:
        """Of the minimums: what is left when nothing else disturbs."""
        return min(self.hotrun) / min(self.peer)

    def row(self) -> str:
        """One line of a markdown table under HEAD."""
        peer = f"{self.peer_name}: {self._measured(self.peer)}"
        ratio = f"{self.ratio:.1f}x" + (f" (min {self.least_ratio:.1f}x)" if len(self.hotrun) > 1 else "")
        return f"| {self.what} | {self._measured(self.hotrun)} | {peer} | {ratio} | {self._wanted()} |"

    def _measured(self, samples: tuple[float, ...]) -> str:
        if len(samples) == 1:
            return f"{_short(samples[0])} {self.unit}"
        return f"{_short(median(samples))} {self.unit} (min {_short(min(samples))})"

    def _wanted(self) -> str:
        if self.most_ratio is not None:
            return _bound(self.ratio, self.most_ratio, "x")
        if self.most is not None:
            return _bound(median(self.hotrun), self.most, f" {self.unit}")
        if self.least is not None:
            kept = median(self.hotrun) >= self.least
            return f"at least {self.least:g} {self.unit}" + ("" if kept else ", **missed**")
        return ""


def table(figures: Iterable[Figure]) -> str:
    """All figures as a markdown table, without a newline at its end."""
    return "\n".join([*HEAD, *(figure.row() for figure in figures)])


def _bound(measured: float, most: float, unit: str) -> str:
    return f"at most {most:g}{unit}" + ("" if measured <= most else ", **missed**")


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
