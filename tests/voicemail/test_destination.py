"""Where numbers lead that have to do with voicemail."""

from __future__ import annotations

from pathlib import Path

from softswitch.calls.call import Call
from softswitch.calls.forwarding import forward
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import CallRouted, MailboxOpened, MessageLeft
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import passes
from tests.voicemail.office import GREETING, office, without_threads

BOXES = {"1001": {"number": "8001", "keys": {"*": "listen", "0": "999"}, "pin": "4271"}}


def sent_on(why: Reason) -> Steps:
    async def course(call: Call) -> Termination:
        reached = await forward(call, "1001", "voicemail", why=why)
        assert isinstance(reached, Termination)
        return reached

    return Steps(course)


@without_threads
async def test_a_call_that_is_forwarded_reaches_the_box_of_who_forwards(tmp_path: Path) -> None:
    routes = {"7000": sent_on(Reason.NO_ANSWER), "7001": sent_on(Reason.BUSY)}
    async with office(tmp_path, boxes=BOXES, routes=routes) as here:
        message = await here.leaves("2001", number="7000")
        assert (message.box, message.caller, message.called) == ("1001", "2001", "7000")
        assert here.said[0].startswith("Anna cannot take your call.")
        assert [(one.kind, one.target) for one in here.told(CallRouted)][-1] == ("voicemail", "1001")
        await here.leaves("2002", number="7001")
        assert here.said[-1].startswith("Anna is talking.")
        assert len(here.told(MessageLeft)) == 2


@without_threads
async def test_an_account_without_a_box_forwards_to_nobody(tmp_path: Path) -> None:
    async def course(call: Call) -> Termination:
        reached = await forward(call, "1002", "voicemail", why=Reason.BUSY)
        assert isinstance(reached, Termination)
        assert reached.reason is Reason.MOVED
        return reached

    async with office(tmp_path, boxes=BOXES, routes={"7000": Steps(course)}) as here:
        await here.calls("2001", "7000")
        assert here.messages.rows == {}


@without_threads
async def test_the_code_leaves_a_message_for_a_number_that_follows(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        assert (await here.leaves("2001", number="*961001")).box == "1001"
        assert (await here.leaves("2001", number="*968001")).box == "1001"
        phone = await here.calls("2002", "*967777")
        assert phone.last_status() == 404


@without_threads
async def test_a_star_leads_the_owner_to_his_messages(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await here.calls("2001", "8001", 1.0)
        await here.types(phone, "*")
        assert here.said[-1] == "Enter the PIN, then press hash."
        await here.types(phone, "4271#")
        assert here.said[-1] == "You have no messages."
        assert [one.box for one in here.told(MailboxOpened)] == ["1001"]


@without_threads
async def test_a_key_that_leads_nowhere_ends_the_call(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await here.calls("2001", "8001", 1.0)
        await here.types(phone, "0")
        await passes(1)
        assert len(phone.incoming("BYE")) == 1
        assert here.switch.ended.reason == "moved"


@without_threads
async def test_who_has_no_box_dials_its_code_in_vain(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await here.calls("1002", "*97")
        assert phone.last_status() == 404


@without_threads
async def test_a_box_may_be_called_by_who_is_sent_there(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        anna, bartek = here.phone("1002"), here.phone("1003")
        anna.call("1003")
        await passes(0.5)
        bartek.pick_up()
        await passes(1)
        # Celina sends the caller on to a box by a transfer.
        bartek.send_in(bartek.dialog, "REFER", ("Refer-To", "<sip:8001@192.0.2.1>"))
        await passes(2 * GREETING + 4)
        assert here.recorder.running == 1
        await passes(5)
        anna.hang_up()
        await passes(2)
        assert [one.party for one in here.told(MessageLeft)] == ["1002"]
