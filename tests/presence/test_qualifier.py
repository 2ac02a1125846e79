"""Registered phones are asked whether they are there; what is known of them decides who rings."""

from __future__ import annotations

import pytest

from softswitch.events import LegInvited, PhoneReachable, PhoneUnreachable
from softswitch.presence.config import QualifyConfig
from softswitch.registrar.qualify import Reach
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.presence.watcher import ANNA, BARTEK, CELINA, WatchedExchange, Watcher, watched

OFTEN = QualifyConfig(behind_nat=4, otherwise=10)


def reach(switch: WatchedExchange, user: str) -> list[Reach]:
    return [switch.presence.qualifier.health(one).reach for one in switch.bindings(user)]


async def registered(switch: WatchedExchange, user: str, host: str) -> Watcher:
    phone = switch.watcher(user, host)
    await phone.register()
    return phone


@pytest.mark.parametrize("status", [200, 404, 486, 500, 603])
@in_virtual_time
async def test_any_answer_is_one_and_the_round_trip_is_known(status: int) -> None:
    async with watched(qualify=OFTEN) as switch:
        bartek = switch.watcher("1002", BARTEK)
        bartek.status["OPTIONS"] = status
        await bartek.register()
        assert reach(switch, "1002") == [Reach.UNKNOWN]
        await passes(60)
        assert reach(switch, "1002") == [Reach.REACHABLE]
        (binding,) = switch.bindings("1002")
        # The network of the tests takes 10 ms each way.
        assert switch.presence.qualifier.health(binding).round_trip_ms == pytest.approx(20, abs=0.1)
        assert 6 <= len(bartek.got("OPTIONS")) <= 8
        question = bartek.got("OPTIONS")[0]
        assert question.target == bartek.contact
        assert question.fields.get("Accept") == "application/sdp"
        assert switch.events(PhoneUnreachable) == switch.events(PhoneReachable) == []


@in_virtual_time
async def test_a_phone_that_falls_silent_is_told_lost_once_and_back_once() -> None:
    async with watched(qualify=OFTEN) as switch:
        bartek = await registered(switch, "1002", BARTEK)
        await passes(12)
        bartek.status["OPTIONS"] = None
        await passes(150)
        assert switch.events(PhoneUnreachable) == [PhoneUnreachable("1002", bartek.contact)]
        assert reach(switch, "1002") == [Reach.UNREACHABLE]
        bartek.status["OPTIONS"] = 200
        await bartek.register()
        await passes(1)
        assert switch.events(PhoneReachable) == [PhoneReachable("1002", bartek.contact, 20.0)]
        assert reach(switch, "1002") == [Reach.REACHABLE]


@in_virtual_time
async def test_a_lost_phone_is_left_out_of_ringing_only_if_another_is_there() -> None:
    async with watched(qualify=OFTEN) as switch:
        anna = switch.phone("1001", ANNA, registered=False)
        desk = await registered(switch, "1002", BARTEK)
        mobile = await registered(switch, "1002", CELINA)
        desk.status["OPTIONS"] = None
        await passes(60)
        anna.call("1002")
        await passes(1)
        assert [one.contact for one in switch.events(LegInvited)] == [mobile.contact]
        anna.cancel()
        await passes(1)
        mobile.status["OPTIONS"] = None
        await passes(60)
        anna.call("1002")
        await passes(1)
        assert len(switch.events(LegInvited)) == 3
        anna.cancel()


@in_virtual_time
async def test_a_phone_that_leaves_is_asked_no_more_and_closing_ends_it() -> None:
    async with watched(qualify=OFTEN) as switch:
        bartek = await registered(switch, "1002", BARTEK)
        anna = await registered(switch, "1001", ANNA)
        await bartek.ask("REGISTER", "sip:1002@192.0.2.1", "Expires: 0")
        await passes(30)
        assert bartek.got("OPTIONS") == []
        switch.presence.close()
        before = len(anna.got("OPTIONS"))
        assert before
        await passes(60)
        assert len(anna.got("OPTIONS")) == before


@in_virtual_time
async def test_phones_of_before_a_restart_are_asked_and_may_be_switched_off_altogether() -> None:
    for config, asked in ((OFTEN, True), (QualifyConfig(enabled=False), False)):
        async with watched(qualify=config) as switch:
            bartek = switch.watcher("1002", BARTEK)
            bartek.bind(nat=True)
            switch.presence.restore(["1001", "1002"])
            await passes(4)
            assert bool(bartek.got("OPTIONS")) is asked


@in_virtual_time
async def test_it_serves_nothing_and_takes_nothing_of_others() -> None:
    async with watched(qualify=OFTEN) as switch:
        qualifier = switch.presence.qualifier
        assert (qualifier.methods, qualifier.abilities) == (frozenset(), ())
        anna = switch.watcher("1001", ANNA)
        assert await anna.ask("OPTIONS", "1002") == 200
        assert anna.answers[-1].fields.get("Allow-Events") == "message-summary, dialog, presence"
