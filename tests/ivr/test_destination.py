"""Whole trees on real calls, and what is written down of their ends: virtual time, no sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.calls.tongue import AS_IT_COMES
from softswitch.calls.why import why_it_ended
from softswitch.events import (
    BranchEntered,
    CallRouted,
    DigitPressed,
    LegAnswered,
    LegEnded,
    PromptPlayed,
    StepTaken,
)
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.destination import ENDS, TreeDestination
from softswitch.ivr.live import BUSY_TONE_SECONDS
from softswitch.ivr.outcome import EndReason
from tests.calls.test_transfer import refer, told
from tests.fakes.exchange import Steps, exchange, sdp, talking
from tests.fakes.media import BUSY, RING_BACK
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice, end_prompts_after, on_tree
from tests.ivr.written import tree_of

MENU = """
a:
  - menu:
      prompt: "One or two."
      keys: {1: b, 2: c}
      first_digit_s: 3
      no_input: {repeat: 1, then: c}
      no_match: {repeat: 1, then: c}
b:
  - say: "You pressed one."
  - dial: 1002
c: [hangup]
"""


@in_virtual_time
async def test_a_menu_leads_to_a_phone():
    async with exchange() as switch:
        bartek = switch.phone("1002", "192.0.2.12")
        end_prompts_after(switch, 1.0)
        anna, voice = await on_tree(switch, MENU)
        await passes(0.5)
        switch.client.digit(anna.sound, "1")
        await passes(3)
        assert [one[0] for one in voice.said] == ["One or two.", "You pressed one."]
        assert anna.sound.hears == f"loop {RING_BACK}"
        bartek.pick_up()
        await passes(1)
        assert anna.sound.hears == f"leg {bartek.sound.leg.number}"
        bartek.hang_up()
        await passes(1)
        assert [event.branch for event in switch.events(BranchEntered)] == ["a", "b"]
        assert [event.interrupted for event in switch.events(PromptPlayed)] == [True, False]
        assert switch.events(CallRouted) == [CallRouted("tree", "t")]
        assert (switch.ended.reason, switch.ended.ended_by) == ("callee_hung_up", "callee")


@in_virtual_time
async def test_nobody_presses_anything():
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        anna, voice = await on_tree(switch, MENU)
        await passes(20)
        assert len(voice.said) == 2
        assert (switch.ended.reason, switch.ended.result) == ("menu_hung_up", "completed")
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_a_tree_that_hangs_up_at_once_never_answers():
    async with exchange() as switch:
        anna, _ = await on_tree(switch, "a: [hangup]")
        assert anna.last_status() == 480
        assert (switch.ended.reason, switch.events(LegAnswered)) == ("menu_hung_up", [])
        assert (switch.ended.result, switch.ended.sip_code) == ("refused", 480)


@pytest.mark.parametrize(
    ("act", "status", "reason"),
    [
        (lambda phone: phone.refuse(486), 486, "busy"),
        (lambda phone: phone.refuse(603), 603, "declined"),
        (lambda phone: phone.refuse(480), 480, "unreachable"),
        (lambda phone: phone.ring(), 480, "no_answer"),
    ],
)
@in_virtual_time
async def test_a_tree_that_only_dials_passes_the_refusal_to_a_caller_not_yet_answered(act, status, reason):
    async with exchange() as switch:
        bartek = switch.phone("1002", "192.0.2.12")
        anna, _ = await on_tree(switch, "a: [{dial: {target: 1002, ring_s: 10}}]")
        act(bartek)
        await passes(12)
        assert (anna.last_status(), switch.ended.reason) == (status, reason)


@in_virtual_time
async def test_a_number_that_a_tree_dials_and_nobody_has():
    async with exchange() as switch:
        anna, _ = await on_tree(switch, "a: [{dial: 4711}]")
        # The number that was dialled, 100, exists: it is the menu that leads nowhere.
        assert anna.last_status() == 480
        assert (
            why_it_ended(switch.entries) == "The menu t (branch a) dialled 4711, which does not exist here."
        )
        assert (switch.ended.result, switch.ended.sip_code, switch.ended.detail) == ("failed", 480, "4711")


@in_virtual_time
async def test_a_tree_with_nobody_to_dial_writes_down_the_refusal_that_was_sent():
    async with exchange() as switch:
        anna, _ = await on_tree(switch, 'a: [{dial: ""}]')
        assert anna.last_status() == switch.ended.sip_code == 480
        assert (switch.ended.reason, switch.ended.result) == ("menu_no_target", "failed")
        assert [end.sip_code for end in switch.events(LegEnded)] == [480]


@in_virtual_time
async def test_a_number_typed_in_secret_and_dialled_is_in_no_event():
    branches = "a: [{gather: {variable: x, max: 4, sensitive: true}}, {dial: '{{VARIABLE.X}}'}]"
    async with exchange() as switch:
        anna, _ = await on_tree(switch, branches)
        for digit in "4711":
            switch.client.digit(anna.sound, digit)
        await passes(5)
        assert (switch.ended.reason, switch.ended.detail) == ("menu_unknown_target", "***")
        assert "4711" not in repr([entry.event for entry in switch.entries])


REASONS = [
    ('a: [{say: "Hi."}]', "menu_ended"),
    ('a: [{say: "Hi."}, hangup]', "menu_hung_up"),
    ('a: [{say: "Hi."}, {hangup: busy}]', "menu_busy"),
    ("a: [{menu: {prompt: Hi., keys: {1: a}, no_input: {repeat: 0}}}]", "menu_no_input"),
    ("a: [{menu: {prompt: Hi., keys: {1: a}, no_match: {repeat: 0}}}]", "menu_no_match"),
    ("a: [{menu: {prompt: Hi., keys: {1: a}, no_match: {repeat: 9}, total_max: 1}}]", "menu_too_many_tries"),
    ("a: [{gather: {variable: x, min: 2}}]", "menu_not_entered"),
    ('a: [{say: "Hi."}, {dial: ""}]', "menu_no_target"),
    ('a: [{say: "Hi."}, {dial: 4711}]', "menu_unknown_target"),
    ('a: [{say: "Hi."}, {dial: 1003}]', "offline"),
    (
        "a: [{language: en}, {goto: b}]\nb: [{say: '{{VARIABLE.NONE}}'}, {goto: a}]",
        "menu_endless_loop",
    ),
]


@pytest.mark.parametrize(("branches", "reason"), REASONS)
@in_virtual_time
async def test_the_record_says_why_the_tree_let_go_of_its_caller(branches, reason):
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        anna, _ = await on_tree(switch, branches)
        await passes(0.7)
        if "no_match" in reason or "tries" in reason or "entered" in reason:
            switch.client.digit(anna.sound, "9")
        await passes(20)
        assert switch.ended.reason == reason


def test_every_end_of_a_tree_has_an_end_of_its_own():
    ends = {end: ENDS[end].reason for end in EndReason}
    named = {end: reason for end, reason in ends.items() if end is not EndReason.HANDED_OVER}
    assert len(set(named.values())) == len(named)


@pytest.mark.parametrize(
    ("branches", "act"),
    [
        ("a: [{say: Hi.}, {dial: 4711}]", None),
        ("a: [{say: Hi.}, {dial: 1003}]", None),
        ("a: [{say: Hi.}, {dial: ''}]", None),
        ("a: [{say: Hi.}, {hangup: busy}]", None),
        ("a: [{say: Hi.}, {dial: 1002}]", lambda phone: phone.refuse(486)),
        ("a: [{say: Hi.}, {dial: 1002}]", lambda phone: phone.refuse(603)),
    ],
)
@in_virtual_time
async def test_a_caller_who_was_told_nothing_hears_a_busy_tone_before_the_end(branches, act):
    async with exchange() as switch:
        bartek = switch.phone("1002", "192.0.2.12")
        end_prompts_after(switch, 1.0)
        anna, _ = await on_tree(switch, branches)
        await passes(1.0)
        if act is not None:
            act(bartek)
            await passes(0.2)
        assert anna.sound.hears == f"loop {BUSY}"
        assert anna.incoming("BYE") == []
        await passes(BUSY_TONE_SECONDS)
        assert len(anna.incoming("BYE")) == 1


@pytest.mark.parametrize(
    "branches",
    ["a: [{say: Hi.}, hangup]", "a: [{say: Hi.}, {dial: {target: 4711, unknown: b}}]\nb: [hangup]"],
)
@in_virtual_time
async def test_a_caller_whom_the_tree_spoke_to_or_sent_on_hears_no_busy_tone(branches):
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        anna, _ = await on_tree(switch, branches)
        await passes(1.0)
        assert len(anna.incoming("BYE")) == 1


@in_virtual_time
async def test_a_caller_may_leave_during_the_busy_tone():
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        anna, _ = await on_tree(switch, "a: [{say: Hi.}, {dial: 4711}]")
        await passes(1.0)
        anna.hang_up()
        await passes(0.1)
        assert switch.ended.reason == "caller_hung_up"


@in_virtual_time
async def test_a_talk_whose_sound_is_lost_is_not_written_down_as_hung_up():
    async with exchange() as switch:
        bartek = switch.phone("1002", "192.0.2.12")
        await on_tree(switch, "a: [{dial: 1002}]")
        bartek.pick_up()
        await passes(0.5)
        switch.client.silence(bartek.sound)
        await passes(1)
        assert (switch.ended.reason, switch.ended.result) == ("media_lost", "failed")


@in_virtual_time
async def test_a_prompt_that_cannot_be_spoken_does_not_end_the_call():
    async with exchange() as switch:
        voice = FakeVoice()
        voice.broken.add("Broken.")
        tree = tree_of('a: [{say: "Broken."}, {say: "Whole."}, hangup]')
        switch.routes["100"] = TreeDestination(tree, voice, switch.dialler)
        end_prompts_after(switch, 1.0)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(3)
        assert [one[0] for one in voice.said] == ["Whole."]
        assert any(step.exit == "failed" for step in switch.events(StepTaken))
        assert switch.ended.reason == "menu_hung_up"


@in_virtual_time
async def test_a_tree_knows_who_calls_with_which_codec():
    async with exchange() as switch:
        text = 'a: [{say: "{{CALL.CODEC}} {{CALL.ACCOUNT}} {{CALL.CALLER_ID}} {{CALL.DST_NUMBER}}"}, hangup]'
        end_prompts_after(switch, 1.0)
        _, voice = await on_tree(switch, text, body=sdp(formats="0 8 101"))
        await passes(3)
        assert voice.said[0][0] == "PCMU 1001 Anna 100"


GATHER = """
a:
  - gather: {variable: pin, max: 4, sensitive: true, barge_in: false, prompt: "Your PIN."}
  - say: "{{VARIABLE.pin}}"
  - hangup
