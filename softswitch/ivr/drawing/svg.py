"""The picture of a tree as SVG, for light and for dark ground; everything tells more on hovering."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from softswitch.ivr.drawing.colours import STYLE
from softswitch.ivr.drawing.layout import Curve, Layout, Point, Stand, laid_out
from softswitch.ivr.drawing.marks import Marks, Mode
from softswitch.ivr.drawing.sizes import BETWEEN, DOT, HEAD, INDENT, PAD, SMALL, Pill, Slot
from softswitch.ivr.drawing.sketch import Box, Deed, Sketch
from softswitch.ivr.drawing.widths import width_of
from softswitch.ivr.drawing.wording import both
from softswitch.words import Both

CORNER: Final = 6
BASE: Final = 4.0
"""From the middle of a line to the foot of its letters."""
POINT: Final = 7
"""How long the head of an arrow is."""
THINNEST, THICKEST = 1.4, 6.0
LEGEND: Final = 30.0
PILL_HIGH: Final = 16.0

PLAIN: Final = Marks()

LEGEND_WORDS: Final[dict[Deed, Both]] = {
    Deed.SPEAKS: ("speaks", "mówi"),
    Deed.ASKS: ("asks", "pyta"),
    Deed.DECIDES: ("decides", "rozstrzyga"),
    Deed.PERSON: ("person", "osoba"),
    Deed.QUEUE: ("queue", "kolejka"),
    Deed.VOICEMAIL: ("voicemail", "poczta głosowa"),
    Deed.OUTSIDE: ("other systems", "inne systemy"),
    Deed.LEADS: ("leads on", "prowadzi dalej"),
    Deed.ENDS: ("ends", "kończy"),
}
LOST: Final[Both] = ("no caller comes here", "nikt tu nie trafia")
NEVER: Final[Both] = ("no test takes it", "nie bierze tego żaden test")
VOICE_MENU: Final[Both] = ("Voice menu", "Menu głosowe")


def svg(sketch: Sketch, marks: Marks = PLAIN) -> str:
    """Return the picture as a whole document."""
    layout = laid_out(sketch, marks)
    width = max(
        layout.width, 24 + _legend_width(sketch.language), 24 + width_of(_title(sketch), 17, bold=True) * 1.1
    )
    height = layout.height + LEGEND
    boxes = {box.name: (number, box) for number, box in enumerate(sketch.boxes)}
    most = max(marks.taken.values(), default=0)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" role="graphics-document document" aria-labelledby="title desc">',
            f'<title id="title">{_text(_title(sketch))}</title>',
            f'<desc id="desc">{_text(describe(sketch, marks))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width:g}" height="{height:g}"/>',
            _words("title", 24, 34, _title(sketch)),
            _words("said", 24, 54, describe(sketch, marks, short=True)),
            *(part for curve in layout.curves for part in _curve(curve, sketch.language, marks, most)),
            *(part for stand in layout.stands for part in _stand(stand, sketch, boxes, marks)),
            *_legend(layout, sketch.language),
            "</svg>\n",
        ]
    )


def describe(sketch: Sketch, marks: Marks = PLAIN, *, short: bool = False) -> str:
    """Return what the picture shows, in a sentence or two; ``short`` is what stands on it itself."""
    polish = sketch.language == "pl"
    ways = sum(len(row.ways) for box in sketch.boxes for row in box.rows)
    said = [
        f"gałęzie: {len(sketch.boxes)}, drogi: {ways}"
        if polish
        else f"branches: {len(sketch.boxes)}, ways: {ways}"
    ]
    if marks.summary:
        said.append(marks.summary)
    if not short:
        for one in sketch.entrances:
            where = ", ".join(one.numbers) or ("awaria" if polish else "outage" if one.outage else "-")
            said.append(f"{where} → {one.to}")
    return "; ".join(said)


def _title(sketch: Sketch) -> str:
    return f"{both(VOICE_MENU, sketch.language)}: {sketch.name}"


def _curve(curve: Curve, language: str, marks: Marks, most: int) -> Iterator[str]:
    style, thick = "arrow", THINNEST
    names: Sequence[str] = curve.way.names if curve.way else ()
    hover = f"{_shown(curve.source)} → {curve.target}" if curve.way else f"→ {curve.target}"
    if curve.way is not None:
        if curve.way.label:
            hover += f"\n{curve.way.label}"
        times = marks.times(curve.source, curve.step, names)
        if marks.mode is not Mode.PLAIN:
            hover += f"\n{times}×"
        if marks.mode is Mode.HEAT and most:
            thick = THINNEST + (THICKEST - THINNEST) * times / most
            style += "" if times else " unused"
        if marks.is_missing(curve.source, curve.step, (*names, "*")):
            style += " missing"
            hover += f"\n{both(NEVER, language)}"
    x, y = curve.points[-1]
    yield f'<g class="{style}"><title>{_text(hover)}</title>'
    yield f'<path class="line" stroke-width="{thick:.1f}" d="{_path(curve.points)}"/>'
    yield f'<path class="head" d="M{x:g} {y:g}l-{POINT} -4v8z"/></g>'


def _path(points: Sequence[Point]) -> str:
    """Return the way of an arrow: straight, a curve, straight again, as far as the foot of its head."""
    x, y = points[0]
    parts = [f"M{x:g} {y:g}"]
    for number, (to_x, to_y) in enumerate(points[1:], start=1):
        end = to_x - (POINT - 1 if number == len(points) - 1 else 0)
        if to_y == y:
            parts.append(f"H{end:g}")
        else:
            middle = (x + end) / 2
            parts.append(f"C{middle:g} {y:g} {middle:g} {to_y:g} {end:g} {to_y:g}")
        x, y = to_x, to_y
    return "".join(parts)


def _stand(stand: Stand, sketch: Sketch, boxes: dict[str, tuple[int, Box]], marks: Marks) -> Iterator[str]:
    size = stand.size
    if stand.entrance >= 0:
        entrance = sketch.entrances[stand.entrance]
        style = "entrance outage" if entrance.outage else "entrance"
        hover = f"{', '.join(entrance.numbers) or size.name} → {entrance.to}"
        yield f'<g class="{style}" role="graphics-object" aria-label={_attribute(hover)}>'
        yield f"<title>{_text(hover)}</title>"
        yield _rectangle("frame", stand.x, stand.y, size.width, size.height, size.height / 2)
        yield _words("name", stand.x + PAD, stand.y + HEAD / 2 + BASE, size.name)
        yield "</g>"
        return
    number, box = boxes[stand.node]
    yield (
        f'<g class="box {_state(box, marks)}" id="branch-{number}" data-branch={_attribute(box.name)} '
        f'role="graphics-object" aria-label={_attribute(_spoken(box))} '
        f'transform="translate({stand.x:g} {stand.y:g})">'
    )
    yield f"<title>{_text(_hover(box, marks, sketch.language))}</title>"
    yield _rectangle("frame", 0, 0, size.width, size.height, CORNER)
    yield f'<path class="top" d="{_roof(size.width)}"/>'
    yield _words("name", PAD, HEAD / 2 + BASE + 0.5, size.name)
    if size.count:
        yield _words("total right", size.width - PAD, HEAD / 2 + BASE, size.count)
    for slot in size.slots:
        yield from _slot(slot, size.width, boxes)
    yield "</g>"


def _roof(width: float) -> str:
    """Return the outline of the upper end of a box, its corners round."""
    left, right = f"q0 -{CORNER} {CORNER} -{CORNER}", f"q{CORNER} 0 {CORNER} {CORNER}"
    return f"M0 {HEAD:g}V{CORNER}{left}H{width - CORNER:g}{right}V{HEAD:g}z"


def _slot(slot: Slot, width: float, boxes: dict[str, tuple[int, Box]]) -> Iterator[str]:
    style = " missing" if slot.missing else ""
    yield f'<g class="slot{style}" data-step="{slot.step}">'
    if slot.whole:
        yield f"<title>{_text(slot.whole)}</title>"
    right = width - PAD
    if slot.pill is not None:
        right -= slot.pill.width
        yield from _pill(slot.pill, right, slot.y, boxes)
        right -= BETWEEN
    if slot.remark:
        yield _words("remark", PAD, slot.y + BASE, slot.text)
    elif slot.deed is not None:
        if slot.text:
            yield f'<circle class="{slot.deed.value}" cx="{PAD + 3.5:g}" cy="{slot.y:g}" r="3.5"/>'
            yield _words("step", PAD + DOT, slot.y + BASE, slot.text)
    else:
        yield _words("way right", right, slot.y + BASE, slot.text)
        if slot.count:
            yield _words("count", INDENT, slot.y + BASE, slot.count)
    yield "</g>"


def _pill(pill: Pill, x: float, y: float, boxes: dict[str, tuple[int, Box]]) -> Iterator[str]:
    linked = pill.to in boxes
    if linked:
        yield f'<a href="#branch-{boxes[pill.to][0]}">'
    yield f'<g class="pill {pill.lead.value}">'
    yield _rectangle("", x, y - PILL_HIGH / 2, pill.width, PILL_HIGH, PILL_HIGH / 2)
    yield _words("middle", x + pill.width / 2, y + BASE, pill.text)
    yield "</g></a>" if linked else "</g>"


def _state(box: Box, marks: Marks) -> str:
    if box.lost:
        return "lost"
    if marks.mode is Mode.HEAT:
        return f"heat{marks.heat(box.name)}"
    if marks.mode is Mode.COVERAGE:
        if not marks.entered.get(box.name, 0):
            return "uncovered"
        missing = any(marks.is_missing(box.name, row.number, (*row.exits, "*")) for row in box.rows)
        return "partly" if missing else "covered"
    return "calm"


def _spoken(box: Box) -> str:
    ways = [f"{way.label} → {way.to or way.end}".strip() for row in box.rows for way in row.ways]
    return "; ".join([box.name, *(row.text for row in box.rows if row.text), *ways])


def _hover(box: Box, marks: Marks, language: str) -> str:
    lines = [box.name]
    if box.lost:
        lines.append(both(LOST, language))
    if marks.mode is not Mode.PLAIN:
        lines.append(f"{marks.entered.get(box.name, 0)}×")
    return "\n".join([*lines, *marks.remarks.get(box.name, ())])


def _legend(layout: Layout, language: str) -> Iterator[str]:
    x, y = 24.0, layout.height + LEGEND / 2
    for deed, words in LEGEND_WORDS.items():
        yield f'<circle class="{deed.value}" cx="{x + 4:g}" cy="{y:g}" r="4"/>'
        yield _words("said", x + DOT, y + BASE, both(words, language))
        x += DOT + width_of(both(words, language), SMALL) + 2 * BETWEEN


def _legend_width(language: str) -> float:
    return sum(DOT + width_of(both(words, language), SMALL) + 2 * BETWEEN for words in LEGEND_WORDS.values())


def _rectangle(style: str, x: float, y: float, width: float, height: float, corner: float) -> str:
    named = f' class="{style}"' if style else ""
    return f'<rect{named} x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{corner:g}"/>'


def _words(style: str, x: float, y: float, text: str) -> str:
    return f'<text class="{style}" x="{round(x, 1):g}" y="{round(y, 1):g}">{_text(text)}</text>'


def _shown(node: str) -> str:
    return node.removeprefix("\0")


def _text(text: str) -> str:
    return escape(_harmless(text))


def _attribute(text: str) -> str:
    return quoteattr(_harmless(text))


def _harmless(text: str) -> str:
    """Return text that XML can hold (XML 1.0 §2.2): of control characters only the end of a line."""
    return "".join(letter if letter == "\n" or letter.isprintable() else "·" for letter in text)
