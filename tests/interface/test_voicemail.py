"""Voicemail as programs see it, on a real disk and a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from softswitch.storage.database import Database
from softswitch.storage.voicemail_store import VoicemailStore
from softswitch.voicemail.boxes import Boxes
from softswitch.voicemail.errors import NotStored
from softswitch.voicemail.letters import Letters
from softswitch.voicemail.model import Message, State
from softswitch.web.errors import Busy, NotThere
from tests.fakes.clock import START, FakeClock
from tests.interface.voice_boxes import CONFIG, VoiceBoxes


@pytest.fixture
def here(database: Database, clock: FakeClock, tmp_path: Path) -> VoiceBoxes:
    return VoiceBoxes(database, clock, tmp_path)


async def test_boxes_and_their_messages_in_pages(here: VoiceBoxes) -> None:
    left = [(await here.leaves(minute)).id for minute in range(3)]
    await here.leaves(5, State.LEAVING)
    boxes = {one.name: (one.number, one.new, one.old) for one in await here.line.boxes()}
    assert boxes == {"sales": ("8000", 3, 0), "1001": ("", 0, 0)}
    first = await here.line.find("sales", after="", limit=2)
    rest = await here.line.find("sales", after=first.after, limit=2)
    assert [one.id for one in (*first.items, *rest.items)] == left[::-1]
    assert rest.after == ""
    with pytest.raises(NotThere):
        await here.line.find("nowhere", after="", limit=2)


async def test_a_message_is_heard_marked_and_erased(here: VoiceBoxes) -> None:
    message = await here.leaves()
    assert (await here.line.get(message.id)).caller == "+48600100200"
    sound = await here.line.sound(message.id, by="crm")
    assert (sound.path.read_bytes(), sound.name) == (b"RIFF", f"{message.id}.wav")
    assert sound.path.is_relative_to(sound.folder)
    assert not (await here.line.get(message.id)).heard
    assert (await here.line.mark(message.id, heard=True, by="crm")).heard
    assert here.lamps.tally("sales").old == 1
    assert not (await here.line.mark(message.id, heard=False, by="crm")).heard
    await here.line.erase(message.id, by="crm")
    assert not sound.path.exists()
    leaving = await here.leaves(5, State.LEAVING)
    for gone in (message.id, leaving.id, leaving.id[-8:], "none"):
        with pytest.raises(NotThere):
            await here.line.get(gone)


async def test_who_is_to_be_called_back_is_ticked_off_once(here: VoiceBoxes) -> None:
    asked = [await here.asks(minute, f"60010020{minute}") for minute in range(3)]
    first = await here.line.callbacks(done=False, after="", limit=2)
    rest = await here.line.callbacks(done=False, after=first.after, limit=2)
    assert [one.id for one in (*first.items, *rest.items)] == [one.id for one in asked[::-1]]
    done, again = await asyncio.gather(
        *(here.line.tick_off(asked[0].id, by=who) for who in ("first", "second"))
    )
    assert done == again
    assert (done.done, done.done_by in ("first", "second")) == (START, True)
    assert [one.id for one in (await here.line.callbacks(done=True, after="", limit=5)).items] == [
        asked[0].id
    ]
    for unknown in ("none", asked[1].id[-8:]):
        with pytest.raises(NotThere):
            await here.line.tick_off(unknown, by="crm")


class Silent(VoicemailStore):
    """A database that does not answer."""

    async def of_box(self, box: str) -> tuple[Message, ...]:
        """See VoicemailStore."""
        raise NotStored("the messages cannot be read: OperationalError")

    async def set_state(self, message: str, state: State) -> None:
        """See VoicemailStore."""
        raise NotStored("the message cannot be marked: OperationalError")


async def test_a_database_that_does_not_answer_is_said(
    here: VoiceBoxes, database: Database, clock: FakeClock
) -> None:
    message = await here.leaves()
    letters, silent = Letters(CONFIG, here.files, clock), Silent(database, clock)
    boxes = Boxes(CONFIG, silent, here.files, letters=letters, lamps=here.lamps, clock=clock)
    line = replace(here.line, kept=boxes)
    with pytest.raises(Busy, match="cannot be read"):
        await line.find("sales", after="", limit=2)
    with pytest.raises(Busy, match="cannot be marked"):
        await line.mark(message.id, heard=True, by="crm")
