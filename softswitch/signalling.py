"""The signalling side of a switch: its objects, built in the order in which they need each other."""

from __future__ import annotations

import contextlib
import functools
import random
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Final

from softswitch import __version__, control
from softswitch.application_http import PostOverHttp
from softswitch.applications.destination import ApplicationDestination
from softswitch.applications.destination import Means as ApplicationMeans
from softswitch.applications.recording import RecordsCaller
from softswitch.applications.service import build_applications
from softswitch.back_office import BackOffice
from softswitch.bus import EventLog
from softswitch.call_centre import Around, build_call_centre
from softswitch.calls.call import Destination
from softswitch.calls.dialling import Dialler
from softswitch.calls.directory import Directory
from softswitch.calls.leg import Surroundings
from softswitch.calls.media_port import MediaPort
from softswitch.calls.origin import NOBODY
from softswitch.calls.originate import Originator
from softswitch.calls.speaking import Speaking
from softswitch.calls.supervision import Supervisors
from softswitch.calls.switchboard import Switchboard
from softswitch.clock import Clock
from softswitch.config import AccountConfig, Config
from softswitch.events import (
    SourceSilenced,
)
from softswitch.features.router import Features, Kept, Means
from softswitch.ids import Tokens
from softswitch.integrations.http_messages import Http
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.interpreter import Walk, run
from softswitch.ivr.publishing.living import LivingTrees
from softswitch.leads import entrances, router, schedules_at
from softswitch.listening import Listening, open_trace
from softswitch.presence.build import PACKAGES, Presence, build_presence
from softswitch.queues.voice import QueueVoice
from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.guard import Guard
from softswitch.registrar.service import Lifetimes, Registrar
from softswitch.request_tickets import RequestTickets
from softswitch.schedule_verbs import schedule_verbs
from softswitch.schedules import build as hours
from softswitch.sip.digest import MD5, SHA256, Nonces
from softswitch.sip.sdes import Protection
from softswitch.sip.signals import DialogId, Incoming, Reply, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.storage.binding_store import BindingStore
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.queue_store import QueueStore
from softswitch.storage.schedule_store import ScheduleStore
from softswitch.storage.secret_store import SecretStore
from softswitch.storage.settings_store import SettingsStore
from softswitch.transport.addresses import LocalAddresses
from softswitch.transport.driver import SipDriver
from softswitch.transport.trace import Traced
from softswitch.tree_hours import TreeHours
from softswitch.tree_people import TreeStaff
from softswitch.tree_queues import TreeQueues
from softswitch.tree_world.rooms import TreeRooms
from softswitch.trunk_room import Ground, TrunkRoom, trunk_networks, trust_of
from softswitch.verbs import defence_verbs, supervision_verbs, trunk_verbs
from softswitch.voicemail.service import Voicemail
from softswitch.voicemail_room import KnownCallers, Outside, build_voicemail, with_boxes
from softswitch.voicemail_verbs import voicemail_verbs
from softswitch.voices import Voices

SILENCED_TOLD_SECONDS: Final = 60.0
MOST_SILENCED_TOLD: Final = 10
"""How often, and of how many addresses, the log is told that they send too much."""


def _accounts(config: Config) -> Accounts:
    def account(user: str, part: AccountConfig) -> Account:
        known = {MD5: part.ha1, SHA256: part.ha1_sha256}
        hashes = {algorithm: value for algorithm, value in known.items() if value is not None}
        if part.password is not None:
            hashes = {**secrets_of(user, config.sip.realm, part.password), **hashes}
        return Account(user, part.name, part.language, hashes, Protection(part.srtp))

    return Accounts(account(user, part) for user, part in config.accounts.items())


@dataclass(frozen=True, slots=True)
class Stores:
    """What the signalling side reads at its start and keeps behind."""

    database: Database
    bindings: BindingStore
    events: EventStore
    settings: SettingsStore
    queues: QueueStore
    schedules: ScheduleStore


@dataclass(frozen=True, slots=True)
class Sounding:
    """What callers hear: trees, the voices that speak them, the media room, and queues' own music."""

    living: LivingTrees
    voices: Voices
    media: MediaPort
    music: Mapping[str, tuple[int, ...]]


