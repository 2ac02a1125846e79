"""From what people, files and programs write of a customer to what is kept. Every fault is named at once.

Each field has its reader in :data:`READERS`; own fields are read by their kind. Nothing is guessed: what
cannot be read is a fault of that field, in words for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from softswitch.crm.config import FIXED_FIELDS, CustomersConfig, OwnKind
from softswitch.crm.customer_model import (
    CUSTOMER_NUMBER,
    EMAIL,
    NUMBER,
    PESEL,
    Customer,
    Kind,
    OwnValue,
    lookup_keys,
    own_key,
)
from softswitch.crm.errors import FieldFault, WrongCustomer
from softswitch.crm.identifiers import (
    READERS as IDENTIFIERS,
)
from softswitch.crm.identifiers import WrongIdentifier, birth_date, read_pesel
from softswitch.crm.numbers import Numbers, is_spreadsheet_number, is_withheld
from softswitch.sameness import MOST_DIGITS, number_of, truth

LONGEST_TEXT: Final = 200
"""Letters of a name, a group, a type."""
LONGEST_NOTES: Final = 20_000
LONGEST_OWN: Final = 2_000
MOST_NUMBERS: Final = 20
"""Numbers, and e-mail addresses, of one customer: each is a look-up in the history."""
LONGEST_EMAIL: Final = 254
"""RFC 5321 §4.5.3.1.3 gives a path 256 octets, angle brackets included."""

_EMAIL: Final = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]+\.[^\s@<>,;\".]+\Z")
_LANGUAGE: Final = re.compile("[a-z]{2}")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})\Z", re.ASCII)
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_UNKEPT: Final = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps and no person writes: zeros, and halves of signs."""
_KINDS: Final[Mapping[str, Kind]] = {
    "person": Kind.PERSON,
    "osoba": Kind.PERSON,
    "company": Kind.COMPANY,
    "firma": Kind.COMPANY,
}
_EARLIEST_YEAR: Final = 1850


class Unfit(Exception):
    """A value that a field cannot have, in English and in Polish. Never leaves this module."""

    def __init__(self, english: str, polish: str) -> None:
        super().__init__(english, polish)
        self.english = english
        self.polish = polish


@dataclass(frozen=True, slots=True)
class Rules:
    """What reading depends on: the home country's numbers, own fields, the agents there are, the day.

    Without ``accounts`` any keeper is taken. ``is_ours`` tells of a number whether it is one of this line,
    which stands in the calls of everybody.
    """

    numbers: Numbers
    config: CustomersConfig = field(default_factory=CustomersConfig)
    accounts: Collection[str] | None = None
    today: Callable[[], date] | None = None
    is_ours: Callable[[str], bool] = field(default=lambda number: False)


Raw = Mapping[str, object]
"""What is told of a customer by the names of fields: text as people write it, or values as JSON has them."""


def read_customer(raw: Raw, rules: Rules, base: Customer | None = None) -> Customer:
    """Return ``base`` with what ``raw`` says changed, or a new customer; raise :class:`WrongCustomer`.

    Fields that ``raw`` does not name stay; an empty text or None empties one.
    """
    faults: list[FieldFault] = []
    told: dict[str, Any] = {}
    own: dict[str, OwnValue] = dict(base.own) if base else {}
    for name, value in raw.items():
        try:
            if name in READERS:
                told.update(READERS[name](value, rules))
            elif name in rules.config.fields:
                _take_own(own, name, value, rules.config.fields[name].kind)
            else:
                raise Unfit("there is no such field", "nie ma takiego pola")
        except Unfit as error:
            faults.append(FieldFault(name, error.english, error.polish))
    customer = replace(base, **told, own=own) if base else Customer(**told, own=own)
    if base is None and "kind" not in told and not customer.first_name + customer.last_name:
        # A file of firms need not say in every line that these are firms.
        customer = replace(customer, kind=Kind.COMPANY if customer.company_name else Kind.PERSON)
    faults += _joint_faults(customer, {fault.field for fault in faults}, raw)
    if faults:
        raise WrongCustomer(faults)
    if customer.pesel and customer.born is None:
        customer = replace(customer, born=birth_date(customer.pesel))
    return customer


