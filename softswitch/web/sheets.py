"""Lists as CSV, a piece at a time, that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Final

BOM: Final = "\ufeff"
"""Spreadsheets take a file without one for whatever their country used before Unicode."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = frozenset("0123456789 ")
PIECE: Final = 8192
"""Letters that are sent at once."""


def harmless_cell(text: str) -> str:
    """Return a cell that no spreadsheet computes: what a caller calls himself is shown, never done.

    A telephone number keeps its plus sign: nothing can be done with digits.
    """
    if text.startswith(_FORMULA) and not (text[0] == "+" and _NUMBER.issuperset(text[1:])):
        return f"'{text}"
    return text


async def as_csv(columns: Sequence[str], rows: AsyncIterable[Sequence[str]]) -> AsyncIterator[bytes]:
    """Yield a CSV file with a line of ``columns`` and one for each of the ``rows``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow(columns)
    async for row in rows:
        writer.writerow([harmless_cell(cell) for cell in row])
        if buffer.tell() >= PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
