"""Letters of who is erased are withdrawn; what others count on goes out without the person."""

from __future__ import annotations

from pathlib import Path

import msgspec

from softswitch.outbox.messages import ERASURES, Dropped, ErasedRecording, Notice
from softswitch.outbox.messages import written as as_body
from softswitch.outbox.model import Delivery, State
from tests.fakes.clock import FakeClock
from tests.storage.conftest import seen
from tests.storage.one_person import CALL, NATIONAL, NUMBER, RECEIVER, Line, filled_line

MAILBOX = "voicemail/outgoing"


async def keys(line: Line) -> set[str]:
    return {str(key) for (key,) in await seen(line.database, "SELECT key FROM outbox")}


async def test_letters_to_and_about_the_person_are_withdrawn(
    url: str, clock: FakeClock, tmp_path: Path
) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        before = await keys(line)
        assert len(list((tmp_path / MAILBOX).iterdir())) == 2
        await line.privacy.erase(line.customer, by="1001")
        gone = {key for key in before - await keys(line) if not key.startswith("voicemail")}
        assert gone == {"waiting", "lane", "refused", "delivered:bozydara@example.com", "sms:M333"}
        # What was to go with the withdrawn letter is gone, that of the stranger is not.
        (left,) = (tmp_path / MAILBOX).iterdir()
        assert b"Jan Obcy" in left.read_bytes()
        assert [one.delivery.key for one in await line.outbox.due("sms:x")] == ["others"]


async def test_one_that_is_being_tried_is_settled_without_a_fault(
    url: str, clock: FakeClock, tmp_path: Path
) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        trying, waiting = await line.outbox.find("waiting"), await line.outbox.find("lane")
        assert trying is not None
        assert waiting is not None
        assert await line.outbox.claim(trying)
        await line.privacy.erase(line.customer, by="1001")
        await line.outbox.settle(trying, State.DELIVERED)
        assert not await line.outbox.claim(waiting)
        assert await line.outbox.find("waiting") is None


async def test_a_webhook_goes_out_without_the_person(url: str, clock: FakeClock, tmp_path: Path) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        before = await line.outbox.latest(channel=f"webhook:{RECEIVER}")
        await line.privacy.erase(line.customer, by="1001")
        after = {one.delivery.key: one for one in await line.outbox.latest(channel=f"webhook:{RECEIVER}")}
        assert set(after) == {one.delivery.key for one in before}
        notice = msgspec.json.decode(after["webhook:crm:x"].delivery.body, type=Notice)
        data = msgspec.json.decode(notice.payload)["data"]
        assert (notice.id, data["n"], data["caller_name"]) == ("x", 7, "")
        assert data["caller"].startswith("erased:")
        ended = msgspec.json.decode(after[f"webhook:{RECEIVER}:call-ended:{CALL}"].delivery.body, type=Notice)
        assert NATIONAL not in ended.payload
        assert msgspec.json.decode(ended.payload)["data"]["call"] == CALL


async def test_what_must_be_taken_away_elsewhere_or_is_held_stays_until_it_is_delivered(
    url: str, clock: FakeClock, tmp_path: Path
) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        await line.withdraw_a_drop()
        values = {"caller": NUMBER}
        (tmp_path / "recordings/held.wav").write_bytes(b"held")
        await line.outbox.post(
            [
                Delivery(f"drop:nas:{name}", "drop:nas", as_body(Dropped(f"{name}.wav", "ab", values)))
                for name in ("held", "gone", "../gone")
            ]
        )
        await line.privacy.erase(line.customer, by="1001")
        left = {key for key in await keys(line) if key.startswith("drop")}
        assert left == {"drop of others", "drop:nas:1:erased", "drop:nas:held"}
        erased = {one.delivery.key for one in await line.outbox.due(ERASURES)}
        for key in left | erased:
            posted = await line.outbox.find(key)
            assert posted is not None
            await line.outbox.settle(posted, State.DELIVERED)
        assert await seen(line.database, f"SELECT key FROM outbox WHERE body LIKE '%{NATIONAL}%'") == []


async def test_the_copies_of_recordings_that_went_with_the_person_are_withdrawn_too(
    url: str, clock: FakeClock, tmp_path: Path
) -> None:
    async with filled_line(url, tmp_path, clock) as line:
        await line.privacy.erase(line.customer, by="1001")
        orders = await line.outbox.due(ERASURES)
        told = [msgspec.json.decode(one.delivery.body, type=ErasedRecording) for one in orders]
        assert [one.caller for one in told] == [NATIONAL]
        for posted in orders:
            await line.outbox.settle(posted, State.DELIVERED)
        assert await seen(line.database, f"SELECT key FROM outbox WHERE body LIKE '%{NATIONAL}%'") == []