"""


@in_virtual_time
async def test_a_secret_number_is_in_no_event_and_its_voice_is_forgotten():
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        anna, voice = await on_tree(switch, GATHER)
        await passes(0.5)
        for digit in "1234":
            await passes(0.2)
            switch.client.digit(anna.sound, digit)
        await passes(5)
        assert [press.digit for press in switch.events(DigitPressed)] == ["*"] * 4
        assert voice.said[-1] == ("1234", "en", None, True)
        assert voice.forgotten == [1002]
        assert "1234" not in repr([entry.event for entry in switch.entries])


@pytest.mark.parametrize("how", ["stop", "too long", "bye", "worker"])
@in_virtual_time
async def test_a_secret_half_typed_is_recorded_masked_whatever_ends_the_call(how):
    async with exchange(longest=6.0) as switch:
        anna, _ = await on_tree(switch, GATHER)  # Its prompt goes on and on, so no key is read.
        await passes(2)
        for digit in "123":
            switch.client.digit(anna.sound, digit)
        await passes(1)
        match how:
            case "stop":
                switch.board.close()
            case "bye":
                anna.hang_up()
            case "worker":
                switch.client.kill(switch.media)
        await passes(5)
        assert [press.digit for press in switch.events(DigitPressed)] == ["*"] * 3


ENTERED = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {151: sales}\nstart: a\nbranches:\n"


@in_virtual_time
async def test_callers_are_transferred_to_a_branch_by_its_number():
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        tree = tree_of('a: [say: "Welcome.", hangup]\nsales: [say: "Sales.", hangup]', ENTERED)
        voice = FakeVoice()
        switch.routes["151"] = TreeDestination(tree, voice, switch.dialler, tree.entries["151"])
        anna, bartek = await talking(switch)
        refer(bartek, "151")
        await passes(0.5)
        assert told(bartek)[-1] == "200"
        await passes(3)
        assert [one[0] for one in voice.said] == ["Sales."]
        assert [event.branch for event in switch.events(BranchEntered)] == ["sales"]
        assert len(anna.incoming("BYE")) == 1


class Notebook:
    """Keeps what callers chose, as :class:`~softswitch.ivr.desks.memory.Memory` does."""

    def __init__(self):
        self.kept = {}

    def of(self, caller):
        return self.kept.get(caller, AS_IT_COMES)

    def keep(self, caller, *, language=None, pace=None):
        given = {"language": language, "pace": pace}
        given = {name: value for name, value in given.items() if value is not None}
        self.kept[caller] = replace(self.of(caller), **given)
        return True


TONGUES = """
a:
  - language: {chosen: d}
  - menu: {prompt: {pl: "Dwa.", en: "Two."}, keys: {2: b}, slower_key: 8, remember_pace: yes}
