"""The composition root: every object of the switch is built here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import ipaddress
import logging
import os
import random
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from soundfile import SoundFileError

from media import events as media_events
from media.client import Hooks, MediaClient, Worker
from media.errors import MediaError
from media.timings import TimingFile
from softswitch import __version__, control, home, ports
from softswitch.bus import EventLog
from softswitch.calls.call import Destination
from softswitch.calls.dialling import AccountDestination, Dialler, OutsideDestination
from softswitch.calls.directory import Directory
from softswitch.calls.leg import Surroundings
from softswitch.calls.media_port import MediaPort
from softswitch.calls.switchboard import Router, Switchboard
from softswitch.clock import Clock, SystemClock
from softswitch.config import AccountConfig, Config, MusicConfig
from softswitch.errors import StartError
from softswitch.events import (
    Entry,
    LegAnswered,
    LegEnded,
    MediaWorkerDied,
    MediaWorkerStarted,
    SourceSilenced,
    SwitchStarted,
    SwitchStopped,
    TrunkTaken,
)
from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.errors import PromptFailed
from softswitch.ivr.model import Tree
from softswitch.music import programme
from softswitch.outside import OutsideLines
from softswitch.preflight import examine
from softswitch.presence.build import PACKAGES, Presence, build_presence
from softswitch.registrar.accounts import Account, Accounts, secrets_of
from softswitch.registrar.bindings import Binding
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.guard import Guard, Network
from softswitch.registrar.service import Lifetimes, Registrar
from softswitch.sip.digest import MD5, SHA256, Nonces
from softswitch.sip.hop import host_port
from softswitch.sip.sdes import Protection
from softswitch.sip.signals import DialogId, Incoming, Reply, UserOutput
from softswitch.sip.stack import SipStack
from softswitch.speech import Speech, SpeechError, SpeechRequest, Utterance, build_speech
from softswitch.speech.errors import SpeechClosed
from softswitch.storage.binding_store import BindingStore
from softswitch.storage.database import Database
from softswitch.storage.errors import StorageError
from softswitch.storage.event_store import EventStore
from softswitch.storage.secret_store import SecretStore
from softswitch.trace.hep import HepSender
from softswitch.trace.messages import TRACE_FOLDER
from softswitch.transport import descriptors
from softswitch.transport.addresses import LocalAddresses, reachable_addresses
from softswitch.transport.certificates import CertificateError, Certificates
from softswitch.transport.doors import Door, certificates_for, layers_of
from softswitch.transport.driver import SipDriver
from softswitch.transport.resolver import DnsService, Resolver
from softswitch.transport.ring import Noted
from softswitch.transport.tls import Trust
from softswitch.transport.trace import Traced, Tracer, untraced
from softswitch.trunks.config import TrunkConfig
from softswitch.trunks.service import Trunks
from softswitch.verbs import defence_verbs

logger = logging.getLogger(__name__)

DEFAULT_MUSIC: Final = Path(__file__).parent.parent / "media" / "sounds" / "hold_music.flac"
DATABASE: Final = "switch.db"
NUMBERS_TOLD: Final = 10_000
"""Numbers written down at a start: all of any firm, a hundred kilobytes."""
LONGEST_QUOTE: Final = 40
"""Letters of a tree's own words in a warning: enough to find them by."""
SWEEP_SECONDS: Final = 5.0
"""How often expired registrations are looked for: a phone gone this long is told of soon enough."""
SILENCED_TOLD_SECONDS: Final = 60.0
MOST_SILENCED_TOLD: Final = 10
"""How often, and of how many addresses, the log is told that they send too much."""


@dataclass(frozen=True, slots=True)
class Notices:
    """Who is told what: ``event`` of every event, ``timed`` of the media workers' punctuality.

    ``warned`` hears, before anything starts, what is wrong with the operator's files and stops nothing.
    """

    event: Callable[[Entry], None] = lambda entry: None
    warned: Callable[[str], None] = logger.warning
    timed: Callable[[int, media_events.TickReport], None] = lambda worker, report: None


