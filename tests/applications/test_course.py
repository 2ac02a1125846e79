"""Each step of a program on a real call without sound."""

from __future__ import annotations

import pytest

from media import commands as ask
from softswitch.calls.dialling import AccountDestination
from softswitch.events import ApplicationFailed, CallRouted, LegsBridged, QueueAnswered, StepTaken
from tests.applications.programs import NUMBER, driven
from tests.fakes.speaker import PROMPT_SECONDS
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import label_of, pick_up, rang, refuse

DONE = [{"hangup": {}}]
HEARD = PROMPT_SECONDS + 1.0
MENU = {"prompt": ["Jeden czy dwa?", "Jeszcze raz."], "keys": ["1", "2"], "wrong": "Źle."}


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        ("2", {"exit": "key", "key": "2"}),
        ("9", {"exit": "no_match"}),
        ("", {"exit": "no_input"}),
    ],
)
@in_virtual_time
async def test_a_menu_tells_its_key(keys, result):
    menu = {
        "menu": {
            "prompt": ["Jeden czy dwa?", "Jeszcze raz."],
            "keys": ["1", "2"],
            "repeat": 0,
            "wrong": "Źle.",
        }
    }
    async with driven([menu], DONE) as (here, program, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=HEARD)
        await here.types(caller, keys)
        await passes(12)
        assert program.results == [{"step": "menu", **result}]


@in_virtual_time
async def test_a_menu_asks_again_in_other_words():
    menu = {
        "menu": {
            "prompt": ["Jeden czy dwa?", "Jeszcze raz."],
            "keys": ["1", "2"],
            "repeat": 1,
            "wrong": "Źle.",
        }
    }
    async with driven([menu], DONE) as (here, program, voice):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=HEARD)
        await here.types(caller, "9")
        await passes(2 * HEARD)
        await here.types(caller, "1")
        await passes(3)
        assert voice.said == ["Jeden czy dwa?", "Źle.", "Jeszcze raz."]
        assert program.results == [{"step": "menu", "exit": "key", "key": "1"}]


@in_virtual_time
async def test_a_number_that_is_none_of_the_choices_is_asked_for_again():
    gather = {
        "prompt": ["Numer?", "Jeszcze raz."],
        "max": 2,
        "choices": ["11", "22"],
        "repeat": 2,
        "wrong": "Zły.",
    }
    async with driven([{"gather": gather}], DONE) as (here, program, voice):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=HEARD)
        await here.types(caller, "33")
        await passes(2 * HEARD)
        await here.types(caller, "22")
        await passes(4)
        assert voice.said == ["Numer?", "Zły.", "Jeszcze raz."]
        assert program.results == [{"step": "gather", "exit": "entered", "digits": "22"}]


@in_virtual_time
async def test_nothing_entered_ends_the_list_and_the_program_is_asked():
    async with driven([{"gather": {"prompt": "Numer?", "max": 2}}, {"say": "Dziękuję."}], DONE) as (
        here,
        program,
        voice,
    ):
        await here.dials(here.phone("2001"), NUMBER, seconds=15)
        assert program.results == [{"step": "gather", "exit": "not_entered"}]
        assert voice.said == ["Numer?"]


@in_virtual_time
async def test_a_key_cuts_a_text_short_that_a_question_follows():
    steps = [{"say": "Długi tekst."}, {"gather": {"max": 1}}]
    async with driven(steps, [{"say": "Nie przerywaj."}, {"hangup": {}}]) as (here, program, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=1.5)
        await here.types(caller, "5")
        await passes(0.5)
        assert program.results == [
            {"step": "say", "exit": "interrupted"},
            {"step": "gather", "exit": "entered", "digits": "5"},
        ]
        await here.types(caller, "1")
        await passes(6)
        assert [one.exit for one in here.told(StepTaken) if one.step.endswith("say")] == [
            "interrupted",
            "heard",
        ]


# Whom the caller talks to


@in_virtual_time
async def test_a_queue_is_waited_in_under_the_label_and_its_end_is_told():
    async with driven([{"label": "Reklamacja"}, {"queue": "sales"}], DONE) as (here, program, _):
        agent, caller = here.phone("1001"), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=2)
        assert "Reklamacja" in label_of(agent)
        pick_up(agent)
        await passes(4)
        assert len(here.told(QueueAnswered)) == 1
        agent.hang_up()
        await passes(4)
        assert program.results[-1] == {"step": "queue", "exit": "talk_over"}


