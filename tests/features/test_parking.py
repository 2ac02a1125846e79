"""A call is parked, waits with music, and is fetched; nobody who waits is forgotten."""

from __future__ import annotations

import asyncio

from softswitch.events import CallEnded, CallParked, CallRetrieved, LegsBridged, ParkingRecalled, TransferDone
from tests.calls.test_transfer import refer, replaces, shown, told
from tests.fakes.clock import START
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import accept_changes, label_of, office, pick_up, rang, refuse

LOT = {"number": "700", "slots": "701-702", "recall_s": 60}
PLACE = "Parking place seven zero one. Transfer the call now."


def slots(here):
    return [(one.slot, one.party, one.by) for one in here.features.lot.parked()]


async def parked(here, number="700"):
    """Let 1001 call 1002, who parks it; return both phones."""
    anna, bartek = here.phones("1001", "1002")
    await here.connect(anna, bartek)
    refer(bartek, number)
    await passes(0.5)
    return anna, bartek


@in_virtual_time
async def test_a_call_is_transferred_to_the_parking_and_fetched_at_another_phone():
    async with office(parking=LOT) as here:
        anna, bartek = await parked(here)
        (one,) = here.features.lot.parked()
        assert (one.slot, one.party, one.display, one.by) == ("701", "1001", "Anna", "1002")
        assert one.since > START
        assert anna.sound.hears == f"loop {MUSIC}"
        assert told(bartek)[-1] == "200"
        await passes(5)
        assert len(bartek.incoming("BYE")) == 1
        celina = await here.dials(here.phone("1003"), "701")
        assert celina.response(200).fields.get("P-Asserted-Identity") == '"Anna" <sip:1001@192.0.2.1:5060>'
        assert (anna.sound.hears, celina.sound.hears) == (
            f"leg {celina.sound.leg.number}",
            f"leg {anna.sound.leg.number}",
        )
        assert shown(anna)[-1] == '"Celina" <sip:1003'
        accept_changes(anna)
        assert slots(here) == []
        assert here.switch.events(CallParked) == [CallParked("701", "1001", "1002")]
        assert here.switch.events(CallRetrieved) == [CallRetrieved("701", "1001", "1003")]
        celina.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1
        ends = [(end.reason, end.ended_by) for end in here.switch.events(CallEnded)]
        assert ends == [("transferred", "switch"), ("callee_hung_up", "callee")]


@in_virtual_time
async def test_who_dials_the_parking_is_told_the_place_and_transfers_there():
    async with office(parking=LOT, language="pl") as here:
        anna, bartek = here.phones("1001", "1002")
        await here.connect(anna, bartek)
        first = bartek.dialog
        await here.dials(bartek, "700")
        assert here.said == "Miejsce parkingowe siedem zero jeden. Przekaż teraz połączenie."
        # The place is kept, and nobody waits there yet.
        assert slots(here) == []
        query = replaces(bartek)
        bartek.dialog = first
        refer(bartek, "700", query=query)
        await passes(1)
        assert here.switch.events(TransferDone)[-1].done
        assert slots(here) == [("701", "1001", "1002")]
        assert anna.sound.hears == f"loop {MUSIC}"
        await passes(5)
        celina = await here.dials(here.phone("1003"), "701")
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        accept_changes(anna)
        anna.hang_up()


@in_virtual_time
async def test_the_place_one_is_told_is_kept_a_while_and_given_back():
    async with office(parking=LOT) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(anna, "700", 3)
        await here.dials(bartek, "700", 3)
        assert here.speaker.said == [PLACE, PLACE.replace("zero one", "zero two")]
        await here.dials(celina, "700", 3)
        assert here.said == "All parking places are taken."
        await passes(70)
        # Told six times, with a pause behind each, and no transfer came.
        assert here.speaker.said.count(PLACE) == 6
        assert [end.reason for end in here.switch.events(CallEnded)] == ["service_ended"] * 3
        assert here.speaker.forgotten
        await here.dials(celina, "700", 3)
        assert here.said == PLACE
        celina.hang_up()