def lookup_value(name: str, typed: str, rules: Rules) -> str | None:
    """Return what a caller typed, or a person searches for, as the field ``name`` keeps it.

    None for what the field cannot hold. PESEL, NIP and REGON are taken without their check digit being looked
    at: what nobody has is found with nobody.
    """
    if name == NUMBER:
        return rules.numbers.normal(typed)
    if name in IDENTIFIERS:
        return re.sub(r"[\s\-]", "", typed) or None
    if name in (CUSTOMER_NUMBER, EMAIL):
        return typed.strip().casefold() or None
    own = rules.config.fields.get(name)
    if own is None:
        return None
    try:
        value = _own_value(typed, own.kind)
    except Unfit:
        return None
    return None if value is None else own_key(value)


def _joint_faults(customer: Customer, known: Collection[str], raw: Raw) -> Iterable[FieldFault]:
    """Yield what is wrong with fields together, where each by itself is right."""
    if customer.kind is Kind.COMPANY:
        if not customer.company_name and "company_name" not in known:
            yield FieldFault("company_name", "a company has a name", "firma musi mieć nazwę")
        personal = {"pesel": customer.pesel, "born": customer.born, "company": customer.company}
        for name, value in personal.items():
            if value and name not in known:
                yield FieldFault(name, "only a person has it", "ma je tylko osoba")
    elif not (customer.name or customer.company_name or known or lookup_keys(customer)):
        yield FieldFault(
            "last_name",
            "there is neither a name nor anything else to find the customer by",
            "brak nazwiska i czegokolwiek, po czym można znaleźć klienta",
        )
    both = bool(customer.pesel) and customer.born is not None
    if both and customer.born != birth_date(customer.pesel) and not {PESEL, "born"} & set(known):
        where = "born" if "born" in raw else PESEL
        yield FieldFault(
            where,
            "the day of birth is another one than in the PESEL",
            "data urodzenia jest inna niż w numerze PESEL",
        )


# One reader a field. Each returns what of the customer it sets.

Set = dict[str, Any]


def _text(name: str, longest: int = LONGEST_TEXT) -> Callable[[object, Rules], Set]:
    def read(value: object, rules: Rules) -> Set:
        return {name: _as_text(value, longest)}

    return read


def _kind(value: object, rules: Rules) -> Set:
    text = _as_text(value).casefold()
    if not text:
        return {}
    if text not in _KINDS:
        raise Unfit("it is neither person nor company", "nie jest to ani osoba, ani firma")
    return {"kind": _KINDS[text]}


def _name(value: object, rules: Rules) -> Set:
    """Read a whole name: what stands before its last word are first names."""
    first, _, last = _as_text(value).rpartition(" ")
    return {"first_name": first.strip(), "last_name": last}


def _company_name(value: object, rules: Rules) -> Set:
    return {"company_name": _as_text(value)}


def _numbers(value: object, rules: Rules) -> Set:
    found: dict[str, None] = {}
    cells = [value] if isinstance(value, str | int) or value is None else _as_list(value)
    for cell in cells:
        for piece in rules.numbers.several(_as_text(cell, 1000)):
            kept = rules.numbers.normal(piece)
            if kept is None:
                raise _unfit_number(piece)
            found[kept] = None
    _limit(found)
    return {"numbers": tuple(found)}


def _unfit_number(piece: str) -> Unfit:
    if is_spreadsheet_number(piece):
        return Unfit(
            "a spreadsheet has rounded the number: make the column text and copy it anew",
            "arkusz zaokrąglił numer: ustaw kolumnę jako tekst i skopiuj ponownie",
        )
    if is_withheld(piece):
        return Unfit("it says that there is no number", "napis oznacza brak numeru")
    return Unfit(f"'{piece[:40]}' is no telephone number", f"'{piece[:40]}' nie jest numerem telefonu")


def _emails(value: object, rules: Rules) -> Set:
    found: dict[str, str] = {}
    cells = re.split(r"[;,\s]+", value) if isinstance(value, str) else _as_list(value)
    for cell in cells:
        email = _as_text(cell, 1000)
        if not email:
            continue
        if len(email) > LONGEST_EMAIL or not _EMAIL.match(email):
            raise Unfit(f"'{email[:60]}' is no e-mail address", f"'{email[:60]}' nie jest adresem e-mail")
        found.setdefault(email.casefold(), email)
    _limit(found)
    return {"emails": tuple(found.values())}


def _identifier(name: str) -> Callable[[object, Rules], Set]:
    def read(value: object, rules: Rules) -> Set:
        text = _as_text(value)
        if not text:
            return {name: ""}
        try:
            if name == PESEL and rules.today is not None:
                return {name: read_pesel(text, rules.today())}
            return {name: IDENTIFIERS[name](text)}
        except WrongIdentifier as error:
            raise Unfit(error.english, error.polish) from None

    return read


