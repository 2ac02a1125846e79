"""A tree as it runs: branches of steps, each step one action with its parameters."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from softswitch.ivr.outcome import GoTo, HangUp, Into, Next, Outcome, Taken, Up
from softswitch.ivr.prompts import ANY_LANGUAGE, Spoken
from softswitch.ivr.visit import Visit

NEXT = "next"
"""The exit of an action that has only one way out."""

_NUMBERED = re.compile(r"(.+)-[0-9]+")


class Action(BaseModel):
    """What a step does. The fields of a subclass are its parameters, as the tree's author writes them.

    An action keeps nothing between two calls: it is shared by everybody who walks the tree.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    bare_parameter: ClassVar[str | None] = None
    """The parameter filled by the short form, ``- say: "text"``; None when there is no short form."""

    example: ClassVar[str]
    """How a step with it may be written, in one line: ``- name: ...``."""

    instant: ClassVar[bool] = False
    """Whether it neither speaks, listens nor waits: a round of such steps alone has no end."""

    listens: ClassVar[bool] = False
    """Whether the action takes keys, so that a prompt before it may be cut short by one."""

    reaches_people: ClassVar[bool] = False
    """Whether it can lead to a person, or takes word for one."""

    identifies: ClassVar[frozenset[str]] = frozenset()
    """The exits by which the caller is a known customer from then on."""

    enters_queue: ClassVar[bool] = False
    """Whether the caller may come to wait in a queue by it."""

    asks_to_rate: ClassVar[bool] = False
    """Whether the caller is asked by it how the talk was: after that no queue may follow."""

    own_variables: ClassVar[tuple[str, ...]] = ()
    """Variables that exist only inside this action's own texts."""

    @classmethod
    def expand(cls, value: object) -> object:
        """Return the parameters as a mapping, whatever short form ``value`` was written in."""
        if isinstance(value, Mapping):
            return value
        if value is None:
            return {}
        return {cls.bare_parameter: value} if cls.bare_parameter else value

    def exits(self) -> Mapping[str, Outcome]:
        """Return every named way out and where it leads."""
        return {NEXT: Next()}

    def never(self) -> Collection[str]:
        """Return the exits that nobody can take with these parameters: no test is missing for them."""
        return ()

    def prompts(self) -> Iterable[Spoken]:
        """Return every prompt this action may play."""
        return ()

    def templates(self) -> Iterable[str]:
        """Return every text of this action in which variables may stand."""
        return [text for prompt in self.prompts() for text in (prompt.text or {}).values()]

    def open_texts(self) -> Iterable[str]:
        """Return the texts that phones show or that are sent: what is secret is left out there."""
        return ()

    def variables_set(self) -> Iterable[str]:
        """Return the names of the variables this action gives a value to."""
        return ()

    def secrets_set(self, known: Collection[str]) -> Iterable[str]:
        """Return those of the variables it sets that are secret, as ``known`` ones (VARIABLE.X) are."""
        return ()

    def remembers(self) -> bool:
        """Tell whether it keeps for the caller's number how callers want to be spoken to."""
        return False

    def languages(self) -> Iterable[str]:
        """Return the languages in which it can speak, or have others speak, as far as it names any."""
        return [code for prompt in self.prompts() for code in (prompt.text or {}) if code != ANY_LANGUAGE]

    @abstractmethod
    async def run(self, visit: Visit) -> Taken:
        """Do it for one caller, and say by which exit it ended."""

    def take(self, exit_name: str, detail: str = "") -> Taken:
        """Return the declared exit of that name."""
        return Taken(str(exit_name), self.exits()[exit_name], detail)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a branch, numbered from 1. ``lines`` gives the line of each parameter, by dotted path."""

    number: int
    action_name: str
    action: Action
    line: int
    lines: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, parameter: str) -> int:
        """Return the line on which a parameter (dotted path) stands, or the nearest above it."""
        while parameter:
            if parameter in self.lines:
                return self.lines[parameter]
            parameter = parameter.rpartition(".")[0]
        return self.line


@dataclass(frozen=True, slots=True)
class Branch:
    """A named list of steps. ``parent`` is the declared parent, None when none was declared."""

    name: str
    steps: tuple[Step, ...]
    parent: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole tree: what happens to a caller who dials one of ``numbers``.

    ``lines`` gives the line of each parameter above the branches, by dotted path.
    """

    name: str
    language: str
    numbers: tuple[str, ...]
    start: str
    branches: Mapping[str, Branch]
    path: Path
    default_text: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    """Those of ``numbers`` that do not enter at ``start``, each with its branch."""
    self_service: bool = False
    """Whether it is meant that no way leads to a person."""
    outage: str = ""
    """The branch that callers go through first while an outage is switched on, "" for what is said to all."""
    version: int = 0
    """Its number among the versions that are kept, 0 for a tree that was never published."""
    languages: frozenset[str] = frozenset()
    """The languages that some step names: in no other is anybody spoken to who has chosen it elsewhere."""
    remembers: bool = False
    """Whether calls begin as was chosen from the same number before."""

    @property
    def entrances(self) -> frozenset[str]:
        """The branches where callers can begin."""
        return frozenset({self.start, *self.entries.values(), *((self.outage,) if self.outage else ())})

    def parent_of(self, branch: str) -> str | None:
        """Return the parent that the tree itself gives a branch: declared, else 1-1 -> 1; else None."""
        declared = self.branches[branch].parent
        if declared is not None:
            return declared
        numbered = _NUMBERED.fullmatch(branch)
        return numbered.group(1) if numbered and numbered.group(1) in self.branches else None

    def key_is_wanted_after(self, branch: str, index: int) -> bool:
        """Tell whether a key pressed during step ``index`` will be taken by a later step.

        Only then may it cut a prompt short: a second press on a menu must not swallow the goodbye.
        """
        seen: set[str] = set()
        steps = self.branches[branch].steps[index + 1 :]
        while True:
            way = _first_way(steps)
            if isinstance(way, bool):
                return way
            if way in seen:
                return False
            seen.add(way)
            steps = self.branches[way].steps


def _first_way(steps: Iterable[Step]) -> bool | str:
    """Return whether keys are taken on the only way through ``steps``, or the branch it jumps to."""
    for step in steps:
        if step.action.listens:
            return True
        outcomes = set(step.action.exits().values())
        into = next((one for one in outcomes if isinstance(one, Into)), None)
        if into is not None:
            return into.branch
        if len(outcomes) != 1:
            return False
        match outcomes.pop():
            case GoTo(branch):
                return branch
            case Up():
                # Up leads back to a menu, whichever branch it is.
                return True
            case HangUp():
                return False
            case _:
                continue
    return False