@in_virtual_time
async def test_a_call_is_parked_at_a_place_of_ones_choice():
    async with office(parking=LOT) as here:
        anna, _ = await parked(here, "702")
        assert slots(here) == [("702", "1001", "1002")]
        celina, dorota = here.phones("1003", "1004")
        await here.connect(celina, dorota)
        refer(dorota, "702")
        await passes(0.5)
        # That one is taken: it goes to the next free one instead of to whoever waits there.
        assert slots(here) == [("701", "1003", "1004"), ("702", "1001", "1002")]
        await passes(3)
        anna.hang_up()
        celina.hang_up()
        await passes(1)
        assert slots(here) == []


@in_virtual_time
async def test_when_all_places_are_taken_the_call_comes_back():
    async with office(parking={**LOT, "slots": "701-701"}) as here:
        anna, _ = await parked(here)
        celina, dorota = here.phones("1003", "1004")
        await here.connect(celina, dorota)
        refer(dorota, "700")
        await passes(3)
        assert (rang(dorota), label_of(dorota)) == (2, "700 Celina")
        pick_up(dorota)
        await passes(0.5)
        assert celina.sound.hears == f"leg {dorota.sound.leg.number}"
        anna.hang_up()
        celina.hang_up()


@in_virtual_time
async def test_who_parked_a_call_is_rung_again_and_again():
    async with office(parking=LOT) as here:
        anna, bartek = await parked(here)
        await passes(60)
        assert (rang(bartek), label_of(bartek)) == (2, "701 Anna")
        # The caller hears its music on.
        assert anna.sound.hears == f"loop {MUSIC}"
        refuse(bartek, 486)
        await passes(59)
        assert (rang(bartek), slots(here)) == (2, [("701", "1001", "1002")])
        await passes(2)
        assert here.switch.events(ParkingRecalled) == [ParkingRecalled("701", "1001", "1002")] * 2
        assert rang(bartek) == 3
        pick_up(bartek)
        await passes(0.5)
        assert (anna.sound.hears, slots(here)) == (f"leg {bartek.sound.leg.number}", [])
        accept_changes(anna)
        bartek.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_a_call_is_fetched_while_whoever_parked_it_is_rung():
    async with office(parking=LOT) as here:
        anna, bartek = await parked(here)
        await passes(60)
        bartek.answer(bartek.incoming("INVITE")[-1], 180)
        celina = await here.dials(here.phone("1003"), "701")
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        assert "elsewhere" in bartek.cancelled_because
        accept_changes(anna)
        celina.hang_up()


@in_virtual_time
async def test_the_recall_is_picked_up_by_a_colleague():
    async with office(parking=LOT) as here:
        anna, bartek = await parked(here)
        await passes(60)
        bartek.answer(bartek.incoming("INVITE")[-1], 180)
        celina = await here.dials(here.phone("1003"), "**1002")
        assert (anna.sound.hears, slots(here)) == (f"leg {celina.sound.leg.number}", [])
        accept_changes(anna)
        celina.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_nobody_waits_where_nobody_was_parked_or_where_who_did_hung_up():
    async with office(parking=LOT) as here:
        anna, _ = await parked(here)
        anna.hang_up()
        await passes(1)
        celina = here.phone("1003")
        for slot in ("701", "702"):
            await here.dials(celina, slot, 4)
        assert here.speaker.said == ["Nobody waits at seven zero one.", "Nobody waits at seven zero two."]
        assert [end.reason for end in here.switch.events(CallEnded)][-2:] == ["service_ended"] * 2


@in_virtual_time
async def test_of_two_who_come_for_a_call_one_gets_it():
    async with office(parking=LOT) as here:
        anna, _ = await parked(here)
        celina, dorota = here.phones("1003", "1004")
        celina.call("701")
        dorota.call("701")
        await passes(4)
        assert here.said == "Nobody waits at seven zero one."
        assert len(here.switch.events(CallRetrieved)) == 1
        assert len(here.switch.events(LegsBridged)) == 2
        accept_changes(anna)
        anna.hang_up()


@in_virtual_time
async def test_a_slow_phone_comes_too_late():
    async with office(parking=LOT) as here:
        anna, _ = await parked(here)
        celina = here.phone("1003")
        here.switch.client.gate = gate = asyncio.Event()
        celina.call("701")
        await passes(0.2)
        anna.hang_up()
        await passes(0.2)
        gate.set()
        await passes(4)
        assert here.said == "Nobody waits at seven zero one."
