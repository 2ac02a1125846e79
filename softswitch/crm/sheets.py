"""CSV files as spreadsheets write and read them: encodings, separators, headings, and formulas in cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.crm.config import FIXED_FIELDS, CustomersConfig
from softswitch.crm.errors import CrmError
from softswitch.sameness import folded

SEPARATORS: Final = ";,\t|"
"""What separates columns; the first is what spreadsheets in Poland write."""

MOST_OCTETS: Final = 200_000_000
"""Of a file: a million customers."""

_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATOR_LINE: Final = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may take for a formula, and run."""
_HARMLESS: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:; ?\+?[0-9]+)*\Z")
"""Numbers and telephone numbers: no formula, whatever stands in front."""
QUOTE: Final = "'"
"""Before a cell, it makes a spreadsheet take all that follows for text."""

HEADINGS: Final[Mapping[str, str]] = {
    # What people write above a column: the field.
    **{name: name for name in FIXED_FIELDS},
    "rodzaj": "kind",
    "osoba czy firma": "kind",
    "imie": "first_name",
    "imiona": "first_name",
    "nazwisko": "last_name",
    "imie i nazwisko": "name",
    "klient": "name",
    "nazwa": "company_name",
    "nazwa firmy": "company_name",
    "firma": "company",
    "number": "numbers",
    "phone": "numbers",
    "phones": "numbers",
    "phone number": "numbers",
    "mobile": "numbers",
    "telefon": "numbers",
    "telefony": "numbers",
    "numer telefonu": "numbers",
    "numery": "numbers",
    "tel": "numbers",
    "komorka": "numbers",
    "telefon komorkowy": "numbers",
    "e-mail": "emails",
    "email": "emails",
    "mail": "emails",
    "adres e-mail": "emails",
    "numer klienta": "customer_number",
    "nr klienta": "customer_number",
    "id klienta": "customer_number",
    "customer id": "customer_number",
    "grupa": "group",
    "typ": "type",
    "opiekun": "keeper",
    "jezyk": "language",
    "data urodzenia": "born",
    "date of birth": "born",
    "birth date": "born",
    "urodzony": "born",
    "uwagi": "notes",
    "notatki": "notes",
    "opis": "notes",
}

_APART: Final = str.maketrans("_-./", "    ")


def _plain(heading: str) -> str:
    """Return a heading without capitals, accents and what stands between its words."""
    return " ".join(folded(heading).translate(_APART).split())


_MEANT: Final = {_plain(heading): field for heading, field in HEADINGS.items()}

REPEATED: Final = frozenset({"numbers", "emails"})
"""Fields that may have several columns: ``telefon 1``, ``telefon 2``."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: where it begins, and its cells by field; an empty cell is left out."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file whose headings are understood. ``ignored`` are the columns nobody knows."""

    text: str
    separator: str
    fields: tuple[str, ...]
    ignored: tuple[str, ...]

    def count(self) -> int:
        """Return how many lines have something in them; raise :class:`CrmError` as :meth:`lines` does."""
        return sum(
            any(field and cell.strip() for field, cell in zip(self.fields, cells, strict=False))
            for _, cells in self._rows()
        )

    def lines(self) -> Iterator[Line]:
        """Yield every line with something in it; raise :class:`CrmError` for a file that breaks off."""
        for begins, cells in self._rows():
            found = self._cells(cells)
            if found:
                yield Line(begins, found)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of every line below the headings, and where it begins."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)
        try:
            next(reader)
            begins = reader.line_num + 1
            for cells in reader:
                yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as error:
            raise CrmError(f"line {reader.line_num}: the file cannot be read on: {error}") from error

    def _cells(self, cells: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        # A line may be shorter than the headings, or longer by what has none.
        for field, cell in zip(self.fields, cells, strict=False):
            text = unquoted(cell.strip())
            if field and text:
                found[field] = f"{found[field]};{text}" if field in found else text
        return found


def read_sheet(octets: bytes, config: CustomersConfig) -> Sheet:
    """Return the file that ``octets`` are; raise :class:`CrmError` for one that is none."""
    if len(octets) > MOST_OCTETS:
        raise CrmError(f"the file has more than {MOST_OCTETS // 1_000_000} MB: cut it into several")
    text = decoded(octets)
    told = _SEPARATOR_LINE.match(text)
    if told:
        text = text[told.end() :]
    first = text.partition("\n")[0]
    if not first.strip():
        raise CrmError("the first line has no headings")
    separator = told[1] if told else max(SEPARATORS, key=lambda sign: _outside_quotes(first).count(sign))
    headings = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    fields = tuple(field_of(heading, config) for heading in headings)
    ignored = tuple(
        heading.strip()
        for heading, field in zip(headings, fields, strict=True)
        if not field and heading.strip()
    )
    known = [field for field in fields if field]
    if not known:
        raise CrmError(
            "no heading of the first line is known: "
            f"some that are: {', '.join(('name', 'company_name', 'numbers', 'emails', 'nip'))}"
        )
    twice = sorted({field for field in known if known.count(field) > 1 and field not in REPEATED})
    if twice:
        raise CrmError(f"two columns mean the same: {', '.join(twice)}")
    return Sheet(text, separator, fields, ignored)


def decoded(octets: bytes) -> str:
    """Return the text of a file: by its mark, else UTF-8, else that of Polish Windows (cp1250)."""
    for mark, encoding in _MARKS:
        if octets.startswith(mark):
            try:
                return octets.decode(encoding)
            except UnicodeDecodeError as error:
                raise CrmError(f"the file is not the {encoding} text its first octets say") from error
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        # Octets that cp1250 does not know are no letters in any case; the cell with them is named.
        return octets.decode("cp1250", errors="replace")


def field_of(heading: str, config: CustomersConfig) -> str:
    """Return the field that a heading means, "" for none."""
    plain = _plain(heading)
    for name, own in config.fields.items():
        if plain in (_plain(name), _plain(own.label) or None):
            return name
    if plain in _MEANT:
        return _MEANT[plain]
    numbered = re.fullmatch(r"(.+?) ?[0-9]", plain)
    field = _MEANT.get(numbered[1], "") if numbered else ""
    return field if field in REPEATED else ""


def quoted(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    if cell.startswith((*DANGEROUS, QUOTE)) and not _HARMLESS.match(cell):
        return QUOTE + cell
    return cell


def unquoted(cell: str) -> str:
    """Return what :func:`quoted` was given; other cells as they are."""
    return cell[1:] if cell.startswith(QUOTE) and cell[1:].startswith((*DANGEROUS, QUOTE)) else cell


def written_line(cells: Sequence[str], separator: str = SEPARATORS[0]) -> str:
    """Return a line of a CSV file (RFC 4180), every cell safe from being run."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerow([quoted(cell) for cell in cells])
    return out.getvalue()


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)
