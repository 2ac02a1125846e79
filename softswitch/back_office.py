"""The back office: who customers are, what is sent out, what follows from calls, built in one place.

Every part has a function of its own; none of them stands in the way of a call.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from softswitch.applications.upkeep import OldRecordings
from softswitch.bus import EventLog
from softswitch.channels import Channels, build_channels, recording_drops
from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.control import Verb
from softswitch.crm.choices import CallerChoices
from softswitch.crm.customer_model import Customer
from softswitch.crm.factors import CustomerFactors
from softswitch.crm.identity_model import KnownFactors
from softswitch.crm.privacy import PersonalData
from softswitch.crm.stores import Keepers
from softswitch.crm.tickets import Tickets
from softswitch.customers import CustomerBase, OpenTickets, build_customers
from softswitch.integrations.connections import Connections
from softswitch.integrations.http_messages import Http
from softswitch.integrations.keepers import KeepersElsewhere
from softswitch.interface.behind import Behind
from softswitch.ivr.desks.bundle import Desks
from softswitch.message_room import MessageSources, TextMessages
from softswitch.money_room import Footing, PaymentRoom, build_gate
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.model import Outlet
from softswitch.payments.service import Payments
from softswitch.personal import personal_data
from softswitch.shop_room import ShopRoom, build_shop_room
from softswitch.storage.choice_store import ChoiceStore
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower, Following
from softswitch.storage.identity_store import IdentityStore
from softswitch.storage.message_store import MessageStore
from softswitch.storage.outbox_store import OutboxStore, posting
from softswitch.storage.rating_store import RatingStore
from softswitch.storage.rating_writer import RatingWriter
from softswitch.storage.request_store import RequestStore
from softswitch.storage.retention import Keeping, Retention
from softswitch.storage.sms_count_store import SmsCountStore
from softswitch.storage.ticket_store import TicketStore
from softswitch.storage.webhook_store import KEPT_DAYS
from softswitch.talk_recording import Archive, build_archive
from softswitch.tree_customers import TreeBook, TreeShops
from softswitch.tree_desks import TreeTill
from softswitch.tree_memory import TreeMemory
from softswitch.tree_world.clerk import TreeClerk
from softswitch.tree_world.post import TreePost
from softswitch.tree_world.wires import TreeWires
from softswitch.webhook_payloads import recording_ready

SMS_DAYS = 2
"""Limits of text messages look back a day."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the back office stands on."""

    config: Config
    database: Database
    events: EventStore
    clock: Clock
    log: EventLog
    http: Http
    """Whoever asks other systems over HTTP."""


@dataclass(slots=True)
class Parts:
    """What the parts bring in while they are built."""

    outlets: dict[str, Outlet] = field(default_factory=dict)
    """Channels of the outbox by name, ``mail:support``."""
    followers: list[Follower] = field(default_factory=list)
    verbs: dict[str, Verb] = field(default_factory=dict)
    personal: list[PersonalData] = field(default_factory=list)
    """What keeps something of persons, to be exported and erased with them."""
    jobs: list[Callable[[], Coroutine[None, None, None]]] = field(default_factory=list)
    """What goes on by itself as long as the switch runs."""
    keeping: list[Keeping] = field(default_factory=list)
    """What is removed when it is too old."""


@dataclass(frozen=True, slots=True)
class BackOffice:
    """The back office of a running switch."""

    database: Database
    outbox: OutboxStore
    dispatcher: Dispatcher
    following: Following
    verbs: Mapping[str, Verb]
    jobs: tuple[Callable[[], Coroutine[None, None, None]], ...]
    http: Http
    archive: Archive
    customers: CustomerBase
    tickets: Tickets
    ticket_store: TicketStore
    desks: Desks
    """What voice menus reach of it: payments, identity checks, tickets, messages, other systems."""
    connections: Connections
    """Other systems that are asked by name."""
    payments: Payments
    messages: TextMessages
    ratings: RatingStore
    shops: ShopRoom
    """Who knows the last order of a customer."""
    interface: Behind | None = None
    """What is behind the programs' interface, None where the line has none."""

    def run(self, start: Callable[[Coroutine[None, None, None]], None]) -> None:
        """Start what goes on by itself as long as the switch runs."""
        for job in (self.following.run, self.dispatcher.run, *self.jobs):
            start(job())


