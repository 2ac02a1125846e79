"""The columns of a picture: which branch stands in which, and in which order from above.

After Sugiyama, Tagawa and Toda (1981), in small: arrows that close a circle are set aside, every other
one leads at least one column on, and each column is put into the order in which fewest arrows cross. An arrow
that passes a column has a lane in it; arrows to the same branch share their lanes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Arrow = tuple[str, str]

SWEEPS: Final = 12
"""After so many sweeps back and forth hardly any order still gets better."""


@dataclass(frozen=True, slots=True)
class Place:
    """What stands in a column: a node, or with ``lane`` the way past it to that node."""

    node: str
    lane: bool = False


@dataclass(frozen=True, slots=True)
class Layers:
    """Columns from left to right, each from above. ``back`` are the arrows set aside."""

    columns: tuple[tuple[Place, ...], ...]
    back: frozenset[Arrow]

    def column_of(self, node: str) -> int:
        """Return the column of a node; raise KeyError where there is none."""
        for number, column in enumerate(self.columns):
            if Place(node) in column:
                return number
        raise KeyError(node)


def layered(nodes: Sequence[str], arrows: Iterable[Arrow], entrances: Sequence[str]) -> Layers:
    """Return the columns of a graph whose callers begin at ``entrances``.

    The same graph always gives the same columns.
    """
    known = dict.fromkeys(arrows)
    back = _backwards(nodes, tuple(known), entrances)
    forward = [arrow for arrow in known if arrow not in back and arrow[0] != arrow[1]]
    columns = _columns(nodes, forward)
    places = _with_lanes(nodes, forward, columns)
    return Layers(_ordered(places, _links(forward, columns)), back)


def _backwards(nodes: Sequence[str], arrows: Sequence[Arrow], entrances: Sequence[str]) -> frozenset[Arrow]:
    """Return the arrows that close circles: of those within one, the ones that lead towards the entrance."""
    rank = _ranks(nodes, arrows, entrances)
    circle = _circles(nodes, arrows)
    return frozenset(
        (source, target)
        for source, target in arrows
        if circle[source] == circle[target] and rank[target] <= rank[source]
    )


def _ranks(nodes: Sequence[str], arrows: Sequence[Arrow], entrances: Sequence[str]) -> Mapping[str, int]:
    """Return the order in which callers can come to the nodes; what nobody comes to is last."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in arrows:
        after[source].append(target)
    rank: dict[str, int] = {}
    for first in (*entrances, *nodes):
        waiting = deque([first])
        while waiting:
            node = waiting.popleft()
            if node not in rank:
                rank[node] = len(rank)
                waiting += after[node]
    return rank


