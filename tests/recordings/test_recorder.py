"""What people ask of recordings by command, and what becomes of the files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from softswitch.calls.media_port import RecordingReport
from softswitch.events import RecordingEnded
from softswitch.recordings.errors import NothingToRecord
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import pick_up
from tests.recordings.studio import masks, studio, waiting


@in_virtual_time
async def test_commands_name_a_talk_by_account_or_call(tmp_path):
    async with studio(tmp_path, {"record": "on_demand", "accounts": {"1002": "never"}}) as here:
        anna, bartek = here.hall.phones("1001", "1002")
        with pytest.raises(NothingToRecord, match="1001 talks with nobody now"):
            here.recorder.talk_of("1001")
        caller = await waiting(here)
        with pytest.raises(NothingToRecord, match="talks with nobody"):
            here.recorder.talk_of("2001")
        pick_up(anna)
        await passes(1)
        call = here.hall.switch.entries[0].call
        talk = here.recorder.talk_of(call[-6:])
        assert talk is here.recorder.talk_of("1001")
        with pytest.raises(NothingToRecord, match="is not being recorded"):
            talk.silence(True, "")
        assert talk.ask("chief") == talk.ask("chief") == f"{call}-1"
        assert talk.silence(True, "chief") == f"{call}-1"
        assert talk.give_up("chief") == f"{call}-1"
        assert here.told()[1:] == ["paused: asked chief", "stopped: asked chief"]
        caller.hang_up()
        await passes(1)
        await here.hall.dials(bartek, "1001")
        pick_up(anna)
        await passes(1)
        with pytest.raises(NothingToRecord, match="account:1002"):
            here.recorder.talk_of("1002").ask("chief")
        bartek.hang_up()


@in_virtual_time
async def test_what_is_always_recorded_is_paused_and_never_stopped(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        here.press(anna, "*1")
        here.press(anna, "*2")
        await passes(1)
        here.press(anna, "*2")
        await passes(1)
        assert masks(caller) == [True, False]
        assert here.told()[1:] == ["paused: asked 1001", "resumed: asked 1001"]
        talk = here.recorder.talk_of("1001")
        with pytest.raises(NothingToRecord, match="paused, not stopped"):
            talk.give_up("1001")
        caller.hang_up()


@in_virtual_time
async def test_after_the_call_nobody_is_left(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        caller.hang_up()
        await passes(1)
        here.hall.switch.client.finish_recording(reason="the disk is gone")
        await passes(1)
        with pytest.raises(NothingToRecord):
            here.recorder.talk_of("1001")
        (ended,) = here.hall.told(RecordingEnded)
        assert (ended.path, ended.seconds, ended.sha256, ended.reason) == ("", 0.0, "", "the disk is gone")


@in_virtual_time
async def test_the_end_of_a_file_is_told_with_its_size_and_its_silence(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        caller.hang_up()
        await passes(1)
        (started,) = here.started()
        (number,) = here.hall.switch.client.recordings
        path, told = here.hall.switch.client.recordings[number]
        told(RecordingReport(number, str(path), 4.56789, "5ea1", ((1.00049, 2.0),), "", 80))
        await passes(1)
        (ended,) = here.hall.told(RecordingEnded)
        assert ended == RecordingEnded(
            started.recording, started.path, 4.568, 80, "5ea1", ((1.0, 2.0),), ""
        )  # fmt: skip


@in_virtual_time
async def test_what_the_recorder_process_finishes_by_itself_is_found_when_it_is_whole(tmp_path):
    async with studio(tmp_path, {"record": "always"}) as here:
        anna = here.hall.phone("1001")
        caller = await waiting(here)
        pick_up(anna)
        await passes(1)
        (started,) = here.started()
        file = tmp_path / started.path
        wave(file)
        here.hall.switch.client.finish_recording(reason="the media worker died")
        caller.hang_up()
        await passes(10)
        assert here.hall.told(RecordingEnded) == []  # It was touched in this moment, as the disk says.
        touch(file, seconds_ago=60)
        await passes(10)
        (ended,) = here.hall.told(RecordingEnded)
        assert (ended.path, ended.seconds, ended.reason) == (started.path, 1.0, "the media worker died")
        assert len(ended.sha256) == 64


def wave(path: Path) -> None:
    soundfile.write(path, np.zeros((8000, 2), np.int16), 8000)


def touch(path: Path, *, seconds_ago: float) -> None:
    at = time.time() - seconds_ago
    os.utime(path, (at, at))
