"""Feature codes: dialled, done, and said in the language of whoever dialled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import CallEnded, CallRouted, DoNotDisturbSet, ForwardSet
from softswitch.features.codes import TAKES_NUMBER, find_code
from softswitch.features.config import CodesConfig
from softswitch.features.settings import Settings
from tests.fakes.exchange import Steps
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.features.office import office, rang

CODES = CodesConfig()


@pytest.mark.parametrize(
    ("dialled", "found"),
    [
        ("*72", ("forward_always", "")),
        ("*721002", ("forward_always", "1002")),
        ("*72+48221234567", ("forward_always", "+48221234567")),
        ("*73", ("forward_always_off", "")),
        ("*731002", None),
        ("*8", ("pickup", "")),
        ("*81002", None),
        ("**", ("pickup_at", "")),
        ("**1002", ("pickup_at", "1002")),
        ("**78", ("pickup_at", "78")),
        ("1002", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_code_is_found_with_the_number_behind_it(dialled, found):
    assert find_code(CODES, dialled) == found


def test_the_longest_code_counts_and_one_that_is_not_wanted_never_does():
    codes = CodesConfig(forward_busy="*7", pickup_at="")
    assert find_code(codes, "*721002") == ("forward_always", "1002")
    assert find_code(codes, "*71002") == ("forward_busy", "1002")
    assert find_code(codes, "**1002") is None


@given(st.text("0123456789*#+", max_size=12))
def test_whatever_is_dialled_is_one_code_and_its_number_or_none(dialled):
    found = find_code(CODES, dialled)
    written = dict(CODES.written())
    if found is None:
        assert dialled not in written.values()
    else:
        name, number = found
        assert written[name] + number == dialled
        assert not number or name in TAKES_NUMBER


@pytest.mark.parametrize(
    ("on", "off", "when", "said"),
    [
        ("*72", "*73", "always", "All calls go to one zero zero three."),
        ("*90", "*91", "busy", "When you are busy, calls go to one zero zero three."),
        ("*52", "*53", "no_answer", "When you do not answer, calls go to one zero zero three."),
        ("*54", "*55", "unreachable", "When your phone cannot be reached, calls go to one zero zero three."),
    ],
)
@in_virtual_time
async def test_a_forwarding_is_switched_on_and_off(on, off, when, said):
    async with office() as here:
        bartek = here.phone("1002")
        await here.dials(bartek, f"{on}1003", 4)
        assert here.said == said
        assert here.features.settings.of("1002") == replace(Settings(), **{when: "1003"})
        await here.dials(bartek, off, 4)
        assert here.said == "This forwarding is off."
        assert here.features.settings.of("1002") == Settings()
        assert here.switch.events(ForwardSet) == [
            ForwardSet("1002", when, "1003"),
            ForwardSet("1002", when, ""),
        ]
        assert here.changes == [("1002", when, "1003"), ("1002", when, "")]
        assert here.switch.events(CallRouted) == [CallRouted("code", on), CallRouted("code", off)]
        assert [end.reason for end in here.switch.events(CallEnded)] == ["service_ended"] * 2


@in_virtual_time
async def test_calls_follow_a_forwarding_at_once():
    async with office() as here:
        anna, bartek, celina = here.phones("1001", "1002", "1003")
        await here.dials(bartek, "*721003", 4)
        await here.dials(anna, "1002")
        assert (rang(bartek), rang(celina)) == (0, 1)
        anna.cancel()


@in_virtual_time
async def test_the_number_is_asked_for_when_none_was_dialled():
    async with office(language="pl") as here:
        bartek = await here.dials(here.phone("1002"), "*72")
        assert here.said == "Podaj numer i naciśnij krzyżyk."
        await here.types(bartek, "1003#")
        assert here.said == "Wszystkie połączenia są kierowane na numer jeden zero zero trzy."
        assert here.features.settings.of("1002").always == "1003"
        assert set(here.speaker.languages) == {"pl"}


@pytest.mark.parametrize(
    ("dialled", "said"),
    [
        ("*721002", "You cannot forward to yourself."),
        ("*729999", "The number nine nine nine nine cannot be called from here."),
        ("*72*78", "The number star seven eight cannot be called from here."),
        ("*72700", "The number seven zero zero cannot be called from here."),
        ("*72", "No number was entered."),
    ],
)
@in_virtual_time
async def test_what_cannot_be_is_said_and_changes_nothing(dialled, said):
    async with office(parking={}) as here:
        await here.dials(here.phone("1002"), dialled, 20)
        assert here.said == said
        assert here.features.settings.of("1002") == Settings()
        assert here.changes == []


@in_virtual_time
async def test_do_not_disturb_is_switched_on_and_off_in_ones_own_language():
    async with office() as here:
        here.switch.accounts["1002"] = replace(here.switch.accounts["1002"], language="pl")
        bartek = here.phone("1002")
        await here.dials(bartek, "*78", 4)
        assert here.said == "Tryb nie przeszkadzać jest włączony."
        assert here.features.settings.of("1002").dnd
        await here.dials(bartek, "*79", 4)
        assert not here.features.settings.of("1002").dnd
        assert here.switch.events(DoNotDisturbSet) == [
            DoNotDisturbSet("1002", True),
            DoNotDisturbSet("1002", False),
        ]


@in_virtual_time
async def test_without_a_voice_it_is_done_all_the_same(caplog):
    async with office() as here:
        here.speaker.dumb = True
        bartek = await here.dials(here.phone("1002"), "*78", 2)
        assert here.features.settings.of("1002").dnd
        assert bartek.last_status() == 200
        assert "an announcement cannot be spoken: no voice ('Do not disturb is on.')" in caplog.text


@pytest.mark.parametrize("code", ["*721003", "*73", "*78", "*79"])
@in_virtual_time
async def test_whoever_is_sent_to_a_code_changes_nobodys_settings(code):
    async with office({"1002": {"forward": {"always": code}}}) as here:
        before = here.features.settings.of("1002")
        anna = await here.dials(here.phone("1001"), "1002")
        assert anna.last_status() == 404
        assert here.features.settings.of("1002") == before
        assert here.features.settings.of("1001") == Settings()


@in_virtual_time
async def test_a_forwarding_to_a_number_of_a_service_is_taken():
    async with office() as here:

        async def course(call):
            raise AssertionError("nobody calls it")

        here.switch.routes["900"] = Steps(course)
        await here.dials(here.phone("1002"), "*72900", 4)
        assert here.features.settings.of("1002").always == "900"
        await passes(1)
