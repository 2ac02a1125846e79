"""The ladder as an SVG picture, for light and for dark ground; an arrow shows its message on hovering."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from softswitch.trace.ladder import Arrow, Ladder, Lane, Look, Remark
from softswitch.trace.text import arrow_words, since, way

APART: Final = 300
LEFT: Final = 110
"""Where the lanes begin; the times stand before it."""
ROW: Final = 30
LINE: Final = 17
BELOW_NOTE: Final = 6
"""Room between a remark and the words over the arrow below it."""
HEAD: Final = 96
LETTER: Final = 7.3
"""Width of a letter of the fixed font at 12 px, rounded up: fonts differ."""
NOTE_LETTERS: Final = 36
"""Letters in a line of a remark, so that its box keeps off the next lane."""

LIGHT: Final = {
    "ground": "#ffffff",
    "ink": "#1b1f24",
    "faint": "#6b747d",
    "line": "#c5ccd3",
    "note": "#f1f4f7",
    Look.REQUEST.value: "#0b63c4",
    Look.PROVISIONAL.value: "#5a6b7d",
    Look.SUCCESS.value: "#14793a",
    Look.REFUSAL.value: "#c1272d",
    Look.AGAIN.value: "#a15c00",
    Look.UNSENT.value: "#c1272d",
    Look.MENU.value: "#7a3ab8",
    Look.KEY.value: "#7a3ab8",
    Look.SOUND.value: "#a15c00",
    Look.STATE.value: "#5a6b7d",
    Look.END.value: "#1b1f24",
}
DARK: Final = {
    "ground": "#14171a",
    "ink": "#e8ecf0",
    "faint": "#8a949e",
    "line": "#3a424a",
    "note": "#20252a",
    Look.REQUEST.value: "#6cb2ff",
    Look.PROVISIONAL.value: "#9fb0c0",
    Look.SUCCESS.value: "#5fd08a",
    Look.REFUSAL.value: "#ff7b7b",
    Look.AGAIN.value: "#f0b35a",
    Look.UNSENT.value: "#ff7b7b",
    Look.MENU.value: "#cfa2ff",
    Look.KEY.value: "#cfa2ff",
    Look.SOUND.value: "#f0b35a",
    Look.STATE.value: "#9fb0c0",
    Look.END.value: "#e8ecf0",
}
"""Colours on either ground, each with a contrast to it of at least 4.5 (WCAG 2.2 §1.4.3) where it is text."""


def _colours(colours: Mapping[str, str]) -> str:
    """Return the rules of one ground. Colours stand in them as they are: not every viewer knows variables."""
    looks = "".join(
        f".{look.value} {{ stroke: {colours[look.value]}; }}\n.{look.value}-ink "
        f"{{ fill: {colours[look.value]}; }}\n"
        for look in Look
    )
    return (
        f".ground {{ fill: {colours['ground']}; }}\n"
        f".name, .title, .why {{ fill: {colours['ink']}; }}\n"
        f".where, .time {{ fill: {colours['faint']}; }}\n"
        f".lane {{ stroke: {colours['line']}; }}\n"
        f".note {{ fill: {colours['note']}; }}\n{looks}"
    )


STYLE: Final = f"""
text {{ font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
.title {{ font-size: 15px; font-weight: 600; }}
.name {{ font-weight: 600; text-anchor: middle; }}
.where {{ text-anchor: middle; font-size: 11px; }}
.time {{ text-anchor: end; font-size: 11px; }}
.why {{ font-weight: 600; font-size: 13px; }}
.lane {{ stroke-width: 1.5; }}
.label {{ text-anchor: middle; }}
.note {{ stroke-width: 1; }}
{_colours(LIGHT)}@media (prefers-color-scheme: dark) {{
{_colours(DARK)}}}
"""


def svg(ladder: Ladder) -> str:
    """Return the picture as a whole document."""
    body: list[str] = []
    y = HEAD + ROW
    for row in ladder.rows:
        if isinstance(row, Arrow):
            body += _arrow(row, y)
            y += ROW
        else:
            lines = textwrap.wrap(row.label, NOTE_LETTERS) or [""]
            body += _remark(row, lines, y)
            y += ROW + LINE * (len(lines) - 1) + BELOW_NOTE
    width = LEFT + APART * len(ladder.lanes)
    letters = int((width - 40) / (LETTER * 13 / 12))
    sentences = [line for sentence in ladder.why for line in textwrap.wrap(sentence, letters)]
    height = y + 20 + LINE * len(sentences) + 20
    spoken = quoteattr(_harmless(" ".join(ladder.why) or ladder.title))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label={spoken}>'
    )
    lanes = [part for place, lane in enumerate(ladder.lanes) for part in _lane(lane, place, y)]
    why = [_text("why", 20, y + 20 + LINE * number, line) for number, line in enumerate(sentences)]
    title = f"{ladder.title}  {ladder.started:%Y-%m-%d %H:%M:%S %Z}".rstrip()
    return "\n".join(
        [
            head,
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width}" height="{height}"/>',
            _text("title", 20, 28, title),
            *lanes,
            *body,
            *why,
            "</svg>\n",
        ]
    )


def _center(place: int) -> int:
    return LEFT + APART * place + APART // 2


def _lane(lane: Lane, place: int, bottom: int) -> Iterator[str]:
    x = _center(place)
    letters = int(APART / LETTER) - 2
    yield _text("name", x, 60, _cut(lane.title, letters))
    yield _text("where", x, 77, _cut(lane.where, letters))
    yield f'<line class="lane" x1="{x}" y1="{HEAD - 8}" x2="{x}" y2="{bottom}"/>'


def _arrow(arrow: Arrow, y: int) -> Iterator[str]:
    source, target = _center(arrow.source), _center(arrow.target)
    back = -8 if target > source else 8
    dashes = ' stroke-dasharray="5 4"' if arrow.message.status else ""
    look = arrow.look.value
    yield f"<g><title>{escape(_hover(arrow))}</title>"
    yield _text("time", LEFT - 12, y + 4, since(arrow.at))
    yield (
        f'<line class="{look}" stroke-width="1.5"{dashes} x1="{source}" y1="{y}" x2="{target + back / 2:g}" '
        f'y2="{y}"/>'
    )
    if arrow.look is Look.UNSENT:
        yield f'<path class="{look}" d="M{target - 5} {y - 5}l10 10m0 -10l-10 10"/>'
    else:
        yield f'<path class="{look}-ink" d="M{target} {y}l{back} -5v10z"/>'
    letters = int((abs(target - source) - 30) / LETTER)
    label = _cut(arrow_words(arrow), letters)
    yield _text(f"label {look}-ink", (source + target) // 2, y - 6, label)
    yield "</g>"


def _remark(remark: Remark, lines: list[str], y: int) -> Iterator[str]:
    x, look = _center(remark.lane), remark.look.value
    width = int(max(len(line) for line in lines) * LETTER) + 16
    top, height = y - 12, LINE * len(lines) + 7
    yield _text("time", LEFT - 12, y + 4, since(remark.at))
    yield (
        f'<rect class="note {look}" x="{x - width // 2}" y="{top}" width="{width}" height="{height}" rx="5"/>'
    )
    for number, line in enumerate(lines):
        yield _text(f"label {look}-ink", x, y + 4 + LINE * number, line)


def _hover(arrow: Arrow) -> str:
    """Return what is shown over an arrow: its way and the whole message."""
    return _harmless(f"{way(arrow.message)}\n{arrow.message.text.strip()}")


def _text(style: str, x: int, y: int, text: str) -> str:
    return f'<text class="{style}" x="{x}" y="{y}">{escape(_harmless(text))}</text>'


def _harmless(text: str) -> str:
    """Return text that XML can hold (XML 1.0 §2.2): of control characters only the end of a line."""
    return "".join(
        letter if letter == "\n" or letter.isprintable() else "·" for letter in text.replace("\r", "")
    )


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: max(letters - 1, 1)]}…"
