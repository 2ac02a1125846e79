"""How commands show what they found: tables and sentences in the reader's language, or JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from rich.table import Table
from rich.text import Text

from softswitch.commands.view import View
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.words import Both

LONGEST_CELL: Final = 200
"""Letters of a cell at most: reasons and keys are of use whole, and what strangers write fills no screen."""


def table(view: View, titles: Sequence[Both], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table; what strangers wrote into its cells is made fit to be printed."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        made.add_column(title[view.language == POLISH], overflow="fold")
    for row in rows:
        made.add_row(*(Text(printable(cell, LONGEST_CELL)) for cell in row))
    return made


def sentence(view: View, english: str, polish: str) -> Text:
    """Return a sentence in the reader's language."""
    return Text(polish if view.language == POLISH else english)


def as_json(told: object) -> str:
    """Return anything that JSON holds, dataclasses too, indented."""
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def local_time(text: str, view: View) -> str:
    """Return a time of ISO 8601 with a zone as people read it, to the second; "" stays so."""
    return datetime.fromisoformat(text).astimezone(view.zone).strftime("%Y-%m-%d %H:%M:%S") if text else ""
