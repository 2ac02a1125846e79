"""A figure as SVG text: one dot a value, in the order they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 960, 360, 48
COLOURS: Final = ("#4878a8", "#d1603d", "#5b8c5a")
LINES: Final = 4


@dataclass(frozen=True, slots=True)
class Series:
    """Values that belong together, by their name."""

    name: str
    values: list[float]


def draw(title: str, series: Sequence[Series], *, limit: float) -> str:
    """Return an SVG picture of the series; the upright axis goes from 0 to ``limit`` at the least."""
    top = max([limit, *(value for one in series for value in one.values)])
    count = max(len(one.values) for one in series)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{MARGIN}" y="20" font-size="14">{escape(title)}</text>',
    ]
    for line in range(LINES + 1):
        y = _upright(top * line / LINES, top)
        parts.append(f'<path d="M{MARGIN} {y:.1f}H{WIDTH - MARGIN}" stroke="#ccc"/>')
        parts.append(f'<text x="4" y="{y + 4:.1f}">{top * line / LINES:.3g}</text>')
    for number, (one, colour) in enumerate(zip(series, COLOURS, strict=False)):
        step = (WIDTH - 2 * MARGIN) / max(count - 1, 1)
        dots = "".join(
            f"M{MARGIN + place * step:.1f} {_upright(value, top):.1f}h.1"
            for place, value in enumerate(one.values)
        )
        parts.append(f'<path d="{dots}" stroke="{colour}" stroke-width="2" stroke-linecap="round"/>')
        x = WIDTH - MARGIN - 160 * (number + 1)
        parts.append(f'<text x="{x}" y="20" fill="{colour}">{escape(one.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _upright(value: float, top: float) -> float:
    return HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN)
