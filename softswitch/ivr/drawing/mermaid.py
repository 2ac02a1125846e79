"""The tree as a Mermaid flowchart: for READMEs, tickets and wikis that draw it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from softswitch.errors import harmless
from softswitch.ivr.drawing.marks import ANY, Marks, Mode
from softswitch.ivr.drawing.sizes import NO_NUMBER, OUTAGE
from softswitch.ivr.drawing.sketch import Box, Lead, Sketch
from softswitch.ivr.drawing.wording import both

PLAIN: Final = Marks()
LONGEST: Final = 60
"""Letters of a step in a box."""

_ENTITIES: Final = str.maketrans(
    # What the language reads as its own inside of quotation marks: it writes signs as #NUMBER;.
    {
        "#": "#35;",
        ";": "#59;",
        "<": "#60;",
        ">": "#62;",
        '"': "#34;",
        "`": "#96;",
        "\\": "#92;",
        "*": "#42;",
        "_": "#95;",
    }
)
_ENDS: Final = {
    Lead.HANG_UP: "ends",
    Lead.BUSY: "ends",
    Lead.QUEUE: "queue",
    Lead.VOICEMAIL: "voicemail",
    Lead.PERSON: "person",
    Lead.PROGRAM: "program",
    Lead.BACK: "ends",
    Lead.UP: "ends",
}


def mermaid(sketch: Sketch, marks: Marks = PLAIN) -> str:
    """Return the diagram as text, lines ended by LF."""
    ids = {box.name: f"b{number}" for number, box in enumerate(sketch.boxes)}
    lines = ["flowchart TD"]
    for number, entrance in enumerate(sketch.entrances):
        name = both(OUTAGE, sketch.language) if entrance.outage else ", ".join(entrance.numbers)
        lines.append(
            f'    e{number}(["{_text(name or both(NO_NUMBER, sketch.language))}"]) --> {ids[entrance.to]}'
        )
    for box in sketch.boxes:
        lines += _box(box, ids, marks)
    lines += [
        "    classDef ends stroke:#c1272d",
        "    classDef queue stroke:#0a7280",
        "    classDef voicemail stroke:#a8327e",
        "    classDef person stroke:#14793a",
        "    classDef program stroke:#4f5bd5",
        "    classDef missing stroke:#c1272d,stroke-dasharray:5 4",
    ]
    return "\n".join(lines) + "\n"


def _box(box: Box, ids: dict[str, str], marks: Marks) -> Iterator[str]:
    me = ids[box.name]
    count = f" ({marks.entered.get(box.name, 0)}×)" if marks.mode is not Mode.PLAIN else ""
    steps = [row.text for row in box.rows if row.text]
    shown = [f"<b>{_text(box.name)}</b>{count}", *(_text(_cut(step)) for step in steps)]
    shown += [_text(remark) for remark in marks.remarks.get(box.name, ())]
    yield f'    {me}["{"<br/>".join(shown)}"]'
    ends = 0
    for row in box.rows:
        for way in row.ways:
            if way.lead is Lead.NEXT:
                continue
            times = f" {marks.times(box.name, row.number, way.names)}×" if count and way.label else ""
            label = f'|"{_text(way.label)}{times}"|' if way.label else ""
            missing = marks.is_missing(box.name, row.number, (*way.names, ANY))
            line = "-.->" if missing or way.lead is Lead.THROUGH else "-->"
            if way.to:
                yield f"    {me} {line}{label} {ids[way.to]}"
                continue
            ends += 1
            end = f"{me}x{ends}"
            yield f'    {me} {line}{label} {end}(["{_text(way.end)}"]):::{_ENDS[way.lead]}'
    if marks.mode is Mode.COVERAGE and not marks.entered.get(box.name, 0):
        yield f"    class {me} missing"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def _text(text: str) -> str:
    return harmless(text).translate(_ENTITIES)
