"""Recordings of talks: the archive that is always there, and the recorder of a switch that records."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from softswitch.bus import EventLog
from softswitch.calls.media_port import MediaPort
from softswitch.calls.speaking import Speaking
from softswitch.clock import Clock
from softswitch.commands.recordings import RecordingAnswer
from softswitch.config import Config
from softswitch.control import ControlRefused, Verb
from softswitch.errors import StartError
from softswitch.events import RecordingErased
from softswitch.ivr.context import SayText
from softswitch.languages import ENGLISH, POLISH
from softswitch.recordings.beep import write_beep
from softswitch.recordings.catalogue import Catalogue
from softswitch.recordings.catching_up import CatchingUp
from softswitch.recordings.consent import Notices
from softswitch.recordings.recorder import KINDS_READ, Means, TalkRecorder, Talks
from softswitch.recordings.rules import NO_CONSENT_ASKED
from softswitch.recordings.shelf import FOLDER, MEGA, Shelf
from softswitch.recordings.texts import Text, phrase
from softswitch.registrar.accounts import Accounts
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower
from softswitch.storage.recording_store import FOLLOWED, RecordingStore

logger = logging.getLogger(__name__)

BEEP: Final = Path("tones", "recording_beep.wav")
"""Where the sound lies in the home of a line."""


@dataclass(frozen=True, slots=True)
class Archive:
    """Recordings that there are. ``follower`` writes the catalogue by what the log tells."""

    store: RecordingStore
    catalogue: Catalogue
    follower: Follower


def build_archive(config: Config, database: Database, clock: Clock, log: EventLog) -> Archive:
    """Build what recordings are kept in; nothing is touched yet."""
    store = RecordingStore(database, clock)
    shelf = Shelf(
        config.home / FOLDER,
        least_free=config.recordings.least_free_mb * MEGA,
        zone=ZoneInfo(config.time_zone),
    )

    def told(event: RecordingErased, call: str) -> None:
        log.append(event, call=call)

    return Archive(
        store,
        Catalogue(store, shelf, clock, told=told),
        Follower("recordings", FOLLOWED, store.follow, all_there_is=True),
    )


@dataclass(frozen=True, slots=True)
class Around:
    """What the recorder of a running switch stands in."""

    config: Config
    log: EventLog
    clock: Clock
    events: EventStore
    talks: Talks
    speaking: Speaking
    media: MediaPort
    accounts: Accounts
    customer_of: Callable[[str], str] = lambda call: ""


@dataclass(frozen=True, slots=True)
class TalkRecording:
    """The recorder of a running switch, and what goes on by itself: both for a task."""

    recorder: TalkRecorder
    verbs: Mapping[str, Verb]
    catching_up: CatchingUp

    async def run(self) -> None:
        """Record, look after the disk and the catalogue, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.recorder.run())
            group.create_task(self.catching_up.run())


async def build_talk_recording(around: Around, archive: Archive) -> TalkRecording:
    """Build it; from now on talks are recorded as the configuration says. Raises StartError."""
    config, log, clock = around.config.recordings, around.log, around.clock
    shelf = archive.catalogue.shelf
    await shelf.look(clock.wall())
    notices = Notices(config, around.speaking, lambda user: _language(around.accounts, user))
    beep = await _beep(around) if config.is_used else None
    spared = frozenset(around.config.emergency)
    means = Means(log, clock, shelf, notices, around.talks, beep, spared, around.customer_of)
    recorder = TalkRecorder(config, means)
    if config.is_used:
        log.subscribe(recorder.read, KINDS_READ)
    catching_up = CatchingUp(
        archive.catalogue,
        around.events,
        log,
        clock,
        look_for=recorder.look_for,
        keep_days=config.keep_days,
    )
    return TalkRecording(recorder, recording_verbs(recorder, log), catching_up)


async def _beep(around: Around) -> int:
    path = around.config.home / BEEP
    try:
        await asyncio.to_thread(write_beep, path)
        return await around.media.load(path, as_it_is=True, keep=True)
    except OSError as error:
        raise StartError(f"cannot write {path}: {error.strerror}") from error


def _language(accounts: Accounts, user: str) -> str:
    account = accounts.get(user)
    return account.language if account is not None else ""


def recording_verbs(recorder: TalkRecorder, log: EventLog) -> dict[str, Verb]:
    """Return ``recording_start``, ``recording_stop``, ``recording_pause`` and ``recording_resume``.

    Each takes ``whom`` (an account, or a call's id or its end) and ``by``. ``recording_erased`` writes down
    what a command of another process has erased.
    """

    def acting(act: Callable[[str, str], str]) -> Verb:
        def verb(arguments: Mapping[str, str]) -> RecordingAnswer:
            if not (whom := arguments.get("whom", "")):
                raise ControlRefused("it needs whom: an account that talks, or the end of a call's id")
            return RecordingAnswer(whom, act(whom, arguments.get("by", "")))

        return verb

    def erased(arguments: Mapping[str, str]) -> bool:
        event = RecordingErased(
            arguments.get("recording", ""), arguments.get("by", ""), arguments.get("why", "")
        )
        log.append(event, call=arguments.get("call", ""))
        return True

    return {
        "recording_start": acting(lambda whom, by: recorder.talk_of(whom).ask(by)),
        "recording_stop": acting(lambda whom, by: recorder.talk_of(whom).give_up(by)),
        "recording_pause": acting(lambda whom, by: recorder.talk_of(whom).silence(True, by)),
        "recording_resume": acting(lambda whom, by: recorder.talk_of(whom).silence(False, by)),
        "recording_erased": erased,
    }


def said_about_recordings(config: Config) -> Iterator[SayText]:
    """Yield what is said about recordings, so that it is spoken before anybody calls."""
    recordings = config.recordings
    rules = (recordings.accounts, recordings.queues, recordings.trunks)
    asked = {recordings.consent, *(rule.consent for each in rules for rule in each.values())}
    if not recordings.is_used or asked <= {None, NO_CONSENT_ASKED}:
        return
    languages = {POLISH, ENGLISH, recordings.language, *recordings.notice, *recordings.choice}
    for language in sorted(languages):
        for text in Text:
            words, spoken = phrase(text, language, recordings)
            yield SayText(words, spoken)