class Voices:
    """Makes prompts audible for trees: speech or a file, then the media room's number for it."""

    def __init__(self, speech: Speech, media: MediaPort) -> None:
        self._speech = speech
        self._media = media
        self._abandoned: set[asyncio.Task[int]] = set()
        """Loadings of private texts whose callers have hung up meanwhile."""

    async def text(self, text: str, *, language: str, voice: str | None, private: bool) -> int:
        """Return the number of a spoken text.

        A private one gets a number of its own for each who asks, and leaves no file behind, whatever
        happens. Raises PromptFailed.
        """
        try:
            utterance = await self._speech.render(SpeechRequest(text, language, voice, private=private))
        except (SpeechError, OSError) as error:
            raise PromptFailed(str(error)) from error
        if not private:
            return await self.file(utterance.path)
        loading = asyncio.ensure_future(self._file_once(utterance))
        try:
            return await asyncio.shield(loading)
        except asyncio.CancelledError:
            # Its number would be known to nobody: it is dropped as soon as there is one.
            self._abandoned.add(loading)
            loading.add_done_callback(self._drop_abandoned)
            raise

    async def _file_once(self, utterance: Utterance) -> int:
        try:
            return await self.file(utterance.path)
        finally:
            utterance.path.unlink(missing_ok=True)

    def _drop_abandoned(self, loading: asyncio.Task[int]) -> None:
        self._abandoned.discard(loading)
        if not loading.cancelled() and loading.exception() is None:
            self.forget(loading.result())

    async def file(self, path: Path) -> int:
        """Return the number of a recorded prompt; raise PromptFailed when it cannot be read."""
        try:
            return await self._media.load(path)
        except (MediaError, OSError) as error:
            raise PromptFailed(str(error)) from error

    def forget(self, number: int) -> None:
        """Drop a private text."""
        self._media.unload(number)

    async def prepare(self, trees: Iterable[Tree]) -> None:
        """Make every text audible that is known before anybody calls."""
        for said in prompts_known_ahead(trees):
            try:
                await self.text(said.text, language=said.language, voice=said.voice, private=False)
            except PromptFailed as error:
                if isinstance(error.__cause__, SpeechClosed):
                    return
                logger.warning("a prompt cannot be spoken: %s (%r)", error, said.text[:LONGEST_QUOTE])


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
    config: Config, trees: tuple[Tree, ...], voices: Voices, dialler: Dialler
) -> dict[str, Destination]:
    """Return where every number that is dialled inside leads."""
    people = {user: AccountDestination(dialler, user, config.calls.ring_for) for user in config.accounts}
    numbers = {number: TreeDestination(tree, voices, dialler) for tree in trees for number in tree.numbers}
    return {**people, **numbers}


def _router(inside: Mapping[str, Destination], outside: OutsideLines, dialler: Dialler) -> Router:
    def route(number: str, account: Account) -> Destination | None:
        if not outside.is_urgent(number):
            found = inside.get(number) or outside.own(number)
            if found is not None or not outside.leads_out(number):
                return found
        return OutsideDestination(dialler, number, account.user)

    return route


