"""The ways that real calls went through a tree, read from the event log; nothing keeps a second count.

Counted are calls that arrived within a span of time. For every branch: how many calls came by and how often,
how many hung up in it, wrong keys, silence, and how long it was from there to what they had called for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Final

from softswitch.calls.hangup import Reason
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    Entry,
    Event,
    LegsBridged,
    MessageLeft,
    QueueEntered,
    StepTaken,
)
from softswitch.ivr.interpreter import OUTAGE
from softswitch.ivr.model import Tree

KINDS: Final[tuple[type[Event], ...]] = (
    CallArrived,
    BranchEntered,
    StepTaken,
    QueueEntered,
    LegsBridged,
    MessageLeft,
    CallEnded,
)
"""The events that tell a way; of all others nothing has to be read."""

GOALS: Final[frozenset[tuple[str, str]]] = frozenset(
    {("read_order", "read"), ("pay", "paid"), ("pay", "link_sent"), ("callback", "accepted")}
)
"""Steps by which callers have what they called for without talking to anybody, each with its exit."""

LAST: Final = frozenset("0*#")
"""Keys that callers expect behind all others: the person, again, and back. They are left there."""

_WRONG: Final = re.compile(r"wrong: ([0-9A-D*#, ]+)")
_SILENT: Final = re.compile(r"silent: ([0-9]+)")
"""What the details of a menu tell of failed tries."""


@dataclass(frozen=True, slots=True)
class BranchPaths:
    """What calls did in one branch.

    ``calls`` came by, ``entries`` times in all. In ``hung_up`` of them the caller hung up here, before any
    talk. ``wrong`` keys by what was pressed, ``silent`` tries without a key. ``to_goal_s`` are the median
    seconds from a call's first entry to a queue, a talk, or what else it came for; None where none did.
    """

    branch: str
    entries: int = 0
    calls: int = 0
    hung_up: int = 0
    wrong: Mapping[str, int] = field(default_factory=dict)
    silent: int = 0
    to_goal_s: float | None = None

    @property
    def repeats(self) -> int:
        """How often callers came back here."""
        return self.entries - self.calls


@dataclass(frozen=True, slots=True)
class MenuOrder:
    """The keys of a menu with how often each was chosen: as they are offered, and as they should be.

    ``heard`` options are listened to on average before one's own is said, ``heard_best`` in the best order.
    """

    branch: str
    step: int
    offered: tuple[tuple[str, int], ...]
    best: tuple[str, ...]
    heard: float
    heard_best: float

    @property
    def is_best(self) -> bool:
        """Whether nothing would be won by another order."""
        return self.heard <= self.heard_best


@dataclass(frozen=True, slots=True)
class Paths:
    """What ``calls`` did in a tree. ``taken`` counts exits by (branch, number of the step, exit).

    ``told_of_outage`` of them heard of an outage first, and ``left_at_outage`` hung up while they did.
    """

    tree: str
    calls: int
    hung_up: int
    branches: tuple[BranchPaths, ...]
    taken: Mapping[tuple[str, int, str], int]
    orders: tuple[MenuOrder, ...]
    told_of_outage: int = 0
    left_at_outage: int = 0


@dataclass(slots=True)
class _Way:
    """One call on its way through the tree."""

    entered: list[str] = field(default_factory=list)
    first: dict[str, datetime] = field(default_factory=dict)
    goals: dict[str, float] = field(default_factory=dict)
    steps: list[StepTaken] = field(default_factory=list)
    served: bool = False
    """Whether somebody has talked with the caller, or the caller got what it called for."""
    told_of_outage: bool = False


class PathReader:
    """Counts the ways of calls through one tree, from entries of the log in their order.

    A call counts when it arrived from ``since`` on and before ``until``, once it is over.
    """

    def __init__(self, tree: Tree, *, since: datetime, until: datetime) -> None:
        self._tree = tree
        self._since = since
        self._until = until
        self._ways: dict[str, _Way] = {}
        self._calls = 0
        self._entries: Counter[str] = Counter()
        self._came: Counter[str] = Counter()
        self._hung_up: Counter[str] = Counter()
        self._wrong: dict[str, Counter[str]] = {}
        self._silent: Counter[str] = Counter()
        self._goals: dict[str, list[float]] = {}
        self._taken: Counter[tuple[str, int, str]] = Counter()
        self._told_of_outage = self._left_at_outage = 0

    def read(self, entries: Iterable[Entry]) -> bool:
        """Take the next entries of :data:`KINDS`; return whether later ones can still count."""
        for entry in entries:
            if isinstance(entry.event, CallArrived):
                if self._since <= entry.at < self._until:
                    self._ways[entry.call] = _Way()
            elif (way := self._ways.get(entry.call)) is not None:
                self._take(entry, way)
            if entry.at >= self._until and not self._ways:
                return False
        return True

    def _take(self, entry: Entry, way: _Way) -> None:
        match entry.event:
            case BranchEntered(tree=name, branch=branch) if name == self._tree.name:
                way.entered.append(branch)
                way.first.setdefault(branch, entry.at)
                way.told_of_outage |= branch == self._tree.outage
            case StepTaken(tree=name) as step if name == self._tree.name:
                way.steps.append(step)
                way.told_of_outage |= step.step == OUTAGE
                if (step.step.partition(" ")[2], step.exit) in GOALS:
                    self._reached(entry, way, served=True)
            case QueueEntered():
                self._reached(entry, way, served=False)
            case LegsBridged() | MessageLeft():
                self._reached(entry, way, served=True)
            case CallEnded(reason=reason):
                del self._ways[entry.call]
                self._count(way, hung_up=reason == Reason.CALLER_HUNG_UP.value)
            case _:
                pass

    def _reached(self, entry: Entry, way: _Way, *, served: bool) -> None:
        """Note that the caller has what it called for, or waits for it, as seen from every branch before."""
        way.served = way.served or served
        for branch, at in way.first.items():
            way.goals.setdefault(branch, (entry.at - at).total_seconds())

    def _count(self, way: _Way, *, hung_up: bool) -> None:
        # Who hangs up at what is said of an outage where no branch says it has entered none.
        if not way.entered and not way.told_of_outage:
            return
        self._calls += 1
        self._told_of_outage += way.told_of_outage
        self._entries.update(way.entered)
        self._came.update(way.first.keys())
        if hung_up and not way.served:
            last = way.entered[-1] if way.entered else ""
            self._hung_up[last] += 1
            self._left_at_outage += way.told_of_outage and last in ("", self._tree.outage)
        for branch, seconds in way.goals.items():
            self._goals.setdefault(branch, []).append(seconds)
        for step in way.steps:
            self._step(step)

    def _step(self, step: StepTaken) -> None:
        number, _, action = step.step.partition(" ")
        if not number.isdecimal():
            return
        self._taken[step.branch, int(number), step.exit] += 1
        if action == "menu":
            if found := _WRONG.search(step.detail):
                keys = (key.strip() for key in found[1].split(","))
                self._wrong.setdefault(step.branch, Counter()).update(key for key in keys if key)
            if found := _SILENT.search(step.detail):
                self._silent[step.branch] += int(found[1])

    def paths(self) -> Paths:
        """Return what was counted: the branches of the tree as in the file, then those that are gone."""
        names = dict.fromkeys([*self._tree.branches, *sorted(self._entries)])
        branches = tuple(
            BranchPaths(
                name,
                self._entries[name],
                self._came[name],
                self._hung_up[name],
                dict(sorted(self._wrong.get(name, Counter()).items(), key=lambda one: (-one[1], one[0]))),
                self._silent[name],
                round(median(self._goals[name]), 1) if name in self._goals else None,
            )
            for name in names
        )
        return Paths(
            self._tree.name,
            self._calls,
            self._hung_up.total(),
            branches,
            dict(self._taken),
            tuple(orders_of(self._tree, self._taken)),
            self._told_of_outage,
            self._left_at_outage,
        )


def orders_of(tree: Tree, taken: Mapping[tuple[str, int, str], int]) -> list[MenuOrder]:
    """Return for each menu that calls chose in how its options are ordered, and how they should be.

    The order offered is that of the keys in the file, which is the order a good question says them in.
    """
    found: list[MenuOrder] = []
    for branch in tree.branches.values():
        for step in branch.steps:
            if step.action_name != "menu":
                continue
            keys = [name.removeprefix("key ") for name in step.action.exits() if name.startswith("key ")]
            offered = tuple((key, taken.get((branch.name, step.number, f"key {key}"), 0)) for key in keys)
            if sum(count for _, count in offered):
                best = sorted(offered, key=lambda one: 0 if one[0] in LAST else -one[1])
                found.append(
                    MenuOrder(
                        branch.name,
                        step.number,
                        offered,
                        tuple(key for key, _ in best),
                        _heard([count for _, count in offered]),
                        _heard([count for _, count in best]),
                    )
                )
    return found


def _heard(counts: list[int]) -> float:
    """Return how many options a caller hears on average until the own one has been said."""
    return round(sum(turn * count for turn, count in enumerate(counts, start=1)) / sum(counts), 2)
