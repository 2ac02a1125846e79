"""Three-way: an account's talks become one."""

from __future__ import annotations

import pytest

from softswitch.events import CallEnded, LegEnded, LegJoined, LegLeft, LegsBridged
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import accept_changes, office


async def two_talks(here, *, calls_celina=True):
    """Let 1001 talk with 1002, then with 1003; return the three phones."""
    anna, bartek, celina = here.phones("1001", "1002", "1003")
    await here.connect(anna, bartek)
    if calls_celina:
        await here.connect(anna, celina)
    else:
        await here.connect(celina, anna)
    return anna, bartek, celina


@pytest.mark.parametrize("calls_celina", [True, False])
@in_virtual_time
async def test_all_meet_in_one_call(calls_celina):
    async with office() as here:
        anna, bartek, celina = await two_talks(here, calls_celina=calls_celina)
        await here.dials(anna, "*3")
        room = anna.sound.hears
        assert room.startswith("room ")
        assert [bartek.sound.hears, celina.sound.hears] == [room, room]
        await passes(1)
        assert here.switch.board.calls == 1
        assert len(anna.incoming("BYE")) == 2
        assert {one.party for one in here.switch.events(LegJoined)} == {"1002", "1003"}
        assert {one.party for one in here.switch.events(LegLeft)} == {"1002", "1003"}
        # Two that are left talk as any two do.
        bartek.hang_up()
        await passes(1)
        assert anna.sound.hears == f"leg {celina.sound.leg.number}"
        assert len(here.switch.events(LegsBridged)) == 3
        celina.hang_up()
        await passes(1)
        assert len(anna.incoming("BYE")) == 3
        ended = [end for end in here.switch.events(LegEnded) if end.party in ("1002", "1003")]
        assert len(ended) == 2


@in_virtual_time
async def test_when_who_called_it_hangs_up_it_is_over_for_all():
    async with office() as here:
        anna, bartek, celina = await two_talks(here)
        await here.dials(anna, "*3", 1)
        anna.hang_up()
        await passes(1)
        assert [len(phone.incoming("BYE")) for phone in (bartek, celina)] == [1, 1]
        assert [end.reason for end in here.switch.events(CallEnded)][-1] == "caller_hung_up"


@in_virtual_time
async def test_one_talk_is_not_enough():
    async with office() as here:
        anna, bartek = here.phones("1001", "1002")
        await here.connect(anna, bartek)
        await here.dials(anna, "*3", 3)
        assert here.said == "To meet, you need two calls at least."
        assert (anna.incoming("BYE"), bartek.incoming("BYE")) != ([], [])
        assert here.switch.board.calls == 1
        bartek.hang_up()


@in_virtual_time
async def test_talks_of_several_workers_meet_on_one():
    async with office() as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.connect(anna, bartek)
        here.switch.client.next_worker()
        await here.connect(anna, celina)
        here.switch.client.next_worker()
        await here.dials(anna, "*3")
        accept_changes(bartek)
        accept_changes(celina)
        await passes(0.5)
        assert len({id(phone.sound.leg.worker) for phone in (anna, bartek, celina)}) == 1
        assert len({phone.sound.hears for phone in (anna, bartek, celina)}) == 1
        anna.hang_up()


@in_virtual_time
async def test_whoever_is_sent_to_the_code_fetches_nobody():
    async with office({"1001": {"forward": {"always": "*3"}}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.connect(anna, bartek)
        await here.connect(anna, celina)
        dorota = await here.dials(here.phone("1004"), "1001")
        assert dorota.last_status() == 404
        assert here.switch.board.calls == 2
        bartek.hang_up()
        celina.hang_up()


@in_virtual_time
async def test_after_calls_of_all_kinds_nobody_is_engaged_any_more():
    async with office() as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.connect(anna, bartek)
        await here.connect(anna, celina)
        await here.dials(anna, "*3", 1)
        assert all(here.features.engaged.engaged(user) for user in ("1001", "1002", "1003"))
        anna.hang_up()
        await passes(5)
        assert not any(here.features.engaged.engaged(user) for user in ("1001", "1002", "1003"))
