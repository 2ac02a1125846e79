"""Programs that drive calls, on real calls without sound: what callers hear, press and reach."""

from __future__ import annotations

import msgspec
import pytest

from media import commands as ask
from softswitch.applications.destination import MOST_QUICK_TURNS, MOST_VISITS
from softswitch.applications.errors import ProgramFailed
from softswitch.applications.signature import verify
from softswitch.calls.originate import Origination, Originator
from softswitch.events import (
    ApplicationAsked,
    ApplicationFailed,
    CallRouted,
    DigitPressed,
    LegsBridged,
    PromptPlayed,
    StepTaken,
)
from tests.applications.programs import FALLBACK, LIMIT_S, NUMBER, SECRET, driven
from tests.fakes.media import BEEP, BUSY, MUSIC
from tests.fakes.speaker import PROMPT_SECONDS
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import pick_up, played, rang

ANSWERED = PROMPT_SECONDS + 1.0
"""Seconds until what is said first was heard."""


@in_virtual_time
async def test_three_steps_say_gather_and_transfer():
    script = (
        [{"say": "Witamy."}, {"gather": {"prompt": "Podaj numer.", "max": 4}}],
        [{"label": "Klient 1234"}, {"transfer": "1001"}],
    )
    async with driven(*script) as (here, program, voice):
        agent, caller = here.phone("1001"), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=2 * PROMPT_SECONDS + 1)
        await here.types(caller, "1234")
        await passes(1)
        assert voice.said == ["Witamy.", "Podaj numer."]
        assert program.results == [
            {"step": "say", "exit": "heard"},
            {"step": "gather", "exit": "entered", "digits": "1234"},
        ]
        assert program.questions[1]["call"] == {
            "id": here.switch.entries[0].call,
            "from": "2001",
            "name": "name of 2001",
            "to": NUMBER,
            "account": "2001",
            "language": "pl",
            "answered": True,
        }
        pick_up(agent)
        await passes(3)
        assert len(here.told(LegsBridged)) == 1
        agent.hang_up()
        await passes(3)
        assert here.switch.ended.reason == "callee_hung_up"
        assert [one.kind for one in here.told(CallRouted)] == ["application", "account"]
        assert [one.steps for one in here.told(ApplicationAsked)] == [2, 2]


@in_virtual_time
async def test_questions_are_signed_and_each_has_a_name_of_its_own():
    async with driven([{"say": "a"}], [{"hangup": {}}]) as (here, program, _):
        await here.dials(here.phone("2001"), NUMBER, seconds=ANSWERED + 3)
        assert len({one["webhook-id"] for one in program.headers}) == 2
        for question, headers in zip(program.questions, program.headers, strict=True):
            assert question["id"] == headers["webhook-id"]
            assert SECRET not in str(headers)
        body = msgspec.json.encode(program.questions[0])
        now = float(program.headers[0]["webhook-timestamp"])
        assert verify(SECRET, program.headers[0], body, now=now)
        assert here.switch.ended.reason == "menu_hung_up"


# What goes wrong


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>502 Bad Gateway</html>", "broken_answer"),
        (b'{"steps": []}', "broken_answer"),
        ([{"gather": {"max": 1000}}], "broken_answer"),
        ([{"fly": {}}], "broken_answer"),
        (ProgramFailed("status_refused", "example.com: it answered with status 500"), "status_refused"),
        (ProgramFailed("unreachable", "example.com: it cannot be reached"), "unreachable"),
    ],
)
@in_virtual_time
async def test_a_program_that_fails_leads_to_the_fallback_at_once(answer, why):
    async with driven(answer) as (here, _, _):
        spare, caller = here.phone(FALLBACK), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=1)
        assert rang(spare) == 1
        (failed,) = here.told(ApplicationFailed)
        assert (failed.application, failed.turn, failed.why, failed.to) == (NUMBER, 1, why, FALLBACK)
        pick_up(spare)
        await passes(1)
        caller.hang_up()
        await passes(1)


