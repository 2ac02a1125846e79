"""The ladder for a terminal: as wide as it is, in colours where it has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from softswitch.errors import harmless
from softswitch.trace.ladder import Arrow, Ladder, Look, Remark, Row
from softswitch.trace.messages import Message

STAMP: Final = 10
"""Cells of a time since the beginning: ``+59:59.999``."""
NARROWEST: Final = 22
"""Cells between two lanes: room for ``180 Ringing`` and its arrow, whatever the terminal."""
WIDEST: Final = 44
"""Cells between two lanes: beyond it the eye loses the line."""
LEAST_TEXT: Final = 34
"""Cells a remark wants beside its lane; with less it stands on the other side."""

COLOURS: Final = {
    Look.REQUEST: "cyan",
    Look.PROVISIONAL: "blue",
    Look.SUCCESS: "green",
    Look.REFUSAL: "red",
    Look.AGAIN: "yellow",
    Look.UNSENT: "bold red",
    Look.MENU: "magenta",
    Look.KEY: "bold magenta",
    Look.SOUND: "yellow",
    Look.STATE: "",
    Look.END: "bold",
}
DIM: Final = "dim"


@dataclass(frozen=True, slots=True)
class LadderText:
    """A ladder as a renderable of rich; with ``whole`` every message follows in full."""

    ladder: Ladder
    whole: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        yield from ladder_lines(self.ladder, options.max_width, whole=self.whole)


def ladder_lines(ladder: Ladder, width: int, *, whole: bool = False) -> Iterator[Text]:
    """Yield the lines of a ladder in ``width`` cells, or as many as its lanes need at least."""
    count = len(ladder.lanes)
    apart = max(min((width - STAMP - 1) // count, WIDEST), NARROWEST)
    centers = [STAMP + 1 + apart * place + apart // 2 for place in range(count)]
    width = max(width, STAMP + 1 + apart * count)
    yield Text(f"{harmless(ladder.title)}  {ladder.started:%Y-%m-%d %H:%M:%S %Z}".rstrip(), style="bold")
    yield Text()
    for style, titles in (
        ("bold", [lane.title for lane in ladder.lanes]),
        (DIM, [lane.where for lane in ladder.lanes]),
    ):
        line = _Line(width)
        for center, title in zip(centers, titles, strict=True):
            shown = _cut(title, apart - 2)
            line.put(center - cell_len(shown) // 2, shown, style)
        yield line.text()
    number = 0
    for row in ladder.rows:
        if isinstance(row, Arrow):
            number += 1
            yield _arrow(row, number if whole else 0, centers, width)
        else:
            yield from _remark(row, centers, width)
    yield Text()
    for sentence in ladder.why:
        yield Text(sentence, style="bold")
    if whole:
        yield from _messages(ladder.rows)


def since(seconds: float) -> str:
    """Write the time since the beginning: ``+0:07.250``."""
    milliseconds = max(round(seconds * 1000), 0)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"+{minutes}:{rest / 1000:06.3f}"


def arrow_words(arrow: Arrow) -> str:
    """Return what stands on an arrow, with what is to be said of its way."""
    if arrow.look is Look.UNSENT:
        return f"✗ {arrow.label}"
    return f"{arrow.label} (×{arrow.again + 1})" if arrow.again else arrow.label


class _Line:
    """One line as cells, each with a style; a wide letter takes two."""

    def __init__(self, width: int) -> None:
        self._cells = [" "] * width
        self._styles = [""] * width

    def put(self, at: int, text: str, style: str = "") -> None:
        for letter in text:
            size = cell_len(letter)
            if not size or at < 0 or at + size > len(self._cells):
                continue
            self._cells[at : at + size] = [letter, *[""] * (size - 1)]
            self._styles[at : at + size] = [style] * size
            at += size

    def text(self) -> Text:
        text = Text(no_wrap=True, overflow="ignore")
        for cell, style in zip(self._cells, self._styles, strict=True):
            text.append(cell, style)
        text.rstrip()
        return text


def _base(row: Row, centers: list[int], width: int, *, first: bool = True) -> _Line:
    line = _Line(width)
    if first:
        line.put(0, f"{since(row.at):>{STAMP}}", DIM)
    for center in centers:
        line.put(center, "│", DIM)
    return line


def _arrow(arrow: Arrow, number: int, centers: list[int], width: int) -> Text:
    line, style = _base(arrow, centers, width), COLOURS[arrow.look]
    source, target = centers[arrow.source], centers[arrow.target]
    left, right = min(source, target) + 1, max(source, target) - 1
    line.put(left, "─" * (right - left + 1), style)
    head = (right, "▶") if target > source else (left, "◀")
    line.put(head[0], head[1], style)
    words = f"{number} {arrow_words(arrow)}" if number else arrow_words(arrow)
    # Room for a piece of the line and a space on either side.
    label = f" {_cut(words, right - left - 5)} "
    line.put((left + right + 1 - cell_len(label)) // 2, label, style)
    return line.text()


def _remark(remark: Remark, centers: list[int], width: int) -> Iterator[Text]:
    center, style = centers[remark.lane], COLOURS[remark.look]
    right_room, left_room = width - center - 2, center - STAMP - 3
    to_the_right = right_room >= min(cell_len(remark.label), LEAST_TEXT) or right_room >= left_room
    room = max(right_room if to_the_right else left_room, 8)
    for index, part in enumerate(_wrapped(remark.label, room)):
        line = _base(remark, centers, width, first=index == 0)
        line.put(center, "●" if index == 0 else "│", style if index == 0 else DIM)
        if to_the_right:
            line.put(center + 2, f"{part} ", style)
        else:
            line.put(center - 2 - cell_len(part), f" {part} "[1:], style)
        yield line.text()


def _messages(rows: tuple[Row, ...]) -> Iterator[Text]:
    arrows = [row for row in rows if isinstance(row, Arrow)]
    for number, arrow in enumerate(arrows, start=1):
        yield Text()
        yield Text(f"{number}  {since(arrow.at)}  {way(arrow.message)}", style="bold")
        for line in arrow.message.text.rstrip().splitlines():
            yield Text(harmless(line))


def way(message: Message) -> str:
    """Return from where to where a message went."""
    hop = message.noted.hop
    ends = (hop.address, hop.local_address) if message.came else (hop.local_address, hop.address)
    return f"{hop.transport} {' → '.join(ends)}"


def _wrapped(label: str, room: int) -> list[str]:
    """Return a text in lines of at most ``room`` cells, broken at spaces where there are any."""
    lines = [""]
    for word in label.split(" "):
        while cell_len(word) > room:
            piece = set_cell_size(word, room)
            lines.append(piece)
            word = word[len(piece.rstrip()) :]
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    return [line for line in lines if line] or [""]


def _cut(text: str, room: int) -> str:
    if cell_len(text) <= room:
        return text
    return set_cell_size(text, max(room - 1, 1)).rstrip() + "…"
