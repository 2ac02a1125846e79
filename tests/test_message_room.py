"""Text messages of a line: from templates, to the gateway once, in the history of whom they went to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from softswitch.crm.history_model import ContactKind
from softswitch.crm.order_model import Order
from softswitch.integrations.errors import SmsRefused
from softswitch.message_room import Outgoing
from softswitch.outbox.model import State
from tests.fakes.clock import START
from tests.fakes.message_line import CALL, CALLER, message_line


async def test_a_template_goes_out_once_and_stands_in_the_history(tmp_path: Path) -> None:
    async with message_line(tmp_path) as here:
        office = here.office
        anna = await office.customers.customers.create({"last_name": "Nowak", "numbers": [CALLER]})
        await here.call(ends=False)
        out = Outgoing("600 100 200", template="manual", call=CALL, agent="1001", sent_by="desk (1001)")
        message = await office.messages.send(out)
        await here.settled()
        (body,) = [json.loads(one) for one in here.gateway.bodies]
        assert (body["to"], body["text"]) == (CALLER, "Nowak: https://f.pl/m. Ewa")
        (sent,) = await office.messages.store.of_call(CALL)
        assert (sent.message, sent.state) == (message, State.DELIVERED)
        page = await office.customers.customers.history(anna, kinds=[ContactKind.SMS])
        (contact,) = page.contacts
        assert (contact.reference, contact.agent, contact.queue) == (CALL, "1001", "cards")
        assert contact.text == "Nowak: https://f.pl/m. Ewa"
        # On the card of the next call, too.
        assert ContactKind.SMS in {
            one.kind for one in (await office.customers.customers.card(CALLER)).contacts
        }


async def test_after_the_call_a_template_may_speak_of_the_last_order(tmp_path: Path) -> None:
    async with message_line(tmp_path) as here:
        await here.call()
        await here.office.shops.store.save([Order("paper", "4711", "wyslane", START, phone=CALLER)])
        await here.office.messages.send(Outgoing(CALLER, template="order", call=CALL))
        await here.settled()
        assert json.loads(here.gateway.bodies[0])["text"] == "Zamowienie 4711: wyslane 300"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"number": "22 123 45 67", "text": "x"}, "landline"),
        ({"number": "anonymous", "text": "x"}, "no_number"),
        ({"number": CALLER, "text": "  "}, "empty"),
        ({"number": CALLER, "text": "x" * 2000}, "too_long"),
        ({"number": CALLER}, "no_text"),
        ({"number": CALLER, "text": "x", "template": "manual"}, "no_text"),
        ({"number": CALLER, "template": "letter"}, "no_template"),
        ({"number": CALLER, "text": "x", "gateway": "none"}, "no_gateway"),
    ],
)
async def test_what_may_not_go_is_said_at_once(tmp_path: Path, given: dict[str, str], why: str) -> None:
    async with message_line(tmp_path) as here:
        with pytest.raises(SmsRefused) as refused:
            await here.office.messages.send(Outgoing(**given))
        assert refused.value.why == why
        assert await here.office.outbox.latest() == []


async def test_limits_outlast_a_restart(tmp_path: Path) -> None:
    for run in range(3):
        async with message_line(tmp_path, per_number=2) as here:
            message = await here.office.messages.send(Outgoing(CALLER, text=f"No. {run}"))
            while (sent := await here.office.messages.store.find(message.id)) is None or sent.state in (
                State.WAITING,
                State.SENDING,
            ):
                here.office.dispatcher.wake()
                await here.turn()
            wanted = State.REFUSED if run == 2 else State.DELIVERED
            assert (sent.state, len(here.gateway.bodies)) == (wanted, 0 if run == 2 else 1)
    assert "have gone to this number" in sent.trouble
