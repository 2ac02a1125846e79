"""The steps ``application``, ``voicemail`` and ``callback``: where they lead, and every way out."""

from __future__ import annotations

import pytest

from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.outcome import EndReason, HandedOver
from softswitch.ivr.registry import ACTIONS
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import hang_up, press, wait
from tests.ivr.outside import MOBILE, calling, effects
from tests.ivr.written import exits_of, problems_of, tree_of

PROGRAM = """
a:
  - gather: {prompt: "Card?", variable: card, max: 4}
  - application: {number: 700, values: {card: "{{VARIABLE.CARD}}", topic: cards}, down: b}
b: [say: "We are back."]
"""
VOICEMAIL = """
a:
  - voicemail: {{box: office{more}}}
  - say: "Goodbye"
b: [say: "b"]
"""
CALLBACK = """
a:
  - menu: {{prompt: "Closed. One: we call back.", keys: {{1: back}}}}
back:
  - callback: {{desk: office{more}}}
  - say: "Goodbye"
b: [say: "b"]
"""


def test_d05_the_call_moves_to_the_program_with_the_keys_pressed():
    told = calling(PROGRAM, press("1234"))
    assert effects(told, "program")[0].facts == {"number": "700", "card": "1234", "topic": "cards"}
    assert exits_of(told, "application") == [("over", "700")]
    assert told.ended is not None
    assert (told.ended.reason, told.ended.to) == (EndReason.HANDED_OVER, "700")


def test_d05_a_program_that_is_down_leads_to_the_fallback_branch():
    told = calling(PROGRAM, press("1234"), programs={"700": {"end": "down"}})
    assert told.heard[-1] == "We are back."
    assert exits_of(told, "application") == [("down", "700")]


@pytest.mark.parametrize(
    ("end", "parameter"),
    [
        ("saved", "saved"),
        ("too_short", "too_short"),
        ("cancelled", "cancelled"),
        ("box_full", "full"),
        ("not_stored", "not_stored"),
    ],
)
def test_d07_every_end_of_a_message_has_its_way(end, parameter):
    boxes = {"office": {"end": end}}
    assert calling(VOICEMAIL.format(more=f", {parameter}: b"), boxes=boxes).heard == ("b",)
    plain = calling(VOICEMAIL.format(more=""), boxes=boxes)
    if end in ("box_full", "not_stored"):
        assert plain.reason == "the step ended in a way for which the tree has no branch"
    else:
        assert plain.heard == ("Goodbye",)


def test_d07_a_message_is_left_also_by_who_hangs_up_after_it():
    assert len(effects(calling(VOICEMAIL.format(more="")), "message")) == 1
    told = calling(VOICEMAIL.format(more=""), wait(9), hang_up())
    assert told.ended is None
    assert [one.facts["box"] for one in effects(told, "message")] == ["office"]
    short = calling(VOICEMAIL.format(more=""), boxes={"office": {"end": "too_short"}})
    assert not effects(short, "message")


def test_d07_a_key_of_the_box_goes_where_the_box_leads():
    told = calling(VOICEMAIL.format(more=""), boxes={"office": {"end": "box_key"}})
    assert told.ended is not None
    assert told.ended.to == "office"


def test_d07_each_choice_has_a_box_of_its_own():
    told = calling(
        """
        a: [menu: {prompt: "Sales: one.", keys: {1: sales, 2: service}}]
        sales: [voicemail: sales]
        service: [voicemail: service]
        """,
        press("2"),
    )
    assert [one.facts["box"] for one in effects(told, "message")] == ["service"]


@pytest.mark.parametrize("end", [one.value for one in CallbackEnd])
def test_d19_every_end_of_a_request_has_its_way(end):
    desks = {"office": {"end": end}}
    told = calling(CALLBACK.format(more=f", {end}: b"), press("1"), desks=desks, at="2026-01-05T20:00:00")
    assert told.heard[-1] == "b"
    assert exits_of(told, "callback") == [(end, "office")]
    kept = [{"desk": "office", "number": MOBILE}] if end == "accepted" else []
    assert [one.facts for one in effects(told, "callback")] == kept
    assert calling(CALLBACK.format(more=""), press("1"), desks=desks).heard[-1] == "Goodbye"


def test_every_end_is_an_exit():
    for name, given, ends in (
        ("application", {"number": "700"}, ProgramEnd),
        ("voicemail", {"box": "a"}, MessageEnd),
        ("callback", {"desk": "a"}, CallbackEnd),
    ):
        assert set(ACTIONS[name].model_validate(given).exits()) == {end.value for end in ends}
    assert ACTIONS["application"].model_validate({"number": "700"}).exits()["over"] == HandedOver("700")


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("application: {number: ''}", "empty"),
        ("application: {number: 700, values: {a: '{{NOPE}}'}}", "unknown variable"),
        ("voicemail: {box: a, saved: bb}", "there is no branch 'bb'"),
        ("callback: {}", "desk"),
    ],
)
def test_what_cannot_be_is_said_when_the_tree_is_read(step, fault):
    assert fault in "\n".join(problems_of(f"a: [{step}, hangup]"))


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("application: {number: 700, down: a}", {"programs": {"700": {"end": "down"}}}),
        ("voicemail: {box: office, full: a}", {"boxes": {"office": {"end": "box_full"}}}),
        ("voicemail: {box: office, too_short: a}", {"boxes": {"office": {"end": "too_short"}}}),
        ("callback: {desk: office, not_stored: a}", {"desks": {"office": {"end": "not_stored"}}}),
    ],
)
def test_a_tree_that_leads_back_into_a_room_that_serves_nobody_comes_to_an_end(step, given):
    told = simulate(tree_of(f"a: [{{{step}}}]"), scene=Scene.model_validate(given))
    assert told.ended is not None
    assert told.ended.reason is EndReason.ENDLESS_LOOP


def test_who_leaves_messages_for_ever_is_no_round_of_the_tree():
    told = simulate(tree_of("a: [{voicemail: {box: office, saved: a}}]"))
    assert told.ended is None  # It is the caller who has had enough.