async def build_back_office(ground: Ground) -> BackOffice:
    """Build every part; nothing runs yet."""
    parts = Parts()
    outbox = OutboxStore(ground.database, ground.clock)
    _keep(ground, outbox, parts)
    ticket_store = TicketStore(ground.database, ground.clock)
    parts.followers.append(ticket_store.follower())
    zone = ZoneInfo(ground.config.time_zone)
    tickets = Tickets(ground.config, ticket_store, ground.clock, lambda at: at.astimezone(zone))
    archive = build_archive(ground.config, ground.database, ground.clock, ground.log)
    requests = RequestStore(ground.database, ground.clock)
    parts.personal.extend(
        personal_data(
            ground.database, ticket_store, requests, archive.catalogue, ground.clock, ground.config.home
        )
    )
    base = _customers(ground, parts, ticket_store)
    channels = _channels(ground, parts, archive, lambda: dispatcher.wake())
    footing = Footing(ground.database, ground.clock, ground.log, lambda: dispatcher.wake(), zone)
    money = PaymentRoom(ground.config.payments, footing)
    parts.jobs.append(money.run)
    parts.keeping.append(Keeping("wrong tries of callers", 1, IdentityStore(ground.database).forget))
    shops = build_shop_room(ground.config, ground.database, ground.http, ground.clock)
    parts.jobs.append(shops.run)
    sources = MessageSources(ground.events, base.customers, shops)
    messages = _messages(ground, parts, channels, sources, lambda: dispatcher.wake())
    ratings = _ratings(ground, parts, base)
    factors = CustomerFactors(base.customers, base.pins, ground.clock, _known)
    connections = Connections(ground.config.connections, ground.http)
    post = TreePost(
        ground.config.templates,
        senders=channels.sms,
        mailboxes=tuple(ground.config.mail),
        keep=outbox.post,
        keep_text=messages.send_from_menu,
        wake=lambda: dispatcher.wake(),
        clock=ground.clock,
        zone=zone,
    )
    parts.jobs.append(post.run)
    desks = Desks(
        till=TreeTill(money.payments),
        gate=await build_gate(ground.config.identity, footing, factors),
        book=TreeBook(base.customers),
        shops=TreeShops(shops.orders, base.customers, lambda at: at.astimezone(zone)),
        clerk=TreeClerk(tickets),
        post=post,
        wires=TreeWires(connections, ground.http),
        memory=TreeMemory(await _choices(ground, parts, base)),
        local=lambda at: at.astimezone(zone),
    )
    interface = _interface(ground, parts)
    dispatcher = Dispatcher(outbox, parts.outlets, ground.clock, ground.log.append, random.random)
    following = Following(ground.database, ground.events)
    for follower in parts.followers:
        await following.add(follower)
    parts.jobs.append(Retention(parts.keeping, ground.clock).run)
    return BackOffice(
        database=ground.database,
        outbox=outbox,
        dispatcher=dispatcher,
        following=following,
        verbs=parts.verbs,
        jobs=tuple(parts.jobs),
        http=ground.http,
        archive=archive,
        customers=base,
        tickets=tickets,
        ticket_store=ticket_store,
        desks=desks,
        connections=connections,
        payments=money.payments,
        messages=messages,
        ratings=ratings,
        shops=shops,
        interface=interface,
    )


def _messages(
    ground: Ground, parts: Parts, channels: Channels, sources: MessageSources, wake: Callable[[], None]
) -> TextMessages:
    store = MessageStore(ground.database, ground.clock)
    # As long as the outbox: what became of a message stands there.
    parts.keeping.append(Keeping("text messages", ground.config.storage.keep_sent_days, store.forget))
    return TextMessages(ground.config, channels.sms, store, sources, ground.clock, wake=wake)


