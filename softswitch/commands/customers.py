"""``softswitch customers``: who they are, what was before, what an import did; for people and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from softswitch.calls.why import lasting
from softswitch.commands.shown import as_json, local_time, sentence, table
from softswitch.commands.view import View
from softswitch.crm.config import CustomersConfig
from softswitch.crm.customer_model import Customer, Kind, OwnValue, own_key
from softswitch.crm.history_model import ANSWERED, Contact, ContactKind, Way
from softswitch.crm.identifiers import masked, pretty_nip
from softswitch.crm.importing import Report
from softswitch.crm.privacy import plain
from softswitch.crm.privacy_model import ERASE, Act
from softswitch.languages import POLISH
from softswitch.narration.phrases import printable
from softswitch.words import Both, queue_word

Shown = Callable[[str], str]
"""Writes a number as people of the home country do."""

TITLES: Final[Sequence[Both]] = (
    ("id", "id"),
    ("name", "nazwa"),
    ("numbers", "numery"),
    ("customer number", "nr klienta"),
    ("group", "grupa"),
    ("VIP", "VIP"),
    ("keeper", "opiekun"),
)
CONTACT_TITLES: Final[Sequence[Both]] = (
    ("when", "kiedy"),
    ("what", "co"),
    ("number", "numer"),
    ("with", "z kim"),
    ("result", "wynik"),
    ("how long", "jak długo"),
    ("about", "o czym"),
)
KINDS: Final[Mapping[ContactKind, Both]] = {
    ContactKind.CALL: ("call", "rozmowa"),
    ContactKind.CAMPAIGN: ("campaign call", "rozmowa z kampanii"),
    ContactKind.VOICEMAIL: ("message", "wiadomość głosowa"),
    ContactKind.CALLBACK: ("callback asked", "prośba o oddzwonienie"),
    ContactKind.RATING: ("rating", "ocena"),
    ContactKind.TICKET: ("ticket", "zgłoszenie"),
    ContactKind.ORDER: ("order", "zamówienie"),
    ContactKind.MAIL: ("mail", "e-mail"),
    ContactKind.SMS: ("SMS", "SMS"),
    ContactKind.PAYMENT: ("payment", "płatność"),
    ContactKind.NOTE: ("note", "notatka"),
}
ANSWERED_WORDS: Final[Both] = ("talked", "odebrane")
MOST_FAULTS_SHOWN: Final = 200
"""Lines of faults that a screen is given; JSON has them all."""


def show_found(found: Sequence[Customer], *, more: bool, view: View, shown: Shown) -> RenderableType:
    """Return whoever was found; JSON is a ``str`` to be printed as it is. PESEL is masked in both."""
    if view.as_json:
        return as_json([told(one) for one in found])
    if not found:
        return sentence(view, "Nobody was found.", "Nikogo nie znaleziono.")
    rows = (
        (
            one.id,
            one.name,
            ", ".join(map(shown, one.numbers)),
            one.customer_number,
            one.group,
            _yes_no(True, view) if one.vip else "",
            one.keeper,
        )
        for one in found
    )
    made = table(view, TITLES, rows)
    if not more:
        return made
    hint = sentence(view, "There are more: name more of it.", "Jest ich więcej: podaj więcej szczegółów.")
    return Group(made, hint)


def show_customer(
    one: Customer,
    company: Customer | None,
    contacts: Sequence[Contact],
    config: CustomersConfig,
    *,
    view: View,
    shown: Shown,
) -> RenderableType:
    """Return all of a customer, PESEL masked, and the last contacts."""
    if view.as_json:
        return as_json({**told(one), "contacts": [plain(contact) for contact in contacts]})
    facts = Table.grid(padding=(0, 2))
    for english, polish, value in _facts(one, company, config, view, shown):
        if value:
            facts.add_row(
                Text(polish if view.language == POLISH else english, style="dim"), Text(printable(value, 400))
            )
    if not contacts:
        return Group(facts, Text(), sentence(view, "No contacts yet.", "Nie było jeszcze kontaktów."))
    rows = (_contact(contact, view, shown) for contact in contacts)
    return Group(facts, Text(), table(view, CONTACT_TITLES, rows))


def show_report(report: Report, *, view: View) -> RenderableType:
    """Return what came of an import: every bad line with its column and what is wrong there."""
    if view.as_json:
        return as_json(report)
    polish = view.language == POLISH
    lines: list[RenderableType] = []
    if report.ignored:
        names = ", ".join(map(printable, report.ignored))
        lines.append(
            sentence(
                view, f"Columns that nobody knows, left out: {names}", f"Nieznane kolumny, pominięte: {names}"
            )
        )
    for one in report.faults[:MOST_FAULTS_SHOWN]:
        where = f"wiersz {one.line}" if polish else f"line {one.line}"
        reason = one.fault.polish if polish else one.fault.english
        lines.append(Text(printable(f"{where}: {one.fault.field}: {reason}", 300)))
    hidden = max(report.bad, len(report.faults)) - len(report.faults[:MOST_FAULTS_SHOWN])
    if hidden > 0:
        lines.append(sentence(view, f"… and {hidden} more (--json)", f"… i jeszcze {hidden} (--json)"))
    lines.append(_sum(report, view))
    return Group(*lines)


def show_erased(act: Act, *, view: View) -> RenderableType:
    """Return what an erasure took away."""
    if view.as_json:
        return as_json(act)
    counts = ", ".join(f"{name}: {count}" for name, count in act.counts.items())
    return sentence(
        view,
        f"{act.customer} is erased ({counts}). Calls stay, without the person.",
        f"Usunięto {act.customer} ({counts}). Połączenia zostają, bez danych osoby.",
    )


def show_acts(acts: Sequence[Act], *, view: View) -> RenderableType:
    """Return who exported or erased whose data, and when."""
    if view.as_json:
        return as_json(acts)
    if not acts:
        return sentence(
            view, "Nobody's data were exported or erased.", "Niczyich danych nie wydano ani nie usunięto."
        )
    titles: Sequence[Both] = (("when", "kiedy"), ("who", "kto"), ("did", "co"), ("whose", "czyje dane"))
    did: Mapping[bool, Both] = {True: ("erased", "usunięcie"), False: ("exported", "wydanie")}
    rows = (
        (
            local_time(act.at.isoformat(), view),
            act.by,
            did[act.act == ERASE][view.language == POLISH],
            act.customer,
        )
        for act in acts
    )
    return table(view, titles, rows)


def told(one: Customer) -> dict[str, object]:
    """Return a customer as JSON shows it: the PESEL masked."""
    return {**plain(one), "pesel": masked(one.pesel), "name": one.name}


def _facts(
    one: Customer, company: Customer | None, config: CustomersConfig, view: View, shown: Shown
) -> Iterator[tuple[str, str, str]]:
    yield "Id", "Id", one.id
    is_person = one.kind is Kind.PERSON
    yield ("Person", "Osoba", one.name or "-") if is_person else ("Company", "Firma", one.name)
    # Of a person whose company is no customer of its own the name alone may be known.
    written = one.company_name if is_person else ""
    yield "Company", "Firma", written if company is None else f"{company.name} ({company.id})"
    yield "Numbers", "Numery", ", ".join(map(shown, one.numbers))
    yield "E-mail", "E-mail", ", ".join(one.emails)
    yield "Customer number", "Numer klienta", one.customer_number
    yield "PESEL", "PESEL", masked(one.pesel)
    yield "NIP", "NIP", pretty_nip(one.nip) if one.nip else ""
    yield "REGON", "REGON", one.regon
    yield "Group", "Grupa", one.group
    yield "Type", "Typ", one.type
    yield "VIP", "VIP", _yes_no(True, view) if one.vip else ""
    keeper = one.keeper or (f"{company.keeper} ({company.name})" if company and company.keeper else "")
    yield "Keeper", "Opiekun", keeper
    yield "Language", "Język", one.language
    for name, own in config.fields.items():
        yield own.label or name, own.label or name, _own(one.own.get(name), view)
    yield "Notes", "Uwagi", one.notes


def _contact(one: Contact, view: View, shown: Shown) -> Sequence[str]:
    polish = view.language == POLISH
    way = {Way.OUT: (", ours", ", od nas")}.get(one.way, ("", ""))[polish]
    result = ANSWERED_WORDS[polish] if one.result == ANSWERED else queue_word(one.result, view.language)
    return (
        local_time(one.at.isoformat(), view),
        KINDS[one.kind][polish] + way,
        shown(one.number) if one.number else "-",
        " / ".join(filter(None, (one.agent, one.queue))) or "-",
        result if one.result else "-",
        lasting(one.seconds) if one.seconds else "-",
        one.text,
    )


def _sum(report: Report, view: View) -> Text:
    if view.language == POLISH:
        done = "Próba, nic nie zapisano. " if report.dry_run else ""
        return Text(
            f"{done}Wierszy: {report.lines}, nowych klientów: {report.created}, "
            f"zmienionych: {report.changed}, bez zmian: {report.left}, błędnych wierszy: {report.bad}."
        )
    done = "A trial, nothing was written. " if report.dry_run else ""
    return Text(
        f"{done}Lines: {report.lines}, new customers: {report.created}, changed: {report.changed}, "
        f"left as they are: {report.left}, bad lines: {report.bad}."
    )


def _own(value: OwnValue | None, view: View) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _yes_no(value, view)
    return value if isinstance(value, str) else own_key(value)


def _yes_no(value: bool, view: View) -> str:
    return (("no", "nie"), ("yes", "tak"))[value][view.language == POLISH]
