"""What may be done with boxes and messages, whoever asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.outbox.messages import Mail, read
from softswitch.presence.mailboxes import Counts
from softswitch.voicemail.errors import BoxFull, NoSuchBox, NotStored
from softswitch.voicemail.model import Setting, State
from softswitch.voicemail.pins import matches
from tests.voicemail.office import BOX, office, speak_into, without_threads

BOXES = {BOX: {"number": "8000"}, "other": {"mail": "other@example.com", "most_messages": 1}}


@without_threads
async def test_what_is_forwarded_is_mailed_to_the_other_box(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES, mail_by="office") as here:
        message = await here.leaves()
        boxes = here.voicemail.boxes
        copy = await boxes.forward(message, "other")
        (delivery,) = here.disk.posted.values()
        assert delivery.key == copy.mail == f"voicemail:{copy.id}:mail"
        assert read(delivery.body, Mail).to == ("other@example.com",)
        assert await boxes.find(copy.id) == copy
        with pytest.raises(BoxFull):
            await boxes.forward(message, "other")
        with pytest.raises(NoSuchBox):
            await boxes.forward(message, "nowhere")


@without_threads
async def test_a_message_whose_file_is_gone_cannot_be_forwarded(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES, mail_by="office") as here:
        message = await here.leaves()
        here.voicemail.boxes.path(message).unlink()
        with pytest.raises(NotStored):
            await here.voicemail.boxes.forward(message, "other")
        assert len(here.messages.rows) == 1


@without_threads
async def test_what_the_disk_does_not_take_stays_as_it_was(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        message = await here.leaves()
        here.disk.works = False
        assert not await here.voicemail.boxes.set_state(message, State.OLD)
        assert not await here.voicemail.boxes.set_urgent(message, True)
        here.disk.works = True
        assert await here.voicemail.boxes.set_state(message, State.OLD)
        assert here.mailboxes.counts(BOX) == Counts(old=1)


@without_threads
async def test_files_go_after_their_rows(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        message = await here.leaves()
        here.disk.works = False
        with pytest.raises(NotStored):
            await here.voicemail.boxes.delete((message,))
        assert here.files() == [message.file]
        here.disk.works = True
        await here.voicemail.boxes.delete((message,))
        assert here.files() == []
        assert here.mailboxes.counts(BOX) == Counts()


@without_threads
async def test_pins_and_greetings_of_boxes_there_are(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        boxes = here.voicemail.boxes
        await boxes.set_pin(BOX, "4271")
        assert matches("4271", here.messages.kept[BOX]["pin"])
        await boxes.set_pin(BOX, "")
        assert here.messages.kept[BOX] == {}
        for asked in (boxes.set_pin("nowhere", "4271"), boxes.messages("nowhere")):
            with pytest.raises(NoSuchBox):
                await asked
        path = await boxes.greeting_path(BOX, Setting.BUSY)
        assert path.name.startswith("greeting-busy-")
        speak_into(path, 1.0)
        await boxes.set_greeting(BOX, Setting.BUSY, path.name)
        await boxes.set_greeting(BOX, Setting.BUSY, "")
        assert here.files() == []
