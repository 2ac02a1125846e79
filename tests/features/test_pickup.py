"""A call that rings at a colleague's phone is answered at one's own."""

from __future__ import annotations

from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.originate import Origination, Originator
from softswitch.events import CallEnded, LegsBridged
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import accept_changes, office, rang

DONE = Termination(Reason.SERVICE_ENDED)

TEAM = {user: {"pickup_group": "team"} for user in ("1002", "1003")}


@in_virtual_time
async def test_a_call_in_ones_group_is_picked_up():
    async with office(TEAM) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "1002")
        bartek.ring()
        await passes(0.5)
        await here.dials(celina, "*8")
        assert (celina.last_status(), anna.last_status()) == (200, 200)
        assert "elsewhere" in bartek.cancelled_because
        assert celina.response(200).fields.get("P-Asserted-Identity") == '"Anna" <sip:1001@192.0.2.1:5060>'
        assert celina.sound.hears == f"leg {anna.sound.leg.number}"
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        celina.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1
        assert [end.reason for end in here.switch.events(CallEnded)] == ["transferred", "callee_hung_up"]


@in_virtual_time
async def test_what_rings_in_another_group_is_left_alone():
    async with office(TEAM) as here:
        anna, bartek, dorota = here.phones("1001", "1002", "1004")
        await here.dials(anna, "1002")
        bartek.ring()
        await here.dials(dorota, "*8", 4)
        assert here.said == "There is no call to pick up."
        assert (rang(bartek), anna.last_status()) == (1, 180)
        assert [end.reason for end in here.switch.events(CallEnded)] == ["service_ended"]
        anna.cancel()


@in_virtual_time
async def test_a_call_at_a_number_is_picked_up_whatever_the_group():
    async with office() as here:
        anna, bartek, celina, dorota = here.phones()
        await here.dials(anna, "1002")
        bartek.ring()
        await here.dials(celina, "1002")
        await passes(0.5)
        # The one that has rung for longest.
        await here.dials(dorota, "**1002")
        assert (anna.last_status(), celina.last_status()) == (200, 100)
        assert dorota.sound.hears == f"leg {anna.sound.leg.number}"
        dorota.hang_up()
        celina.cancel()


@in_virtual_time
async def test_a_call_at_a_ring_group_is_picked_up():
    async with office(groups={"200": {"members": ["1002", "1003"]}}) as here:
        anna, bartek, celina, dorota = here.phones()
        await here.dials(anna, "200")
        bartek.ring()
        celina.ring()
        await passes(0.5)
        await here.dials(dorota, "**200")
        assert anna.sound.hears == f"leg {dorota.sound.leg.number}"
        assert "elsewhere" in bartek.cancelled_because + celina.cancelled_because
        anna.hang_up()


@in_virtual_time
async def test_ones_own_call_and_a_talk_are_nothing_to_pick_up():
    async with office() as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.connect(anna, bartek)
        await here.dials(celina, "**1002", 4)
        assert here.said == "There is no call to pick up."
        anna.hang_up()
        other = here.switch.phone("1001", "192.0.2.21", registered=False)
        await here.dials(anna, "1003")
        celina.ring()
        await here.dials(other, "**1003", 4)
        assert here.speaker.said == ["There is no call to pick up."] * 2
        anna.cancel()


@in_virtual_time
async def test_what_rings_in_a_search_is_picked_up():
    async with office({"1002": {"find_me": {"numbers": ["1003"], "confirm": False}}}) as here:
        anna, _, celina, dorota = here.phones()
        await here.dials(anna, "1002")
        celina.ring()
        await passes(0.5)
        await here.dials(dorota, "**1003")
        assert anna.last_status() == 200
        assert len(here.switch.events(LegsBridged)) == 1
        assert dorota.sound.hears == f"leg {anna.sound.leg.number}"
        anna.hang_up()


@in_virtual_time
async def test_whoever_is_sent_to_the_code_picks_up_nothing():
    async with office({"1004": {"forward": {"always": "**1002"}}}) as here:
        anna, bartek, celina, _ = here.phones()
        await here.dials(anna, "1002")
        bartek.ring()
        await here.dials(celina, "1004")
        assert celina.last_status() == 404
        accept_changes(anna)
        anna.cancel()


@in_virtual_time
async def test_a_call_of_the_switch_itself_is_picked_up():
    async with office() as here:
        served = []

        async def serve(call):
            served.append((call.caller.party, call.caller.side()))
            await call.caller.keys.next(5)
            return DONE

        _, bartek, celina = here.phones("1001", "1002", "1003")
        wanted = Origination("1002", by="1001", number="+48221234567", made_for="callback:sales")
        made = Originator(here.switch.board).start(wanted, Steps(serve))
        await passes(0.5)
        bartek.ring()
        await here.dials(celina, "**1002")
        assert served == [("1003", "caller")]
        assert "elsewhere" in bartek.cancelled_because
        assert await made.ended() == DONE
