"""The trees that callers enter now. One object owns them; calls keep the tree they have entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from softswitch.calls.call import Call, Destination
from softswitch.calls.hangup import Termination
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.version_model import Version

Make = Callable[[Tree, str], Destination]
"""Makes the destination of a tree for callers who begin at a branch, "" for its own start."""


@dataclass(frozen=True, slots=True)
class Living:
    """A tree that callers enter; ``tree.version`` is its number. ``since`` is when that was published."""

    tree: Tree
    checksum: str
    since: datetime
    by: str

    @classmethod
    def of(cls, tree: Tree, version: Version) -> Living:
        """Return a tree as a version of it."""
        return cls(replace(tree, version=version.number), version.checksum, version.at, version.by)


@dataclass(slots=True)
class _Entrance:
    """The way into one version of a tree, which counts who walks it. See Destination of calls."""

    inside: Destination
    walking: Counter[tuple[str, int]]
    tree: str
    version: int
    kind: str = field(default="tree")

    @property
    def name(self) -> str:
        """The tree's name."""
        return self.tree

    async def __call__(self, call: Call) -> Termination:
        """Lead the caller through it, whatever is published meanwhile."""
        place = (self.tree, self.version)
        self.walking[place] += 1
        try:
            return await self.inside(call)
        finally:
            self.walking[place] -= 1
            if not self.walking[place]:
                del self.walking[place]


class LivingTrees:
    """Owns which trees there are, and which version of each a new caller enters.

    ``moved`` is told the numbers of all trees whenever they may have changed.
    """

    def __init__(self, living: Sequence[Living] = ()) -> None:
        self._living = tuple(living)
        self._walking: Counter[tuple[str, int]] = Counter()
        self._make: Make | None = None
        self._moved: Callable[[tuple[str, ...]], None] = lambda numbers: None
        self._at: Mapping[str, Destination] = {}
        self._named: Mapping[str, Destination] = {}

    def serve(self, make: Make, moved: Callable[[tuple[str, ...]], None]) -> None:
        """Lead callers from now on; ``make`` builds what a tree needs of the switch."""
        self._make, self._moved = make, moved
        self._build()

    @property
    def all(self) -> tuple[Living, ...]:
        """Every tree that can be entered, in the order of the configuration."""
        return self._living

    @property
    def trees(self) -> tuple[Tree, ...]:
        """The trees alone."""
        return tuple(one.tree for one in self._living)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of all trees."""
        return tuple(number for tree in self.trees for number in tree.numbers)

    @property
    def walking(self) -> Mapping[tuple[str, int], int]:
        """How many callers walk each version of each tree now, also those that nobody enters any more."""
        return self._walking

    def get(self, name: str) -> Living | None:
        """Return the tree of a name, None for none."""
        return next((one for one in self._living if one.tree.name == name), None)

    def at(self, number: str) -> Destination | None:
        """Return where a dialled number leads, None where it leads to no tree."""
        return self._at.get(number)

    def named(self, name: str) -> Destination | None:
        """Return where the name of a tree leads; None for a tree that has no number."""
        return self._named.get(name)

    def switch_over(self, living: Sequence[Living]) -> None:
        """Let new callers enter these trees and no others; who walks one already stays in it."""
        self._living = tuple(living)
        self._build()

    def _build(self) -> None:
        if self._make is None:
            return
        at: dict[str, Destination] = {}
        for tree in self.trees:
            for number in tree.numbers:
                inside = self._make(tree, tree.entries.get(number, ""))
                at[number] = _Entrance(inside, self._walking, tree.name, tree.version)
        # All at once: nobody is led by a half of the old and a half of the new.
        self._at = at
        self._named = {tree.name: at[tree.numbers[0]] for tree in self.trees if tree.numbers}
        self._moved(self.numbers)
