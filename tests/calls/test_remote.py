"""Calls controlled from outside: begun, ended, handed over, led away from what serves them."""

from __future__ import annotations

import pytest

from softswitch.calls.call import Destination
from softswitch.calls.dialling import AccountDestination
from softswitch.calls.errors import NotBegun
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.originate import Originator
from softswitch.calls.remote import RemoteControl
from softswitch.events import CallEnded, CallRouted, LegAnswered, QueueLeft, TransferAsked, TransferDone
from softswitch.sip.signals import Cancelled
from tests.fakes.exchange import Exchange, Steps, exchange, talking
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, rang


def control_of(switch: Exchange) -> RemoteControl:
    def leads_to(number: str, by: str | None) -> Destination | None:
        if number in switch.routes:
            return switch.routes[number]
        return AccountDestination(switch.dialler, number) if number in switch.accounts else None

    return RemoteControl(Originator(switch.board), switch.dialler, leads_to)


def only_call(switch: Exchange) -> str:
    (call,) = switch.board.live
    return call


@in_virtual_time
async def test_an_account_is_rung_and_then_connected() -> None:
    async with exchange() as switch:
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        call = control_of(switch).begin("1001", "1002")
        await passes(0.5)
        assert call in switch.board.live
        assert anna.rung.request.from_.uri.user == "1002"
        assert not bartek.incoming("INVITE")
        anna.ring()
        anna.pick_up()
        await passes(0.5)
        bartek.ring()
        bartek.pick_up()
        await passes(1)
        assert switch.board.find(call).pair is not None
        anna.hang_up()
        await passes(1)
        assert switch.ended.result == "completed"


@in_virtual_time
async def test_what_cannot_begin_is_said() -> None:
    async with exchange() as switch:
        control = control_of(switch)
        with pytest.raises(NotBegun, match="no account 9999"):
            control.begin("9999", "1002")
        with pytest.raises(NotBegun, match="1001 cannot call 555"):
            control.begin("1001", "555")
        with pytest.raises(NotBegun, match="no call X now"):
            control.hang_up("X")
        with pytest.raises(NotBegun, match="no call X now"):
            await control.transfer("X", "1001")


@in_virtual_time
async def test_a_talk_is_ended() -> None:
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        control_of(switch).hang_up(only_call(switch))
        await passes(1)
        assert [len(phone.asked("BYE")) for phone in (anna, bartek)] == [1, 1]
        assert (switch.ended.reason, switch.ended.result) == ("ended_by_program", "completed")


@in_virtual_time
async def test_a_part_of_an_id_is_not_enough_to_end_a_call() -> None:
    async with exchange() as switch:
        anna, _ = await talking(switch)
        with pytest.raises(NotBegun):
            control_of(switch).hang_up(only_call(switch)[-4:])
        anna.hang_up()
        await passes(1)


@pytest.mark.parametrize(("by", "stays", "goes"), [("", 0, 1), ("1002", 0, 1), ("1001", 1, 0)])
def test_a_talk_is_handed_over_as_a_phone_would(by: str, stays: int, goes: int) -> None:
    @in_virtual_time
    async def run() -> None:
        async with exchange() as switch:
            phones = await talking(switch)
            celina = switch.phone("1003", "192.0.2.13")
            await control_of(switch).transfer(only_call(switch), "1003", by=by)
            assert switch.events(TransferAsked)[0].target == "1003"
            await passes(0.5)
            celina.ring()
            celina.pick_up()
            await passes(5)
            assert len(phones[goes].asked("BYE")) == 1
            assert not phones[stays].asked("BYE")
            assert switch.events(TransferDone)[0].done
            talk = switch.board.find(only_call(switch)).pair
            assert {leg.party for leg in talk} == {("1001", "1002")[stays], "1003"}
            celina.hang_up()
            await passes(1)

    run()


@in_virtual_time
async def test_whom_nobody_answers_goes_back_to_who_talked() -> None:
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        await control_of(switch).transfer(only_call(switch), "1003")
        await passes(0.5)
        celina.refuse(486)
        await passes(1)
        assert not switch.events(TransferDone)[0].done
        talk = switch.board.find(only_call(switch)).pair
        assert {leg.party for leg in talk} == {"1001", "1002"}
        anna.hang_up()
        await passes(1)
        assert len(bartek.asked("BYE")) == 1


