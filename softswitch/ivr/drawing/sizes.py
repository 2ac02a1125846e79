"""How big a box is, and at which height each of its lines stands. All lengths are pixels."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from softswitch.ivr.drawing.marks import Marks, Mode
from softswitch.ivr.drawing.sketch import Box, Deed, Entrance, Lead, Row, Way
from softswitch.ivr.drawing.widths import cut, width_of
from softswitch.ivr.drawing.wording import both

TEXT: Final = 12.0
NAME: Final = 13.0
SMALL: Final = 11.0
"""Sizes of letters: of steps; of a branch's name; of ways out, remarks and counts."""
HEAD: Final = 28.0
LINE: Final = 20.0
PAD: Final = 11.0
DOT: Final = 13.0
"""What the dot before a step takes."""
BETWEEN: Final = 8.0
PILL: Final = 14.0
"""What a pill is wider than its text."""
INDENT: Final = 24.0
NARROWEST: Final = 150.0
WIDEST: Final = 310.0
LONGEST_LABEL: Final = 240.0
LONGEST_PILL: Final = 130.0
BORDER: Final = 1.0

NUMBERS_SHOWN: Final = 4
"""Numbers of an entrance that are named; the rest are counted."""

OUTAGE: Final = ("outage", "awaria")
NO_NUMBER: Final = ("no number", "bez numeru")


@dataclass(frozen=True, slots=True)
class Pill:
    """Words in a frame at the right of a line: what becomes of a caller who follows no arrow."""

    text: str
    lead: Lead
    to: str
    width: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A line of a box. ``y`` is its middle, from the top of the box.

    ``to`` is the branch a way out leads to. ``count`` is "" where nothing was counted; ``missing`` says that
    tests have left it out.
    """

    y: float
    text: str
    whole: str = ""
    step: int = 0
    deed: Deed | None = None
    way: Way | None = None
    to: str = ""
    pill: Pill | None = None
    count: str = ""
    missing: bool = False
    remark: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """A box: its name, how big it is, its lines, and the height at which arrows come in."""

    name: str
    width: float
    height: float
    slots: tuple[Slot, ...]
    mouth: float = HEAD / 2
    count: str = ""


def entrance_size(entrance: Entrance, language: str) -> Size:
    """Return the box of an entrance: its numbers."""
    shown = ", ".join(entrance.numbers[:NUMBERS_SHOWN])
    if len(entrance.numbers) > NUMBERS_SHOWN:
        shown += f" +{len(entrance.numbers) - NUMBERS_SHOWN}"
    text = both(OUTAGE, language) if entrance.outage else shown or both(NO_NUMBER, language)
    text = cut(text, NAME, WIDEST - 2 * PAD, bold=True)
    width = round(width_of(text, NAME, bold=True) + 2 * PAD + BETWEEN, 1)
    return Size(text, width, HEAD, (Slot(HEAD / 2, "", ", ".join(entrance.numbers), to=entrance.to),))


def size_of(box: Box, marks: Marks, back: Collection[tuple[str, str]], language: str) -> Size:
    """Return the box of a branch; arrows that lead ``back`` become pills."""
    slots = tuple(_slots(box, marks, back))
    count = f"{marks.entered.get(box.name, 0)}×" if marks.mode is not Mode.PLAIN else ""
    counted = width_of(count, SMALL) + BETWEEN if count else 0.0
    wanted = [width_of(box.name, NAME, bold=True) + 2 * PAD + counted, *map(_wanted, slots)]
    width = float(math.ceil(min(max(NARROWEST, *wanted), WIDEST)))
    name = cut(box.name, NAME, width - 2 * PAD - counted, bold=True)
    fitted = tuple(_fitted(slot, width) for slot in slots)
    return Size(name, width, HEAD + LINE * len(slots) + PAD / 2, fitted, count=count)


def _slots(box: Box, marks: Marks, back: Collection[tuple[str, str]]) -> Iterator[Slot]:
    y = HEAD + LINE / 2
    for remark in marks.remarks.get(box.name, ()):
        yield Slot(y, remark, remark=True)
        y += LINE
    for row in box.rows:
        for slot in _row(box, row, marks, back, y):
            yield slot
            y += LINE


def _row(box: Box, row: Row, marks: Marks, back: Collection[tuple[str, str]], y: float) -> Iterator[Slot]:
    """Yield the line of a step and those of its ways out; a way without a name shares the step's line."""
    alone = row.ways[0] if len(row.ways) == 1 and not row.ways[0].label else None
    names = (*row.exits, "*") if not row.ways or alone else ()
    yield Slot(
        y,
        row.text,
        row.whole,
        row.number,
        row.deed,
        alone,
        alone.to if alone else "",
        _pill(box, alone, back) if alone else None,
        missing=bool(row.number) and marks.is_missing(box.name, row.number, names),
    )
    for way in () if alone else row.ways:
        y += LINE
        times = marks.times(box.name, row.number, way.names)
        yield Slot(
            y,
            way.label,
            ", ".join(way.names),
            row.number,
            None,
            way,
            way.to,
            _pill(box, way, back),
            f"{times}×" if marks.mode is not Mode.PLAIN else "",
            marks.is_missing(box.name, row.number, way.names),
        )


def _pill(box: Box, way: Way, back: Collection[tuple[str, str]]) -> Pill | None:
    """Return what is said at the end of a line where no arrow leaves it."""
    if way.to and (box.name, way.to) not in back:
        return None
    text = cut(f"← {way.to}" if way.to else way.end, SMALL, LONGEST_PILL)
    return Pill(text, way.lead, way.to, round(width_of(text, SMALL) + PILL, 1))


def _wanted(slot: Slot) -> float:
    """Return how wide a box would have to be for this line; long texts of steps are cut anyway."""
    pill = slot.pill.width + BETWEEN if slot.pill else 0.0
    if slot.deed is not None or slot.remark:
        return 2 * PAD + DOT + width_of(slot.text, TEXT if slot.deed else SMALL) + pill
    return INDENT + _counted(slot) + min(width_of(slot.text, SMALL), LONGEST_LABEL) + pill + PAD


def _counted(slot: Slot) -> float:
    return width_of(slot.count, SMALL) + BETWEEN if slot.count else 0.0


def _fitted(slot: Slot, width: float) -> Slot:
    """Return a line with as much of its text as there is room for."""
    pill = slot.pill.width + BETWEEN if slot.pill else 0.0
    if slot.deed is not None or slot.remark:
        size = TEXT if slot.deed else SMALL
        text = cut(slot.text, size, width - 2 * PAD - DOT - pill)
    else:
        text = cut(slot.text, SMALL, width - INDENT - _counted(slot) - pill - PAD)
    return replace(slot, text=text)
