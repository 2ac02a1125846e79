"""Recordings as programs see them, on a real disk and a real database."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.interface.recordings import LineRecordings
from softswitch.web.errors import Conflict, NotThere
from tests.fakes.clock import FakeClock
from tests.recordings.archive import archive

ANY = {"since": None, "until": None, "queue": "", "agent": "", "number": "", "call": ""}


async def test_recordings_in_pages_newest_first(tmp_path: Path) -> None:
    async with archive(tmp_path, FakeClock()) as here:
        names = []
        for number in range(3):
            names.append((await here.record(number)).recording)
            here.clock.advance(60)
        await here.settled()
        line = LineRecordings(here.catalogue)
        first = await line.find(**ANY, after="", limit=2)  # type: ignore[arg-type]
        rest = await line.find(**ANY, after=first.after, limit=2)  # type: ignore[arg-type]
        assert [one.id for one in (*first.items, *rest.items)] == names[::-1]
        assert rest.after == ""
        call = await line.find(**{**ANY, "call": names[0][:-2]}, after="", limit=2)  # type: ignore[arg-type]
        assert [one.id for one in call.items] == [names[0]]
        assert (call.items[0].queue, call.items[0].agent, call.items[0].state) == ("sales", "1001", "done")


async def test_a_recording_is_heard_held_and_erased(tmp_path: Path) -> None:
    async with archive(tmp_path, FakeClock()) as here:
        name = (await here.record()).recording
        await here.settled()
        line = LineRecordings(here.catalogue)
        sound = await line.sound(name, by="crm")
        assert sound.path.is_relative_to(sound.folder)
        assert (sound.kind, sound.name) == ("audio/wav", f"{name}.wav")
        assert [one.by for one in await here.store.accesses(name)] == ["crm"]
        assert (await line.hold(name, "complaint", by="crm")).on_hold == "complaint"
        with pytest.raises(Conflict, match="must not be erased"):
            await line.erase(name, by="crm")
        assert (await line.release(name, by="crm")).on_hold == ""
        with pytest.raises(Conflict, match="Nobody holds"):
            await line.release(name, by="crm")
        await line.erase(name, by="crm")
        with pytest.raises(NotThere):
            await line.sound(name, by="crm")
        with pytest.raises(NotThere):
            await line.get("none")
