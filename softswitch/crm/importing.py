"""Customers from a file: bad lines are named, duplicates resolved by a field, the rest written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Final

from softswitch.clock import Clock
from softswitch.crm.config import CustomersConfig
from softswitch.crm.customer_model import (
    CUSTOMER_NUMBER,
    EMAIL,
    NIP,
    NUMBER,
    UNIQUE_FIELDS,
    Customer,
    Kind,
    lookup_keys,
)
from softswitch.crm.errors import CrmError, DuplicateCustomer, FieldFault, WrongCustomer
from softswitch.crm.reading import Rules, lookup_value, read_customer
from softswitch.crm.sheets import Line, Sheet
from softswitch.crm.stores import Customers
from softswitch.ids import make_id
from softswitch.sameness import folded

BATCH_LINES: Final = 1000
"""Lines of one transaction: a running switch writes its log in between."""

MOST_FAULTS: Final = 10_000
"""Faults that are named; more are counted. A file with more has one fault in every line."""

ID: Final = "id"
"""Duplicates may also be found by the id of an export."""

COLUMNS: Final[Mapping[str, str]] = {NUMBER: "numbers", EMAIL: "emails"}
"""The columns of look-up fields, where they go by another name."""


class OnDuplicate(StrEnum):
    """What is done with a line whose customer is there already."""

    UPDATE = "update"
    """What the line says is changed; its empty cells change nothing."""
    LEAVE = "leave"
    """The line is passed over."""
    REFUSE = "refuse"
    """The line is a fault."""


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line, in one of its columns."""

    line: int
    fault: FieldFault

    def __str__(self) -> str:
        return f"line {self.line}: {self.fault}"


@dataclass(slots=True)
class Report:
    """What came of an import, or would come of it in a ``dry_run``."""

    dry_run: bool
    ignored: tuple[str, ...] = ()
    lines: int = 0
    created: int = 0
    changed: int = 0
    left: int = 0
    bad: int = 0
    faults: list[LineFault] = field(default_factory=list)

    def refuse(self, line: int, faults: Iterable[FieldFault]) -> None:
        """Count a bad line, and name what is wrong with it."""
        self.bad += 1
        room = MOST_FAULTS - len(self.faults)
        self.faults += [LineFault(line, fault) for fault in islice(faults, max(room, 0))]


@dataclass(slots=True)
class _Taken:
    """A line that is read, and who was there before."""

    line: int
    customer: Customer
    before: Customer | None
    keys: frozenset[tuple[str, str]]