class Signalling:
    """Everything between the wire and the calls. ``warned`` hears what stops nothing.

    ``walk`` leads callers through menus.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        log: EventLog,
        warned: Callable[[str], None],
        walk: Walk = run,
    ) -> None:
        self.config = config
        self.clock = clock
        self.log = log
        self._walk = walk
        self._tokens = Tokens()
        self._stack = SipStack(token=self._tokens, agent=f"softswitch/{__version__}", events=PACKAGES)
        self._silenced_told_at = -SILENCED_TOLD_SECONDS
        self.accounts = _accounts(config)
        self.listening = Listening(config, clock, log, warned)
        self.trust = trust_of(config)
        """To whom TLS is opened."""
        self.verbs: dict[str, control.Verb] = {}
        """What programs on this machine may ask the running switch."""

    async def open(
        self, stack: contextlib.AsyncExitStack, stores: Stores, sounding: Sounding, office: BackOffice
    ) -> Switchboard:
        """Build everything and listen; what is opened is closed by ``stack``. Raises StartError."""
        config, clock, log = self.config, self.clock, self.log
        living, voices, media = sounding.living, sounding.voices, sounding.media
        accounts = self.accounts
        self.registrar = await self._build_registrar(stores.bindings)
        guard = self._guard = self._build_guard()
        authenticator = await self._build_authenticator(stores.database, guard)
        self.verbs.update(defence_verbs(self.registrar, authenticator, accounts))
        driver = self._driver(guard, lambda output: board.handle(output), open_trace(config, clock, stack))
        # A number before a name: the box of a person is called like the account, whose phone is to ring.
        ground = Ground(config, driver, clock, log, self._tokens)
        self.outside = TrunkRoom(
            ground, living, lambda name: leads_inside(name) or living.named(name) or named.get(name)
        )
        outside = self.outside.lines
        self.verbs.update(trunk_verbs(self.outside.trunks, outside.calls_now, clock))
        self.presence = self._build_presence(driver, accounts)
        dialler = Dialler(self.presence.qualifier.ringable, accounts.name_of, outside)
        self.features = await self._features(
            dialler, voices, stores.settings, lambda number: self.leads_to(number, None)
        )
        around = Around(config, log, clock, accounts, self.features, dialler, self.leads_to)
        await self._build_services(around, stores, sounding, office, outside.comparable)
        programs = self._applications(dialler, voices, office.http)
        rooms = TreeRooms(programs, self.voicemail)
        inside: dict[str, Destination] = {
            **self.hours.numbers,
            **self.voicemail.numbers,
            **programs,
            **self.features.numbers,
            **self.queues.numbers,
        }
        duties, desks = self.hours.numbers, self._desks(office)
        ways_in = entrances(voices, self.features, self.queues, desks, duties, rooms, self._walk)
        living.serve(ways_in, outside.menus_have)

        def leads_inside(number: str) -> Destination | None:
            return living.at(number) or inside.get(number)

        self._router = router(leads_inside, self._personal, outside, dialler)
        at_number = schedules_at(living, lambda number: self.leads_to(number, None))
        self.verbs.update(schedule_verbs(self.hours.schedules, self.hours.callers, at_number))
        named = {**self.voicemail.named, **self.queues.named}
        board = Switchboard(
            self._surroundings(driver, media),
            registrar=self.registrar,
            authenticator=authenticator,
            router=self._router,
            accounts=accounts.get,
            log=log,
            longest=config.calls.longest,
            per_account=config.calls.per_account,
            services=self.presence.services,
            lines=self.hours.screened(outside),
        )
        self.originator = Originator(board)
        self.supervisors = Supervisors(self.originator, dialler)
        self.verbs.update(supervision_verbs(self.supervisors))
        # Before it listens: of several ports the last may be taken.
        stack.push_async_callback(driver.close)
        await self.listening.begin(driver)
        self.registrar.readdress(driver.hop)
        self.presence.restore(config.accounts)
        stack.callback(self.presence.close)
        stack.push_async_callback(self.outside.trunks.close)
        await self.outside.count_today(stores.events)
        self.queues.open(self.originator)
        stack.push_async_callback(self.queues.close)
        stack.push_async_callback(self.voicemail.close)
        return board

    async def _build_authenticator(self, database: Database, guard: Guard) -> Authenticator:
        """Return who checks passwords; what it asked before a restart may still be answered."""
        secret = await SecretStore(database).get_or_make("nonces", lambda: secrets.token_bytes(32))
        return Authenticator(
            self.accounts,
            realm=self.config.sip.realm,
            nonces=Nonces(secret, start=secrets.token_hex(4)),
            clock=self.clock,
            salt=self._tokens,
            log=self.log,
            bindings_of=self.registrar.bindings,
            guard=guard,
        )

    def _build_guard(self) -> Guard:
        """Return who is kept out; phones that are registered are trusted from the beginning."""
        guard = Guard(
            (*self.config.defence.networks, *trunk_networks(self.config)),
            speaks_for_many=lambda host: self.outside.trunks.has_server_at(host),
        )
        for binding in self.registrar.all():
            guard.trust(binding.hop.host, binding.hop.port, self.clock.monotonic())
        return guard

    def run(self, start: Callable[[Coroutine[None, None, None]], None]) -> None:
        """Start what goes on by itself as long as the switch runs."""
        self.outside.run(start)
        start(self.voicemail.run())

    def sweep(self) -> None:
        """Look for what has expired, and tell who sends too much."""
        self.registrar.sweep()
        self.centre.sweep(self.originator.board.live)
        self.hours.schedules.sweep()
        self._report_silenced()

    def _driver(self, guard: Guard, user: Callable[[UserOutput], None], trace: Traced) -> SipDriver:
        """Build the sockets; what answers the trunks' own requests is theirs, all else is for ``user``."""
        config, clock = self.config, self.clock

        def heard(output: UserOutput) -> None:
            match output:
                case Reply(hop=hop) | Incoming(hop=hop, dialog=DialogId()):
                    # Only who has read what we sent there knows its branch or tag.
                    guard.trust(hop.host, hop.port, clock.monotonic())
            if not self.outside.trunks.take(output):
                user(output)

        return SipDriver(
            self._stack,
            clock,
            user=heard,
            addresses=LocalAddresses(config.sip.bind, public=config.sip.public_address),
            stream_closed=self._stream_closed,
            stream_wanted=lambda connection: (
                self.registrar.over_stream(connection) or self.outside.trunks.over_stream(connection)
            ),
            admits=lambda host, port: guard.admits(host, port, clock.monotonic()),
            known=lambda hop: guard.knows(hop.host, hop.port, clock.monotonic()),
            trust=self.trust,
            trace=trace,
        )

    async def _build_registrar(self, bindings: BindingStore) -> Registrar:
        sip = self.config.sip
        longest = sip.longest_registration
        return Registrar(
            clock=self.clock,
            log=self.log,
            save=functools.partial(self._registered, bindings),
            lifetimes=Lifetimes(sip.shortest_registration, longest, longest),
            restored=await bindings.load(),
        )

    async def _features(
        self,
        dialler: Dialler,
        voices: Voices,
        store: SettingsStore,
        operator: Callable[[str], Destination | None],
    ) -> Features:
        config = self.config
        means = Means(
            dialler=dialler,
            speaking=Speaking(voices),
            log=self.log,
            accounts=self.accounts.get,
            operator=operator,
            shuffle=lambda users: random.sample(users, len(users)),
        )
        kept = Kept(store.save, await store.load())
        return Features(config, with_boxes(config), means, kept=kept, ring_for=config.calls.ring_for)

    def _applications(
        self, dialler: Dialler, voices: Voices, http: Http
    ) -> dict[str, ApplicationDestination]:
        """Build the numbers that programs of others drive."""
        config = self.config
        if not config.applications:
            return {}
        records = RecordsCaller(config.home / "recordings" / "applications", self.clock)
        records.folder.mkdir(parents=True, exist_ok=True)
        means = ApplicationMeans(voices, dialler, TreeQueues(self.queues), self.leads_to, records)
        return build_applications(config.applications, means, PostOverHttp(http), self.clock)

    def _surroundings(self, driver: SipDriver, media: MediaPort) -> Surroundings:
        return Surroundings(
            signaller=driver,
            media=media,
            clock=self.clock,
            # Each call gets its own, under its id.
            record=lambda event: None,
            directory=Directory(),
            random=random.random,
            sound_timeout=self.config.media.sound_timeout,
            protection=self.accounts.protection,
        )

    async def _build_services(
        self,
        around: Around,
        stores: Stores,
        sounding: Sounding,
        office: BackOffice,
        spelling: Callable[[str], str],
    ) -> None:
        """Build what serves callers besides people and menus: queues, voicemail, opening hours and duties."""
        voices, media = sounding.voices, sounding.media
        self.voicemail = self._voicemail(around, stores.database, office, voices, media)
        voice = QueueVoice(Speaking(voices), voices, media, sounding.music)
        self.centre = await build_call_centre(around, voice, stores.queues, stores.events)
        self.verbs.update(self.centre.verbs)
        self.queues = self.centre.queues
        self.hours = await self._build_hours(stores.schedules, Speaking(voices), spelling)

    def _desks(self, office: BackOffice) -> Desks:
        """Return all that menus reach: of the back office, and of the rooms beside it."""
        staff = TreeStaff(office.customers.customers, self.queues, self._could_be_rung)
        return replace(office.desks, hours=TreeHours(self.hours.schedules), staff=staff)

    def _voicemail(
        self, around: Around, database: Database, office: BackOffice, voices: Voices, media: MediaPort
    ) -> Voicemail:
        show = self.presence.mailboxes.set
        customers = office.customers.customers
        tickets = RequestTickets(self.config.voicemail.requests, office.tickets, customers)
        outside = Outside(KnownCallers(customers), tickets)
        room = build_voicemail(
            around, database, office, voices, tone=lambda: media.beep, show=show, outside=outside
        )
        self.verbs.update(voicemail_verbs(room))
        return room

    def leads_to(self, number: str, by: str | None) -> Destination | None:
        """Return where a number leads with the rights of an account, or for None with the switch's own."""
        account = NOBODY if by is None else self.accounts.get(by)
        return None if account is None else self._router(number, account)

    def _could_be_rung(self, user: str) -> bool:
        features = self.features
        engaged = features.engaged.engaged(user) or features.settings.of(user).dnd
        return not engaged and bool(features.dialler.bindings(user))

    def _personal(self, number: str, account: Account) -> Destination | None:
        for room in (self.features, self.queues, self.hours, self.voicemail):
            if (found := room.personal(number, account)) is not None:
                return found
        return None

    async def _build_hours(
        self, store: ScheduleStore, speaking: Speaking, spelling: Callable[[str], str]
    ) -> hours.OpeningHours:
        def language_of(user: str) -> str:
            account = self.accounts.get(user)
            return (account.language if account is not None else "") or self.config.codes.language

        means = hours.Means(self.clock, self.log, speaking, self.leads_to, spelling, language_of)
        return await hours.build_schedules(self.config, store, means)

    def _build_presence(self, driver: SipDriver, accounts: Accounts) -> Presence:
        return build_presence(
            self.config.presence,
            self.config.qualify,
            signaller=driver,
            clock=self.clock,
            log=self.log,
            accounts=accounts,
            bindings_of=self.registrar.bindings,
        )

    def _registered(self, store: BindingStore, user: str, bindings: tuple[Binding, ...]) -> None:
        store.save(user, bindings)
        self.presence.follow(user, bindings)

    def _stream_closed(self, connection: int) -> None:
        self.registrar.connection_closed(connection)
        self.outside.trunks.connection_closed(connection)

    def _report_silenced(self) -> None:
        now = self.clock.monotonic()
        if now >= self._silenced_told_at + SILENCED_TOLD_SECONDS and (report := self._guard.take_report()):
            self._silenced_told_at = now
            for one in report[:MOST_SILENCED_TOLD]:
                self.log.append(SourceSilenced(one.source, one.dropped))
