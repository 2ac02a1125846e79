"""Where everything on the picture of a tree stands, in pixels; nothing lies on anything else.

Branches are boxes in columns, callers go from left to right. An arrow leaves the box at the height of its way
out, crosses a gap between two columns in a curve, and passes a column in a lane of its own: no arrow ever
crosses a box. A way back towards the entrance is named and not drawn, since arrows against the stream are
what makes a picture unreadable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.ivr.drawing.layers import Layers, Place, layered
from softswitch.ivr.drawing.marks import Marks
from softswitch.ivr.drawing.sizes import BORDER, Size, Slot, entrance_size, size_of
from softswitch.ivr.drawing.sketch import Sketch, Way

GAP: Final = 64.0
"""Between two columns at the least; with many arrows it is wider, so that their curves can be told apart."""
GAP_PER_ARROW: Final = 4.0
WIDEST_GAP: Final = 170.0
APART: Final = 18.0
"""Between two boxes of a column."""
LANE: Final = 6.0
TOP: Final = 76.0
"""Above the picture: its name and what it tells."""
MARGIN: Final = 24.0
ROUNDS: Final = 10
LANE_WEIGHT: Final = 3.0
"""How much rather a lane is straight than a box stands in the middle of its arrows."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stand:
    """A box where it stands: its left upper corner and what is in it. ``entrance`` is -1 for a branch."""

    node: str
    x: float
    y: float
    size: Size
    entrance: int = -1

    @property
    def mouth(self) -> Point:
        """Where arrows end."""
        return self.x, self.y + self.size.mouth


@dataclass(frozen=True, slots=True)
class Curve:
    """An arrow from a box to another: ``points`` are joined by turns by a straight line and by a curve.

    ``step`` is 0 for an entrance, which has no ``way``.
    """

    source: str
    target: str
    points: tuple[Point, ...]
    step: int = 0
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole picture. ``back`` are the arrows that are named and not drawn."""

    width: float
    height: float
    stands: tuple[Stand, ...]
    curves: tuple[Curve, ...]
    back: frozenset[tuple[str, str]]


def entrance_node(number: int) -> str:
    """Return the name of an entrance among the boxes; no branch is called so."""
    return f"\0{number}"


def laid_out(sketch: Sketch, marks: Marks) -> Layout:
    """Return where everything stands; the same sketch always gives the same picture."""
    entrances = [entrance_node(number) for number in range(len(sketch.entrances))]
    arrows = [(node, one.to) for node, one in zip(entrances, sketch.entrances, strict=True)]
    nodes = [*entrances, *(box.name for box in sketch.boxes)]
    layers = layered(nodes, [*arrows, *sketch.arrows], entrances)
    sizes = {
        node: entrance_size(one, sketch.language)
        for node, one in zip(entrances, sketch.entrances, strict=True)
    }
    sizes |= {box.name: size_of(box, marks, layers.back, sketch.language) for box in sketch.boxes}
    leaving = {node: tuple(_leaving(node, sizes[node], layers)) for node in nodes}
    tops = _tops(layers, sizes, leaving)
    return _Drawing(layers, sizes, leaving, tops).layout(entrances)


Leaving = tuple[Slot, str]
"""A slot of a box from which an arrow leaves, and the branch it leads to."""


def _leaving(node: str, size: Size, layers: Layers) -> Iterator[Leaving]:
    for slot in size.slots:
        if slot.to and (node, slot.to) not in layers.back:
            yield slot, slot.to


def _tops(
    layers: Layers, sizes: Mapping[str, Size], leaving: Mapping[str, Sequence[Leaving]]
) -> Mapping[tuple[int, Place], float]:
    """Return how high everything in the columns stands, so that arrows are as level as can be."""
    tops: dict[tuple[int, Place], float] = {}
    for number, column in enumerate(layers.columns):
        y = 0.0
        for place in column:
            tops[number, place] = y
            y += _height(place, sizes) + APART
    pulls = _pulls(layers, sizes, leaving)
    for turn in range(2 * ROUNDS + 1):
        forward = turn % 2 == 0
        numbers = range(len(layers.columns)) if forward else range(len(layers.columns) - 1, -1, -1)
        for number in numbers:
            _level(number, layers.columns[number], tops, pulls[forward], sizes)
    above = min(tops.values(), default=0.0)
    return {key: top - above for key, top in tops.items()}


Pulls = Mapping[tuple[int, Place], Sequence[tuple[tuple[int, Place], float]]]
"""For each place: its neighbours, and how much lower than them it had to stand for a level arrow."""


def _pulls(
    layers: Layers, sizes: Mapping[str, Size], leaving: Mapping[str, Sequence[Leaving]]
) -> Mapping[bool, Pulls]:
    """Return what pulls at each place from before it (True) and from behind it (False)."""
    column = {
        place.node: number for number, each in enumerate(layers.columns) for place in each if not place.lane
    }
    before: dict[tuple[int, Place], list[tuple[tuple[int, Place], float]]] = {}
    behind: dict[tuple[int, Place], list[tuple[tuple[int, Place], float]]] = {}
    for node, ways in leaving.items():
        for slot, target in ways:
            here, y = (column[node], Place(node)), slot.y
            for number in range(column[node] + 1, column[target] + 1):
                place = Place(target, lane=number < column[target])
                there = number, place
                mouth = LANE / 2 if place.lane else sizes[target].mouth
                before.setdefault(there, []).append((here, y - mouth))
                behind.setdefault(here, []).append((there, mouth - y))
                here, y = there, mouth
    return {True: before, False: behind}


def _level(
    number: int,
    column: Sequence[Place],
    tops: dict[tuple[int, Place], float],
    pulls: Pulls,
    sizes: Mapping[str, Size],
) -> None:
    """Move the places of a column to where they are pulled, in their order and with room between them."""
    wanted: list[tuple[float, float]] = []
    offsets: list[float] = []
    below = 0.0
    for place in column:
        found = [tops[other] + lower for other, lower in pulls.get((number, place), ())]
        weight = (LANE_WEIGHT if place.lane else 1.0) if found else 0.01
        top = sum(found) / len(found) if found else tops[number, place]
        wanted.append((top - below, weight))
        offsets.append(below)
        below += _height(place, sizes) + APART
    for place, level, offset in zip(column, rising(wanted), offsets, strict=True):
        tops[number, place] = level + offset


def rising(wanted: Sequence[tuple[float, float]]) -> list[float]:
    """Return the values that never fall and are nearest to those wanted, each with its weight.

    Nearest by the sum of squares: neighbours that would fall are put together at their mean (pool adjacent
    violators, Barlow et al. 1972).
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in wanted:
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (upper, first, many), (lower, second, more) = pools[-2:]
            mean = (upper * first + lower * second) / (first + second)
            pools[-2:] = [(mean, first + second, many + more)]
    return [value for value, _, count in pools for _ in range(count)]