@in_virtual_time
async def test_a_program_that_says_nothing_leads_to_the_fallback_within_its_limit():
    async with driven([{"say": "a"}]) as (here, program, _):
        program.takes = 3600.0
        spare, caller = here.phone(FALLBACK), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=LIMIT_S - 0.5)
        assert caller.last_status() == 180
        assert rang(spare) == 0
        await passes(1)
        assert rang(spare) == 1
        assert here.told(ApplicationFailed)[0].why == "timed_out"
        caller.cancel()
        await passes(1)


@in_virtual_time
async def test_an_answered_caller_hears_music_while_the_program_thinks_and_no_longer():
    async with driven([{"say": "a"}], [{"say": "b"}, {"hangup": {}}]) as (here, program, voice):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=0.1)
        program.takes = 3.0
        await passes(ANSWERED + 1.0)
        assert caller.sound.hears == f"loop {MUSIC}"
        await passes(1.5)
        assert voice.said == ["a", "b"]
        assert caller.sound.hears == "nothing"
        await passes(4)


@in_virtual_time
async def test_an_answer_that_comes_at_once_is_preceded_by_no_scrap_of_music():
    async with driven([{"say": "a"}], [{"say": "b"}], [{"hangup": {}}]) as (here, program, _):
        program.takes = 0.3
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=2 * ANSWERED + 3)
        assert caller.sound.asked(ask.HearLoop) == []


@in_virtual_time
async def test_who_hangs_up_cancels_the_question():
    async with driven([{"say": "a"}]) as (here, program, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=0.1)
        program.takes = 4.0
        await passes(ANSWERED + 1)
        caller.hang_up()
        await passes(0.5)
        assert program.cancelled == 1
        assert here.switch.ended.reason == "caller_hung_up"
        assert here.told(ApplicationFailed) == []


@in_virtual_time
async def test_a_program_that_goes_round_in_silence_is_left():
    async with driven([{"label": "x"}, {"language": "en"}]) as (here, program, _):
        spare, caller = here.phone(FALLBACK), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=1)
        assert len(program.questions) == MOST_QUICK_TURNS + 1
        assert here.told(ApplicationFailed)[0].why == "endless"
        assert rang(spare) == 1
        caller.cancel()
        await passes(1)


@in_virtual_time
async def test_programs_that_lead_to_each_other_come_to_an_end():
    other = {"url": "https://example.com/", "secret": SECRET, "fallback": NUMBER}
    failing = ProgramFailed("unreachable", "down")
    async with driven(failing, fallback="701", more={"701": other}) as (here, program, _):
        await here.dials(here.phone("2001"), NUMBER, seconds=5)
        assert len(program.questions) == MOST_VISITS
        assert here.switch.ended.reason == "menu_endless_loop"


@in_virtual_time
async def test_without_a_place_to_go_the_caller_hears_that_there_is_nobody():
    async with driven([{"say": "a"}], b"no", fallback="999") as (here, _, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=ANSWERED)
        assert caller.sound.hears == f"loop {BUSY}"
        await passes(3)
        assert here.switch.ended.reason == "nobody_there"


# Secrets


@in_virtual_time
async def test_a_sensitive_number_is_told_to_the_program_and_to_nobody_else():
    script = (
        [{"gather": {"prompt": "PIN?", "max": 4, "sensitive": True}}],
        [{"say": "Kod {{VARIABLE.ENTERED}}."}, {"gather": {"max": 2}}],
        [{"hangup": {}}],
    )
    async with driven(*script) as (here, program, voice):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=ANSWERED)
        await here.types(caller, "7531")
        await passes(ANSWERED)
        await here.types(caller, "42")
        await passes(8)
        assert program.questions[1]["results"][0]["digits"] == "7531"
        assert voice.private == ["Kod 7531."]
        digits = "".join(one.digit for one in here.told(DigitPressed))
        assert digits == "****42"
        log = repr([entry.event for entry in here.switch.entries])
        assert "7531" not in log
        assert "Kod ***" in log


