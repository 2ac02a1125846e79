"""What is done with recordings that there are: given out, held, erased by wish and by time."""

from __future__ import annotations

import asyncio
import stat
from datetime import timedelta

import pytest

from softswitch.events import RecordingErased
from softswitch.recordings.catalogue import Erasure
from softswitch.recordings.errors import NoSuchRecording, OnLegalHold, RecordingError
from softswitch.recordings.model import Deed, Search, State
from tests.fakes.clock import FakeClock
from tests.recordings.archive import archive


async def test_one_is_found_by_a_part_of_its_id(tmp_path):
    async with archive(tmp_path, FakeClock()) as here:
        first, second = await here.record(1), await here.record(2)
        assert (await here.catalogue.find(first.recording[-6:])).id == first.recording
        with pytest.raises(NoSuchRecording, match=f"can mean {second.recording}, {first.recording}"):
            await here.catalogue.find(first.recording[:8])
        with pytest.raises(NoSuchRecording, match="there is no recording nothing"):
            await here.catalogue.find("nothing")


async def test_who_listens_is_written_down_and_nobody_hears_what_is_not_there(tmp_path):
    async with archive(tmp_path, FakeClock()) as here:
        done, running = await here.record(1), await here.begin(2)
        await here.settled()
        path = await here.catalogue.open_file(done.recording, by="anna", why="complaint 7")
        assert path == here.shelf.file(done.path)
        (access,) = await here.store.accesses(done.recording)
        assert (access.by, access.deed, access.why) == ("anna", Deed.LISTENED, "complaint 7")
        with pytest.raises(NoSuchRecording, match="has no file"):
            await here.catalogue.open_file(running.recording, by="anna")
        path.unlink()
        with pytest.raises(NoSuchRecording, match="is not there"):
            await here.catalogue.open_file(done.recording, by="anna")
        assert len(await here.store.accesses(done.recording)) == 1


async def test_a_copy_is_checked_against_the_hash_and_never_written_over_another_file(tmp_path):
    async with archive(tmp_path, FakeClock()) as here:
        done = await here.record()
        target = tmp_path / "copy.wav"
        await here.catalogue.give_out(done.recording, target, by="anna", why="police")
        file = here.shelf.file(done.path)
        assert await asyncio.to_thread(target.read_bytes) == await asyncio.to_thread(file.read_bytes)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        with pytest.raises(RecordingError, match=r"copy\.wav cannot be written: File exists"):
            await here.catalogue.give_out(done.recording, target, by="anna", why="police")
        with file.open("r+b") as changed:
            changed.seek(100)
            changed.write(b"x")
        with pytest.raises(RecordingError, match="is not what was recorded"):
            await here.catalogue.give_out(done.recording, tmp_path / "b.wav", by="anna", why="police")
        deeds = [one.deed for one in await here.store.accesses(done.recording)]
        assert deeds == [Deed.EXPORTED] * 3


async def test_erasing_takes_the_file_and_what_converting_left(tmp_path):
    async with archive(tmp_path, FakeClock()) as here:
        done = await here.record()
        file = here.shelf.file(done.path)
        file.with_suffix(".flac.part").write_bytes(b"half")
        await here.catalogue.erase(done.recording, by="anna", why="the customer asked")
        assert [*file.parent.iterdir()] == []
        told = RecordingErased(done.recording, "anna", "the customer asked")
        assert here.erased == [(told, done.recording[:-2])]
        assert (await here.store.get(done.recording)).state is State.ERASED


async def test_what_is_held_is_not_erased(tmp_path):
    async with archive(tmp_path, FakeClock()) as here:
        done = await here.record()
        await here.store.hold(done.recording, by="anna", why="court")
        with pytest.raises(OnLegalHold):
            await here.catalogue.erase(done.recording, by="bob", why="tidy")
        assert here.shelf.file(done.path).exists()


async def test_all_of_a_person_are_erased_but_what_is_held_or_runs(tmp_path):
    async with archive(tmp_path, FakeClock()) as here:
        mine = [await here.record(number) for number in range(1, 8)]
        other = await here.record(8, caller="+48222222222")
        runs = await here.begin(9)
        await here.settled()
        await here.store.hold(mine[2].recording, by="anna", why="court")
        wanted = Search(numbers=("600 100 200",), limit=2)
        came = await here.catalogue.erase_all(wanted, by="bob", why="asked")
        ids = {one.recording for one in mine} - {mine[2].recording}
        assert (set(came.erased), len(came.erased)) == (ids, 6)
        assert len(came.kept) == 2
        assert "still runs" in came.kept[0]
        assert "anna holds it" in came.kept[1]
        left = {one.id for one in await here.store.search(Search())}
        assert left == {mine[2].recording, other.recording, runs.recording}
        assert await here.catalogue.erase_all(Search(call="nothing"), by="b", why="w") == Erasure((), ())


async def test_what_is_overdue_goes_by_itself_in_portions(tmp_path, monkeypatch):
    monkeypatch.setattr("softswitch.recordings.catalogue.PORTION", 2)
    monkeypatch.setattr("softswitch.recordings.catalogue.PORTION_PAUSE_SECONDS", 0.0)
    clock = FakeClock()
    async with archive(tmp_path, clock) as here:
        for number in range(1, 6):
            await here.record(number, keep_days=number)
        kept = await here.record(6, keep_days=0)
        clock.advance(timedelta(days=4, hours=1).total_seconds())
        assert await here.catalogue.tidy() == 4
        assert await here.catalogue.tidy() == 0
        assert [event.why for event, _ in here.erased] == ["retention"] * 4
        left = {one.id for one in await here.store.search(Search())}
        assert kept.recording in left
        assert len(left) == 2


async def test_what_was_to_be_erased_when_the_switch_ended_goes_afterwards(tmp_path):
    clock = FakeClock()
    async with archive(tmp_path, clock) as here:
        done = await here.record()
        await here.store.mark_for_erasing(done.recording, by="anna", why="asked")
    async with archive(tmp_path, clock) as here:
        assert await here.catalogue.tidy() == 1
        assert not here.shelf.file(done.path).exists()
        assert [event for event, _ in here.erased] == [RecordingErased(done.recording, "anna", "asked")]


async def test_a_disk_that_gives_no_file_away_leaves_it_marked(tmp_path):
    async with archive(tmp_path, FakeClock()) as here:
        done = await here.record()
        file = here.shelf.file(done.path)
        file.unlink()
        file.mkdir()
        with pytest.raises(RecordingError, match="cannot be erased now"):
            await here.catalogue.erase(done.recording, by="anna", why="asked")
        assert (await here.store.get(done.recording)).state is State.ERASING
        assert here.erased == []
