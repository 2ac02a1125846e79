"""What a picture of a tree shows, before anything has a place: boxes, their steps, the ways out.

Every way out of every step is there. Ways out of one step that lead to the same place share a row, since
that is how people think of them: "busy, no answer: sorry".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from softswitch.ivr.drawing.wording import END_OF_BRANCH, both, exit_text, step_text
from softswitch.ivr.model import Action, Step, Tree
from softswitch.ivr.outcome import Back, EndReason, GoTo, HandedOver, HangUp, Into, Next, Outcome, Up
from softswitch.ivr.ways import leaders, reached


class Deed(StrEnum):
    """What a step does with a caller, as far as it gets a colour of its own."""

    SPEAKS = "speaks"
    ASKS = "asks"
    DECIDES = "decides"
    PERSON = "person"
    QUEUE = "queue"
    VOICEMAIL = "voicemail"
    OUTSIDE = "outside"
    LEADS = "leads"
    ENDS = "ends"


class Lead(StrEnum):
    """Where a way out leads to."""

    BRANCH = "branch"
    THROUGH = "through"
    """Through a branch, and back behind this step."""
    NEXT = "next"
    UP = "up"
    """Up, where more than one branch can be meant."""
    BACK = "back"
    HANG_UP = "hang_up"
    BUSY = "busy"
    QUEUE = "queue"
    VOICEMAIL = "voicemail"
    PERSON = "person"
    PROGRAM = "program"


DEEDS: Final[Mapping[str, Deed]] = {
    **dict.fromkeys(("dial", "duty", "keeper", "extension"), Deed.PERSON),
    **dict.fromkeys(("queue", "queue_by"), Deed.QUEUE),
    "voicemail": Deed.VOICEMAIL,
    **dict.fromkeys(("mail", "sms", "ticket", "request", "callback", "application", "pay"), Deed.OUTSIDE),
    **dict.fromkeys(("goto", "up", "call", "return"), Deed.LEADS),
    "hangup": Deed.ENDS,
}
"""Steps whose kind is not told by what their action says of itself."""

HANDED_TO: Final[Mapping[str, Lead]] = {
    # What owns a caller whom one of these steps hands over; all others hand over to a queue.
    "voicemail": Lead.VOICEMAIL,
    "application": Lead.PROGRAM,
    "dial": Lead.PERSON,
}


@dataclass(frozen=True, slots=True)
class Way:
    """A row with the exits of a step that lead to one place.

    ``names`` are the exits as the log knows them, ``label`` as people do. ``to`` is a branch of the tree, ""
    for all leads but BRANCH and THROUGH; ``end`` says in words what becomes of the caller otherwise.
    """

    names: tuple[str, ...]
    label: str
    lead: Lead
    to: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A step in a box. ``number`` is 0 for the end of a branch, at which no step stands."""

    number: int
    action: str
    text: str
    whole: str
    deed: Deed
    exits: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A branch. ``lost`` says that no caller comes there."""

    name: str
    rows: tuple[Row, ...]
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where callers come in: by these numbers, or by none when an outage is switched on."""

    numbers: tuple[str, ...]
    to: str
    outage: bool = False


@dataclass(frozen=True, slots=True)
class Sketch:
    """All that is on the picture of a tree, in the order of the file."""

    name: str
    language: str
    entrances: tuple[Entrance, ...]
    boxes: tuple[Box, ...]

    @property
    def arrows(self) -> tuple[tuple[str, str], ...]:
        """The branches that lead to each other, in the order of their ways out, each pair once."""
        pairs = ((box.name, way.to) for box in self.boxes for row in box.rows for way in row.ways if way.to)
        return tuple(dict.fromkeys(pairs))


def sketch_of(tree: Tree, language: str) -> Sketch:
    """Return what a picture of ``tree`` shows, in the words of a language (``en`` or ``pl``)."""
    up, met = leaders(tree), reached(tree)
    boxes = tuple(
        Box(
            branch.name,
            tuple(_rows(tree, branch.steps, sorted(up[branch.name]), language)),
            lost=branch.name not in met,
        )
        for branch in tree.branches.values()
    )
    return Sketch(tree.name, language, tuple(_entrances(tree)), boxes)


