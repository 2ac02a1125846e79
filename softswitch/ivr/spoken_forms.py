"""How a value is said where a text asks for a form of it, such as ``{{ORDER.TOTAL|amount}}``.

Values are kept as programs write them (``123.45``, ``2026-03-05``); a voice that reads those says "two
thousand twenty-six dash". What cannot be read as what its form asks for is said as it stands, and so is
everything in a language without tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from softswitch.amounts import GROSZ, GROSZE_IN_ZLOTY, ZLOTY, parsed_amount
from softswitch.dates import spoken_date
from softswitch.numerals import (
    DIGIT_NAMES,
    MAX_CARDINAL,
    Case,
    Gender,
    Noun,
    cardinal,
    counted,
    digits,
    grouped,
    has_numbers,
    primary_language,
)
from softswitch.times import read_time, spoken_time
from softswitch.written_forms import PLN, read_day, read_number, read_sum

_AND: Final = {"pl": "i", "en": "and"}
_POINT: Final = {"pl": "przecinek", "en": "point"}
_MINUS: Final = {"pl": "minus", "en": "minus"}

_CENT: Final = {"pl": Noun("cent", "centy", "centów"), "en": Noun("cent", "cents", "cents")}
CURRENCIES: Final[Mapping[str, tuple[Mapping[str, Noun], Mapping[str, Noun]]]] = {
    PLN: (ZLOTY, GROSZ),
    "EUR": (
        {"pl": Noun("euro", "euro", "euro", Gender.NEUTER), "en": Noun("euro", "euros", "euros")},
        _CENT,
    ),
    "USD": (
        {"pl": Noun("dolar", "dolary", "dolarów"), "en": Noun("dollar", "dollars", "dollars")},
        _CENT,
    ),
    "GBP": (
        {"pl": Noun("funt", "funty", "funtów"), "en": Noun("pound", "pounds", "pounds")},
        {"pl": Noun("pens", "pensy", "pensów"), "en": Noun("penny", "pence", "pence")},
    ),
    "CHF": (
        {"pl": Noun("frank", "franki", "franków"), "en": Noun("franc", "francs", "francs")},
        {"pl": Noun("centym", "centymy", "centymów"), "en": Noun("centime", "centimes", "centimes")},
    ),
    "CZK": (
        {
            "pl": Noun("korona", "korony", "koron", Gender.FEMININE),
            "en": Noun("koruna", "korunas", "korunas"),
        },
        {"pl": Noun("halerz", "halerze", "halerzy"), "en": Noun("haler", "halers", "halers")},
    ),
}
"""The larger and the smaller unit of a currency (ISO 4217); of others the code is said."""


def spoken_form(form: str, text: str, language: str, currency: str = "") -> str:
    """Return ``text`` as it is said in a form of :data:`FORMS`; as it stands where it cannot be said so.

    ``currency`` is the one of a sum that names none itself, "" for :data:`PLN`.
    """
    if not text or not has_numbers(language):
        return text
    try:
        return FORMS[form](text.strip(), language, currency)
    except ValueError:
        return text


def _amount(text: str, language: str, currency: str) -> str:
    negative, number, code = read_sum(text, currency)
    if code not in CURRENCIES:
        return f"{_number('-' * negative + number, language, '')} {code}"
    whole, rest = divmod(parsed_amount(number), GROSZE_IN_ZLOTY)
    table = primary_language(language)
    large, small = CURRENCIES[code]
    said = [counted(whole, large[table], language)] if whole or not rest else []
    if rest:
        said.append(counted(rest, small[table], language))
    minus = f"{_MINUS[table]} " if negative and (whole or rest) else ""
    return minus + f" {_AND[table]} ".join(said)


def _date(text: str, language: str, _: str, case: Case = Case.NOMINATIVE) -> str:
    return spoken_date(read_day(text), language, case)


def _time(text: str, language: str, _: str, case: Case = Case.NOMINATIVE) -> str:
    return spoken_time(read_time(text), language, case)


def _number(text: str, language: str, _: str) -> str:
    negative, whole, rest = read_number(text)
    if int(whole) > MAX_CARDINAL:
        raise ValueError(f"'{text}' is more than is said")
    table = primary_language(language)
    said = cardinal(int(whole), language)
    if rest:
        said += f" {_POINT[table]} {digits(rest, language)}"
    return f"{_MINUS[table]} {said}" if negative else said


def _digits(text: str, language: str, _: str) -> str:
    """Return every letter and digit by itself: a number of an order may hold both."""
    if not any(sign.isalpha() for sign in text):
        return digits(text, language)
    names = DIGIT_NAMES[primary_language(language)]
    return " ".join(names[int(sign)] if sign in "0123456789" else sign for sign in text if sign.isalnum())


FORMS: Final[Mapping[str, Callable[[str, str, str], str]]] = {
    "amount": _amount,
    "date": _date,
    "on_date": partial(_date, case=Case.GENITIVE),
    "time": _time,
    "at_time": partial(_time, case=Case.GENITIVE),
    "number": _number,
    "digits": _digits,
    "phone": lambda text, language, _: grouped(text, language),
}
"""What a value can be said as: a sum, a day, a time (both also as behind "on" and "at"), a number, digits."""