def _ratings(ground: Ground, parts: Parts, base: CustomerBase) -> RatingStore:
    ratings = RatingStore(ground.database)
    writer = RatingWriter(ground.events, base.rules.numbers.normal)
    parts.followers.append(writer.follower(base.customers.forget_cards))
    if (kept := ground.config.customers.keep_history_days) is not None:
        parts.keeping.append(Keeping("ratings", kept, ratings.forget))
    return ratings


def _customers(ground: Ground, parts: Parts, tickets: TicketStore) -> CustomerBase:
    base = build_customers(
        ground.config,
        ground.database,
        ground.events,
        ground.clock,
        tickets=OpenTickets(tickets),
        keepers=_keepers(ground),
        parts=parts.personal,
    )
    parts.followers.append(base.follower)
    parts.keeping.extend(base.keeping)
    parts.jobs.append(base.run)
    return base


async def _choices(ground: Ground, parts: Parts, base: CustomerBase) -> CallerChoices:
    store = ChoiceStore(ground.database, ground.clock)
    choices = CallerChoices(store, base.rules.numbers.normal, ground.clock)
    await choices.begin()
    parts.jobs.extend((store.run, choices.run))
    kept = ground.config.customers.keep_choices_days
    parts.keeping.append(Keeping("language and pace chosen", kept, store.forget))
    return choices


def _keepers(ground: Ground) -> Keepers | None:
    """Return who names keepers from outside, None where nobody does."""
    asked = ground.config.customers.keeper
    if asked is None:
        return None
    connections = Connections({asked.connection: ground.config.connections[asked.connection]}, ground.http)
    return KeepersElsewhere(
        connections,
        asked.connection,
        asked.accounts,
        is_account=lambda account: account in ground.config.accounts,
        limit_s=asked.limit_s,
    )


def _known(customer: Customer, pin_hash: str) -> KnownFactors:
    return KnownFactors(customer.id, customer.name, pin_hash, customer.pesel, customer.born)


def _channels(ground: Ground, parts: Parts, archive: Archive, wake: Callable[[], None]) -> Channels:
    channels = build_channels(
        ground.config, database=ground.database, events=ground.events, http=ground.http, clock=ground.clock
    )
    archive.store.when_done(posting(recording_drops(ground.config, ground.clock), ground.clock))
    archive.store.when_done(channels.webhooks.telling(recording_ready))
    parts.outlets.update(channels.outlets)
    # What they post goes out at once, and not at the dispatcher's next look.
    parts.followers.extend(replace(one, done=wake) for one in (archive.follower, *channels.followers))
    parts.keeping.append(Keeping("what webhooks told", KEPT_DAYS, channels.webhooks.forget))
    parts.keeping.append(Keeping("counts of text messages", SMS_DAYS, SmsCountStore(ground.database).forget))
    parts.jobs.append(channels.run)
    return channels


def _interface(ground: Ground, parts: Parts) -> Behind | None:
    """Bring in what the programs' interface keeps; the interface itself is built when calls can be made."""
    if ground.config.api is None:
        return None
    behind = Behind.on(ground.database, ground.events, ground.clock, ground.log)
    parts.followers.append(behind.follower)
    parts.keeping.append(Keeping("the audit", ground.config.api.keep_audit_days, behind.audit.forget))
    return behind


def _keep(ground: Ground, outbox: OutboxStore, parts: Parts) -> None:
    storage = ground.config.storage
    parts.keeping.append(Keeping("the outbox", storage.keep_sent_days, outbox.forget))
    if ground.config.applications and (days := ground.config.recordings.keep_days):
        old = OldRecordings(ground.config.home / "recordings" / "applications")
        parts.keeping.append(Keeping("recordings of programs", days, old.forget))
    if storage.keep_log_days is not None:
        parts.keeping.append(Keeping("the event log", storage.keep_log_days, ground.events.forget))
