"""Files of spreadsheets are read whatever they were saved as, and what we write runs in none of them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.config import CustomersConfig
from softswitch.crm.errors import CrmError
from softswitch.crm.sheets import (
    MOST_OCTETS,
    Line,
    decoded,
    field_of,
    quoted,
    read_sheet,
    unquoted,
    written_line,
)

CONFIG = CustomersConfig.model_validate(
    {"fields": {"loyalty_card": "text", "points": {"kind": "number", "label": "Punkty (pkt)"}}}
)


def cells(text: str | bytes) -> list[dict[str, str]]:
    octets = text if isinstance(text, bytes) else text.encode()
    return [dict(line.cells) for line in read_sheet(octets, CONFIG).lines()]


@pytest.mark.parametrize(
    "octets",
    [
        "imię;nazwisko\nŻaneta;Łęcka\n".encode(),
        "imię;nazwisko\nŻaneta;Łęcka\n".encode("utf-8-sig"),
        "imię;nazwisko\r\nŻaneta;Łęcka\r\n".encode("cp1250"),
        "imię\tnazwisko\r\nŻaneta\tŁęcka\r\n".encode("utf-16"),
        b"sep=|\r\nimie|nazwisko\r\n" + "Żaneta|Łęcka".encode(),
        'first_name,last name\n"Żaneta","Łęcka"'.encode(),
    ],
)
def test_every_encoding_and_separator(octets: bytes) -> None:
    assert cells(octets) == [{"first_name": "Żaneta", "last_name": "Łęcka"}]


def test_a_comma_in_a_quoted_heading_separates_nothing() -> None:
    assert cells('"nazwa, firmy";"nip"\n') == []
    sheet = read_sheet(b'"a,b,c,d";nip\nx;5260250274', CONFIG)
    assert (sheet.separator, sheet.ignored) == (";", ("a,b,c,d",))


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Imię", "first_name"), ("IMIĘ I NAZWISKO", "name"), ("Telefon 2", "numbers"),
        ("telefon2", "numbers"),
        ("Tel. 1", "numbers"), ("e-mail", "emails"), ("E_Mail", "emails"), ("Data  urodzenia", "born"),
        ("NIP", "nip"), ("NIP 2", ""), ("Loyalty card", "loyalty_card"), ("PUNKTY (pkt)", "points"),
        ("points", "points"), ("id", "id"), ("customer_number", "customer_number"), ("PIN", ""), ("", ""),
        ("rozmiar buta", ""),
    ],
)  # fmt: skip
def test_headings_as_people_write_them(heading: str, field: str) -> None:
    assert field_of(heading, CONFIG) == field


def test_several_columns_of_numbers_are_one_field() -> None:
    text = "nazwisko;telefon 1;telefon 2;komórka;buty\nŁoś;601234567;;22 1234567;42\n"
    assert cells(text) == [{"last_name": "Łoś", "numbers": "601234567;22 1234567"}]
    assert read_sheet(text.encode(), CONFIG).ignored == ("buty",)


def test_lines_keep_their_numbers_over_breaks_and_gaps() -> None:
    text = 'nazwisko;uwagi\nA;"dwie\nlinie"\n\n;;\nB\nC;x;y;z\n'
    sheet = read_sheet(text.encode(), CONFIG)
    assert list(sheet.lines()) == [
        Line(2, {"last_name": "A", "notes": "dwie\nlinie"}),
        Line(6, {"last_name": "B"}),
        Line(7, {"last_name": "C", "notes": "x"}),
    ]
    assert sheet.count() == 3


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "no headings"),
        (b"\n\nx", "no headings"),
        (b"foo;bar\n1;2", "no heading of the first line is known"),
        (b"nip;NIP\n1;2", "two columns mean the same: nip"),
        (b"nazwa;firma;nazwa firmy\n", "two columns mean the same: company_name"),
        (b"\xff\xfea", "not the utf-16 text"),
        (b"\xef\xbb\xbf\xff", "not the utf-8-sig text"),
    ],
)
def test_what_is_no_such_file_is_told(octets: bytes, reason: str) -> None:
    with pytest.raises(CrmError, match=reason):
        read_sheet(octets, CONFIG)


def test_a_file_that_breaks_off_in_a_quote_is_told() -> None:
    sheet = read_sheet(b'nip;notes\n1;"x\n2;y\n', CONFIG)
    with pytest.raises(CrmError, match=r"line 3: the file cannot be read on"):
        list(sheet.lines())


def test_a_file_too_large_is_told() -> None:
    with pytest.raises(CrmError, match="200 MB"):
        read_sheet(bytes(MOST_OCTETS + 1), CONFIG)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"), ("\t=1", "'\t=1"), ("＝1", "'＝1"), ("'quoted", "''quoted"), ("|x", "'|x"),
        ("%0A", "'%0A"), ("+48601234567", "+48601234567"), ("+48601234567; 1001", "+48601234567; 1001"),
        ("-12.5", "-12.5"), ("-12,5", "-12,5"), ("Łoś", "Łoś"), ("", ""), ("a=1", "a=1"),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(cell: str, written: str) -> None:
    assert quoted(cell) == written
    assert unquoted(written) == cell


@given(st.text())
def test_what_is_quoted_is_unquoted(cell: str) -> None:
    assert unquoted(quoted(cell)) == cell
    first = quoted(cell)[:1]
    assert first not in ("=", "@", "\t", "\r")


@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), min_size=1))
def test_a_line_is_read_back(row: list[str]) -> None:
    text = written_line(row)
    (back,) = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    assert [unquoted(cell) for cell in back] == row


@given(st.binary(max_size=200))
def test_no_octets_do_harm(octets: bytes) -> None:
    try:
        lines = list(read_sheet(b"nip;notes\n" + octets, CONFIG).lines())
    except CrmError:
        lines = []
    assert all(set(line.cells) <= {"nip", "notes"} for line in lines)
    assert isinstance(decoded(b"a" + octets), str)
