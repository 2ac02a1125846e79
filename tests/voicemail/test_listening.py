"""Listening by phone: the PIN, the order of messages, the keys, and what becomes of each message."""

from __future__ import annotations

from pathlib import Path

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import MailboxOpened, MessagesDeleted
from softswitch.presence.mailboxes import Counts
from softswitch.voicemail.model import State
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import passes
from tests.voicemail.office import GREETING, office, without_threads

PIN = "4271"
BOXES = {"1001": {"number": "8001", "pin": PIN}, "team": {"number": "8002", "lamps": ["1002"], "pin": PIN}}
LISTEN = {"boxes": BOXES}


async def with_messages(here, *seconds: float, number: str = "8001") -> list[str]:
    """Let 2001 leave messages; return their ids."""
    return [(await here.leaves("2001", one, number)).id for one in seconds]


async def listening(here, keys: str = "", *, user: str = "1001", number: str = "*97"):
    phone = await here.calls(user, number)
    await here.types(phone, keys)
    return phone


@without_threads
async def test_a_phone_of_its_own_hears_new_messages_at_once(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        first, second = await with_messages(here, 4, 5)
        said = len(here.said)
        await listening(here)
        assert here.said[said:] == ["You have two new messages."]
        await passes(GREETING)
        assert here.said[-1].startswith("New message from two, zero zero one, today at ")
        await passes(GREETING)
        assert [path.stem for path in here.sounds.heard] == [first]
        await passes(GREETING)
        assert here.messages.rows[first].state is State.OLD
        assert here.messages.rows[second].state is State.NEW
        assert here.mailboxes.counts("1001") == Counts(new=1, old=1)
        assert [(one.box, one.party, one.new) for one in here.told(MailboxOpened)] == [("1001", "1001", 2)]


@without_threads
async def test_the_lamp_lights_with_a_message_and_goes_out_with_it(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        assert here.mailboxes.counts("1002") == Counts()
        await with_messages(here, 4, number="8002")
        assert here.mailboxes.counts("1002") == Counts(new=1)
        assert here.mailboxes.counts("1001") == Counts()
        phone = await listening(here, user="1002")
        await passes(3 * GREETING + 1)
        await here.types(phone, "3")
        assert here.said[-1] == "Deleted. To undo this, press three."
        phone.hang_up()
        await passes(1)
        assert here.mailboxes.counts("1002") == Counts()
        assert here.files("team") == []
        (gone,) = here.told(MessagesDeleted)
        assert (gone.box, gone.party, gone.messages) == ("team", "1002", 1)


@without_threads
async def test_what_was_deleted_comes_back_until_the_end_of_the_call(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        (one,) = await with_messages(here, 4)
        phone = await listening(here, "1")
        await here.types(phone, "3")
        await here.types(phone, "3")
        assert here.said[-1] == "The message is kept."
        phone.hang_up()
        await passes(1)
        assert one in here.messages.rows
        assert here.files("1001") == [f"{one}.wav"]


@without_threads
async def test_saved_messages_come_after_new_ones(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        first, second, third = await with_messages(here, 4, 4, 4)
        await here.messages.set_state(first, State.OLD)
        await here.messages.set_urgent(third, True)
        phone = await listening(here)
        assert here.said[-1] == "You have two new messages and one saved."
        # The first key cuts off how many there are, and the second the heading.
        await here.types(phone, "1")
        for expected in (third, second, first):
            await passes(GREETING + 0.2)
            assert here.sounds.heard[-1].stem == expected
            await here.types(phone, "6")
        assert here.said[-1] == "That was the last message."
        await here.types(phone, "4")
        await passes(GREETING + 0.2)
        assert here.sounds.heard[-1].stem == first
        await here.types(phone, "4")
        await passes(GREETING + 0.2)
        assert here.sounds.heard[-1].stem == second


@without_threads
async def test_saving_goes_on_to_the_next(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        first, second = await with_messages(here, 4, 4)
        phone = await listening(here, "2")
        assert here.messages.rows[first].state is State.OLD
        assert here.said[-1] == "Saved."
        await passes(2 * GREETING + 0.2)
        assert here.sounds.heard[-1].stem == second
        assert phone.sound is not None


@without_threads
async def test_a_message_that_was_only_begun_stays_new(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        (one,) = await with_messages(here, 8)
        phone = await listening(here, "1")
        await passes(GREETING + 0.2)
        phone.hang_up()
        await passes(1)
        assert here.messages.rows[one].state is State.NEW


@without_threads
async def test_an_empty_box(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        phone = await listening(here)
        assert here.said == ["You have no messages."]
        await passes(60)
        assert here.said[-1] == "Goodbye."
        assert len(phone.incoming("BYE")) == 1


@without_threads
async def test_polish_for_whose_account_is_polish(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN, languages={"1001": "pl"}) as here:
        await with_messages(here, 4, 4)
        await listening(here)
        assert here.said[-1] == "Masz dwie nowe wiadomości."
        await passes(GREETING)
        assert here.said[-1].startswith("Nowa wiadomość od: dwa, zero zero jeden, dzisiaj o godzinie ")


@without_threads
async def test_the_caller_is_called_back_with_the_listeners_rights(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        await with_messages(here, 4)
        caller = here.phones["2001"]
        phone = await listening(here, "7")
        rung = [one for one in caller.incoming("INVITE") if one.dialog is None]
        assert len(rung) == 1
        caller.answer(rung[0], 180)
        await passes(1)
        caller.dialog = caller.answer(rung[0], 200, body=caller.body)
        await passes(1)
        assert phone.sound.hears.startswith("leg")
        caller.hang_up()
        await passes(1)
        assert here.said[-1].startswith("To hear the message again")


@without_threads
async def test_who_has_no_account_calls_nobody_from_a_box(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        await with_messages(here, 4)
        here.messages.rows = {
            one: message for one, message in here.messages.rows.items() if message.box == "1001"
        }
        (message,) = here.messages.rows.values()
        object.__setattr__(message, "caller", "")
        phone = await listening(here, "7")
        assert here.said[-1] == "This number cannot be called from here."
        assert phone.sound is not None


@without_threads
async def test_a_caller_who_shows_a_code_as_his_number_has_nobody_dial_it(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        await with_messages(here, 4)
        dialled: list[str] = []

        async def forwards(call: Call) -> Termination:
            dialled.append(call.caller.party)
            return Termination(Reason.SERVICE_ENDED)

        code = here.switch.routes["*21900100200"] = Steps(forwards)
        code.kind = "code"
        (message,) = here.messages.rows.values()
        object.__setattr__(message, "caller", "*21900100200")
        await listening(here, "7")
        assert here.said[-1] == "This number cannot be called from here."
        assert dialled == []


@without_threads
async def test_a_message_is_forwarded_to_another_box(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        (one,) = await with_messages(here, 4)
        phone = await listening(here, "1")
        await here.types(phone, "8")
        await here.types(phone, "8002#")
        assert here.said[-1] == "The message was forwarded."
        (copy,) = [row for row in here.messages.rows.values() if row.box == "team"]
        assert (copy.caller, copy.state, copy.seconds) == ("2001", State.NEW, here.messages.rows[one].seconds)
        assert here.files("team") == [copy.file]
        assert here.mailboxes.counts("1002") == Counts(new=1)
        await here.types(phone, "8")
        await here.types(phone, "999#")
        assert here.said[-1] == "There is no such mailbox."


@without_threads
async def test_urgent_by_key(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        (one,) = await with_messages(here, 4)
        phone = await listening(here, "5")
        assert here.messages.rows[one].urgent
        assert here.mailboxes.counts("1001") == Counts(new=1, urgent_new=1)
        await here.types(phone, "5")
        assert not here.messages.rows[one].urgent


@without_threads
async def test_messages_that_cannot_be_reached_are_told_of(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        here.disk.works = False
        await listening(here)
        assert here.said == ["We are sorry: the messages cannot be reached at the moment."]
    async with office(tmp_path, boxes={"1001": {"language": "pl"}}) as here:
        here.disk.works = False
        await listening(here)
        assert here.said == ["Przepraszamy, wiadomości są w tej chwili niedostępne."]


@without_threads
async def test_a_message_without_its_file_is_told_of(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        (one,) = await with_messages(here, 4)
        here.sounds.broken.add(f"{one}.wav")
        phone = await listening(here, "1")
        await passes(GREETING + 0.5)
        assert here.said[-1] == "This message cannot be played."
        assert here.messages.rows[one].state is State.NEW
        assert phone.sound is not None