@in_virtual_time
async def test_transfers_that_cannot_be() -> None:
    async with exchange() as switch:
        anna, _ = await talking(switch)
        switch.phone("1003", "192.0.2.13")
        control, call = control_of(switch), only_call(switch)
        with pytest.raises(NotBegun, match="555 cannot be called from here"):
            await control.transfer(call, "555")
        with pytest.raises(NotBegun, match="1003 does not talk in it"):
            await control.transfer(call, "1003", by="1003")
        anna.hang_up()
        await passes(1)


@in_virtual_time
async def test_who_is_being_transferred_is_led_on_elsewhere() -> None:
    async def echo(call):
        await passes(100)
        return Termination(Reason.SERVICE_ENDED)

    async with exchange() as switch:
        switch.routes["600"] = Steps(echo)
        anna, bartek = await talking(switch)
        celina = switch.phone("1003", "192.0.2.13")
        control, call = control_of(switch), only_call(switch)
        await control.transfer(call, "1003")
        await passes(0.2)
        celina.ring()
        await passes(1)
        await control.transfer(call, "600")
        await passes(5)
        assert celina.got(Cancelled)
        assert len(bartek.asked("BYE")) == 1
        assert [one.party for one in switch.board.find(call).legs] == ["1001"]
        anna.hang_up()
        await passes(1)


@in_virtual_time
async def test_who_hears_a_service_is_led_on() -> None:
    async def echo(call):
        await call.caller.answer()
        await passes(100)
        return Termination(Reason.SERVICE_ENDED)

    async with exchange() as switch:
        switch.routes["600"] = Steps(echo)
        anna, bartek = switch.phone("1001", "192.0.2.11"), switch.phone("1002", "192.0.2.12")
        anna.call("600")
        await passes(1)
        await control_of(switch).transfer(only_call(switch), "1002")
        await passes(0.5)
        bartek.ring()
        bartek.pick_up()
        await passes(1)
        talk = switch.board.find(only_call(switch)).pair
        assert {leg.party for leg in talk} == {"1001", "1002"}
        assert [one.target for one in switch.events(CallRouted)] == ["steps", "1002"]
        bartek.hang_up()
        await passes(1)
        assert len(switch.events(CallEnded)) == 1


@in_virtual_time
async def test_who_rings_somebody_is_led_to_somebody_else() -> None:
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        bartek, celina = switch.phone("1002", "192.0.2.12"), switch.phone("1003", "192.0.2.13")
        anna.call("1002")
        await passes(0.5)
        bartek.ring()
        await passes(1)
        await control_of(switch).transfer(only_call(switch), "1003")
        await passes(0.5)
        assert bartek.got(Cancelled)
        celina.pick_up()
        await passes(1)
        assert {one.party for one in switch.events(LegAnswered)} == {"1001", "1003"}
        anna.hang_up()
        await passes(1)
        assert switch.ended.result == "completed"


@in_virtual_time
async def test_who_waits_in_a_queue_is_taken_out_of_it() -> None:
    async with hall() as here:
        agent, other = here.phones("1001", "1005")
        here.desk.pause("1001", "lunch")
        (caller,) = await here.callers("2001")
        await control_of(here.switch).transfer(only_call(here.switch), "1005")
        await passes(0.5)
        assert [one.why for one in here.told(QueueLeft)] == ["taken"]
        assert (rang(agent), rang(other)) == (0, 1)
        other.answer(
            [one for one in other.incoming("INVITE") if one.dialog is None][-1], 200, body=other.body
        )
        await passes(1)
        assert here.switch.board.find(only_call(here.switch)).pair is not None
        caller.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_an_agent_who_rings_for_who_is_led_away_rings_no_more() -> None:
    async with hall() as here:
        agent, other = here.phones("1001", "1005")
        (caller,) = await here.callers("2001")
        assert rang(agent) == 1
        await control_of(here.switch).transfer(only_call(here.switch), "1005")
        await passes(1)
        assert agent.got(Cancelled)
        assert rang(other) == 1
        caller.cancel() if caller.last_status() < 200 else caller.hang_up()
        await passes(1)
        assert here.rests()


@in_virtual_time
async def test_a_call_that_has_reached_nobody_yet_is_led_nowhere() -> None:
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        switch.phone("1002", "192.0.2.12")
        control = control_of(switch)
        call = control.begin("1001", "1002")
        await passes(0.5)
        anna.ring()
        await passes(0.5)
        with pytest.raises(NotBegun, match="nobody is served"):
            await control.transfer(call, "1003")
        control.hang_up(call)
        await passes(1)
        assert anna.got(Cancelled)
        assert switch.ended.reason == "ended_by_program"
