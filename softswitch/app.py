"""The composition root: every object of the switch is built here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from soundfile import SoundFileError

from media import events as media_events
from media.client import Hooks, MediaClient, Worker
from media.errors import MediaError
from media.timings import TimingFile
from softswitch import __version__, control, home, talk_recording
from softswitch.back_office import BackOffice, Ground, build_back_office
from softswitch.bus import EventLog
from softswitch.call_centre import said_in_queues
from softswitch.calls.media_port import MediaPort
from softswitch.calls.speaking import Speaking
from softswitch.calls.switchboard import Switchboard
from softswitch.clock import Clock, SystemClock
from softswitch.config import Config, MusicConfig
from softswitch.errors import StartError
from softswitch.events import (
    Entry,
    MediaWorkerDied,
    MediaWorkerStarted,
    SwitchStarted,
    SwitchStopped,
)
from softswitch.fallen import end_cut_off
from softswitch.integrations.http import HttpClient, client_of
from softswitch.ivr.ahead import prompts_known_ahead
from softswitch.ivr.interpreter import Walk, run
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.living import LivingTrees
from softswitch.music import programme
from softswitch.preflight.examining import examine
from softswitch.signalling import Signalling, Sounding, Stores
from softswitch.speech.build import build_speech
from softswitch.storage import place
from softswitch.storage.binding_store import BindingStore
from softswitch.storage.database import Database, excuse
from softswitch.storage.errors import StorageError
from softswitch.storage.event_store import EventStore
from softswitch.storage.queue_store import QueueStore
from softswitch.storage.schedule_store import ScheduleStore
from softswitch.storage.settings_store import SettingsStore
from softswitch.talk_recording import build_talk_recording, said_about_recordings
from softswitch.transport import descriptors
from softswitch.tree_room import build_tree_room
from softswitch.voicemail_room import said_in_voicemail
from softswitch.voices import Voices

if TYPE_CHECKING:
    from softswitch.interface.build import Interface

logger = logging.getLogger(__name__)

DEFAULT_MUSIC: Final = Path(__file__).parent.parent / "media" / "sounds" / "hold_music.flac"
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


class Switch:
    """A whole switch, built from its configuration. Use :func:`running`."""

    def __init__(self, config: Config, clock: Clock, notices: Notices, walk: Walk = run) -> None:
        self.config = config
        self.clock = clock
        self._notices = notices
        self._walk = walk
        self._timings: TimingFile | None = None
        self._queue_music: dict[str, tuple[int, ...]] = {}
        self._living = LivingTrees()
        self.interface: Interface | None = None

    async def open(self, stack: contextlib.AsyncExitStack) -> None:
        """Start everything in order; what is started is ended by ``stack`` in the other order."""
        config, clock = self.config, self.clock
        descriptors.raise_limit()
        found = examine(config)
        for problem in found.warnings:
            self._notices.warned(str(problem))
        found.refuse()
        stack.enter_context(home.owned(config.home))
        database = await self._database()
        stack.push_async_callback(database.close)
        events, bindings = EventStore(database, clock), BindingStore(database, clock)
        settings, queues = SettingsStore(database, clock), QueueStore(database, clock)
        schedules = ScheduleStore(database, clock)
        cut_off = await events.cut_off()
        self.log = EventLog(clock, first_sequence=await events.last_sequence() + 1)
        start = await stack.enter_async_context(_background())
        start(events.run())
        start(bindings.run())
        start(settings.run())
        start(queues.run())
        start(schedules.run())
        self.log.subscribe(events.store)
        self.log.subscribe(self._notices.event)
        media = await self._media(stack)
        speech = build_speech(config.speech, config.home / "speech", clock=clock)
        stack.push_async_callback(speech.close)
        voices = Voices(speech, media)
        menus = build_tree_room(config, self._living, database, self.log, voices, clock)
        for warning in await menus.publisher.begin(found.trees):
            self._notices.warned(warning)
        self.signalling = Signalling(config, clock, self.log, self._notices.warned, self._walk)
        self._events = events
        http = await stack.enter_async_context(self._http())
        ground = Ground(config, database, events, clock, self.log, http)
        self._office = office = await build_back_office(ground)
        self.signalling.verbs.update(office.verbs)
        board = await self.signalling.open(
            stack,
            Stores(database, bindings, events, settings, queues, schedules),
            Sounding(self._living, voices, media, self._queue_music),
            office,
        )
        recording = await build_talk_recording(
            talk_recording.Around(
                config, self.log, clock, events, board, Speaking(voices), media, self.signalling.accounts
            ),
            office.archive,
        )
        self.signalling.verbs.update(recording.verbs)
        start(recording.run())
        self.signalling.verbs.update(menus.verbs)
        start(menus.jobs.run())
        await self._interface(stack, office, start)
        # Written when the last call has ended, and before the log's own writer does.
        stack.callback(lambda: self.log.append(SwitchStopped()))
        calls = await stack.enter_async_context(_calls(board))
        board.open(calls)
        await self._answer_questions(stack)
        start(self._sweep())
        self.signalling.run(start)
        office.run(start)
        said = (
            prompts_known_ahead(self.trees),
            said_in_queues(config, self.trees),
            said_in_voicemail(config),
            said_about_recordings(config),
        )
        start(voices.prepare(chain(*said)))
        end_cut_off(self.log, cut_off)
        self.log.append(SwitchStarted(__version__, tuple(self.addresses()), self._numbers()))

    @property
    def trees(self) -> tuple[Tree, ...]:
        """The voice menus that callers can enter now."""
        return self._living.trees

    @property
    def port(self) -> int:
        """The port of UDP and TCP."""
        return self.signalling.listening.port

    @property
    def ports(self) -> dict[str, int]:
        """The ports of TLS, WS and WSS, as far as they are open."""
        return self.signalling.listening.ports

    def addresses(self) -> list[str]:
        """Return ``host:port`` of every address a phone can use."""
        return self.signalling.listening.addresses()

    async def caught_up(self) -> None:
        """Wait until all that has happened so far is on the disk, and what follows from it."""
        await self._events.flush()
        await self._office.following.caught_up()

    async def renew(self) -> None:
        """Show certificates as they lie on the disk now, and let fresh media workers take over.

        Connections and calls go on as they are.
        """
        await self.signalling.listening.renew_certificates()
        if self.interface is not None:
            try:
                await asyncio.to_thread(self.interface.renew)
            except OSError as error:
                self._notices.warned(f"the interface's certificate was not read anew: {error}")
        await self.renew_media()

    async def renew_media(self) -> None:
        """Let fresh media workers take the place of the present ones; calls go on where they are."""
        try:
            await self._media_port.client.renew()
        except (MediaError, OSError) as error:
            self._notices.warned(f"a media worker could not be replaced, the old one goes on: {error}")

    async def _database(self) -> Database:
        try:
            return await Database.open(place.settle(self.config.home, self.config.storage.url))
        except StorageError as error:
            raise StartError(str(error)) from error

    def _http(self) -> HttpClient:
        try:
            return client_of(self.config.http, self.clock, self.log.append, random.random)
        except OSError as error:
            raise StartError(f"certificates cannot be read (http: authorities): {error}") from error

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
            for name, queue in config.queues.items():
                songs = [await self._media_port.load(path, keep=True) for path in programme(queue.music)]
                self._queue_music[name] = tuple(songs)
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

    async def _interface(
        self,
        stack: contextlib.AsyncExitStack,
        office: BackOffice,
        start: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        """Open the programs' interface, if there is to be one; before the first call, which it tells of."""
        config = self.config.api
        if config is None or office.interface is None:
            return
        # Only here: who has no interface pays nothing for what it is made of.
        from softswitch.interface.build import LineParts, build_interface
        from softswitch.interface.rooms import cards_of, with_rooms

        signalling = self.signalling
        parts = LineParts(
            originator=signalling.originator,
            supervisors=signalling.supervisors,
            dialler=signalling.supervisors.dialler,
            leads_to=signalling.leads_to,
            desk=signalling.queues.desk,
            statistics=signalling.centre.statistics,
            outbox=office.outbox,
            dispatcher=office.dispatcher,
            is_account=lambda party: signalling.accounts.get(party) is not None,
            cards=cards_of(config, office),
            more=with_rooms(self.config, office, signalling),
        )
        self.interface = interface = await build_interface(config, office.interface, parts)
        stack.callback(interface.close)
        start(interface.run())

    async def _answer_questions(self, stack: contextlib.AsyncExitStack) -> None:
        try:
            verbs = self.signalling.verbs
            await stack.enter_async_context(control.answering(self.config.home, verbs, excuse))
        except OSError as error:
            raise StartError(f"cannot write in {self.config.home}: {error.strerror}") from error

    def _numbers(self) -> tuple[str, ...]:
        """Return what can be dialled, as far as it is told in the log."""
        parking = self.config.parking
        numbers = {*self.config.accounts, *(number for tree in self.trees for number in tree.numbers)}
        numbers |= {*self.config.groups, *self.config.rooms, *self.config.applications}
        numbers |= {queue.number for queue in self.config.queues.values() if queue.number is not None}
        numbers |= {duty.number for duty in self.config.duties.values()}
        numbers |= {*self.config.voicemail.numbers}
        numbers |= {parking.number, *parking.numbers} if parking is not None else set()
        return tuple(sorted(numbers)[:NUMBERS_TOLD])

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.signalling.sweep()


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
    config: Config, *, clock: Clock | None = None, notices: Notices | None = None, walk: Walk = run
) -> AsyncIterator[Switch]:
    """Run a switch as long as the context lasts; ``walk`` leads callers through its menus.

    Raises ConfigError or StartError, each with sentences for the operator, before anything is changed
    that a second attempt would trip over.
    """
    switch = Switch(config, clock or SystemClock(), notices or Notices(), walk)
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
