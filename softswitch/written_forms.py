"""How values stand in what people read: ``1234.5`` as "1 234,50 zł", ``2026-03-05`` as "5 marca 2026".

Values are kept as programs write them; :mod:`softswitch.ivr.spoken_forms` says the same to the ear. What
cannot be read as what its form asks for stays as it stands, and so does everything in a language without
rules here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from softswitch.amounts import GROSZE_IN_ZLOTY, parsed_amount
from softswitch.dates import written_date
from softswitch.numerals import has_numbers, primary_language
from softswitch.times import read_time, written_time

PLN: Final = "PLN"
"""The currency of a sum that says none."""

_SIGNS: Final = {("pl", PLN): "zł"}
"""How a currency is written in a language; otherwise by its code (ISO 4217)."""

_SUM: Final = re.compile(r"(-?)([0-9][0-9 \u00a0]*(?:[.,][0-9]{1,2})?)\s*(zł|[A-Za-z]{3})?")
"""A sum, maybe with blanks between thousands, and with its currency behind it."""
_BLANKS: Final = re.compile(r"\s")
_NUMBER: Final = re.compile(r"(-?)([0-9]{1,12})(?:[.,]([0-9]{1,9}))?")
_DAYS: Final = ("%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y")
"""How days are written: as programs do (ISO 8601), and as people in Poland do."""

SHORTEST_GROUPED: Final = 10_000
"""From five digits on thousands stand apart, as Polish and English typography have it."""

HOME: Final = {"pl": 48}
"""The country whose numbers stand without it where a language is read."""


def written_form(form: str, text: str, language: str, currency: str = "") -> str:
    """Return ``text`` as it is read in a form of :data:`FORMS`; as it stands where it cannot be.

    ``currency`` is the one of a sum that names none itself, "" for :data:`PLN`.
    """
    if not text or not has_numbers(language):
        return text
    try:
        return FORMS[form](text.strip(), primary_language(language), currency)
    except ValueError:
        return text


def read_sum(text: str, currency: str = "") -> tuple[bool, str, str]:
    """Return whether a sum is negative, its number without blanks, and the code of its currency.

    Raises ValueError for what is no sum of money.
    """
    found = _SUM.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no sum of money")
    named = found[3] or currency or PLN
    return bool(found[1]), _BLANKS.sub("", found[2]), PLN if named == "zł" else named.upper()


def read_day(text: str) -> date:
    """Return the day that a text means, of a moment its day alone; raise ValueError for what is none."""
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return datetime.fromisoformat(text).date()


def read_number(text: str) -> tuple[bool, str, str]:
    """Return whether a number is negative, and the digits before and behind its point.

    Raises ValueError for what is no number.
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError(f"'{text}' is no number")
    return bool(found[1]), found[2], found[3] or ""


def _amount(text: str, language: str, currency: str) -> str:
    negative, number, code = read_sum(text, currency)
    whole, rest = divmod(parsed_amount(number), GROSZE_IN_ZLOTY)
    minus = "-" if negative and (whole or rest) else ""
    plain = f"{minus}{_grouped(whole, language)}{_point(language)}{rest:02d}"
    sign = _SIGNS.get((language, code), code)
    return f"{plain} {sign}" if language == "pl" else f"{sign} {plain}"


def _date(text: str, language: str, _: str) -> str:
    return written_date(read_day(text), language)


def _time(text: str, language: str, _: str) -> str:
    return written_time(read_time(text), language)


def _number(text: str, language: str, _: str) -> str:
    negative, whole, rest = read_number(text)
    minus = "-" if negative else ""
    return f"{minus}{_grouped(int(whole), language)}{_point(language) + rest if rest else ''}"


def _phone(text: str, language: str, _: str) -> str:
    try:
        parsed = phonenumbers.parse(text)
    except NumberParseException as error:
        raise ValueError("a number inside, or none") from error
    at_home = parsed.country_code == HOME.get(language)
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _grouped(whole: int, language: str) -> str:
    if whole < SHORTEST_GROUPED:
        return str(whole)
    # A plain blank: a fixed one is in no alphabet of text messages, and makes them cost twice.
    return f"{whole:,}".replace(",", " ") if language == "pl" else f"{whole:,}"


def _point(language: str) -> str:
    return "," if language == "pl" else "."


FORMS: Final[Mapping[str, Callable[[str, str, str], str]]] = {
    "amount": _amount,
    "date": _date,
    "on_date": _date,
    "time": _time,
    "at_time": _time,
    "number": _number,
    "digits": lambda text, *_: text,
    "phone": _phone,
}
"""The same forms as a value can be said in; to the eye digits are what they are."""
