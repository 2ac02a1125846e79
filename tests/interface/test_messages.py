"""Text messages as programs send them, on a real database and to a real gateway."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.interface.messages import LineMessages
from softswitch.web.errors import NotThere, Unacceptable
from softswitch.web.resources.line import NewMessage
from tests.fakes.message_line import CALL, CALLER, message_line


async def test_a_message_is_sent_in_a_call_and_found_by_it(tmp_path: Path) -> None:
    async with message_line(tmp_path) as here:
        line = LineMessages(here.office.messages)
        assert {one.name for one in line.templates()} == {"manual", "order"}
        await here.call(ends=False)
        new = NewMessage(call=CALL, template="manual")
        sent = await line.send(CALLER, new, agent="1001", by="desk (1001)")
        assert (sent.state, sent.call, sent.template, sent.by) == ("waiting", CALL, "manual", "desk (1001)")
        await here.settled()
        (found,) = await line.of_call(CALL)
        assert found == await line.get(sent.id)
        assert found.state == "sent"
        assert await line.of_call("01OTHER") == []
        with pytest.raises(NotThere):
            await line.get("none")


@pytest.mark.parametrize(
    ("number", "new", "where"),
    [
        ("22 123 45 67", NewMessage(text="Hi"), "body.number"),
        (CALLER, NewMessage(template="none"), "body.template"),
        (CALLER, NewMessage(text="x" * 1530), "body.text"),
        (CALLER, NewMessage(text="Hi", gateway="none"), "body.gateway"),
    ],
)
async def test_what_cannot_be_sent_names_the_field(
    tmp_path: Path, number: str, new: NewMessage, where: str
) -> None:
    async with message_line(tmp_path) as here:
        with pytest.raises(Unacceptable) as refused:
            await LineMessages(here.office.messages).send(number, new, agent="", by="crm")
        assert [one.where for one in refused.value.faults] == [where]