def _vip(value: object, rules: Rules) -> Set:
    return {"vip": bool(_yes_no(value))}


def _keeper(value: object, rules: Rules) -> Set:
    keeper = _as_text(value)
    if keeper and rules.accounts is not None and keeper not in rules.accounts:
        raise Unfit(f"there is no account {keeper[:40]}", f"nie ma konta {keeper[:40]}")
    return {"keeper": keeper}


def _language(value: object, rules: Rules) -> Set:
    language = _as_text(value).casefold()
    if language and not _LANGUAGE.fullmatch(language):
        raise Unfit("a language has two letters, such as pl", "język ma dwie litery, na przykład pl")
    return {"language": language}


def _born(value: object, rules: Rules) -> Set:
    if isinstance(value, date) and not isinstance(value, datetime):
        day: date | None = value
    else:
        day = _day(_as_text(value))
    if day is not None and rules.today is not None and day > rules.today():
        raise Unfit("the day has not come yet", "ten dzień jeszcze nie nadszedł")
    if day is not None and day.year < _EARLIEST_YEAR:
        raise Unfit("nobody alive was born in that year", "nikt z żyjących nie urodził się w tym roku")
    return {"born": day}


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        if _ISO_DAY.match(text):
            return date.fromisoformat(text)
        written = _DAY_FIRST.match(text)
        if written:
            return date(int(written[3]), int(written[2]), int(written[1]))
    except ValueError:
        raise Unfit("there is no such day", "nie ma takiego dnia") from None
    raise Unfit(
        "a day is written 1990-12-31 or 31.12.1990", "datę zapisuje się jako 1990-12-31 lub 31.12.1990"
    )


def _take_own(own: dict[str, OwnValue], name: str, value: object, kind: OwnKind) -> None:
    read = _own_value(value, kind)
    if read is None:
        own.pop(name, None)
    else:
        own[name] = read


def _own_value(value: object, kind: OwnKind) -> OwnValue | None:
    if kind is OwnKind.YES_NO:
        return _yes_no(value)
    if kind is OwnKind.TEXT:
        return _as_text(value, LONGEST_OWN) or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = repr(value)
    text = _as_text(value)
    if not text:
        return None
    number = number_of(text)
    if number is None:
        raise Unfit(
            f"it is no number of at most {MOST_DIGITS} signs",
            f"nie jest to liczba (najwyżej {MOST_DIGITS} znaków)",
        )
    return number


def _yes_no(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = _as_text(value)
    if not text:
        return None
    meant = truth(text)
    if meant is None:
        raise Unfit("it is neither yes nor no", "nie jest to ani tak, ani nie")
    return meant


def _as_text(value: object, longest: int = LONGEST_TEXT) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("text is wanted here", "tu ma być tekst")
    text = str(value).strip()
    if len(text) > longest:
        raise Unfit(
            f"it is longer than {longest} letters", f"tekst jest za długi (najwięcej znaków: {longest})"
        )
    if _UNKEPT.search(text):
        raise Unfit("it has a sign in it that is no letter", "zawiera znak, który nie jest literą")
    return text


def _as_list(value: object) -> Iterable[object]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise Unfit("a list is wanted here", "tu ma być lista")
    return value


def _limit(found: Collection[object]) -> None:
    if len(found) > MOST_NUMBERS:
        raise Unfit(f"more than {MOST_NUMBERS} of them", f"jest ich więcej niż {MOST_NUMBERS}")


READERS: Final[Mapping[str, Callable[[object, Rules], Set]]] = {
    "kind": _kind,
    "name": _name,
    "first_name": _text("first_name"),
    "last_name": _text("last_name"),
    "company_name": _company_name,
    "company": _text("company"),
    "numbers": _numbers,
    "emails": _emails,
    "customer_number": _text("customer_number"),
    **{name: _identifier(name) for name in IDENTIFIERS},
    "group": _text("group"),
    "type": _text("type"),
    "vip": _vip,
    "keeper": _keeper,
    "language": _language,
    "born": _born,
    "notes": _text("notes", LONGEST_NOTES),
}
"""How each field is read, by its name."""

WRITTEN_FIELDS: Final = tuple(name for name in FIXED_FIELDS if name not in ("id", "name"))
"""The fields of an export, in their order: each says something that no other says."""
