"""Recordings in a switch: what is built, what it answers, what is spoken ahead."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import cast

import pytest

from softswitch.bus import EventLog
from softswitch.calls.speaking import Speaking
from softswitch.config import Config
from softswitch.control import ControlRefused
from softswitch.errors import StartError
from softswitch.events import Entry, RecordingEnded, RecordingErased, RecordingStarted
from softswitch.recordings.errors import NothingToRecord
from softswitch.registrar.accounts import Account, Accounts
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.talk_recording import (
    BEEP,
    Around,
    build_archive,
    build_talk_recording,
    recording_verbs,
    said_about_recordings,
)
from tests.fakes.blank import blank
from tests.fakes.clock import START, FakeClock
from tests.fakes.media import FakeMediaClient, media_port
from tests.fakes.speaker import FakeSpeaker
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import pick_up
from tests.recordings.studio import studio, waiting


def config(home: Path, recordings: object = "always") -> Config:
    return Config.model_validate({"home": home, "recordings": recordings})


class NoTalks:
    def find(self, part: str) -> None:
        return None

    def seats(self, party: str) -> list[object]:
        return []


async def around(home: Path, recordings: object, database: Database) -> Around:
    clock = FakeClock()
    client = FakeMediaClient()
    return Around(
        config(home, recordings),
        EventLog(clock),
        clock,
        EventStore(database, clock),
        NoTalks(),  # type: ignore[arg-type]
        Speaking(FakeSpeaker()),
        media_port(client),
        Accounts([Account("1001", "Anna", "pl")]),
    )


@contextlib.asynccontextmanager
async def opened(home: Path):
    database = await Database.open(blank(home / "switch.db"))
    try:
        yield database
    finally:
        await database.close()


async def test_a_switch_that_records_has_its_folder_and_its_beep(tmp_path):
    async with opened(tmp_path) as database:
        place = await around(tmp_path, {"record": "always", "least_free_mb": 1}, database)
        archive = build_archive(place.config, database, place.clock, place.log)
        recording = await build_talk_recording(place, archive)
        assert (tmp_path / BEEP).exists()
        assert cast(FakeMediaClient, place.media.client).kept == [BEEP.name]
        assert archive.catalogue.shelf.place("X-1", START) != "no_folder"
        assert recording.recorder.notices.language_of("1001") == "pl"
        assert recording.recorder.notices.language_of("1009") == ""
        running = asyncio.create_task(recording.run())
        await asyncio.sleep(0)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_one_that_never_records_reads_no_log(tmp_path):
    async with opened(tmp_path) as database:
        place = await around(tmp_path, "never", database)
        archive = build_archive(place.config, database, place.clock, place.log)
        recording = await build_talk_recording(place, archive)
        assert not (tmp_path / BEEP).exists()
        with pytest.raises(NothingToRecord):
            recording.verbs["recording_start"]({"whom": "1001", "by": "chief"})


async def test_a_home_that_takes_no_beep_is_a_reason_not_to_start(tmp_path):
    async with opened(tmp_path) as database:
        place = await around(tmp_path, "always", database)
        (tmp_path / BEEP.parent).write_text("in the way")
        archive = build_archive(place.config, database, place.clock, place.log)
        with pytest.raises(StartError, match="cannot write"):
            await build_talk_recording(place, archive)


async def test_what_is_erased_is_written_into_the_log_of_its_call(tmp_path):
    async with opened(tmp_path) as database:
        place = await around(tmp_path, "always", database)
        told: list[Entry] = []
        place.log.subscribe(told.append)
        archive = build_archive(place.config, database, place.clock, place.log)
        started = RecordingStarted(
            "C-1", 1, "a", "2001", "1001", "600", "", "", "always", "line", "", "", "2026/01/05/C-1.wav", 1
        )
        ended = RecordingEnded("C-1", "", 0.0, 0, "", reason="the disk is gone")
        async with database.writing() as connection:
            entries = [Entry(1, START, "C", started), Entry(2, START, "C", ended)]
            await archive.follower.handle(connection, entries)
        await archive.catalogue.erase("C-1", by="anna", why="asked")
        assert [(one.call, one.event) for one in told] == [("C", RecordingErased("C-1", "anna", "asked"))]


@in_virtual_time
async def test_a_talk_is_recorded_paused_and_ended_by_verbs(tmp_path):
    async with studio(tmp_path, {"record": "on_demand"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        verbs = recording_verbs(here.recorder, here.hall.switch.log)
        call = here.hall.switch.entries[0].call
        for verb, told in (
            ("start", "started 1: 2001 | 1001"),
            ("pause", "paused: asked chief"),
            ("resume", "resumed: asked chief"),
            ("stop", "stopped: asked chief"),
        ):
            answer = verbs[f"recording_{verb}"]({"whom": call[-6:], "by": "chief"})
            assert answer.recording == f"{call}-1"
            assert here.told()[-1] == told
        with pytest.raises(ControlRefused, match="it needs whom"):
            verbs["recording_start"]({"by": "chief"})
        caller.hang_up()


def test_what_another_process_erased_is_written_down() -> None:
    log = EventLog(FakeClock())
    told: list[Entry] = []
    log.subscribe(told.append)
    verbs = recording_verbs(None, log)  # type: ignore[arg-type]
    assert verbs["recording_erased"]({"recording": "C-1", "by": "anna", "why": "asked", "call": "C"}) is True
    assert [(one.call, one.event) for one in told] == [("C", RecordingErased("C-1", "anna", "asked"))]


def test_what_is_said_is_spoken_before_anybody_calls(tmp_path):
    assert [*said_about_recordings(config(tmp_path, "never"))] == []
    assert [*said_about_recordings(config(tmp_path, {"record": "always", "consent": "none"}))] == []
    rules = {"consent": "none", "queues": {"sales": {"record": "always", "consent": "choice"}}}
    said = {one.text for one in said_about_recordings(config(tmp_path, rules))}
    assert "This call is recorded." in said
    assert "Rozmowa nie będzie nagrywana." in " ".join(said)
