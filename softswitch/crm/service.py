"""Customers as the rest of the switch asks for them: found, created, changed, shown while a call rings."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from softswitch.clock import Clock
from softswitch.crm.card import Card, OpenTicket
from softswitch.crm.config import OwnKind
from softswitch.crm.customer_model import (
    EMAIL,
    LOOKUP_FIELDS,
    NUMBER,
    Customer,
    Kind,
    Page,
    Query,
    field_value,
)
from softswitch.crm.errors import CrmError, FieldFault, NoSuchCustomer, WrongCustomer
from softswitch.crm.history_model import Contact, ContactKind, ContactPage
from softswitch.crm.reading import Raw, Rules, lookup_value, read_customer
from softswitch.crm.stores import Customers as Store
from softswitch.crm.stores import History, Keepers, Tickets
from softswitch.ids import make_id
from softswitch.sameness import folded, same_value

logger = logging.getLogger(__name__)

CARD_CONTACTS: Final = 10
"""Contacts on a card: what fits beside a ringing call."""
CARD_KEPT_SECONDS: Final = 5.0
"""How long a card is told again as it was: the phones of ten agents that ring for one call ask once."""
CARD_WITHIN: Final = 0.25
"""Seconds that whoever shows a card waits for it: with it the screen is there 300 ms after the ring began."""
MOST_LOOKUPS: Final = 200
"""Cards that are looked for at once. More only come together while the database does not answer."""
KEEPER_WITHIN: Final = 2.0
"""Seconds that a caller waits, hearing nothing, for word of who looks after him."""
LOOK_BACK_DAYS: Final = 7
_DIGITS: Final = re.compile(r"\+?[0-9][0-9\s().\-]{5,}")
MOST_WORDS: Final = 8
"""Words of a search that are looked for; each is one more comparison with every name."""


class KeeperBy(StrEnum):
    """How an agent for a customer is chosen."""

    CRM = "crm"
    """The keeper of the customer, else of the company."""
    LAST_TALK = "last_talk"
    """Who talked with the customer last, answered calls only."""
    LAST_CAMPAIGN = "last_campaign"
    """Who called the customer last in a campaign, whether he got through or not."""
    EXTERNAL = "external"
    """Whom another system names."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which of several customers is meant: the one whose ``field`` is ``wanted``."""

    field: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Found:
    """Whoever a look-up found. Of several nobody is taken: none hears what is another's."""

    customers: tuple[Customer, ...] = ()

    @property
    def one(self) -> Customer | None:
        """The one who was found; None for nobody and for several."""
        return self.customers[0] if len(self.customers) == 1 else None