def _entrances(tree: Tree) -> Iterator[Entrance]:
    at_start = tuple(number for number in tree.numbers if number not in tree.entries)
    yield Entrance(at_start, tree.start)
    by_branch: dict[str, list[str]] = {}
    for number, branch in tree.entries.items():
        by_branch.setdefault(branch, []).append(number)
    yield from (Entrance(tuple(numbers), branch) for branch, numbers in by_branch.items())
    if tree.outage:
        yield Entrance((), tree.outage, outage=True)


def _rows(tree: Tree, steps: Sequence[Step], up: Sequence[str], language: str) -> Iterator[Row]:
    goes_on = True
    for step in steps:
        outcomes = step.action.exits()
        text, whole = step_text(step, tree.language, language)
        ways = _ways(step, up, language)
        yield Row(
            step.number,
            step.action_name,
            text,
            whole,
            _deed(step.action_name, step.action),
            tuple(outcomes),
            ways,
        )
        goes_on = Next() in outcomes.values()
    if goes_on:
        end = both(END_OF_BRANCH, language)
        yield Row(0, "", "", end, Deed.ENDS, (), (Way((), "", Lead.HANG_UP, end=end),))


def _deed(name: str, action: Action) -> Deed:
    if name in DEEDS:
        return DEEDS[name]
    if action.listens:
        return Deed.ASKS
    if any(action.prompts()):
        return Deed.SPEAKS
    return Deed.DECIDES if len(set(action.exits().values())) > 1 else Deed.LEADS


def _ways(step: Step, up: Sequence[str], language: str) -> tuple[Way, ...]:
    """Return the rows of a step: none where every exit only goes on with the next step."""
    outcomes = step.action.exits()
    if set(outcomes.values()) == {Next()}:
        return ()
    together: dict[tuple[Lead, str, str], list[str]] = {}
    for name, outcome in outcomes.items():
        lead, to = _led(step.action_name, outcome, up)
        end = "" if to else _end_text(lead, outcome, up, language)
        together.setdefault((lead, to, end), []).append(name)
    alone = len(together) == 1
    return tuple(
        # Where there is but one way, its name tells nothing that the step does not.
        Way(tuple(names), "" if alone else _label(names, language), lead, to, end)
        for (lead, to, end), names in together.items()
    )


def _label(names: Sequence[str], language: str) -> str:
    """Return the exits of a row in words; keys that lead to one place are named in one breath."""
    keys = [name.removeprefix("key ") for name in names if name.startswith("key ")]
    others = [exit_text(name, language) for name in names if not name.startswith("key ")]
    return ", ".join(
        dict.fromkeys([*([exit_text(f"key {', '.join(keys)}", language)] if keys else []), *others])
    )


def _led(action: str, outcome: Outcome, up: Sequence[str]) -> tuple[Lead, str]:
    match outcome:
        case GoTo(branch):
            return Lead.BRANCH, branch
        case Into(branch):
            return Lead.THROUGH, branch
        case Up():
            return (Lead.BRANCH, up[0]) if len(up) == 1 else (Lead.UP, "")
        case Next():
            return Lead.NEXT, ""
        case Back():
            return Lead.BACK, ""
        case HangUp(reason):
            return (Lead.BUSY if reason is EndReason.HUNG_UP_BUSY else Lead.HANG_UP), ""
        case HandedOver():
            return HANDED_TO.get(action, Lead.QUEUE), ""


def _end_text(lead: Lead, outcome: Outcome, up: Sequence[str], language: str) -> str:
    more = ""
    match outcome:
        case Back(result):
            more = result
        case HandedOver(to):
            more = to
        case Up():
            more = ", ".join(up)
        case _:
            pass
    said = both(ENDS[lead], language)
    return f"{said} {more}" if more else said


ENDS: Final[Mapping[Lead, tuple[str, str]]] = {
    Lead.NEXT: ("next step", "następny krok"),
    Lead.UP: ("up to", "w górę:"),
    Lead.BACK: ("back", "z powrotem"),
    Lead.HANG_UP: ("hang up", "rozłączenie"),
    Lead.BUSY: ("busy tone", "sygnał zajętości"),
    Lead.QUEUE: ("as queue says:", "jak mówi kolejka:"),
    Lead.VOICEMAIL: ("voicemail", "poczta głosowa"),
    Lead.PERSON: ("person", "osoba"),
    Lead.PROGRAM: ("program", "program"),
}
"""What becomes of a caller who goes to no branch."""
