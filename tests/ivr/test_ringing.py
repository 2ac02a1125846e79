"""People rung for the caller of a tree, on real calls in virtual time: in turn, and no mailboxes."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from softswitch.events import StepTaken
from softswitch.features.settings import When
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.ringing import question
from softswitch.sip.signals import Cancelled
from tests.fakes.media import MUSIC
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import label_of, office, pick_up, rang, refuse
from tests.ivr.on_calls import FakeVoice
from tests.ivr.written import tree_of
from tests.queues.hall import hall

MOBILE = "+48600100200"


def lead(switch, dialler, branches, number="100"):
    voice = FakeVoice()
    switch.routes[number] = TreeDestination(tree_of(branches), voice, dialler)
    return voice


@contextlib.asynccontextmanager
async def workers(branches):
    """An office whose number 100 enters a tree, with four phones; 1001 calls."""
    async with office() as here:
        lead(here.switch, here.features.dialler, branches)
        here.switch.router = lambda number, account: (
            here.switch.routes.get(number) or here.features.route(number, account)
        )
        yield here, *here.phones()
        here.switch.board.close()
        await passes(1)


@contextlib.asynccontextmanager
async def town(branches, **parts):
    """A hall whose number 100 enters a tree, with a caller and a mobile outside."""
    async with hall(**parts) as here:
        voice = lead(here.switch, here.switch.dialler, branches)
        yield here, voice, here.phone("2001"), here.phone_outside(MOBILE)
        here.switch.board.close()
        await passes(1)


def steps(switch):
    return [(one.step, one.exit) for one in switch.events(StepTaken)]


FIND_ME = "a: [{dial: {target: [1002, 1003, 1004], in_turn: yes, ring_s: 15, no_answer: b}}]\nb: [hangup]"


@in_virtual_time
async def test_d18_who_is_in_a_call_is_passed_over_without_a_ring_and_the_ringing_is_one():
    async with workers(FIND_ME) as (here, anna, bartek, celina, dorota):
        busy = here.switch.phone("1002", "192.0.2.99")  # His other phone, on which he talks.
        lead(here.switch, here.features.dialler, "a: [{echo: 600}]", "200")
        await here.dials(busy, "200")
        await here.dials(anna, "100")
        assert (rang(bartek), rang(celina), rang(dorota)) == (0, 1, 0)
        celina.ring()
        assert anna.last_status() == 180
        await passes(14)
        assert rang(dorota) == 0
        assert anna.last_status() == 180
        await passes(1)
        assert (rang(dorota), len(celina.got(Cancelled))) == (1, 1)
        assert anna.last_status() == 180
        pick_up(dorota)
        await passes(15)
        assert (rang(bartek), rang(celina), rang(dorota)) == (0, 1, 1)
        assert anna.sound.hears == f"leg {dorota.sound.leg.number}"
        assert anna.statuses().count(180) == 1


@in_virtual_time
async def test_d18_a_phone_that_is_busy_is_left_at_once_and_of_nobody_the_exit_tells():
    async with workers(FIND_ME) as (here, anna, bartek, celina, dorota):
        await here.dials(anna, "100")
        refuse(bartek, 486)
        await passes(0.5)
        refuse(celina, 480)
        await passes(0.5)
        assert rang(dorota) == 1
        await passes(15)
        assert steps(here.switch) == [("1 dial", "busy")]


@in_virtual_time
async def test_d18_a_worker_s_own_mailbox_is_not_the_worker():
    async with workers(FIND_ME.replace("1002, ", "")) as (here, anna, _, celina, dorota):
        here.switch.routes["600"] = TreeDestination(
            tree_of("a: [{say: Mailbox.}]"), FakeVoice(), here.features.dialler
        )
        here.features.settings.set_forward("1003", When.ALWAYS, "600")
        await here.dials(anna, "100")
        assert (rang(celina), rang(dorota)) == (0, 1)


@in_virtual_time
async def test_t07_a_number_outside_is_called_and_both_hear_each_other():
    async with town(f"a: [{{dial: '{MOBILE}'}}]") as (here, _, caller, mobile):
        await here.dials(caller, "100")
        assert rang(mobile) == 1
        pick_up(mobile)
        await passes(1)
        assert caller.sound.hears == f"leg {mobile.sound.leg.number}"
        assert mobile.sound.hears == f"leg {caller.sound.leg.number}"


CONFIRM = (
    f"a: [{{dial: {{target: '{MOBILE}', confirm: yes, ring_s: 20, no_answer: b}}}}]\nb: [{{queue: sales}}]"
)


@in_virtual_time
async def test_f09_a_mobile_s_mailbox_presses_nothing_and_the_call_goes_on():
    async with town(CONFIRM.replace("{queue: sales}", "hangup")) as (here, voice, caller, mobile):
        await here.dials(caller, "100")
        pick_up(mobile)
        await passes(2)
        assert voice.said[-1][0] == "A call from name of 2001. To take it, press one."
        assert caller.last_status() == 180  # Nobody has taken the call.
        await passes(30)
        assert ("1 dial", "no_answer") in steps(here.switch)
        assert len(mobile.incoming("BYE")) == 1


@in_virtual_time
async def test_f09_who_presses_one_has_the_call():
    async with town(CONFIRM.replace("{queue: sales}", "hangup")) as (here, voice, caller, mobile):
        await here.dials(caller, "100")
        pick_up(mobile)
        await passes(1)
        await here.types(mobile, "1")
        await passes(1)
        assert caller.sound.hears == f"leg {mobile.sound.leg.number}"
        assert voice.forgotten == [1001]


@in_virtual_time
async def test_f09_a_mailbox_stops_nobody_else_s_ringing():
    tree = f"a: [{{dial: {{target: ['{MOBILE}', 1001], confirm: yes, ring_s: 20}}}}]"
    async with town(tree) as (here, _, caller, mobile):
        desk = here.phone("1001")
        await here.dials(caller, "100")
        pick_up(mobile)
        await passes(10)
        assert (rang(desk), desk.got(Cancelled)) == (1, [])
        pick_up(desk)
        await passes(1)
        assert caller.sound.hears == f"leg {desk.sound.leg.number}"
        assert len(mobile.incoming("BYE")) == 1


@in_virtual_time
async def test_f09_of_two_who_answer_at_the_same_moment_one_has_the_call_and_the_other_is_let_go():
    async with town("a: [{dial: {target: [1001, 1002], confirm: yes, ring_s: 20}}]") as (here, _, caller, _):
        desks = [here.phone("1001"), here.phone("1002")]
        await here.dials(caller, "100")
        for desk in desks:
            pick_up(desk)
        await passes(1)
        first, second = (len(desk.incoming("BYE")) for desk in desks)
        assert (first, second) in ((0, 1), (1, 0))
        taken = desks[first]
        assert caller.sound.hears == f"leg {taken.sound.leg.number}"


@in_virtual_time
async def test_d18_a_caller_who_hangs_up_stops_every_phone():
    async with workers(FIND_ME) as (here, anna, bartek, celina, _):
        await here.dials(anna, "100")
        bartek.ring()
        anna.cancel()
        await passes(2)
        assert (len(bartek.got(Cancelled)), rang(celina)) == (1, 0)


@in_virtual_time
async def test_t07_music_in_place_of_ringing():
    async with workers("a: [{dial: {target: 1002, music: yes}}]") as (here, anna, bartek, *_):
        await here.dials(anna, "100")
        assert anna.sound.hears == f"loop {MUSIC}"
        assert rang(bartek) == 1
        pick_up(bartek)
        await passes(1)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"


@in_virtual_time
async def test_d08_the_same_person_sees_which_item_was_pressed():
    tree = """
