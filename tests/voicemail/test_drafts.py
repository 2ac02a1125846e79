"""Messages on their way: what a stop or a kill leaves, and what is posted with what is kept."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from softswitch.events import MessageLeft
from softswitch.ids import make_id
from softswitch.outbox.messages import Mail, read
from softswitch.presence.mailboxes import Counts
from softswitch.voicemail.errors import NoSuchBox
from softswitch.voicemail.model import Message, State
from tests.fakes.clock import START
from tests.fakes.virtual_time import passes
from tests.voicemail.memory import MemoryMessages
from tests.voicemail.office import BOX, office, speak_into, without_threads

MAILED = {"mail": ["sales@example.com"], "shortest_s": 2}


def left_over(folder: Path, seconds: float, *, box: str = BOX, age: float = 60.0) -> Message:
    """Return a message that was being left when the switch was killed, with its file."""
    at = START - timedelta(seconds=age)
    id_ = make_id(at)
    message = Message(id_, box, "", at, "600100200", file=f"{id_}.wav")
    if seconds:
        path = folder / "voicemail" / "boxes" / box / message.file
        speak_into(path, seconds)
        os.utime(path, (at.timestamp(), at.timestamp()))
    return message


def with_rows(*messages: Message):
    def put(store: MemoryMessages) -> None:
        store.rows.update({one.id: one for one in messages})

    return put


@without_threads
async def test_what_was_spoken_before_a_kill_is_a_message_after_the_start(tmp_path: Path) -> None:
    cut_off = left_over(tmp_path, 5.0)
    async with office(tmp_path, MAILED, leftovers=with_rows(cut_off), mail_by="office") as here:
        kept = here.messages.rows[cut_off.id]
        assert (kept.state, kept.seconds) == (State.NEW, pytest.approx(5.0))
        assert [(one.message, one.party) for one in here.told(MessageLeft)] == [(cut_off.id, "600100200")]
        assert list(here.disk.posted) == [f"voicemail:{cut_off.id}:mail"]
        assert here.mailboxes.counts(BOX) == Counts(new=1)
        # Looking again makes no second one of it.
        await here.voicemail.upkeep.look()
        assert len(here.told(MessageLeft)) == 1


@without_threads
async def test_what_was_hardly_begun_before_a_kill_is_none(tmp_path: Path) -> None:
    async with office(tmp_path, leftovers=with_rows(left_over(tmp_path, 1.0))) as here:
        assert here.messages.rows == {}
        assert here.files() == []
        assert here.told(MessageLeft) == []


@without_threads
async def test_a_file_that_still_grows_is_left_alone(tmp_path: Path) -> None:
    growing = left_over(tmp_path, 5.0, age=1.0)
    async with office(tmp_path, leftovers=with_rows(growing)) as here:
        assert here.messages.rows[growing.id].state is State.LEAVING
        await passes(5)
        await here.voicemail.upkeep.look()
        assert here.messages.rows[growing.id].state is State.NEW


@without_threads
async def test_a_message_without_a_file_is_given_up_in_the_end(tmp_path: Path) -> None:
    lost = left_over(tmp_path, 0.0)
    async with office(tmp_path, leftovers=with_rows(lost)) as here:
        assert lost.id in here.messages.rows
        await passes(3700)
        await here.voicemail.upkeep.look()
        assert here.messages.rows == {}


@without_threads
async def test_a_message_of_a_box_that_is_gone_stays_as_it_is(tmp_path: Path) -> None:
    of_before = left_over(tmp_path, 5.0, box="closed")
    async with office(tmp_path, leftovers=with_rows(of_before)) as here:
        assert here.messages.rows[of_before.id].state is State.LEAVING


@without_threads
async def test_what_is_being_spoken_is_not_taken_for_left_over(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks()
        await here.voicemail.upkeep.look()
        assert [one.state for one in here.messages.rows.values()] == [State.LEAVING]
        phone.hang_up()
        await passes(1)
        assert [one.state for one in here.messages.rows.values()] == [State.NEW]
        assert here.voicemail.drafts.live == 0


@without_threads
async def test_message_mail_and_wake_go_together(tmp_path: Path) -> None:
    async with office(tmp_path, MAILED, mail_by="office") as here:
        message = await here.leaves()
        (delivery,) = here.disk.posted.values()
        assert (delivery.key, delivery.channel) == (f"voicemail:{message.id}:mail", "mail:office")
        assert message.mail == delivery.key
        mail = read(delivery.body, Mail)
        (attached,) = mail.attachments
        assert (tmp_path / attached.path).read_bytes()[:4] == b"RIFF"
        assert len(here.woken) == 1


@without_threads
async def test_nobody_leaves_a_message_in_a_box_that_is_not_there(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        with pytest.raises(NoSuchBox, match="'nowhere'"):
            await here.voicemail.drafts.begin("nowhere", call="c", caller="1", name="", called="2", menu="")