b:
  - language: {language: pl, remember: yes}
  - say: {pl: "Dalej.", en: "Onward."}
  - echo: 1
d:
  - say: {pl: "Dzień dobry.", en: "Hello."}
"""
SURVEY = 'a: [say: {pl: "Jak było?", en: "How was it?"}]'


@in_virtual_time
async def test_n27_m04_a_choice_holds_in_the_next_menu_of_the_call_and_in_the_next_call():
    async with exchange() as switch:
        end_prompts_after(switch, 1.0)
        voice, desks = FakeVoice(), Desks(memory=Notebook())
        first = TreeDestination(tree_of(TONGUES), voice, switch.dialler, desks=desks)
        second = TreeDestination(tree_of(SURVEY), voice, switch.dialler, desks=desks)

        async def both(call):
            await first(call)
            return await second(call)

        switch.routes["100"] = Steps(both)
        anna = switch.phone("1001", "192.0.2.11")
        anna.call("100")
        await passes(0.5)
        switch.client.digit(anna.sound, "8")
        await passes(0.5)
        switch.client.digit(anna.sound, "2")
        await passes(10)
        assert [one[:2] for one in voice.said] == [
            ("Two.", "en"), ("Two.", "en"), ("Dalej.", "pl"), ("Jak było?", "pl"),
        ]  # fmt: skip
        assert voice.rates == [1.0, 0.85, 0.85, 0.85]
        assert [one.exit for one in switch.events(StepTaken) if one.step == "menu"] == ["other_pace"]
        again = switch.phone("1001", "192.0.2.12", registered=False)
        again.call("100")
        await passes(10)
        assert [one[:2] for one in voice.said[4:]] == [("Dzień dobry.", "pl"), ("Jak było?", "pl")]
        assert voice.rates[4:] == [0.85, 0.85]
        # Somebody else is asked.
        bartek = switch.phone("1002", "192.0.2.13")
        bartek.call("100")
        await passes(1)
        assert voice.said[6][:2] == ("Two.", "en")
        assert voice.rates[6] == 1.0
        bartek.hang_up()
        await passes(1)
