"""Figures as pictures: lines, dots and words on a plane, and the two charts that the benchmarks draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 960, 360, 48
COLOURS: Final = ("#4878a8", "#d1603d", "#5b8c5a")
GRID, INK = "#cccccc", "#333333"
LINES: Final = 4
NAME_WIDTH: Final = 220

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """Values that belong together, by their name."""

    name: str
    values: list[float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """Points joined by lines, or dots of that ``width``. Colours are ``#rrggbb``."""

    points: tuple[Point, ...]
    colour: str
    width: float = 1.0
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text that begins at a point, on the foot of its letters."""

    at: Point
    text: str
    colour: str = INK
    size: int = 12


@dataclass(slots=True)
class Picture:
    """What is drawn, in the order it is drawn."""

    width: int = WIDTH
    height: int = HEIGHT
    strokes: list[Stroke] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)


def ticks(title: str, series: Sequence[Series], *, limit: float) -> Picture:
    """Return one dot a value in the order they came; the upright axis goes to ``limit`` at the least."""
    top = max([limit, *(value for one in series for value in one.values)])
    count = max(len(one.values) for one in series)
    picture = _plane(title, top)
    for number, (one, colour) in enumerate(zip(series, COLOURS, strict=False)):
        step = (WIDTH - 2 * MARGIN) / max(count - 1, 1)
        points = tuple(
            (MARGIN + place * step, _upright(value, top)) for place, value in enumerate(one.values)
        )
        picture.strokes.append(Stroke(points, colour, 2.0, dots=True))
        _name(picture, number, one.name, colour)
    return picture


def curves(title: str, across: Series, series: Sequence[tuple[Series, float]]) -> Picture:
    """Return a curve for each series over the values of ``across``, in percent of the number beside it."""
    shares = [[100 * value / whole for value in one.values] for one, whole in series]
    top = max([100.0, *(value for values in shares for value in values)])
    most = max([1.0, *across.values])
    picture = _plane(title, top, unit=" %")
    for line in range(LINES + 1):
        x = MARGIN + (WIDTH - 2 * MARGIN) * line / LINES
        picture.words.append(Words((x - 8, HEIGHT - MARGIN + 18), f"{most * line / LINES:.0f}"))
    picture.words.append(Words((WIDTH // 2 - 20, HEIGHT - 10), across.name))
    order = sorted(range(len(across.values)), key=across.values.__getitem__)
    for number, ((one, _), values, colour) in enumerate(zip(series, shares, COLOURS, strict=False)):
        points = tuple(
            (MARGIN + across.values[place] / most * (WIDTH - 2 * MARGIN), _upright(values[place], top))
            for place in order
        )
        picture.strokes.append(Stroke(points, colour, 2.0))
        picture.strokes.append(Stroke(points, colour, 6.0, dots=True))
        _name(picture, number, one.name, colour)
    return picture


def svg(picture: Picture) -> str:
    """Return a picture as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{picture.width}" height="{picture.height}" '
        'font-family="sans-serif">',
        f'<rect width="{picture.width}" height="{picture.height}" fill="white"/>',
    ]
    for stroke in picture.strokes:
        join = "h.1M" if stroke.dots else "L"
        path = "M" + join.join(f"{x:.1f} {y:.1f}" for x, y in stroke.points) if stroke.points else ""
        parts.append(
            f'<path d="{path}{"h.1" if stroke.dots and path else ""}" fill="none" stroke="{stroke.colour}" '
            f'stroke-width="{stroke.width:g}" stroke-linecap="round" stroke-linejoin="round"/>'
        )
    parts += [
        f'<text x="{one.at[0]:.1f}" y="{one.at[1]:.1f}" font-size="{one.size}" fill="{one.colour}">'
        f"{escape(one.text)}</text>"
        for one in picture.words
    ]
    return "\n".join([*parts, "</svg>", ""])


def _plane(title: str, top: float, unit: str = "") -> Picture:
    picture = Picture(words=[Words((MARGIN, 20), title, size=14)])
    for line in range(LINES + 1):
        y = _upright(top * line / LINES, top)
        picture.strokes.append(Stroke(((MARGIN, y), (WIDTH - MARGIN, y)), GRID))
        picture.words.append(Words((4, y + 4), f"{top * line / LINES:.3g}{unit}"))
    return picture


def _name(picture: Picture, number: int, name: str, colour: str) -> None:
    picture.words.append(Words((WIDTH - MARGIN - NAME_WIDTH * (number + 1), 38), name, colour))


def _upright(value: float, top: float) -> float:
    return HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN)
