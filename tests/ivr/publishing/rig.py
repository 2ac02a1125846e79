"""A line whose trees are published: files in a folder, versions in memory, and what was told of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from softswitch.errors import Problem
from softswitch.events import TreePublished, TreeRolledBack, TreeWithdrawn
from softswitch.ivr.loader import load_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.history import History
from softswitch.ivr.publishing.living import LivingTrees
from softswitch.ivr.publishing.publisher import Judged, Means, Publisher, Tested
from softswitch.ivr.publishing.version_model import NewVersion, Version
from tests.fakes.clock import FakeClock

BANK = """\
tree: bank
language: en
numbers: [{number}]
start: welcome
branches:
  welcome:
    - say: "{text}"
    - hangup
"""


def bank(text: str = "Good morning.", number: str = "100") -> str:
    return BANK.format(text=text, number=number)


def shop(text: str = "The shop.", number: str = "200") -> str:
    return bank(text, number).replace("tree: bank", "tree: shop")


@dataclass
class InMemory:
    """Implements Versions; ``broken`` is the disk that is full."""

    kept: list[Version] = field(default_factory=list)
    broken: Exception | None = None

    async def add(self, new: Sequence[NewVersion]) -> tuple[Version, ...]:
        if self.broken is not None:
            raise self.broken
        added = []
        for one in new:
            number = sum(kept.tree == one.tree for kept in self.kept) + 1
            added.append(Version(one.tree, number, one.path, one.content, one.at, one.by, one.back_to))
            self.kept.append(added[-1])
        return tuple(added)

    async def last(self, tree: str) -> Version | None:
        found = await self.all(tree, limit=1)
        return found[0] if found else None

    async def get(self, tree: str, number: int) -> Version | None:
        return next((one for one in self.kept if (one.tree, one.number) == (tree, number)), None)

    async def all(self, tree: str, *, limit: int) -> tuple[Version, ...]:
        return tuple(reversed([one for one in self.kept if one.tree == tree]))[:limit]


@dataclass
class Line:
    """What publishing needs, each part in a test's hands."""

    folder: Path
    versions: InMemory = field(default_factory=InMemory)
    living: LivingTrees = field(default_factory=LivingTrees)
    judged: Judged = field(default_factory=Judged)
    red: tuple[str, ...] = ()
    unspoken: tuple[str, ...] = ()
    steps: list[object] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        means = Means(self._files, {}, self._judge, self._test, self._speak, self.steps.append)
        self.publisher = Publisher(self.living, self.versions, means, self.clock)
        self.history = History(self.living, self.versions, {})

    @property
    def told(self) -> list[object]:
        """The events."""
        kinds = TreePublished | TreeRolledBack | TreeWithdrawn
        return [one for one in self.steps if isinstance(one, kinds)]

    def write(self, text: str, name: str = "bank") -> Path:
        path = self.folder / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    async def started(self, *texts: str) -> Line:
        """Start with trees, named by what they are called."""
        names = [text.partition("\n")[0].removeprefix("tree: ") for text in texts]
        paths = [self.write(text, name) for text, name in zip(texts, names, strict=True)]
        await self.publisher.begin([load_tree(path) for path in paths])
        return self

    def files(self) -> list[str]:
        """Return the names of all files there are."""
        return sorted(one.name for one in self.folder.iterdir())

    def heard(self, name: str = "bank") -> str:
        """Return what a new caller hears first, "" where there is no such tree."""
        living = self.living.get(name)
        if living is None:
            return ""
        (prompt,) = living.tree.branches["welcome"].steps[0].action.prompts()
        return next(iter((prompt.text or {}).values()))

    def version(self, name: str = "bank") -> int:
        living = self.living.get(name)
        return 0 if living is None else living.tree.version

    def _files(self) -> tuple[list[Path], list[Problem]]:
        return sorted(self.folder.glob("*.yaml")), []

    def _judge(self, trees: Sequence[Tree], names: Collection[str]) -> Judged:
        self.steps.append(("judged", tuple(tree.name for tree in trees), tuple(sorted(names))))
        return self.judged

    def _test(self, tree: Tree) -> Tested:
        self.steps.append(("tested", tree.name))
        return Tested(2, self.red)

    async def _speak(self, trees: Sequence[Tree]) -> Sequence[str]:
        self.steps.append(("spoken", self.heard(), self.version()))
        return self.unspoken
