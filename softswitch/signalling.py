"""The signalling side of a switch: its objects, built in the order in which they need each other."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import random
import secrets
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from softswitch import __version__, control, ports
from softswitch.application_http import PostOverHttp
from softswitch.applications.destination import Means as ApplicationMeans
from softswitch.applications.recording import RecordsCaller
from softswitch.applications.service import build_applications
from softswitch.back_office import BackOffice
from softswitch.bus import EventLog
from softswitch.call_centre import Around, build_call_centre
from softswitch.calls.call import Destination
from softswitch.calls.dialling import Dialler, OutsideDestination
from softswitch.calls.directory import Directory
from softswitch.calls.leg import Surroundings
from softswitch.calls.media_port import MediaPort
from softswitch.calls.origin import NOBODY
from softswitch.calls.originate import Originator
from softswitch.calls.speaking import Speaking
from softswitch.calls.supervision import Supervisors
from softswitch.calls.switchboard import Router, Switchboard
from softswitch.clock import Clock
from softswitch.config import AccountConfig, Config
from softswitch.errors import StartError
from softswitch.events import (
    CertificateRead,
    LegAnswered,
    LegEnded,
    SourceSilenced,
    TrunkTaken,
)
from softswitch.features.router import Features, Kept, Means
from softswitch.ids import Tokens
from softswitch.integrations.http import Http
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.model import Tree
from softswitch.ivr.till import Desks
from softswitch.outside import OutsideLines
from softswitch.presence.build import PACKAGES, Presence, build_presence
from softswitch.queues.queues import Queues
from softswitch.queues.voice import QueueVoice
from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.guard import Guard
from softswitch.registrar.service import Lifetimes, Registrar
from softswitch.schedule_verbs import schedule_verbs
from softswitch.schedules import build as hours
from softswitch.sip.digest import MD5, SHA256, Nonces
from softswitch.sip.hop import host_port
from softswitch.sip.networks import Network
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
from softswitch.trace.hep import HepSender
from softswitch.trace.messages import TRACE_FOLDER
from softswitch.transport.addresses import LocalAddresses, reachable_addresses
from softswitch.transport.certificates import CertificateError, Certificates
from softswitch.transport.doors import Door, certificates_for, layers_of
from softswitch.transport.driver import SipDriver
from softswitch.transport.resolver import DnsService, Resolver
from softswitch.transport.ring import Noted
from softswitch.transport.tls import Trust
from softswitch.transport.trace import Traced, Tracer, untraced
from softswitch.tree_queues import TreeQueues
from softswitch.trunks.config import TrunkConfig
from softswitch.trunks.service import Trunks
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


def _trunk_networks(config: Config) -> Iterator[Network]:
    """Yield whence trunks call: they are not slowed as strangers are."""
    for trunk in config.trunks.values():
        yield from (ipaddress.ip_network(one) for one in trunk.addresses)


def _inside(
    trees: tuple[Tree, ...], voices: Voices, features: Features, queues: Queues, desks: Desks
) -> dict[str, Destination]:
    """Return where every number leads that is dialled inside and means the same to all."""
    dialler, door = features.dialler, TreeQueues(queues)
    numbers = {
        number: TreeDestination(tree, voices, dialler, tree.entries.get(number, ""), door, desks)
        for tree in trees
        for number in tree.numbers
    }
    return {**features.numbers, **queues.numbers, **numbers}


Personal = Callable[[str, Account], Destination | None]
"""Finds what a number means to one account alone: codes, parking."""


def _router(
    inside: Mapping[str, Destination], personal: Personal, outside: OutsideLines, dialler: Dialler
) -> Router:
    def route(number: str, account: Account) -> Destination | None:
        if not outside.is_urgent(number):
            found = inside.get(number) or personal(number, account) or outside.own(number)
            if found is not None or not outside.leads_out(number):
                return found
        return OutsideDestination(dialler, number, account.user)

    return route


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

    trees: tuple[Tree, ...]
    voices: Voices
    media: MediaPort
    music: Mapping[str, tuple[int, ...]]


class Signalling:
    """Everything between the wire and the calls. ``warned`` hears what stops nothing."""

    def __init__(self, config: Config, clock: Clock, log: EventLog, warned: Callable[[str], None]) -> None:
        self.config = config
        self.clock = clock
        self.log = log
        self._warned = warned
        self._tokens = Tokens()
        self._stack = SipStack(token=self._tokens, agent=f"softswitch/{__version__}", events=PACKAGES)
        self._silenced_told_at = -SILENCED_TOLD_SECONDS
        self.accounts = _accounts(config)
        self.port = 0
        self.ports: dict[str, int] = {}
        """Where TLS, WS and WSS are listened for."""
        self.trust = Trust()
        """To whom TLS is opened; trunks add their own."""
        self.verbs: dict[str, control.Verb] = {}
        """What programs on this machine may ask the running switch."""
        self._certificates: Certificates | None = None

    async def open(
        self, stack: contextlib.AsyncExitStack, stores: Stores, sounding: Sounding, office: BackOffice
    ) -> Switchboard:
        """Build everything and listen; what is opened is closed by ``stack``. Raises StartError."""
        config, clock, log = self.config, self.clock, self.log
        trees, voices, media = sounding.trees, sounding.voices, sounding.media
        accounts = self.accounts
        secret = await SecretStore(stores.database).get_or_make("nonces", lambda: secrets.token_bytes(32))
        self.registrar = await self._build_registrar(stores.bindings)
        guard = Guard(
            (*config.defence.networks, *_trunk_networks(config)),
            speaks_for_many=lambda host: self._trunks.has_server_at(host),
        )
        for binding in self.registrar.all():
            guard.trust(binding.hop.host, binding.hop.port, clock.monotonic())
        self._guard = guard
        authenticator = Authenticator(
            accounts,
            realm=config.sip.realm,
            nonces=Nonces(secret, start=secrets.token_hex(4)),
            clock=clock,
            salt=self._tokens,
            log=log,
            bindings_of=self.registrar.bindings,
            guard=guard,
        )
        self.verbs.update(defence_verbs(self.registrar, authenticator, accounts))
        driver = self._driver(guard, lambda output: board.handle(output), self._trace(stack))
        outside = self._outside(driver, trees, lambda name: named.get(name) or inside.get(name))
        self.verbs.update(trunk_verbs(self._trunks, outside.calls_now, clock))
        self.presence = self._build_presence(driver, accounts)
        dialler = Dialler(self.presence.qualifier.ringable, accounts.name_of, outside)
        self.features = await self._features(
            dialler, voices, stores.settings, lambda number: self.leads_to(number, None)
        )
        around = Around(config, log, clock, accounts, self.features, dialler, self.leads_to)
        await self._build_services(around, stores, sounding, office, outside.comparable)
        inside = {
            **self.hours.numbers,
            **self.voicemail.numbers,
            **self._applications(dialler, voices, office.http),
            **_inside(trees, voices, self.features, self.queues, office.desks),
        }
        self._router = _router(inside, self._personal, outside, dialler)
        named = {
            **self.voicemail.named,
            **self.queues.named,
            **{tree.name: inside[tree.numbers[0]] for tree in trees if tree.numbers},
        }
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
        await self._listen(driver)
        self.registrar.readdress(driver.hop)
        self.presence.restore(config.accounts)
        stack.callback(self.presence.close)
        stack.push_async_callback(self._trunks.close)
        await self._count_today(stores.events)
        self.queues.open(self.originator)
        stack.push_async_callback(self.queues.close)
        stack.push_async_callback(self.voicemail.close)
        return board

    def addresses(self) -> list[str]:
        """Return ``host:port`` of every address a phone can use."""
        bind = self.config.sip.bind
        hosts = reachable_addresses(ipv6=bind == "::") if bind in ("0.0.0.0", "::") else [bind]
        return [host_port(host, self.port) for host in hosts]

    def run(self, start: Callable[[Coroutine[None, None, None]], None]) -> None:
        """Start what goes on by itself as long as the switch runs."""
        start(self._resolver.run(self._trunks.targets()))
        start(self._trunks.run())
        start(self.voicemail.run())

    def sweep(self) -> None:
        """Look for what has expired, and tell who sends too much."""
        self.registrar.sweep()
        self.centre.sweep(self.originator.board.live)
        self.hours.schedules.sweep()
        self._report_silenced()

    async def renew_certificates(self) -> None:
        """Show certificates as they lie on the disk now, and say which; connections go on as they are."""
        if self._certificates is None:
            return
        try:
            shown = await asyncio.to_thread(self._certificates.load)
        except (CertificateError, OSError) as error:
            self._warned(f"certificates were not read anew, the old ones go on: {error}")
            return
        for identity in shown:
            self.log.append(CertificateRead(identity.names, f"{identity.ends:%Y-%m-%d}"))

    def _driver(self, guard: Guard, user: Callable[[UserOutput], None], trace: Traced) -> SipDriver:
        """Build the sockets; what answers the trunks' own requests is theirs, all else is for ``user``."""
        config, clock = self.config, self.clock

        def heard(output: UserOutput) -> None:
            match output:
                case Reply(hop=hop) | Incoming(hop=hop, dialog=DialogId()):
                    # Only who has read what we sent there knows its branch or tag.
                    guard.trust(hop.host, hop.port, clock.monotonic())
            if not self._trunks.take(output):
                user(output)

        return SipDriver(
            self._stack,
            clock,
            user=heard,
            addresses=LocalAddresses(config.sip.bind, public=config.sip.public_address),
            stream_closed=self._stream_closed,
            stream_wanted=lambda connection: (
                self.registrar.over_stream(connection) or self._trunks.over_stream(connection)
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

    def _applications(self, dialler: Dialler, voices: Voices, http: Http) -> dict[str, Destination]:
        """Build the numbers that programs of others drive."""
        config = self.config
        if not config.applications:
            return {}
        records = RecordsCaller(config.home / "recordings" / "applications", self.clock)
        records.folder.mkdir(parents=True, exist_ok=True)
        means = ApplicationMeans(voices, dialler, TreeQueues(self.queues), self.leads_to, records)
        return {**build_applications(config.applications, means, PostOverHttp(http), self.clock)}

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
        self.verbs.update(schedule_verbs(self.hours.schedules, self.hours.callers))

    def _voicemail(
        self, around: Around, database: Database, office: BackOffice, voices: Voices, media: MediaPort
    ) -> Voicemail:
        show = self.presence.mailboxes.set
        outside = Outside(KnownCallers(office.customers.customers))
        room = build_voicemail(
            around, database, office, voices, tone=lambda: media.beep, show=show, outside=outside
        )
        self.verbs.update(voicemail_verbs(room))
        return room

    def leads_to(self, number: str, by: str | None) -> Destination | None:
        """Return where a number leads with the rights of an account, or for None with the switch's own."""
        account = NOBODY if by is None else self.accounts.get(by)
        return None if account is None else self._router(number, account)

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

    def _trace(self, stack: contextlib.ExitStack | contextlib.AsyncExitStack) -> Traced:
        """Open the trace; it is closed when the last message has left."""
        part, folder = self.config.trace, self.config.home / TRACE_FOLDER
        if not part.size_mb:
            return untraced
        also: Callable[[Noted], None] | None = None
        if part.collector is not None:
            sender = HepSender(part.collector, part.hep_id, self.clock.monotonic)
            stack.callback(sender.close)
            also = sender.send
        try:
            tracer = Tracer(folder, part.size_mb << 20, self.clock, also=also)
        except OSError as error:
            raise StartError(f"the trace cannot be kept in {folder}: {error.strerror}") from error
        stack.callback(tracer.close)
        return tracer.note

    def _outside(
        self, driver: SipDriver, trees: tuple[Tree, ...], inside: Callable[[str], Destination | None]
    ) -> OutsideLines:
        """Build what leads to the outside; it comes to life when the switch listens."""
        config = self.config
        for trunk in config.trunks.values():
            self._believe(trunk)
        self._resolver = Resolver(
            DnsService(),
            spoken=("UDP", "TCP", "TLS"),
            random=random.random,
            # Where only IPv4 is bound, an IPv6 address leads nowhere.
            usable=lambda address: ":" in config.sip.bind or ":" not in address,
            changed=lambda: self._trunks.located(),
            troubled=lambda target, why: self._trunks.troubled(target, why),
        )
        self._trunks = Trunks(
            config.trunks,
            driver,
            clock=self.clock,
            log=self.log,
            hop_to=lambda place: driver.hop(place.transport, place.host, place.port, name=place.name),
            places=self._resolver.places,
            token=self._tokens,
            random=random.random,
        )
        self._lines = OutsideLines(
            config,
            {user: part.outside for user, part in config.accounts.items()},
            self._trunks,
            clock=self.clock,
            token=self._tokens,
            inside=inside,
            menus=[number for tree in trees for number in tree.numbers],
        )
        return self._lines

    async def _count_today(self, events: EventStore) -> None:
        """Count what was talked over trunks today before this start: a restart gives no minutes back."""
        now = self.clock.wall().astimezone(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        told = await events.of_calls_with(TrunkTaken, (TrunkTaken, LegAnswered, LegEnded), since=midnight)
        self._lines.usage.replay(told, now)

    def _believe(self, trunk: TrunkConfig) -> None:
        for name in trunk.certified_names():
            try:
                self.trust.add(name, authorities=trunk.tls_authorities, verify=trunk.tls_verify)
            except OSError as error:
                reason = f"the authorities of {name} cannot be read from {trunk.tls_authorities}: {error}"
                raise StartError(reason) from error

    def _stream_closed(self, connection: int) -> None:
        self.registrar.connection_closed(connection)
        self._trunks.connection_closed(connection)

    async def _listen(self, driver: SipDriver) -> None:
        sip = self.config.sip
        try:
            self.port = await driver.listen(sip.bind, sip.port)
        except OSError as error:
            raise StartError(ports.refusal(error, sip.bind, sip.port)) from error
        doors = sip.doors
        if doors.certified:
            self._certificates = certificates_for(doors, self.config.home, self.clock.wall)
            try:
                await asyncio.to_thread(self._certificates.load)
            except (CertificateError, OSError) as error:
                raise StartError(f"there is no certificate for TLS: {error}") from error
        for door in doors:
            await self._open(driver, door)

    async def _open(self, driver: SipDriver, door: Door) -> None:
        sip = self.config.sip
        layers = layers_of(door, sip.doors, self._certificates)
        try:
            self.ports[door.transport] = await driver.listen_for(door.transport, sip.bind, door.port, layers)
        except OSError as error:
            refusal = ports.refusal(error, sip.bind, door.port, door.setting)
            if not door.optional:
                raise StartError(refusal) from error
            self._warned(f"{door.transport} is left out: {refusal}")

    def _report_silenced(self) -> None:
        now = self.clock.monotonic()
        if now >= self._silenced_told_at + SILENCED_TOLD_SECONDS and (report := self._guard.take_report()):
            self._silenced_told_at = now
            for one in report[:MOST_SILENCED_TOLD]:
                self.log.append(SourceSilenced(one.source, one.dropped))