a: [{menu: {prompt: "?", keys: {3: b, 4: c}}}]
b: [{label: "Reklamacja ·"}, {goto: d}]
c: [{label: "Faktury ·"}, {goto: d}]
d: [{dial: 1002}]
"""
    seen = []
    for key in "34":
        async with workers(tree) as (here, anna, bartek, *_):
            await here.dials(anna, "100", seconds=1)
            await here.types(anna, key)
            await passes(1)
            seen.append(label_of(bartek))
            invite = bartek.incoming("INVITE")[-1].request
            assert invite.fields.get("X-Menu-Path") == f"a > {'b' if key == '3' else 'c'} > d"
    assert seen == ["Reklamacja · Anna", "Faktury · Anna"]


@in_virtual_time
async def test_what_callers_call_themselves_fits_on_a_phone():
    name = "\x1b[2J\x00" + "very " * 2_000
    async with workers("a: [{dial: 1002}]") as (here, anna, bartek, *_):
        here.switch.accounts["1001"] = replace(here.switch.accounts["1001"], name=name)
        await here.dials(anna, "100", seconds=1)
        await passes(1)
        shown = label_of(bartek)
    assert shown.isprintable()
    assert len(shown) <= 200
    assert "very very" in shown


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("pl", ("Karty. Połączenie od Anny. Aby je odebrać, naciśnij jeden.", "pl")),
        ("de", ("Karty. A call from Anny. To take it, press one.", "en")),
    ],
)
def test_f09_what_is_asked(language, asked):
    assert question(language, caller="Anny", label="Karty") == asked


def test_f09_a_caller_without_a_name_is_told_digit_by_digit():
    asked, _ = question("pl", caller="+48600", label="")
    assert asked == ("Połączenie od plus cztery osiem, sześć zero zero. Aby je odebrać, naciśnij jeden.")
