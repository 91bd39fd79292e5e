"""A row of small charts with logarithmic axes, as SVG, without a library."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT = 240, 200
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 32, 32
INK, CURVE, BOUND = "#666", "#2471a3", "#c0392b"  # readable on white and on black


class Panel(msgspec.Struct, frozen=True):
    """One chart: points of (number of files, value in `unit`), and the bound for the last point."""

    title: str
    unit: str
    points: tuple[tuple[int, float], ...]
    maximum: float


def chart(panels: Sequence[Panel]) -> str:
    """The panels side by side, as the text of an SVG file."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(panels)} {HEIGHT}" '
        f'font-family="sans-serif" font-size="11" fill="{INK}">'
    )
    drawn = [f'<g transform="translate({WIDTH * number} 0)">{_draw(one)}</g>' for number, one in enumerate(panels)]
    return "\n".join([head, *drawn, "</svg>"]) + "\n"


def _draw(panel: Panel) -> str:
    sizes = [size for size, _ in panel.points]
    values = [value for _, value in panel.points]
    bottom, top = _powers(min(*values, panel.maximum), max(*values, panel.maximum))

    def x(size: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * _share(size, sizes[0], sizes[-1])

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * _share(value, bottom, top)

    parts = [f'<text x="{LEFT}" y="16" font-weight="bold">{panel.title} ({panel.unit})</text>']
    for number in range(round(math.log10(top / bottom)) + 1):
        value = bottom * 10**number
        parts.append(_line(LEFT, y(value), WIDTH - RIGHT, y(value), INK, 'stroke-opacity="0.3"'))
        parts.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{size:,}</text>')
    parts.append(_line(LEFT, y(panel.maximum), WIDTH - RIGHT, y(panel.maximum), BOUND, 'stroke-dasharray="4 3"'))
    curve = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in panel.points)
    parts.append(f'<polyline points="{curve}" fill="none" stroke="{CURVE}" stroke-width="2"/>')
    for size, value in panel.points:
        parts.append(f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="3" fill="{CURVE}"/>')
        anchor = "end" if size == sizes[-1] else "middle"
        parts.append(f'<text x="{x(size):.1f}" y="{y(value) - 8:.1f}" text-anchor="{anchor}">{value:.0f}</text>')
    return "\n".join(parts)


def _line(x1: float, y1: float, x2: float, y2: float, color: str, more: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" {more}/>'


def _share(value: float, minimum: float, maximum: float) -> float:
    """The position of a value between two others on a logarithmic axis, from 0 to 1."""
    return math.log(value / minimum) / math.log(maximum / minimum)


def _powers(minimum: float, maximum: float) -> tuple[float, float]:
    """The two different powers of ten around these values."""
    low, high = math.floor(math.log10(minimum)), math.ceil(math.log10(maximum))
    return 10.0**low, 10.0 ** max(high, low + 1)
