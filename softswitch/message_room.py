"""Text messages that people, programs and menus send: from templates, tied to calls.

Whoever sends one is told at once where it may not go. What is written goes out by the outbox, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from softswitch.calls.record import CallRecord, call_record
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.crm.customer_model import Customer
from softswitch.crm.history_model import Contact, ContactKind, Way
from softswitch.crm.order_model import Buyer
from softswitch.crm.orders import order_variables
from softswitch.crm.service import Customers
from softswitch.ids import make_id
from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.sms_rules import SmsRules
from softswitch.integrations.templates import compiled
from softswitch.ivr.desks.post import Letter
from softswitch.outbox.messages import Sms, written
from softswitch.outbox.model import Delivery
from softswitch.shop_room import ShopRoom
from softswitch.storage.event_store import EventStore
from softswitch.storage.message_store import MessageStore, TextMessage
from softswitch.tree_customers import known_of

NO_GATEWAY, NO_TEMPLATE, NO_TEXT = "no_gateway", "no_template", "no_text"
"""Why not, besides the reasons of :mod:`softswitch.integrations.sms_rules`."""
ORDER_WITHIN_S = 3.0
"""How long shops are waited for where a template speaks of an order: somebody looks at a screen meanwhile."""
LONGEST_SHOWN = 200
"""Letters of a message that stand in the history."""
BY_MENU: Final = "menu"
"""Who sends what a menu sends."""
LANGUAGES: Final = {"PL": "pl"}
ELSEWHERE: Final = "en"
"""In what sums and days are written to people of whom no language is known: as at home."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be sent: a ``text``, or what a ``template`` says. ``sent_by`` names who sends it.

    ``call`` is the call it belongs to, ``agent`` the account of who sends it; "" for none. ``gateway`` is a
    sender of the configuration, the first unless given.
    """

    number: str
    text: str = ""
    template: str = ""
    call: str = ""
    agent: str = ""
    gateway: str = ""
    sent_by: str = ""


@dataclass(frozen=True, slots=True)
class MessageSources:
    """Where variables of templates come from."""

    events: EventStore
    customers: Customers
    shops: ShopRoom


class TextMessages:
    """Sends text messages. ``wake`` tells the outbox that something was posted."""

    def __init__(
        self,
        config: Config,
        rules: Mapping[str, SmsRules],
        store: MessageStore,
        sources: MessageSources,
        clock: Clock,
        *,
        wake: Callable[[], None],
    ) -> None:
        self._config = config
        self._rules = rules
        self._store = store
        self._sources = sources
        self._clock = clock
        self._wake = wake
        self._zone = ZoneInfo(config.time_zone)
        self._home_language = LANGUAGES.get(config.country, ELSEWHERE)

    @property
    def store(self) -> MessageStore:
        """Where they are kept."""
        return self._store

    @property
    def templates(self) -> Mapping[str, str]:
        """The texts that can be sent, by name, with their variables as they are written."""
        return {name: one.sms for name, one in self._config.templates.items() if one.sms.strip()}

    async def send(self, out: Outgoing) -> TextMessage:
        """Write a message down, to be sent; raise SmsRefused for what may not be."""
        gateway = out.gateway or next(iter(self._rules), "")
        rules = self._rules.get(gateway)
        if rules is None:
            known = ", ".join(self._rules) or "none"
            raise SmsRefused(NO_GATEWAY, f"there is no sender of text messages '{gateway}', only {known}")
        number = rules.number(out.number)
        record = await self._record(out.call)
        found = await self._sources.customers.find_by_number(number)
        text, _ = rules.text(await self._text(out, number, record, found.one))
        now = self._clock.wall()
        message = TextMessage(make_id(now), now, number, gateway, out.call, out.template, out.sent_by)
        contact = replace(
            _contact(message, text),
            customer="" if found.one is None else found.one.id,
            agent=out.agent,
            queue=record.waits[-1].queue if record is not None and record.waits else "",
        )
        await self._keep(message, text, contact)
        return message

    async def send_from_menu(self, letter: Letter, gateway: str, number: str, text: str) -> None:
        """Write down what a step of a menu sends, to be sent: once, however often it is asked for."""
        # Neither the number nor the step is to be read out of it.
        once = hashlib.blake2b(letter.key.encode(), digest_size=16).hexdigest()
        at = self._clock.wall()
        message = TextMessage(once, at, number, gateway, letter.call, letter.template, BY_MENU)
        await self._keep(message, text, _contact(message, text))

    async def _keep(self, message: TextMessage, text: str, contact: Contact) -> None:
        delivery = Delivery(message.key, f"sms:{message.gateway}", written(Sms(message.number, text)))
        await self._store.add(message, delivery, contact)
        self._sources.customers.forget_cards()
        self._wake()

    async def _text(
        self, out: Outgoing, number: str, record: CallRecord | None, customer: Customer | None
    ) -> str:
        if bool(out.text) == bool(out.template):
            raise SmsRefused(NO_TEXT, "give either a text or a template")
        if out.text:
            return out.text
        if out.template not in self.templates:
            known = ", ".join(self.templates) or "none"
            raise SmsRefused(NO_TEMPLATE, f"there is no text message '{out.template}', only {known}")
        template = self._config.templates[out.template]
        values = {**self._of_call(out, number, record), **await self._of_customer(customer)}
        if any(name.startswith("ORDER.") for name in compiled(template.sms).names):
            values |= await self._of_order(number, customer)
        return template.message(values.get, values.get("CUSTOMER.LANGUAGE") or self._home_language)

    async def _record(self, call: str) -> CallRecord | None:
        if not call:
            return None
        entries = (await self._sources.events.whole_calls([call])).get(call, ())
        return call_record(entries) if entries else None

    def _of_call(self, out: Outgoing, number: str, record: CallRecord | None) -> dict[str, str]:
        account = self._config.accounts.get(out.agent)
        values = {
            "CALL.SRC_NUMBER": number,
            "CALL.ID": out.call,
            "AGENT.NUMBER": out.agent,
            "AGENT.NAME": account.name if account is not None else "",
        }
        if record is not None:
            values |= {
                "CALL.DST_NUMBER": record.called,
                "CALL.CALLER_ID": record.caller_name,
                "CALL.DATE": f"{self._local(record.started):%Y-%m-%d}",
                "CALL.TIME": f"{self._local(record.started):%H:%M}",
                "CALL.ACCOUNT": record.account,
                "QUEUE.NAME": record.waits[-1].queue if record.waits else "",
            }
        return values

    async def _of_customer(self, customer: Customer | None) -> dict[str, str]:
        if customer is None:
            return {}
        company = await self._sources.customers.company_of(customer)
        works_for = company.name if company is not None else customer.company_name
        return {
            # As menus have them, so that one text says the same everywhere.
            **{name: value.text for name, value in known_of(customer, works_for).variables().items()},
            "CUSTOMER.NUMBER": customer.customer_number,
            "CUSTOMER.COMPANY": works_for,
            "CUSTOMER.KEEPER": customer.keeper,
        }

    async def _of_order(self, number: str, customer: Customer | None) -> dict[str, str]:
        buyer = (
            Buyer((number,))
            if customer is None
            else Buyer(tuple(dict.fromkeys((*customer.numbers, number))), customer.emails, customer.id)
        )
        last = await self._sources.shops.orders.glance(buyer, within=ORDER_WITHIN_S)
        return {} if last.order is None else order_variables(last.order, self._local)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)


def _contact(message: TextMessage, text: str) -> Contact:
    """Return what a message is in the history of whoever gets it."""
    return Contact(
        id=message.key,
        kind=ContactKind.SMS,
        at=message.at,
        number=message.number,
        way=Way.OUT,
        reference=message.call or message.id,
        text=text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…",
    )