class Switch:
    """A whole switch, built from its configuration. Use :func:`running`."""

    def __init__(self, config: Config, clock: Clock, notices: Notices) -> None:
        self.config = config
        self.clock = clock
        self._notices = notices
        self._stack = SipStack(
            token=lambda: secrets.token_hex(8), agent=f"softswitch/{__version__}", events=PACKAGES
        )
        self._timings: TimingFile | None = None
        self._verbs: dict[str, control.Verb] = {}
        self._silenced_told_at = -SILENCED_TOLD_SECONDS
        self.trees: tuple[Tree, ...] = ()
        self.port = 0
        self.ports: dict[str, int] = {}
        """Where TLS, WS and WSS are listened for."""
        self.trust = Trust()
        """To whom TLS is opened; trunks add their own."""
        self._certificates: Certificates | None = None

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Start everything in order; what is started is ended by ``stack`` in the other order."""
        config, clock = self.config, self.clock
        descriptors.raise_limit()
        found = examine(config)
        for warning in found.warnings:
            self._notices.warned(str(warning))
        found.refuse()
        self.trees = trees = found.trees
        stack.enter_context(home.owned(config.home))
        database = await self._database()
        stack.push_async_callback(database.close)
        events, bindings = EventStore(database, clock), BindingStore(database, clock)
        self.log = EventLog(clock, first_sequence=await events.last_sequence() + 1)
        start = await stack.enter_async_context(_background())
        start(events.run())
        start(bindings.run())
        self.log.subscribe(events.store)
        self.log.subscribe(self._notices.event)
        media = await self._media(stack)
        speech = build_speech(config.speech, config.home / "speech", clock=clock)
        stack.push_async_callback(speech.close)
        voices = Voices(speech, media)
        board = await self._signalling(stack, database, bindings, (trees, voices, media))
        await self._count_today(events)
        # Written when the last call has ended, and before the log's own writer does.
        stack.callback(lambda: self.log.append(SwitchStopped()))
        calls = await stack.enter_async_context(_calls(board))
        board.open(calls)
        await self._answer_questions(stack)
        start(self._sweep())
        start(self._resolver.run(self._trunks.targets()))
        start(self._trunks.run())
        start(voices.prepare(trees))
        self.log.append(SwitchStarted(__version__, tuple(self.addresses()), self._numbers()))

    def addresses(self) -> list[str]:
        """Return ``host:port`` of every address a phone can use."""
        bind = self.config.sip.bind
        hosts = reachable_addresses(ipv6=bind == "::") if bind in ("0.0.0.0", "::") else [bind]
        return [host_port(host, self.port) for host in hosts]

    async def renew(self) -> None:
        """Show certificates as they lie on the disk now, and let fresh media workers take over.

        Connections and calls go on as they are.
        """
        if self._certificates is not None:
            try:
                await asyncio.to_thread(self._certificates.load)
            except (CertificateError, OSError) as error:
                self._notices.warned(f"certificates were not read anew, the old ones go on: {error}")
        await self.renew_media()

    async def renew_media(self) -> None:
        """Let fresh media workers take the place of the present ones; calls go on where they are."""
        try:
            await self._media_port.client.renew()
        except (MediaError, OSError) as error:
            self._notices.warned(f"a media worker could not be replaced, the old one goes on: {error}")

    async def _database(self) -> Database:
        try:
            return await Database.open(f"sqlite:///{self.config.home / DATABASE}")
        except StorageError as error:
            raise StartError(str(error)) from error

    async def _media(self, stack: contextlib.AsyncExitStack) -> MediaPort:
        config = self.config
        client = MediaClient(
            ports=config.media.port_range,
            frames=config.home / "frames",
            workers=config.media.worker_count(len(os.sched_getaffinity(0))),
            cores=config.media.cores,
            hooks=Hooks(
                started=self._record_worker_start,
                died=self._worker_died,
                timed=self._worker_timed,
            ),
        )
        try:
            if config.media.timings is not None:
                self._timings = stack.enter_context(TimingFile(config.media.timings))
            await client.start()
            stack.push_async_callback(client.stop)
            self._media_port = MediaPort(client, bind=config.sip.bind)
            music = config.music or MusicConfig(play=(DEFAULT_MUSIC,))
            files = programme(music.play, shuffle=random.shuffle if music.shuffle else None)
            await self._media_port.prepare(config.home / "tones", files, shared=music.shared)
        except OSError as error:
            # The number of the error and a file nobody named would say less.
            raise StartError(f"the media worker cannot start in {config.home}: {error.strerror}") from error
        except (MediaError, SoundFileError) as error:
            raise StartError(f"the media worker cannot start: {error}") from error
        return self._media_port

    def _record_worker_start(self, worker: int, process_id: int) -> None:
        self.log.append(MediaWorkerStarted(worker, process_id))

    def _worker_died(self, worker: Worker, reason: str) -> None:
        self.log.append(MediaWorkerDied(worker.index, reason))
        self._media_port.worker_died(worker)

    def _worker_timed(self, worker: int, report: media_events.TickReport) -> None:
        self._notices.timed(worker, report)
        if self._timings is not None:
            self._timings.write(worker, report)

    async def _signalling(
        self,
        stack: contextlib.AsyncExitStack,
        database: Database,
        bindings: BindingStore,
        sounding: tuple[tuple[Tree, ...], Voices, MediaPort],
    ) -> Switchboard:
        config, clock, log = self.config, self.clock, self.log
        trees, voices, media = sounding
        accounts = _accounts(config)
        secret = await SecretStore(database).get_or_make("nonces", lambda: secrets.token_bytes(32))
        self.registrar = await self._build_registrar(bindings)
        guard = Guard((*config.defence.networks, *_trunk_networks(config)))
        for binding in self.registrar.all():
            guard.trust(binding.hop.host, binding.hop.port, clock.monotonic())
        self._guard = guard
        authenticator = Authenticator(
            accounts,
            realm=config.sip.realm,
            nonces=Nonces(secret, start=secrets.token_hex(4)),
            clock=clock,
            salt=lambda: secrets.token_hex(6),
            log=log,
            bindings_of=self.registrar.bindings,
            guard=guard,
        )
        self._verbs.update(defence_verbs(self.registrar, authenticator, accounts))
        driver = self._driver(guard, lambda output: board.handle(output), self._trace(stack))
        outside = self._outside(driver, trees, lambda name: named.get(name) or inside.get(name))
        self.presence = self._build_presence(driver, accounts)
        dialler = Dialler(self.presence.qualifier.ringable, accounts.name_of, outside)
        inside = _inside(config, trees, voices, dialler)
        named = {tree.name: inside[tree.numbers[0]] for tree in trees if tree.numbers}
        around = Surroundings(
            signaller=driver,
            media=media,
            clock=clock,
            # Each call gets its own, under its id.
            record=lambda event: None,
            directory=Directory(),
            random=random.random,
            sound_timeout=config.media.sound_timeout,
            protection=accounts.protection,
        )
        board = Switchboard(
            around,
            registrar=self.registrar,
            authenticator=authenticator,
            router=_router(inside, outside, dialler),
            accounts=accounts.get,
            log=log,
            longest=config.calls.longest,
            per_account=config.calls.per_account,
            services=self.presence.services,
            lines=outside,
        )
        # Before it listens: of several ports the last may be taken.
        stack.push_async_callback(driver.close)
        await self._listen(driver)
        self.registrar.readdress(driver.hop)
        self.presence.restore(config.accounts)
        stack.callback(self.presence.close)
        stack.push_async_callback(self._trunks.close)
        return board

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

    async def _answer_questions(self, stack: contextlib.AsyncExitStack) -> None:
        try:
            await stack.enter_async_context(control.answering(self.config.home, self._verbs))
        except OSError as error:
            raise StartError(f"cannot write in {self.config.home}: {error.strerror}") from error

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

    def _numbers(self) -> tuple[str, ...]:
        """Return what can be dialled, as far as it is told in the log."""
        numbers = {*self.config.accounts, *(number for tree in self.trees for number in tree.numbers)}
        return tuple(sorted(numbers)[:NUMBERS_TOLD])

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
        )
        self._trunks = Trunks(
            config.trunks,
            driver,
            clock=self.clock,
            log=self.log,
            hop_to=lambda place: driver.hop(place.transport, place.host, place.port, name=place.name),
            places=self._resolver.places,
            token=lambda: secrets.token_hex(8),
            random=random.random,
        )
        self._lines = OutsideLines(
            config,
            {user: part.outside for user, part in config.accounts.items()},
            self._trunks,
            clock=self.clock,
            token=lambda: secrets.token_hex(8),
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
            self._notices.warned(f"{door.transport} is left out: {refusal}")

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.registrar.sweep()
            self._report_silenced()

    def _report_silenced(self) -> None:
        now = self.clock.monotonic()
        if now >= self._silenced_told_at + SILENCED_TOLD_SECONDS and (report := self._guard.take_report()):
            self._silenced_told_at = now
            for one in report[:MOST_SILENCED_TOLD]:
                self.log.append(SourceSilenced(one.source, one.dropped))


@contextlib.asynccontextmanager
async def _background() -> AsyncIterator[Callable[[Coroutine[None, None, None]], None]]:
    """Own tasks that run as long as the switch does, and cancel them at its end."""
    tasks: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as group:
        try:
            yield lambda work: tasks.append(group.create_task(work))
        finally:
            for task in tasks:
                task.cancel()


@contextlib.asynccontextmanager
async def _calls(board: Switchboard) -> AsyncIterator[asyncio.TaskGroup]:
    """Own the calls' tasks; at the end every call is ended and waited for."""
    async with asyncio.TaskGroup() as group:
        try:
            yield group
        finally:
            board.close()


@contextlib.asynccontextmanager
async def running(
    config: Config, *, clock: Clock | None = None, notices: Notices | None = None
) -> AsyncIterator[Switch]:
    """Run a switch as long as the context lasts.

    Raises ConfigError or StartError, each with sentences for the operator, before anything is changed
    that a second attempt would trip over.
    """
    switch = Switch(config, clock or SystemClock(), notices or Notices())
    try:
        async with contextlib.AsyncExitStack() as stack:
            await switch.open(stack)
            yield switch
    except BaseExceptionGroup as group:
        # The task groups inside wrap whatever passes through them; the operator wants the one sentence.
        raise _innermost(group) from group


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
