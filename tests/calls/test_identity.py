"""Who it is that somebody talks with, as phones are told (RFC 3325 §9.1, RFC 5876 §4.5)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from softswitch.calls.guise import Guise
from softswitch.calls.identity import called_by, shown, spoken_caller
from softswitch.calls.leg import Surroundings
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.sip.headers import parse_name_addr
from softswitch.sip.hop import Hop
from softswitch.sip.sdes import Protection
from tests.fakes.exchange import SWITCH, Steps, calling, exchange, talking
from tests.fakes.virtual_time import in_virtual_time, passes

ASSERTED = "P-Asserted-Identity"


def leg(party, display="", hop=None):
    # Nothing else is asked of what is around it.
    around = SimpleNamespace(protection=lambda account: Protection.OFFERED, key_source=bytes)
    made = PhoneLeg(
        "b1",
        party,
        cast(Surroundings, around),
        hop or Hop("UDP", "192.0.2.9", 5062, *SWITCH),
        lambda leg, signal: None,
        owner=False,
    )
    made.display = display
    return made


@pytest.mark.parametrize(
    ("display", "value"),
    [
        ("Bartek", '"Bartek" <sip:1002@192.0.2.1:5060>'),
        ("", "<sip:1002@192.0.2.1:5060>"),
        ('Jan "J" Łoś', '"Jan \\"J\\" Łoś" <sip:1002@192.0.2.1:5060>'),
    ],
)
def test_a_party_is_shown_by_name_and_number_at_the_switch(display, value):
    assert shown(leg("1002", display), to=leg("1001")) == ((ASSERTED, value),)


@pytest.mark.parametrize("display", ["", "Bartek", 'Jan "J" \\ Łoś', "a, b; c <d>"])
@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_what_is_shown_can_be_read_again(display, host):
    hop = Hop("UDP", "192.0.2.9", 5062, host, 5070)
    ((_, value),) = shown(leg("+4822", display), to=leg("1001", hop=hop))
    read = parse_name_addr(value, what=ASSERTED)
    assert (read.display, read.uri.user, read.uri.port) == (display, "+4822", 5070)
    assert read.uri.host == (host if ":" not in host else f"[{host}]")


@in_virtual_time
async def test_the_caller_learns_by_the_answer_who_gave_it():
    async with exchange() as switch:
        anna, bartek = await calling(switch)
        bartek.ring()
        await passes(0.5)
        assert anna.response(180).fields.get(ASSERTED) is None
        bartek.pick_up()
        await passes(0.5)
        assert anna.response(200).fields.get(ASSERTED) == '"Bartek" <sip:1002@192.0.2.1:5060>'
        # The called phone has it from the INVITE.
        assert bartek.rung.request.from_.display == "Anna"
        anna.hang_up()


@in_virtual_time
async def test_an_answer_by_nobody_shows_nobody():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")

        async def course(call):
            await call.caller.answer()
            await passes(100)

        switch.routes["100"] = Steps(course)
        anna.call("100")
        await passes(0.5)
        assert anna.response(200).fields.get(ASSERTED) is None
        anna.hang_up()


@in_virtual_time
async def test_what_a_phone_says_of_itself_is_not_passed_on():
    async with exchange() as switch:
        anna = switch.phone("1001", "192.0.2.11")
        bartek = switch.phone("1002", "192.0.2.12")
        liar = (ASSERTED, '"Director" <sip:1000@192.0.2.1>')
        anna.call("1002", fields=(liar,))
        await passes(0.5)
        assert bartek.rung.request.fields.get(ASSERTED) is None
        bartek.say(bartek.rung, 200, liar, body=bartek.body)
        await passes(0.5)
        assert anna.response(200).fields.all(ASSERTED) == ['"Bartek" <sip:1002@192.0.2.1:5060>']
        anna.hang_up()


@in_virtual_time
async def test_nobody_is_told_again_who_has_not_changed():
    async with exchange() as switch:
        anna, bartek = await talking(switch)
        await passes(10)
        for phone in (anna, bartek):
            assert phone.asked() == phone.asked("UPDATE") == []
        anna.hang_up()


def test_a_name_and_number_that_are_set_are_shown_in_place_of_the_own():
    caller = leg("+48600100200", "600100200")
    caller.guise = Guise(name="Ł. Żółć +48600100200", number="7000")
    assert shown(caller, to=leg("1001")) == ((ASSERTED, '"Ł. Żółć 7000" <sip:7000@192.0.2.1:5060>'),)
    assert called_by(caller) == "Ł. Żółć 7000"
    caller.guise = Guise(number="7000")
    assert called_by(caller) == "7000"


def test_t22_who_hides_is_named_in_the_language_that_is_spoken():
    hidden = leg("anonymous", "Anonymous")
    assert spoken_caller(hidden, "pl") == "kogoś z numerem zastrzeżonym"
    assert spoken_caller(hidden, "en") == spoken_caller(hidden, "de") == "somebody who hides the number"
    assert spoken_caller(leg("anonymous"), "pl") == "kogoś z numerem zastrzeżonym"
    assert spoken_caller(leg("1002", "Bartek"), "pl") == "Bartek"
    assert spoken_caller(leg("+48600100200"), "pl") == "+48600100200"
