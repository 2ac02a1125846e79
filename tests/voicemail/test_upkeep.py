"""What is done while nobody calls."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from softswitch.voicemail.upkeep import Sent
from tests.fakes.virtual_time import passes
from tests.voicemail.office import BOX, office, speak_into, without_threads

MAILED = {"mail": ["a@example.com", "b@example.com"]}
DAY = 86_400.0


def outgoing(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "voicemail" / "outgoing").glob("*"))


@without_threads
async def test_a_message_goes_only_when_everybody_has_its_mail(tmp_path: Path) -> None:
    box = {**MAILED, "delete_after_mail": True, "attach": "flac"}
    async with office(tmp_path, box, mail_by="office") as here:
        message = await here.leaves()
        assert outgoing(tmp_path) == [f"{message.id}.flac"]
        first, second = here.disk.posted
        for state in (Sent.WAITING, Sent.FAILED, Sent.UNKNOWN):
            here.disk.sent_as[first] = here.disk.sent_as[second] = state
            await here.voicemail.upkeep.look()
            assert message.id in here.messages.rows
        here.disk.sent_as[first] = Sent.DELIVERED
        await here.voicemail.upkeep.look()
        assert message.id in here.messages.rows
        here.disk.sent_as[second] = Sent.DELIVERED
        await here.voicemail.upkeep.look()
        assert here.messages.rows == {}
        assert here.files() == outgoing(tmp_path) == []


@without_threads
async def test_a_message_stays_where_its_mail_was_a_copy(tmp_path: Path) -> None:
    async with office(tmp_path, MAILED, mail_by="office") as here:
        message = await here.leaves()
        here.disk.sent_as = dict.fromkeys(here.disk.posted, Sent.DELIVERED)
        await here.voicemail.upkeep.look()
        assert message.id in here.messages.rows
        assert outgoing(tmp_path) == []


@without_threads
async def test_what_goes_with_a_mail_outlives_its_message(tmp_path: Path) -> None:
    async with office(tmp_path, MAILED, mail_by="office") as here:
        message = await here.leaves()
        await here.voicemail.boxes.delete((message,))
        await here.voicemail.upkeep.look()
        assert here.files() == []
        assert outgoing(tmp_path) == [f"{message.id}.wav"]


@without_threads
async def test_messages_are_kept_as_long_as_is_said(tmp_path: Path) -> None:
    async with office(tmp_path, {"keep_days": 2}) as here:
        old = await here.leaves("2001")
        await passes(1.5 * DAY)
        late = await here.leaves("2002")
        await here.voicemail.upkeep.look()
        assert set(here.messages.rows) == {old.id, late.id}
        await passes(0.6 * DAY)
        await here.voicemail.upkeep.look()
        assert set(here.messages.rows) == {late.id}
        assert here.files() == [late.file]


@pytest.mark.parametrize("age", [0.0, 400 * DAY])
@without_threads
async def test_files_without_a_row_are_told_of_once_and_removed_a_week_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, age: float
) -> None:
    async with office(tmp_path, {"keep_days": 0}) as here:
        message = await here.leaves()
        folder = here.voicemail.boxes.path(message).parent
        here.messages.kept[BOX] = {"greeting.busy": "greeting-busy-1.wav"}
        now = here.switch.clock.wall().timestamp()
        for name in ("gone.wav", "greeting-busy-1.wav", "greeting-busy-2.wav"):
            speak_into(folder / name, 1.0)
            # However old they are: a database may have been restored, or begun anew, just now.
            os.utime(folder / name, (now - age, now - age))
        await passes(0.1 * DAY)
        await here.voicemail.upkeep.look()
        assert len(here.files()) == 4
        assert ("nothing of" in caplog.text) == (age > 0)
        await passes(1.1 * DAY)
        for _ in range(2):
            await here.voicemail.upkeep.look()
            await passes(0.1 * DAY)
        assert len(here.files()) == 4
        assert caplog.text.count("nothing of") == 1
        assert f"voice box {BOX}, gone.wav, greeting-busy-2.wav" in caplog.text
        # One of them becomes known again, and stays.
        here.messages.kept[BOX]["greeting.unavailable"] = "greeting-busy-2.wav"
        await passes(7 * DAY)
        await here.voicemail.upkeep.look()
        assert here.files() == sorted([message.file, "greeting-busy-1.wav", "greeting-busy-2.wav"])


@without_threads
async def test_messages_are_kept_for_ever_if_so_said(tmp_path: Path) -> None:
    async with office(tmp_path, {"keep_days": 0}) as here:
        await here.leaves()
        await passes(100 * DAY)
        await here.voicemail.upkeep.look()
        assert len(here.messages.rows) == 1


@without_threads
async def test_requests_that_are_done_are_forgotten(tmp_path: Path) -> None:
    async with office(tmp_path, requests={"desk": {"number": "8100", "keep_days": 1}}) as here:
        phone = await here.calls("2001", "8100")
        await here.types(phone, "1")
        (request,) = here.requests.rows
        await here.requests.tick_off(request, at=here.switch.clock.wall(), by="1001", note="")
        await passes(1.1 * DAY)
        await here.voicemail.upkeep.look()
        assert here.requests.rows == {}


@without_threads
async def test_a_broken_disk_is_waited_for(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.disk.works = False
        await here.voicemail.upkeep.look()
        here.disk.works = True
        await here.leaves()
        assert here.mailboxes.counts(BOX).new == 1