class Import:
    """One import. ``by`` is the field by which customers are known again, "" for every line a new one."""

    def __init__(
        self,
        store: Customers,
        rules: Rules,
        clock: Clock,
        *,
        by: str,
        on_duplicate: OnDuplicate = OnDuplicate.REFUSE,
        dry_run: bool = False,
    ) -> None:
        self._store = store
        self._rules = rules
        self._clock = clock
        self._by = by
        self._field = _checked_field(by, rules.config)
        self._on_duplicate = on_duplicate
        self._dry_run = dry_run
        self._companies: dict[tuple[str, str], str] = {}
        """Companies of this very file, by how a person may name them."""
        self._seen: dict[tuple[str, str], int] = {}
        """In which line stood what only one may have, or what a customer is known by."""

    async def run(self, sheet: Sheet) -> Report:
        """Take all lines, companies first; bad ones are named and left out."""
        # A file that breaks off is refused before anything of it is written.
        report = Report(self._dry_run, sheet.ignored, lines=sheet.count())
        for companies in (True, False):
            # People name their company, wherever in the file it stands.
            wanted = (line for line in sheet.lines() if _is_company(line.cells) is companies)
            while batch := list(islice(wanted, BATCH_LINES)):
                await self._take(batch, report)
        report.faults.sort(key=lambda one: one.line)
        return report

    async def _take(self, batch: Sequence[Line], report: Report) -> None:
        known = await self._known(batch)
        linked = await self._links(batch)
        taken: list[_Taken] = []
        for line in batch:
            try:
                one = self._read(line, known.get(line.number, []), linked)
            except WrongCustomer as error:
                report.refuse(line.number, error.faults)
            else:
                if one is None:
                    report.left += 1
                else:
                    taken.append(one)
        good = await self._without_doubles(taken, report)
        for one in good:
            self._remember(one.customer)
        new = [one for one in good if one.before is None]
        changed = [one for one in good if one.before is not None]
        if not self._dry_run:
            new = await self._write(new, report)
            changed = await self._rewrite(changed, report)
        report.created += len(new)
        report.changed += len(changed)

    # Who is there already

    async def _known(self, batch: Sequence[Line]) -> dict[int, list[Customer]]:
        """Return whoever the lines mean that is there already, by line."""
        if self._field is None:
            return {}
        values = {line.number: self._values(line) for line in batch}
        everything = {value for found in values.values() for value in found}
        if self._field == ID:
            ids = {value: [value] for value in everything}
        else:
            ids = await self._store.find_each(self._field, everything)
        customers = await self._store.get_all({one for found in ids.values() for one in found})
        return {
            number: _once(customers[one] for value in found for one in ids.get(value, ()) if one in customers)
            for number, found in values.items()
        }

    def _values(self, line: Line) -> list[str]:
        cell = line.cells.get(COLUMNS.get(self._by, self._by), "")
        if self._field == ID:
            return [cell] if cell else []
        pieces = {
            NUMBER: lambda: list(self._rules.numbers.several(cell)),
            EMAIL: lambda: cell.replace(",", ";").split(";"),
        }.get(self._by, lambda: [cell])()
        read = (lookup_value(self._by, piece, self._rules) for piece in pieces if piece.strip())
        return [value for value in read if value]

    def _read(self, line: Line, known: Sequence[Customer], linked: Mapping[str, str]) -> _Taken | None:
        """Return what a line says, None to leave it; raise :class:`WrongCustomer`."""
        column = COLUMNS.get(self._by, self._by)
        if len(known) > 1:
            ids = ", ".join(one.id for one in known)
            raise WrongCustomer(
                [FieldFault(column, f"several customers have it: {ids}", f"ma to kilku klientów: {ids}")]
            )
        if self._field is not None and column not in line.cells and self._field != ID:
            english = "it is empty, and by it customers are known again: fill it, or choose another field"
            polish = "puste pole, a po nim rozpoznaje się klientów: wypełnij je albo wybierz inne pole"
            raise WrongCustomer([FieldFault(column, english, polish)])
        before = known[0] if known else None
        if before is not None and self._on_duplicate is OnDuplicate.LEAVE:
            return None
        raw: dict[str, object] = {name: cell for name, cell in line.cells.items() if name != ID}
        customer = read_customer(raw, self._rules, before)
        if before is not None and self._on_duplicate is OnDuplicate.REFUSE:
            raise WrongCustomer(
                [
                    FieldFault(
                        column, f"the customer {before.id} has it already", f"ma to już klient {before.id}"
                    )
                ]
            )
        if "company" in line.cells and customer.kind is Kind.PERSON:
            customer = replace(customer, company=self._company(line.cells["company"], linked))
        now = self._clock.wall()
        made = (
            replace(customer, id=make_id(now), version=1, created=now, changed=now)
            if before is None
            else replace(customer, changed=now)
        )
        return _Taken(line.number, made, before, lookup_keys(made))

    # The companies of persons

    async def _links(self, batch: Sequence[Line]) -> dict[str, str]:
        """Return the ids of the companies that the lines name, by what they write; "" for several."""
        written = {line.cells["company"] for line in batch if "company" in line.cells}
        if not written:
            return {}
        by_id = await self._store.get_all(written)
        numbers = await self._store.find_each(CUSTOMER_NUMBER, {text.casefold() for text in written})
        nips = await self._store.find_each(NIP, {_digits(text) for text in written})
        names = await self._store.companies_named({folded(text) for text in written})
        found: dict[str, str] = {}
        for text in written:
            if text in by_id:
                found[text] = text
                continue
            ids = numbers.get(text.casefold()) or nips.get(_digits(text)) or names.get(folded(text)) or []
            if ids:
                found[text] = ids[0] if len(ids) == 1 else ""
        return found

    def _company(self, text: str, linked: Mapping[str, str]) -> str:
        keys = ((CUSTOMER_NUMBER, text.casefold()), (NIP, _digits(text)), ("name", folded(text)))
        for key in keys:
            if key in self._companies:
                return self._companies[key]
        if linked.get(text):
            return linked[text]
        shown = text[:40]
        fault = (
            FieldFault("company", f"several companies are '{shown}'", f"kilka firm to '{shown}'")
            if text in linked
            else FieldFault("company", f"there is no company '{shown}'", f"nie ma firmy '{shown}'")
        )
        raise WrongCustomer([fault])

    def _remember(self, customer: Customer) -> None:
        if customer.kind is Kind.COMPANY:
            keys = ((CUSTOMER_NUMBER, customer.customer_number.casefold()), (NIP, customer.nip))
            for key in (*keys, ("name", folded(customer.company_name))):
                if key[1]:
                    self._companies[key] = customer.id

    # What only one may have

    async def _without_doubles(self, taken: Sequence[_Taken], report: Report) -> list[_Taken]:
        """Return those that are no double of another line or of another customer; name the others."""
        owners: dict[tuple[str, str], list[str]] = {}
        for name in UNIQUE_FIELDS:
            values = {value for one in taken for field, value in one.keys if field == name}
            found = await self._store.find_each(name, values) if values else {}
            owners |= {(name, value): ids for value, ids in found.items()}
        good = []
        for one in taken:
            faults = list(self._doubles(one, owners))
            if faults:
                report.refuse(one.line, faults)
            else:
                good.append(one)
        return good

    def _doubles(self, one: _Taken, owners: Mapping[tuple[str, str], Sequence[str]]) -> Iterator[FieldFault]:
        watched = {*UNIQUE_FIELDS, self._field, ID}
        same = [] if one.before is None else [(ID, one.before.id)]
        for key in (*same, *sorted(key for key in one.keys if key[0] in watched)):
            name = key[0].removeprefix("own.")
            others = [owner for owner in owners.get(key, ()) if owner != one.customer.id]
            first = self._seen.setdefault(key, one.line)
            if first != one.line:
                yield FieldFault(
                    name, f"the same stands in line {first} already", f"to samo jest już w wierszu {first}"
                )
                if key[0] == ID:
                    return  # All else of it is the same as well.
            elif others:
                yield FieldFault(
                    name, f"the customer {others[0]} has the same", f"to samo ma klient {others[0]}"
                )

    # Writing

    async def _write(self, new: list[_Taken], report: Report) -> list[_Taken]:
        try:
            await self._store.create_all([one.customer for one in new])
        except DuplicateCustomer:
            # Somebody else has created one of them meanwhile: each by itself, so that one costs only itself.
            return [one for one in new if await self._written_alone(one, report)]
        return new

    async def _rewrite(self, changed: list[_Taken], report: Report) -> list[_Taken]:
        try:
            await self._store.change_all([one.customer for one in changed])
        except DuplicateCustomer:
            return [one for one in changed if await self._written_alone(one, report)]
        return changed

    async def _written_alone(self, one: _Taken, report: Report) -> bool:
        try:
            if one.before is None:
                await self._store.create(one.customer)
            else:
                await self._store.change(one.customer, expected=one.before.version)
        except CrmError as error:
            name = error.field if isinstance(error, DuplicateCustomer) else ID
            report.refuse(one.line, [FieldFault(name, str(error), "klient zmienił się w trakcie importu")])
            return False
        return True


def _checked_field(by: str, config: CustomersConfig) -> str | None:
    if not by or by == ID:
        return by or None
    found = config.lookup_field(by)
    if found is None:
        raise CrmError(f"customers are not known again by '{by}'")
    return found


def _is_company(cells: Mapping[str, str]) -> bool:
    kind = folded(cells.get("kind", ""))
    if kind:
        return kind in ("company", "firma")
    return "company_name" in cells and not {"name", "first_name", "last_name"} & cells.keys()


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _once(customers: Iterable[Customer]) -> list[Customer]:
    return list({one.id: one for one in customers}.values())
