"""Leaving a message: what is heard, what is kept, and what a caller is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from media import commands as ask
from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import MessageLeft, MessageNotLeft
from softswitch.outbox.messages import Mail, read
from softswitch.voicemail.model import State
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import passes
from tests.voicemail.office import BOX, NUMBER, heard_tone, office, without_threads

KEPT = "Your message has been kept. Goodbye."
REVIEW = "To send the message, press one."


def why_not(here) -> list[str]:
    return [one.why for one in here.told(MessageNotLeft)]


@without_threads
async def test_who_hangs_up_after_speaking_has_left_a_message(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        message = await here.leaves(seconds=8.0)
        assert message.state is State.NEW
        assert 8 <= message.seconds <= 9
        assert (message.box, message.caller, message.called) == (BOX, "2001", "8000")
        path = tmp_path / "voicemail" / "boxes" / BOX / message.file
        assert soundfile.info(str(path)).frames / 8000 == pytest.approx(message.seconds)
        assert [(one.box, one.message, one.party) for one in here.told(MessageLeft)] == [
            (BOX, message.id, "2001")
        ]


@without_threads
async def test_only_what_the_caller_says_is_recorded(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks()
        (record,) = phone.sound.asked(ask.Record)
        assert record.layout == "mono"
        assert heard_tone(phone) == 1


@without_threads
async def test_a_hash_ends_it_and_it_is_kept_before_the_caller_is_told(tmp_path: Path) -> None:
    async with office(tmp_path, {"review": False}) as here:
        phone = await here.speaks()
        await here.types(phone, "#")
        assert here.said[-1] == KEPT
        assert [one.state for one in here.messages.rows.values()] == [State.NEW]
        await passes(3)
        assert len(phone.incoming("BYE")) == 1


@without_threads
async def test_a_broken_disk_is_not_called_kept(tmp_path: Path) -> None:
    async with office(tmp_path, {"review": False}) as here:
        phone = await here.speaks()
        here.disk.works = False
        await here.types(phone, "#")
        await passes(3)
        assert KEPT not in here.said
        assert here.said[-1].startswith("We are sorry: we cannot confirm")
        assert why_not(here) == ["not_stored"]
        # What was said is not lost: it is kept when the disk is back.
        here.disk.works = True
        await passes(5)
        await here.voicemail.upkeep.look()
        assert [one.state for one in here.messages.rows.values()] == [State.NEW]


@without_threads
async def test_a_slow_disk_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    async with office(tmp_path, {"review": False}) as here:
        phone = await here.speaks()
        here.disk.takes = 60.0
        await here.types(phone, "#")
        await passes(12)
        assert here.said[-1].startswith("We are sorry: we cannot confirm")
        await passes(200)
        assert [one.state for one in here.messages.rows.values()] == [State.NEW]
        here.disk.takes = 0.0


@without_threads
async def test_no_message_is_begun_without_its_row(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        here.disk.works = False
        phone = await here.calls("2001", seconds=4)
        assert here.said == [
            "We are sorry: messages cannot be recorded at the moment. Please call again later. Goodbye."
        ]
        assert heard_tone(phone) == 0
        assert why_not(here) == ["not_stored"]


@without_threads
async def test_a_full_box_says_so(tmp_path: Path) -> None:
    async with office(tmp_path, {"most_messages": 1}) as here:
        await here.leaves("2001")
        phone = await here.calls("2002", seconds=4)
        assert here.said[-1].startswith("This mailbox is full")
        assert heard_tone(phone) == 0
        assert why_not(here) == ["box_full"]


@without_threads
async def test_two_who_speak_at_once_do_not_overfill_a_box(tmp_path: Path) -> None:
    async with office(tmp_path, {"most_messages": 1}) as here:
        first = await here.speaks("2001", 3)
        await here.calls("2002", seconds=4)
        assert why_not(here) == ["box_full"]
        first.hang_up()
        await passes(1)
        assert len(here.told(MessageLeft)) == 1


@without_threads
async def test_a_full_disk_says_so(tmp_path: Path) -> None:
    async with office(tmp_path, least_free=1 << 60) as here:
        await here.calls("2001", seconds=4)
        assert why_not(here) == ["no_room"]
        assert here.said[-1].startswith("We are sorry: messages cannot be recorded")


@without_threads
async def test_what_is_too_short_is_no_message_and_may_be_said_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks(seconds=1)
        await here.types(phone, "#")
        assert here.said[-2:] == ["That was too short for a message.", "Speak after the tone."]
        await passes(2 * 2 + 4)
        assert heard_tone(phone) == 2
        phone.hang_up()
        await passes(1)
        assert len(here.told(MessageLeft)) == 1
        assert len(here.files()) == 1


@without_threads
async def test_who_hangs_up_at_once_leaves_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks(seconds=0.5)
        phone.hang_up()
        await passes(1)
        assert here.messages.rows == {}
        assert here.files() == []
        assert here.told(MessageLeft) == []
        assert here.disk.posted == {}


@without_threads
async def test_who_hangs_up_during_the_greeting_leaves_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.calls("2001", seconds=1)
        phone.hang_up()
        await passes(1)
        assert here.messages.rows == {}


@without_threads
async def test_silence_ends_a_message(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks(seconds=5)
        assert phone.sound.asked(ask.ListenForSilence)[-1].seconds == 6.0
        here.switch.client.quiet(phone.sound)
        await passes(0.5)
        assert here.said[-1].startswith(REVIEW)
        # Nobody listens for silence in what comes after.
        assert phone.sound.asked(ask.ListenForSilence)[-1].seconds == 0.0


@without_threads
async def test_who_never_speaks_leaves_nothing(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks(seconds=6)
        here.switch.client.quiet(phone.sound, spoke=False)
        await passes(0.5)
        assert here.said[-2:] == ["We have heard nothing.", "Speak after the tone."]
        for _ in range(4):
            await passes(12)
            here.switch.client.quiet(phone.sound, spoke=False)
        await passes(8)
        assert here.said[-1] == "No message was kept. Goodbye."
        assert why_not(here) == ["nothing_heard"]
        assert here.messages.rows == {}
        assert here.files() == []


@without_threads
async def test_the_longest_message_ends_with_a_word(tmp_path: Path) -> None:
    async with office(tmp_path, {"longest_s": 10}) as here:
        await here.speaks(seconds=10.5)
        assert "The message has its full length." in here.said
        await passes(30)
        assert here.said[-1] == KEPT
        (message,) = here.messages.rows.values()
        assert message.seconds == pytest.approx(10, abs=0.2)


@without_threads
async def test_it_is_heard_and_sent(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks()
        await here.types(phone, "#2")
        (message,) = here.messages.rows.values()
        await passes(1)
        assert [path.name for path in here.sounds.heard] == [message.file]
        await here.types(phone, "1")
        assert here.said[-1] == KEPT


@without_threads
async def test_it_is_spoken_again(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks()
        await here.types(phone, "#3")
        (first,) = here.files()
        await passes(2 * 2 + 5)
        phone.hang_up()
        await passes(1)
        (message,) = here.messages.rows.values()
        assert here.files() == [message.file]
        assert message.file != first
        assert message.seconds < 8


@without_threads
async def test_it_is_urgent(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks()
        await here.types(phone, "#4")
        await passes(2.5)
        phone.hang_up()
        await passes(1)
        assert [one.urgent for one in here.messages.rows.values()] == [True]
        assert here.told(MessageLeft)[0].urgent


@without_threads
async def test_it_is_cancelled(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks()
        await here.types(phone, "#*")
        assert here.said[-1] == "The message has been deleted. Goodbye."
        await passes(3)
        assert here.messages.rows == {}
        assert here.files() == []
        assert why_not(here) == ["cancelled"]


@without_threads
async def test_who_presses_nothing_has_sent_it(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.speaks()
        await here.types(phone, "#")
        await passes(20)
        assert here.said[-1] == KEPT
        assert len(here.told(MessageLeft)) == 1


@without_threads
async def test_a_recording_that_breaks_off_is_told_of_truthfully(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        await here.speaks()
        here.recorder.break_off()
        await passes(0.5)
        assert here.said[-1].startswith("The recording broke off.")
        await passes(5)
        assert here.said[-1] == KEPT
        assert len(here.told(MessageLeft)) == 1


@without_threads
async def test_a_recorder_that_never_ends_is_not_called_kept(tmp_path: Path) -> None:
    async with office(tmp_path, {"review": False}) as here:
        phone = await here.speaks()
        here.recorder.slow = True
        await here.types(phone, "#")
        await passes(65)
        assert here.said[-1].startswith("We are sorry: we cannot confirm")


@without_threads
async def test_greetings_by_text_and_by_what_was_recorded(tmp_path: Path) -> None:
    async with office(tmp_path, {"unavailable": "We are at lunch.", "language": "en"}) as here:
        await here.leaves("2001")
        assert here.said[0] == "We are at lunch."
        here.messages.kept[BOX] = {"greeting.temporary": "on-holiday.wav"}
        recorded = tmp_path / "voicemail" / "boxes" / BOX / "on-holiday.wav"
        recorded.write_bytes(b"RIFF")
        said = len(here.said)
        await here.calls("2002", seconds=1)
        assert here.sounds.heard == [recorded]
        assert len(here.said) == said


@without_threads
async def test_a_greeting_names_whose_box_it_is_in_its_language(tmp_path: Path) -> None:
    boxes = {"1001": {"number": "8001", "language": "pl"}}
    async with office(tmp_path, boxes=boxes) as here:
        await here.calls("2001", "8001")
        assert here.said[0].startswith("Anna nie może teraz odebrać. Proszę zostawić wiadomość po sygnale.")
        assert here.speaker.languages == ["pl"]


@without_threads
async def test_the_greeting_is_left_out_by_a_hash(tmp_path: Path) -> None:
    async with office(tmp_path) as here:
        phone = await here.calls("2001", seconds=0.7)
        await here.types(phone, "5#")
        await passes(2.5)
        assert heard_tone(phone) == 1
        assert here.recorder.running == 1


@without_threads
async def test_no_name_that_a_network_sends_keeps_a_message_from_the_disk(tmp_path: Path) -> None:
    boxes = {BOX: {"number": NUMBER}}
    names = {"2001": "a\0b\ud800" + "x" * 200}
    async with office(tmp_path, boxes=boxes, names=names) as here:
        message = await here.leaves("2001")
        assert message.caller_name.startswith("a\ufffdb\ufffdx")
        assert len(message.caller_name) == 60


@without_threads
async def test_who_hides_the_number_is_nobody(tmp_path: Path) -> None:
    async def hidden(call: Call) -> Termination:
        call.caller.party = "anonymous"
        await here.voicemail.take_message(call, BOX)
        return Termination(Reason.SERVICE_ENDED)

    parts = {"routes": {"7000": Steps(hidden)}, "mail_by": "office"}
    async with office(tmp_path, {"mail": "a@example.com"}, **parts) as here:
        await here.leaves("2001", number="7000")
        assert [one.party for one in here.told(MessageLeft)] == [""]
        (delivery,) = here.disk.posted.values()
        assert "From: unknown number" in read(delivery.body, Mail).text


class Known:
    """Customers who are known."""

    async def name_of(self, number: str) -> str:
        """See Customers."""
        return {"2001": "Jan Kowalski"}.get(number, "")


@without_threads
async def test_a_customers_name_goes_before_what_the_network_says(tmp_path: Path) -> None:
    names = {"2001": "JAN MOBILE", "2002": "Ola"}
    async with office(tmp_path, names=names, customers=Known()) as here:
        assert (await here.leaves("2001")).caller_name == "Jan Kowalski"
        assert (await here.leaves("2002")).caller_name == "Ola"


@without_threads
async def test_a_key_of_the_greeting_leads_to_somebody(tmp_path: Path) -> None:
    async with office(tmp_path, {"keys": {"0": "1002"}}) as here:
        bartek = here.phone("1002")
        phone = await here.calls("2001", seconds=1)
        await here.types(phone, "0")
        bartek.ring()
        await passes(1)
        bartek.pick_up()
        await passes(1)
        assert phone.sound.hears.startswith("leg")
        phone.hang_up()
        await passes(1)
        assert here.messages.rows == {}


@without_threads
async def test_whose_call_goes_on_behind_it_hears_no_good_bye(tmp_path: Path) -> None:
    async def both(call: Call) -> Termination:
        await here.voicemail.take_message(call, BOX, goes_on=True)
        await here.voicemail.ask_for_call(call, "sales", goes_on=True)
        return Termination(Reason.MENU_ENDED)

    parts = {"routes": {"7000": Steps(both)}, "requests": {"sales": {"language": "en"}}}
    async with office(tmp_path, {"review": False}, **parts) as here:
        phone = await here.speaks(number="7000")
        await here.types(phone, "#")
        await passes(2)
        assert "Your message has been kept." in here.said
        await here.types(phone, "1")
        assert here.said[-1] == "We have taken your request and will call you back."
        assert not any("Goodbye" in said for said in here.said)
