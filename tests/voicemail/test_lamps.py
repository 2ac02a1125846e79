"""Which phones show how many messages."""

from __future__ import annotations

from softswitch.presence.mailboxes import Counts, MemoryMailboxes
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.lamps import Lamps
from softswitch.voicemail.model import State, Tally
from tests.storage.test_voicemail_store import message
from tests.voicemail.memory import Disk, MemoryMessages

CONFIG = VoicemailConfig.model_validate({"boxes": {"1001": {}, "team": {"lamps": ["1001", "1002"]}}})


async def test_an_account_sees_its_own_box_and_those_it_shares() -> None:
    disk, shown = Disk(), MemoryMailboxes()
    store = MemoryMessages(disk)
    lamps = Lamps(CONFIG, store, shown.set)
    await store.add(message(1, box="1001", state=State.NEW, urgent=True))
    await store.add(message(2, box="team", state=State.NEW))
    await store.add(message(3, box="team", state=State.OLD))
    await lamps.refresh()
    assert shown.counts("1001") == Counts(new=2, old=1, urgent_new=1)
    assert shown.counts("1002") == Counts(new=1, old=1)
    assert lamps.tally("team") == Tally(new=1, old=1)
    assert lamps.tally("nobody") == Tally()


async def test_what_cannot_be_looked_at_stays_as_it_was() -> None:
    disk, shown = Disk(), MemoryMailboxes()
    store = MemoryMessages(disk)
    lamps = Lamps(CONFIG, store, shown.set)
    await store.add(message(1, box="1001", state=State.NEW))
    await lamps.refresh()
    disk.works = False
    await lamps.refresh()
    assert shown.counts("1001") == Counts(new=1)


async def test_phones_are_told_of_changes_alone() -> None:
    told: list[str] = []
    shown = MemoryMailboxes()
    shown.subscribe(told.append)
    store = MemoryMessages(Disk())
    lamps = Lamps(CONFIG, store, shown.set)
    await store.add(message(1, box="1001", state=State.NEW))
    await lamps.refresh()
    await lamps.refresh()
    assert told == ["1001"]