@in_virtual_time
async def test_what_is_typed_beyond_a_secret_and_before_a_wrong_choice_stays_secret():
    gather = {
        "prompt": "PIN?",
        "max": 4,
        "sensitive": True,
        "choices": ["1111"],
        "repeat": 1,
        "wrong": "Nie.",
    }
    async with driven([{"gather": gather}], [{"hangup": {}}]) as (here, program, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=ANSWERED)
        await here.types(caller, "753199", pause=0.01)
        await passes(2 * ANSWERED)
        await here.types(caller, "9988", pause=0.01)
        await passes(6)
        assert program.questions[1]["results"] == [{"step": "gather", "number": 1, "exit": "not_entered"}]
        assert {one.digit for one in here.told(DigitPressed)} == {"*"}


@in_virtual_time
async def test_a_hang_up_in_the_middle_of_a_secret_shows_nothing_of_it():
    async with driven([{"gather": {"prompt": "PIN?", "max": 8, "sensitive": True}}]) as (here, _, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=ANSWERED)
        await here.types(caller, "7531", pause=0.01)
        caller.hang_up()
        await passes(1)
        assert {one.digit for one in here.told(DigitPressed)} == {"*"}


@in_virtual_time
async def test_a_private_text_is_spoken_and_not_written_down():
    async with driven([{"say": {"text": "Saldo 120,50 zł.", "private": True}}], [{"hangup": {}}]) as (
        here,
        _,
        voice,
    ):
        await here.dials(here.phone("2001"), NUMBER, seconds=ANSWERED + 3)
        assert voice.private == ["Saldo 120,50 zł."]
        assert len(voice.forgotten) == 1
        assert "120,50" not in repr([entry.event for entry in here.switch.entries])
        assert here.told(PromptPlayed)[0].text == "***"


@in_virtual_time
async def test_the_program_of_a_parcel_service_tells_where_a_parcel_is():
    script = (
        [
            {
                "gather": {
                    "prompt": "Podaj numer przesyłki.",
                    "min": 4,
                    "max": 4,
                    "repeat": 1,
                    "wrong": "Zły numer.",
                }
            }
        ],
        [{"say": {"text": "Przesyłka jest u kuriera.", "private": True}}, {"hangup": {}}],
    )
    async with driven(*script) as (here, _, voice):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=ANSWERED)
        await here.types(caller, "4711")
        await passes(5)
        assert voice.said == ["Podaj numer przesyłki.", "Przesyłka jest u kuriera."]
        assert here.switch.ended.reason == "menu_hung_up"


@in_virtual_time
async def test_a_call_that_the_switch_makes_can_be_driven_too():
    async with driven([{"say": "a"}], [{"hangup": {}}]) as (here, program, voice):
        agent = here.phone("1001")
        originator = Originator(here.switch.board)
        originator.start(
            Origination(to="1001", by="1002", number="222", name="Firma", made_for="test"),
            here.switch.routes[NUMBER],
        )
        await passes(1)
        pick_up(agent)
        await passes(ANSWERED + 3)
        assert voice.said == ["a"]
        assert program.questions[0]["call"]["answered"] is True


@in_virtual_time
async def test_steps_are_written_down_under_the_name_of_the_application():
    async with driven([{"say": "a"}], [{"hangup": "busy"}], name="parcels") as (here, _, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=ANSWERED + 4)
        taken = [(one.tree, one.branch, one.step, one.exit) for one in here.told(StepTaken)]
        assert taken == [("parcels", "1", "1 say", "heard"), ("parcels", "2", "1 hangup", "next")]
        assert here.switch.ended.reason == "menu_busy"
        assert (BEEP,) not in played(caller)
