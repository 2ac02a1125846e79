"""The ladder as a Mermaid sequence diagram: for tickets, wikis and mails that draw it."""

from __future__ import annotations

from typing import Final

from softswitch.trace.ladder import Arrow, Ladder, Look
from softswitch.trace.text import arrow_words, since

_ENTITIES: Final = str.maketrans(
    # What the language reads as its own: Mermaid writes signs as #NUMBER; and takes ; for a line's end.
    {"#": "#35;", ";": "#59;", "<": "#60;", ">": "#62;", '"': "#34;", "%": "#37;", "\\": "#92;", "`": "#96;"}
)


def mermaid(ladder: Ladder) -> str:
    """Return the diagram as text, lines ended by LF."""
    lines = ["sequenceDiagram"]
    for place, lane in enumerate(ladder.lanes):
        where = f"<br/>{_text(lane.where)}" if lane.where else ""
        lines.append(f"    participant L{place} as {_text(lane.title)}{where}")
    for row in ladder.rows:
        if isinstance(row, Arrow):
            # A response is a dashed line; what never left ends in a cross.
            line = "--" if row.message.status else "-"
            head = "x" if row.look is Look.UNSENT else ">>"
            label = f"{since(row.at)} {arrow_words(row)}"
            lines.append(f"    L{row.source}{line}{head}L{row.target}: {_text(label)}")
        else:
            lines.append(f"    Note over L{row.lane}: {_text(f'{since(row.at)} {row.label}')}")
    if ladder.why:
        span = f"L0,L{len(ladder.lanes) - 1}" if len(ladder.lanes) > 1 else "L0"
        lines.append(f"    Note over {span}: {'<br/>'.join(_text(sentence) for sentence in ladder.why)}")
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "·" for letter in text)
    return shown.translate(_ENTITIES)