class Customers:
    """Who customers are, and what was before."""

    def __init__(
        self,
        store: Store,
        history: History,
        rules: Rules,
        clock: Clock,
        *,
        tickets: Tickets | None = None,
        keepers: Keepers | None = None,
    ) -> None:
        self._store = store
        self._history = history
        self.rules = rules
        self._clock = clock
        self._tickets = tickets
        self._keepers = keepers
        self._cards: dict[str, tuple[float, Card]] = {}
        self._lookups: dict[str, asyncio.Task[Card]] = {}
        self._changes = 0
        """How often something was written: a card that was looked for meanwhile is not kept."""

    async def close(self) -> None:
        """Give up cards that are still looked for."""
        for lookup in self._lookups.values():
            lookup.cancel()
        await asyncio.gather(*self._lookups.values(), return_exceptions=True)

    # Who they are

    async def create(self, raw: Raw) -> Customer:
        """Write down a new customer; raise :class:`WrongCustomer` or :class:`DuplicateCustomer`."""
        read = await self._belonging(read_customer(raw, self.rules))
        now = self._clock.wall()
        made = await self._store.create(replace(read, id=make_id(now), created=now, changed=now))
        self.forget_cards()
        return made

    async def change(self, customer: str, raw: Raw, *, version: int) -> Customer:
        """Change the fields that ``raw`` names, if ``version`` is the one that is there.

        Raises :class:`NoSuchCustomer`, :class:`ChangedMeanwhile`, :class:`WrongCustomer` or
        :class:`DuplicateCustomer`.
        """
        before = await self.get(customer)
        read = await self._belonging(read_customer(raw, self.rules, before))
        made = await self._store.change(replace(read, changed=self._clock.wall()), expected=version)
        self.forget_cards()
        return made

    async def get(self, customer: str) -> Customer:
        """Return a customer; raise :class:`NoSuchCustomer`."""
        found = await self._store.get(customer)
        if found is None:
            raise NoSuchCustomer(customer)
        return found

    async def company_of(self, customer: Customer) -> Customer | None:
        """Return the company a person belongs to, None for none."""
        return await self._store.get(customer.company) if customer.company else None

    async def _belonging(self, customer: Customer) -> Customer:
        """Return the customer if the company it belongs to is there; raise :class:`WrongCustomer`."""
        if customer.company:
            company = await self._store.get(customer.company)
            if company is None or company.kind is not Kind.COMPANY:
                fault = FieldFault("company", "there is no such company", "nie ma takiej firmy")
                raise WrongCustomer([fault])
        return customer

    # Whom a look-up finds

    async def find(
        self,
        field: str,
        typed: str,
        *,
        prefix: str = "",
        vip_only: bool = False,
        narrowing: Narrowing | None = None,
    ) -> Found:
        """Return whoever has what was typed, behind a constant ``prefix``, in a field.

        What the field cannot hold is found with nobody. Raises :class:`CrmError` for a field that customers
        are not found by.
        """
        name = self.rules.config.lookup_field(field)
        if name is None:
            raise CrmError(f"customers are not found by '{field}'")
        value = lookup_value(field, prefix + typed, self.rules)
        if value is None:
            return Found()
        found = await self._store.find(name, value, vip_only=vip_only)
        if narrowing is not None and len(found) > 1:
            found = tuple(
                one for one in found if same_value(field_value(one, narrowing.field), narrowing.wanted)
            )
        return Found(found)

    async def find_by_number(
        self, number: str, *, vip_only: bool = False, narrowing: Narrowing | None = None
    ) -> Found:
        """Return whoever has a number, in whatever spelling it comes; a withheld one is nobody's."""
        return await self.find(NUMBER, number, vip_only=vip_only, narrowing=narrowing)

    async def find_or_create(
        self, field: str, typed: str, *, prefix: str = "", number: str = ""
    ) -> tuple[Found, bool]:
        """Return whoever :meth:`find` finds; where that is nobody, a new customer, and True.

        The new one has the field and the ``number`` that called. What the field cannot hold makes nobody.
        """
        found = await self.find(field, typed, prefix=prefix)
        if found.customers or lookup_value(field, prefix + typed, self.rules) is None:
            return found, False
        column = {NUMBER: "numbers", EMAIL: "emails"}.get(field, field)
        raw: dict[str, object] = {column: prefix + typed}
        caller = self.rules.numbers.normal(number)
        if caller is not None:
            raw["numbers"] = [caller] if column != "numbers" else [prefix + typed, caller]
        try:
            return Found((await self.create(raw),)), True
        except WrongCustomer:
            return found, False

    async def search(
        self,
        text: str,
        *,
        vip_only: bool = False,
        kind: Kind | None = None,
        group: str = "",
        keeper: str = "",
        limit: int = 20,
        after: str = "",
    ) -> Page:
        """Return a page of whoever has all words of ``text`` in the name, or all of it in any field."""
        words = tuple(folded(text).split())[:MOST_WORDS]
        values = self._anywhere(text) if words else ()
        if _DIGITS.fullmatch(text.strip()):
            words = ()  # A number is in no name: then not all names need be read.
        query = Query(words, values, vip_only, kind, group, keeper)
        return await self._store.search(query, limit=limit, after=after)

    def _anywhere(self, text: str) -> tuple[tuple[str, str], ...]:
        # Whoever types "nie" does not look for everybody who has said no.
        own = (name for name, field in self.rules.config.fields.items() if field.kind is not OwnKind.YES_NO)
        found = []
        for field in (*LOOKUP_FIELDS, *own):
            name, value = self.rules.config.lookup_field(field), lookup_value(field, text, self.rules)
            if name is not None and value is not None:
                found.append((name, value))
        return tuple(found)

    # What was before

    async def history(
        self,
        customer: Customer,
        *,
        limit: int = CARD_CONTACTS,
        after: str = "",
        kinds: Collection[ContactKind] = (),
    ) -> ContactPage:
        """Return the contacts with a customer by id and by any number, newest first."""
        return await self._history.history(
            customer.id, customer.numbers, limit=limit, after=after, kinds=kinds
        )

    async def history_of_number(self, number: str, *, limit: int = CARD_CONTACTS) -> ContactPage:
        """Return the contacts of a number that are no known customer's, newest first."""
        normal = self.rules.numbers.normal(number)
        return await self._history.history("", () if normal is None else (normal,), limit=limit)

    async def note(self, *contacts: Contact) -> None:
        """Write contacts into the history that no call tells of; each id once."""
        await self._history.add(*contacts)
        self.forget_cards()

    def forget_cards(self) -> None:
        """Let every card be looked for anew: something has changed that may stand on one."""
        self._changes += 1
        self._cards.clear()

    # While a call rings

    async def card(self, number: str | None, *, customer: str = "", within: float = CARD_WITHIN) -> Card:
        """Return what is known of a number, within so many seconds. Never raises.

        ``customer`` is who was found already, whatever number calls. What takes longer goes on by itself: the
        card is ``late``, and asked for again it may be there.
        """
        normal = self.rules.numbers.normal(number)
        key = customer or normal
        if key is None:
            return Card(None)
        kept = self._cards.get(key)
        if kept is not None and kept[0] > self._clock.monotonic():
            return kept[1]
        lookup = self._lookups.get(key)
        if lookup is None:
            if len(self._lookups) >= MOST_LOOKUPS:
                return Card(normal, late=True)
            lookup = asyncio.create_task(
                self._look_up(key, normal, customer), name="looks for a customer's card"
            )
            self._lookups[key] = lookup
        done, _ = await asyncio.wait((lookup,), timeout=within)
        return lookup.result() if done and not lookup.cancelled() else Card(normal, late=True)

    async def _look_up(self, key: str, number: str | None, customer: str) -> Card:
        changes = self._changes
        try:
            card = await self._card(number, customer)
        except Exception:
            # Whatever is wrong with the database: the phone rings without a card.
            logger.exception("the card of a caller cannot be read")
            return Card(number, late=True)
        finally:
            self._lookups.pop(key, None)
        now = self._clock.monotonic()
        self._cards = {key: kept for key, kept in self._cards.items() if kept[0] > now}
        if changes == self._changes:
            self._cards[key] = now + CARD_KEPT_SECONDS, card
        return card

    async def _card(self, number: str | None, customer: str) -> Card:
        one = await self._store.get(customer) if customer else None
        if one is not None:
            found = Found((one,))
        else:
            found = Found(await self._store.find(NUMBER, number)) if number is not None else Found()
        one = found.one
        company = await self.company_of(one) if one else None
        identity, numbers = (one.id, one.numbers) if one else ("", (number,) if number else ())
        contacts = await self._history.history(identity, numbers, limit=CARD_CONTACTS)
        keeper = (one.keeper if one else "") or (company.keeper if company else "")
        tickets = await self._open_tickets(identity, numbers)
        return Card(number, found.customers, company, keeper, contacts.contacts, tickets)

    async def _open_tickets(self, customer: str, numbers: Sequence[str]) -> tuple[OpenTicket, ...]:
        if self._tickets is None:
            return ()
        try:
            return tuple(await self._tickets.open_tickets(customer, numbers))
        except Exception:
            # Who calls is worth showing without them.
            logger.exception("the open tickets of a caller cannot be read")
            return ()

    # Who looks after them

    async def keeper(
        self,
        number: str | None,
        by: KeeperBy = KeeperBy.CRM,
        *,
        customer: Customer | None = None,
        days: float = LOOK_BACK_DAYS,
        within: float = KEEPER_WITHIN,
    ) -> str:
        """Return the account of the agent for a customer, "" for none. Never raises.

        ``customer`` is who was found already; else the number tells. What cannot be told within so many
        seconds is nobody: the caller goes where those without a keeper go.
        """
        normal = self.rules.numbers.normal(number)
        try:
            async with asyncio.timeout(within):
                return await self._keeper(normal, by, customer, timedelta(days=days))
        except TimeoutError:
            logger.warning("who looks after a caller (%s) was not told within %g s", by, within)
        except Exception:
            logger.exception("who looks after a caller (%s) cannot be told", by)
        return ""

    async def _keeper(
        self, number: str | None, by: KeeperBy, customer: Customer | None, back: timedelta
    ) -> str:
        if by is KeeperBy.EXTERNAL:
            if self._keepers is None or number is None:
                return ""
            return await self._keepers.keeper(number)
        known = (customer,) if customer else await self._store.find(NUMBER, number) if number else ()
        if by is KeeperBy.CRM:
            keepers = {await self._own_or_company_s(one) for one in known}
            # Several customers on one line with one keeper among them: it is he, whoever of them calls.
            return keepers.pop() if len(keepers) == 1 else ""
        one = known[0] if len(known) == 1 else None
        identity, numbers = (one.id, one.numbers) if one else ("", (number,) if number else ())
        campaigns = by is KeeperBy.LAST_CAMPAIGN
        since = self._clock.wall() - back
        return await self._history.last_agent(
            identity, numbers, since=since, campaigns=campaigns, answered_only=not campaigns
        )

    async def _own_or_company_s(self, customer: Customer) -> str:
        if customer.keeper:
            return customer.keeper
        company = await self.company_of(customer)
        return company.keeper if company else ""
