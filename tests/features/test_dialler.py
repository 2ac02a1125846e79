"""Menus reach people as they wish, and groups by their number."""

from __future__ import annotations

from softswitch.calls.hangup import Reason
from softswitch.features.person import UNDISTURBED
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import label_of, office, pick_up, rang, refuse


@in_virtual_time
async def test_a_menu_reaches_one_person_as_that_one_wishes():
    async with office({"1002": {"forward": {"busy": "1003"}}}) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")

        async def course(call):
            await call.caller.answer()
            return await here.features.dialler.dial(call, ["1002"], label="Sales")

        here.switch.routes["900"] = Steps(course)
        await here.dials(anna, "900")
        assert label_of(bartek) == "Sales Anna"
        refuse(bartek, 486)
        await passes(0.5)
        pick_up(celina)
        await passes(0.5)
        anna.hang_up()


@in_virtual_time
async def test_a_menu_rings_of_several_those_who_want_calls():
    async with office({"1002": {"dnd": True}, "1003": {"forward": {"no_answer": "1004"}}}) as here:
        anna, bartek, celina, dorota = here.phones()
        seen = []

        async def course(call):
            await call.caller.answer()
            seen.append(await here.features.dialler.dial(call, ["1002", "1003"], ring_for=10))
            here.features.settings.set_dnd("1003", True)
            seen.append(await here.features.dialler.dial(call, ["1002", "1003"]))
            seen.append(await here.features.dialler.dial(call, ["1", "2"]))
            return seen[-1]

        here.switch.routes["900"] = Steps(course)
        await here.dials(anna, "900", 12)
        assert (rang(bartek), rang(celina), rang(dorota)) == (0, 1, 0)
        assert [end.reason for end in seen] == [
            Reason.NO_ANSWER,
            UNDISTURBED.reason,
            Reason.UNKNOWN_NUMBER,
        ]


@in_virtual_time
async def test_a_menu_rings_a_group_in_its_own_way():
    groups = {"200": {"members": ["1002", "1003"], "strategy": "hunt", "label": "Sales", "ring_s": 10}}
    async with office(groups=groups) as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")

        async def course(call):
            await call.caller.answer()
            return await here.features.dialler.dial(call, ["200"], ring_for=60, label="Menu")

        here.switch.routes["900"] = Steps(course)
        await here.dials(anna, "900")
        assert (rang(bartek), rang(celina), label_of(bartek)) == (1, 0, "Sales Anna")
        await passes(10)
        assert rang(celina) == 1
        pick_up(celina)
        await passes(0.5)
        anna.hang_up()


@in_virtual_time
async def test_a_group_among_others_brings_its_members():
    async with office({"1003": {"dnd": True}}, groups={"200": {"members": ["1002", "1003"]}}) as here:
        anna, bartek, celina, dorota = here.phones()

        async def course(call):
            await call.caller.answer()
            return await here.features.dialler.dial(call, ["1004", "200"], label="Menu")

        here.switch.routes["900"] = Steps(course)
        await here.dials(anna, "900")
        assert [rang(phone) for phone in (bartek, celina, dorota)] == [1, 0, 1]
        anna.hang_up()
