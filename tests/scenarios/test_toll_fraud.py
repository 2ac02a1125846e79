"""What a stolen password, a stranger's call or a clever choice of digits costs: no more than was allowed."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.call import Call
from softswitch.calls.dialling import AccountDestination
from softswitch.calls.hangup import Termination
from softswitch.events import CallArrived, CallEnded
from softswitch.outside import MOST_CALLS_FOR_HELP
from softswitch.sip.message import Request
from softswitch.trunks.config import OutsideRights
from softswitch.trunks.limits import account_key, help_key, trunk_key
from tests.calls.test_transfer import refer
from tests.fakes.exchange import Phone, Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.test_outside import FIRST, LOGIN, OURS, RIGHTS, SECOND, Line, line


def rung(made: Line) -> list[str]:
    """Return who is called at the providers, each call once however often it had to prove itself."""
    invites: list[Request] = [*made.first.calls, *made.second.calls]
    return sorted({one.call_id: str(one.uri) for one in invites}.values())


def ending(made: Line) -> list[str]:
    return [one.reason for one in made.switch.events(CallEnded)]


async def together(made: Line, *numbers: str) -> Phone:
    """Let one account call them all while the sound of each caller is still being opened."""
    phone = made.phone("1001")
    made.switch.client.gate = asyncio.Event()
    for number in numbers:
        phone.call(number)
    await passes(0.1)
    made.switch.client.gate.set()
    await passes(1)
    return phone


@in_virtual_time
async def test_calls_that_begin_together_are_no_more_than_an_account_may_have() -> None:
    async with line(outside_limits={"calls_per_account": 1}) as made:
        await together(made, *(f"60010020{digit}" for digit in range(8)))
        assert len(rung(made)) == made.outside.usage.calls(account_key("1001")) == 1
        assert ending(made) == ["limit_reached"] * 7


@in_virtual_time
async def test_calls_that_begin_together_are_no_more_than_a_trunk_has_lines() -> None:
    trunks = {
        name: {"host": host, "qualify": 0, "max_calls": 1, **LOGIN}
        for name, host in (("a", FIRST), ("b", SECOND))
    }
    async with line(trunks=trunks) as made:
        await together(made, *(f"60010020{digit}" for digit in range(4)))
        assert len(made.first.calls) > 0
        assert [made.outside.usage.calls(trunk_key(name)) for name in ("a", "b")] == [1, 1]
        assert len(rung(made)) == 2
        assert ending(made) == ["all_lines_busy"] * 2


@in_virtual_time
async def test_numbers_that_one_dial_rings_together_are_counted_each() -> None:
    async with line(outside_limits={"calls_per_account": 2}) as made:

        async def course(call: Call) -> Termination:
            return await made.switch.dialler.dial(call, [f"60010020{digit}" for digit in range(5)])

        made.switch.routes["700"] = Steps(course)
        phone = await made.dial("700")
        assert len(rung(made)) == 2
        phone.cancel()
        await passes(1)
        assert made.outside.usage.calls(account_key("1001")) == 0


@in_virtual_time
async def test_calls_for_help_have_a_small_number_of_their_own() -> None:
    async with line(outside_limits={"calls_per_account": 1}) as made:
        await together(made, "600100200", *["112"] * 10)
        assert [uri.partition("@")[0] for uri in rung(made)].count("sip:112") == MOST_CALLS_FOR_HELP
        assert made.outside.usage.calls(help_key("1001")) == MOST_CALLS_FOR_HELP
        assert ending(made) == ["limit_reached"] * (10 - MOST_CALLS_FOR_HELP)
        # Somebody else's are not fewer by it.
        made.phone("1003").call("112")
        await passes(1)
        assert made.outside.usage.calls(help_key("1003")) == 1


@in_virtual_time
async def test_minutes_are_shared_by_calls_at_once() -> None:
    async with line(outside_limits={"minutes_per_account": 10}) as made:
        made.first.take_all()
        phone = await together(made, "600100200", "600100201", "600100202")
        await passes(99)
        # Half of it is left, and one more is to share it.
        phone.call("600100203")
        await passes(70)
        assert ending(made) == []
        await passes(10)
        assert ending(made) == ["limit_reached"] * 4
        assert 590 <= made.outside.usage.seconds(account_key("1001"), made.switch.clock.wall()) <= 610


@pytest.mark.parametrize("opened", [False, True])
def test_a_menu_leads_strangers_to_help_only_where_that_is_opened(opened: bool) -> None:
    @in_virtual_time
    async def course() -> None:
        async with line(outbound=[{"match": "112", "trunks": "b", "from_outside": opened}]) as made:
            made.second.take_all()
            made.switch.routes["menu"] = AccountDestination(made.switch.dialler, "112")
            made.first.call("+48221234502")
            await passes(1)
            assert made.first.statuses()[-1] == (200 if opened else 403)
            assert bool(made.second.calls) is opened
            if opened:
                made.second.hang_up()
                await passes(1)

    course()


@in_virtual_time
async def test_an_account_called_like_those_who_hide_lends_them_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(RIGHTS, "anonymous", OutsideRights(number="+48221234509", calls="all", premium=True))
    async with line() as made:
        callee = made.phone("1001")
        made.first.call(OURS, sender="<sip:anonymous@anonymous.invalid>")
        await passes(1)
        (arrived,) = made.switch.events(CallArrived)
        assert arrived.caller == "anonymous@a"
        callee.pick_up()
        await passes(1)
        made.second.take_all()
        made.first.refuse_all(503)
        # Sent on by who may do that, he is still hidden, and has not the account's number.
        refer(callee, "600300400")
        await passes(2)
        invite = made.second.calls[-1]
        assert str(invite.from_.uri) == "sip:anonymous@anonymous.invalid"
        assert b"+48221234509" not in invite.to_bytes()
        callee.hang_up()
        made.second.hang_up()
        await passes(5)