def _height(place: Place, sizes: Mapping[str, Size]) -> float:
    return LANE if place.lane else sizes[place.node].height


class _Drawing:
    """Joins what the other functions found into places in pixels."""

    def __init__(
        self,
        layers: Layers,
        sizes: Mapping[str, Size],
        leaving: Mapping[str, Sequence[Leaving]],
        tops: Mapping[tuple[int, Place], float],
    ) -> None:
        self._layers = layers
        self._leaving = leaving
        self._tops = tops
        self._sizes = sizes
        self._column = {
            place.node: number
            for number, each in enumerate(layers.columns)
            for place in each
            if not place.lane
        }
        self._lefts, self._rights = self._edges()

    def layout(self, entrances: Sequence[str]) -> Layout:
        """Return the whole picture."""
        stands: dict[str, Stand] = {}
        for node, number in self._column.items():
            x, y = self._lefts[number], round(TOP + self._tops[number, Place(node)], 1)
            size = self._sizes[node]
            if node in entrances:
                # An entrance stands close to what it leads to.
                x = self._rights[number] - size.width
            stands[node] = Stand(node, x, y, size, entrances.index(node) if node in entrances else -1)
        curves = tuple(
            self._curve(stands, node, slot, target)
            for node, ways in self._leaving.items()
            for slot, target in ways
        )
        low = max((stand.y + stand.size.height for stand in stands.values()), default=TOP)
        lanes = max((TOP + top + LANE for (_, place), top in self._tops.items() if place.lane), default=TOP)
        ordered = tuple(stands[node] for node in self._leaving)
        width = self._rights[-1] + MARGIN
        return Layout(width, round(max(low, lanes) + MARGIN, 1), ordered, curves, self._layers.back)

    def _edges(self) -> tuple[list[float], list[float]]:
        """Return where each column begins and ends."""
        lefts, rights = [], []
        x = MARGIN
        for number, column in enumerate(self._layers.columns):
            wide = max((self._sizes[place.node].width for place in column if not place.lane), default=0.0)
            lefts.append(x)
            rights.append(x + wide)
            crossing = sum(
                self._column[node] <= number < self._column[target]
                for node, ways in self._leaving.items()
                for target in {target for _, target in ways}
            )
            x += wide + min(GAP + GAP_PER_ARROW * crossing, WIDEST_GAP)
        return lefts, rights

    def _curve(self, stands: Mapping[str, Stand], node: str, slot: Slot, target: str) -> Curve:
        begin, end = self._column[node], self._column[target]
        source = stands[node]
        y = round(source.y + slot.y, 1)
        points = [(source.x + source.size.width, y), (self._rights[begin], y)]
        for number in range(begin + 1, end):
            y = round(TOP + self._tops[number, Place(target, lane=True)] + LANE / 2, 1)
            points += [(self._lefts[number], y), (self._rights[number], y)]
        goal = stands[target].mouth
        if stands[target].x > self._lefts[end]:
            points.append((self._lefts[end], goal[1]))
        points.append((goal[0] - BORDER, goal[1]))
        return Curve(node, target, tuple(points), slot.step, slot.way)
