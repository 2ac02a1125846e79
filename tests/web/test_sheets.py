"""CSV that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.web.sheets import PIECE, as_csv, harmless_cell


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "+48 600-100"])
def test_formulas_are_shown(cell: str) -> None:
    assert harmless_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["+48600100200", "+48 600 100 200", "Anna", "", "1=1", "a@b.pl"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert harmless_cell(cell) == cell


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), min_size=2, max_size=2))
)
async def test_a_file_is_read_back(rows: list[list[str]]) -> None:
    read = [row async for row in _parsed(rows)]
    assert read[1:] == [[harmless_cell(cell) for cell in row] for row in rows]


async def test_a_large_one_goes_out_in_pieces() -> None:
    pieces = [piece async for piece in as_csv(("a",), _rows([["x" * 100]] * 1000))]
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 2 * PIECE
    assert pieces[0].startswith(b"\xef\xbb\xbfa\r\n")


async def _rows(rows: Sequence[Sequence[str]]) -> AsyncIterator[Sequence[str]]:
    for row in rows:
        yield row


async def _parsed(rows: Sequence[Sequence[str]]) -> AsyncIterator[list[str]]:
    text = b"".join([piece async for piece in as_csv(("a", "b"), _rows(rows))]).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        yield row