@in_virtual_time
async def test_a_key_of_the_program_leaves_the_queue():
    async with driven([{"queue": {"name": "sales", "keys": ["0"]}}], DONE) as (here, program, _):
        here.phone("1001")
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=2)
        await here.types(caller, "0")
        await passes(4)
        assert program.results == [{"step": "queue", "exit": "key", "key": "0"}]


@in_virtual_time
async def test_who_is_dialled_rings_and_the_end_is_told():
    async with driven([{"label": "VIP"}, {"dial": ["1001", "1003"]}], DONE) as (here, program, _):
        first, second, caller = here.phone("1001"), here.phone("1003"), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=1)
        assert (rang(first), rang(second)) == (1, 1)
        assert "VIP" in label_of(first)
        pick_up(second)
        await passes(2)
        assert len(here.told(LegsBridged)) == 1
        second.hang_up()
        await passes(4)
        assert program.results[-1] == {"step": "dial", "exit": "talk_over"}


@pytest.mark.parametrize(("status", "exit_name"), [(486, "busy"), (603, "declined")])
@in_virtual_time
async def test_who_cannot_be_reached_is_told(status, exit_name):
    async with driven([{"dial": "1001"}, {"say": "nie"}], DONE) as (here, program, voice):
        phone, caller = here.phone("1001"), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=1)
        refuse(phone, status)
        await passes(4)
        assert program.results == [{"step": "dial", "exit": exit_name}]
        assert voice.said == []


@in_virtual_time
async def test_a_transfer_to_nowhere_or_to_a_code_is_told():
    async with driven([{"transfer": "12345"}], [{"transfer": "*72"}], DONE) as (here, program, _):
        here.switch.routes["*72"] = AccountDestination(here.switch.dialler, "*72", kind="code")
        await here.dials(here.phone("2001"), NUMBER, seconds=4)
        assert [one["results"] for one in program.questions[1:]] == [
            [{"step": "transfer", "number": 1, "exit": "unknown"}]
        ] * 2


@in_virtual_time
async def test_a_transfer_into_a_queue_leaves_the_caller_to_it():
    async with driven([{"transfer": "600"}]) as (here, program, _):
        agent, caller = here.phone("1001"), here.phone("2001")
        await here.dials(caller, NUMBER, seconds=2)
        assert rang(agent) == 1
        assert [one.kind for one in here.told(CallRouted)] == ["application", "queue"]
        assert len(program.questions) == 1
        caller.cancel() if caller.last_status() == 180 else caller.hang_up()
        await passes(3)


@in_virtual_time
async def test_the_language_of_texts_is_set():
    steps = [
        {"say": "Dzień dobry."},
        {"language": "en"},
        {"say": "Hello."},
        {"say": {"text": "Hallo.", "language": "de"}},
    ]
    async with driven(steps, DONE) as (here, program, voice):
        await here.dials(here.phone("2001"), NUMBER, seconds=4 * HEARD)
        assert voice.languages == ["pl", "en", "de"]
        assert program.questions[1]["call"]["language"] == "en"


@in_virtual_time
async def test_a_text_that_cannot_be_spoken_is_told():
    async with driven([{"say": "a"}, {"say": "b"}], DONE) as (here, program, voice):
        voice.dumb = True
        await here.dials(here.phone("2001"), NUMBER, seconds=4)
        assert program.results == [{"step": "say", "exit": "failed"}]


@in_virtual_time
async def test_an_unknown_queue_is_a_broken_answer():
    async with driven([{"queue": "nobody"}]) as (here, _, _):
        spare = here.phone("1002")
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=1)
        assert "queue.name" in here.told(ApplicationFailed)[0].detail
        assert rang(spare) == 1
        caller.cancel()
        await passes(1)


@in_virtual_time
async def test_nothing_is_heard_behind_the_last_word():
    async with driven([{"say": "a"}], DONE) as (here, _, _):
        caller = here.phone("2001")
        await here.dials(caller, NUMBER, seconds=HEARD + 3)
        assert caller.sound.asked(ask.HearLoop) == []