def _circles(nodes: Sequence[str], arrows: Sequence[Arrow]) -> Mapping[str, int]:
    """Return the number of the strong component of each node (Kosaraju), without recursion."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    before: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in arrows:
        after[source].append(target)
        before[target].append(source)
    done: list[str] = []
    seen: set[str] = set()
    for first in nodes:
        way = [(first, iter(after[first]))] if first not in seen else []
        seen.add(first)
        while way:
            node, others = way[-1]
            fresh = next((one for one in others if one not in seen), None)
            if fresh is None:
                done.append(node)
                way.pop()
            else:
                seen.add(fresh)
                way.append((fresh, iter(after[fresh])))
    component: dict[str, int] = {}
    for number, first in enumerate(reversed(done)):
        waiting = [first]
        while waiting:
            node = waiting.pop()
            if node not in component:
                component[node] = number
                waiting += before[node]
    return component


def _columns(nodes: Sequence[str], forward: Sequence[Arrow]) -> Mapping[str, int]:
    """Return the column of each node: one behind the last of those that lead to it."""
    before: dict[str, int] = dict.fromkeys(nodes, 0)
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in forward:
        before[target] += 1
        after[source].append(target)
    column: dict[str, int] = dict.fromkeys(nodes, 0)
    waiting = deque(node for node in nodes if not before[node])
    while waiting:
        node = waiting.popleft()
        for target in after[node]:
            column[target] = max(column[target], column[node] + 1)
            before[target] -= 1
            if not before[target]:
                waiting.append(target)
    led_to = {target for _, target in forward}
    for node in nodes:
        if node not in led_to and after[node]:
            # Nobody leads to it, so it may stand close to what it leads to.
            column[node] = min(column[target] for target in after[node]) - 1
    return column


def _with_lanes(
    nodes: Sequence[str], forward: Sequence[Arrow], columns: Mapping[str, int]
) -> list[list[Place]]:
    places: list[list[Place]] = [[] for _ in range(max(columns.values(), default=0) + 1)]
    for node in nodes:
        places[columns[node]].append(Place(node))
    first: dict[str, int] = {}
    for source, target in forward:
        first[target] = min(first.get(target, columns[target]), columns[source] + 1)
    for target, begin in first.items():
        for number in range(begin, columns[target]):
            places[number].append(Place(target, lane=True))
    return places


Links = Mapping[tuple[int, Place], Sequence[Place]]
"""What each place of a column leads to in the next one, in the order of its ways out."""


def _links(forward: Sequence[Arrow], columns: Mapping[str, int]) -> Links:
    links: dict[tuple[int, Place], dict[Place, None]] = {}
    for source, target in forward:
        here = Place(source)
        for number in range(columns[source], columns[target]):
            there = Place(target, lane=number + 1 < columns[target])
            links.setdefault((number, here), {})[there] = None
            here = there
    return {place: tuple(targets) for place, targets in links.items()}


def _ordered(columns: list[list[Place]], links: Links) -> tuple[tuple[Place, ...], ...]:
    """Return the columns in the best order that sweeps of barycentres find."""
    back: dict[tuple[int, Place], list[tuple[Place, float]]] = {}
    for (number, place), targets in links.items():
        for turn, target in enumerate(targets):
            # Where on the box it leaves: the first way out is above the second.
            share = (turn + 1) / (len(targets) + 1) - 0.5
            back.setdefault((number + 1, target), []).append((place, share))
    best = [list(column) for column in columns]
    fewest = crossings(best, links)
    now = [list(column) for column in columns]
    for sweep in range(SWEEPS):
        if sweep % 2 == 0:
            for number in range(1, len(now)):
                order = {place: turn for turn, place in enumerate(now[number - 1])}
                _sort(
                    now[number],
                    [
                        [order[one] + share for one, share in back.get((number, place), ())]
                        for place in now[number]
                    ],
                )
        else:
            for number in range(len(now) - 2, -1, -1):
                order = {place: turn for turn, place in enumerate(now[number + 1])}
                _sort(
                    now[number],
                    [[float(order[one]) for one in links.get((number, place), ())] for place in now[number]],
                )
        found = crossings(now, links)
        # Of equally good ones the later: it lies more evenly.
        if found <= fewest:
            fewest, best = found, [list(column) for column in now]
    return tuple(tuple(column) for column in best)


def _sort(column: list[Place], neighbours: Sequence[Sequence[float]]) -> None:
    """Sort a column by the middle of the neighbours; what has none keeps to whom it stands behind."""
    keys: dict[Place, float] = {}
    last = -1.0
    for place, found in zip(column, neighbours, strict=True):
        last = keys[place] = sum(found) / len(found) if found else last
    column.sort(key=keys.__getitem__)


def crossings(columns: Sequence[Sequence[Place]], links: Links) -> int:
    """Return how many pairs of arrows between neighbouring columns cross."""
    count = 0
    for number in range(len(columns) - 1):
        order = {place: turn for turn, place in enumerate(columns[number + 1])}
        ends = [order[target] for place in columns[number] for target in links.get((number, place), ())]
        count += sum(above > below for turn, above in enumerate(ends) for below in ends[turn + 1 :])
    return count
