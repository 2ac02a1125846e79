"""After a start: what the last process left running is completed, once."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from softswitch.events import CallArrived, RecordingEnded, RecordingStarted
from softswitch.recordings.catching_up import FELL, CatchingUp
from softswitch.recordings.model import State
from softswitch.recordings.rules import LINE
from tests.fakes.clock import FakeClock
from tests.recordings.archive import Archive, archive


def catching_up(here: Archive) -> tuple[CatchingUp, list[tuple[str, str, Path]]]:
    """Return it, and what it looks for on the disk."""
    looked: list[tuple[str, str, Path]] = []

    async def look_for(call: str, recording: str, growing: Path, reason: str) -> None:
        looked.append((call, recording, growing))
        below = here.shelf.below(growing)
        ended = RecordingEnded(recording, below, 1.0, 32_044, "5ea1", (), reason)
        here.log.append(ended, call=call)

    doing = CatchingUp(
        here.catalogue, here.events, here.log, here.clock, look_for=look_for, keep_days=30
    )  # fmt: skip
    return doing, looked


async def test_what_was_running_when_the_switch_fell_is_completed_from_its_file(tmp_path):
    clock = FakeClock()
    async with archive(tmp_path, clock) as here:
        left = await here.begin()
        await here.settled()
    clock.advance(60)
    async with archive(tmp_path, clock) as here:
        doing, looked = catching_up(here)
        ours = await here.begin(2)
        await here.settled()
        await doing.catch_up()
        await here.settled()
        assert looked == [(left.recording[:-2], left.recording, here.shelf.file(left.path))]
        found = await here.store.get(left.recording)
        assert (found.state, found.sha256, found.reason) == (State.DONE, "5ea1", FELL)
        assert (await here.store.get(ours.recording)).state is State.RUNNING
        await doing.catch_up()
        assert len(looked) == 1


async def test_an_end_that_is_in_the_log_already_is_not_told_twice(tmp_path):
    clock = FakeClock()
    async with archive(tmp_path, clock) as here:
        left = await here.begin()
        await here.settled()
        ended = RecordingEnded(left.recording, left.path, 1.0, 1, "ab")
        here.log.append(ended, call=left.recording[:-2])
        await here.events.flush()
    clock.advance(60)
    async with archive(tmp_path, clock) as here:
        doing, looked = catching_up(here)
        await doing.catch_up()
        assert looked == []


async def test_a_file_of_which_the_log_knows_nothing_is_taken_in(tmp_path):
    clock = FakeClock()
    async with archive(tmp_path, clock) as here:
        call = here.call_of(clock.wall())
        here.log.append(
            CallArrived("a", "+48600100200", "", "600", "192.0.2.9:5060", "", "", "office"), call=call
        )
        here.write(f"2026/01/05/{call}-2.wav")
        here.write("2026/01/05/my own notes.wav")
        await here.settled()
    clock.advance(60)
    async with archive(tmp_path, clock) as here:
        doing, looked = catching_up(here)
        await doing.catch_up()
        await here.settled()
        assert [name for _, name, _ in looked] == [f"{call}-2"]
        (started,) = here.told(RecordingStarted)
        assert isinstance(started, RecordingStarted)
        assert (started.part, started.caller, started.trunk, started.because) == (
            2, "+48600100200", "office", LINE,
        )  # fmt: skip
        found = await here.store.get(f"{call}-2")
        assert (found.call, found.state) == (call, State.DONE)
        await doing.catch_up()
        assert len(looked) == 1


async def test_files_of_this_process_are_none_of_its_business(tmp_path):
    clock = FakeClock()
    async with archive(tmp_path, clock) as here:
        doing, looked = catching_up(here)
        clock.advance(1)
        ours = await here.begin()
        path = here.write(ours.path)
        os.utime(path, (time.time() - 900, time.time() - 900))
        await doing.catch_up()
        assert looked == []


@pytest.mark.parametrize("put_right", [-86_400.0, -600.0, 600.0, 86_400.0])
async def test_a_clock_that_is_put_right_after_the_start_changes_nothing(tmp_path, put_right):
    clock = FakeClock()
    async with archive(tmp_path, clock) as here:
        left = await here.begin()
        await here.settled()
    async with archive(tmp_path, clock) as here:
        doing, looked = catching_up(here)
        clock.jump(put_right)
        await here.begin(2)
        await here.settled()
        await doing.catch_up()
        assert [name for _, name, _ in looked] == [left.recording]
