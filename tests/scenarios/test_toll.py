"""Ways of telephoning at somebody else's cost, each through the whole switch."""

from __future__ import annotations

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from tests.calls.test_transfer import refer
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.test_outside import line


@in_virtual_time
async def test_who_is_put_into_a_menu_does_not_dial_at_the_cost_of_who_did_it() -> None:
    """The old "please transfer me to nine": an outside party, transferred into a menu that dials."""
    async with line() as made:
        ends: list[Termination] = []

        async def menu(call: Call) -> Termination:
            ends.append(await made.switch.dialler.dial(call, ["+48600700800"]))
            return ends[-1]

        made.switch.routes["700"] = Steps(menu)
        made.second.take_all()
        made.first.take_all()
        phone = await made.dial("+48600100200")
        assert phone.last_status() == 200
        refer(phone, "700")
        await passes(2)
        called = [
            one.request.target for one in (*made.first.incoming("INVITE"), *made.second.incoming("INVITE"))
        ]
        assert not any("600700800" in target for target in called)
        assert [end.reason for end in ends] == [Reason.NOT_ALLOWED]
