"""What firms do with menus, each as calls into a small tree of theirs, in virtual time."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.lint.linting import findings_of
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.script import press
from tests.ivr.outside import MOBILE, calling, effects
from tests.ivr.written import HEADER, exits_of, tree_of

VIP = {"first_name": "Ewa", "last_name": "Maj", "numbers": [MOBILE], "vip": True, "group": "retail"}
ORDINARY = {**VIP, "vip": False}

SERVICES = """
a:
  - menu:
      prompt: "Sales: one. Complaints: two. A message: three. Call me back: four. More: five. A parcel: six."
      keys: {1: person, 2: waiting, 3: message, 4: back, 5: more, 6: program, 0: anybody}
person: [label: "Sales · {{CALL.SRC_NUMBER}}", dial: 1001]
waiting: [label: "Complaints · {{CALL.SRC_NUMBER}}", queue: complaints]
message: [voicemail: office, say: "Thank you."]
back: [callback: desk, say: "Thank you."]
more: [menu: {prompt: "Invoices: one.", keys: {1: invoices}}]
invoices: [label: "Invoices · {{CALL.SRC_NUMBER}}", dial: 1001]
program: [application: {number: 700, values: {topic: parcels}}]
anybody: [queue: reception]
"""
PARCEL = """
a:
  - gather: {prompt: "The number of the parcel?", variable: parcel, min: 4, max: 4, not_entered: lost}
  - request: {connection: parcels, sets: [status], error: lost}
  - say: "Your parcel is {{VARIABLE.STATUS}}."
  - hangup
lost: [say: "Nothing is known of it.", hangup]
"""
NIGHT = """
a: [by_hours: {schedule: office, open: day, closed: night}]
day: [queue: reception]
night: [find_customer: {search: vip, found: duty, not_found: message}]
duty: [duty: {name: doctor, nobody: message}]
message: [say: "We are closed. Leave a message.", voicemail: office, hangup]
"""
KINDS = """
a:
  - find_customer: {}
  - by_customer: {field: group, values: {retail: retail, wholesale: wholesale}, default: all}
retail: [say: "Welcome to retail.", queue: retail]
wholesale: [say: "Welcome to wholesale.", queue: wholesale]
all: [say: "Welcome.", queue: reception]
"""
BROKER = """
a:
  - say: "Good morning, your broker is called."
  - dial: {target: 1001, busy: message, no_answer: message, unreachable: message, declined: message}
message: [say: "Leave a message, please.", voicemail: office, hangup]
"""
TONGUES = """
a:
  - menu: {prompt: {pl: "Po polsku: jeden.", en: "English: two."}, keys: {1: polish, 2: english}}
polish: [language: pl, goto: welcome]
english: [language: en, goto: welcome]
welcome:
  - say: {pl: "Witamy.", en: "Welcome."}
  - queue: sales
"""
NUMBERED = """
"1": [menu: {prompt: "Main. Deliveries: one.", keys: {1: "1-1", 2: "1-2"}}]
"1-1": [menu: {prompt: "Deliveries. Back: zero.", keys: {0: "1-1-0"}}]
"1-1-0": {parent: "1-1", steps: [goto: "up"]}
"up": {parent: "1", steps: [up]}
"1-2": [say: "The second.", hangup]
"""
BY_NUMBER = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {101: shop, 102: tenants}\nstart: a\nbranches:\n"


@pytest.mark.parametrize(
    ("keys", "does"),
    [
        ("1", ("number", "1001", "Sales · +48600100200")),
        ("51", ("number", "1001", "Invoices · +48600100200")),
        ("2", ("queue", "complaints", "Complaints · +48600100200")),
        ("0", ("queue", "reception", "")),
        ("3", ("message", "office")),
        ("4", ("callback", "desk")),
        ("6", ("program", "700")),
    ],
)
def test_d01_d02_d08_every_key_leads_to_its_service_with_its_label(keys, does) -> None:
    told = calling(SERVICES, *(press(key) for key in keys))
    kind, *facts = does
    if kind == "number":
        (rung,) = told.dialled
        assert [*rung.targets, rung.label] == facts
    elif kind == "queue":
        (wait,) = told.waited
        assert [wait.queue, wait.label] == facts
    else:
        (effect,) = effects(told, kind)
        assert set(facts) <= set(effect.facts.values())


@pytest.mark.parametrize(
    ("customer", "queue", "greeting"),
    [
        (VIP, "retail", "Welcome to retail."),
        ({**VIP, "group": "wholesale"}, "wholesale", "Welcome to wholesale."),
        (None, "reception", "Welcome."),
    ],
)
def test_d03_each_kind_of_customer_has_a_menu_of_its_own(customer, queue, greeting) -> None:
    told = calling(KINDS, customers=[customer] if customer else [])
    assert told.heard == (greeting,)
    assert [wait.queue for wait in told.waited] == [queue]


@pytest.mark.parametrize(("number", "branch"), [("100", "a"), ("101", "shop"), ("102", "tenants")])
def test_d03_f05_each_number_has_an_entry_of_its_own(number, branch) -> None:
    branches = "a: [say: 'The firm.']\nshop: [say: 'The shop.']\ntenants: [say: 'Tenants.']\n"
    assert calling(branches, header=BY_NUMBER, called=number).path == (branch,)


def test_d06_a_typed_number_is_asked_of_another_system_and_spoken() -> None:
    told = calling(PARCEL, press("4711"), replies={"parcels": {"answers": {"status": "on its way"}}})
    assert told.heard == ("The number of the parcel?", "Your parcel is on its way.")
    down = calling(PARCEL, press("4711"), replies={"parcels": {"fault": "timed_out"}})
    assert down.heard[-1] == "Nothing is known of it."


@pytest.mark.parametrize(
    ("customer", "hours", "path"),
    [
        (VIP, "open", ("a", "day")),
        (VIP, "closed", ("a", "night", "duty")),
        (ORDINARY, "closed", ("a", "night", "message")),
    ],
)
def test_d14_d15_at_night_a_vip_reaches_who_is_on_duty_and_others_leave_a_message(
    customer, hours, path
) -> None:
    told = calling(NIGHT, customers=[customer], hours={"office": hours})
    assert told.path == path
    left = [effect.facts["box"] for effect in effects(told, "message")]
    assert left == (["office"] if path[-1] == "message" else [])


@pytest.mark.parametrize("result", [DialResult.BUSY, DialResult.NO_ANSWER, DialResult.UNREACHABLE])
def test_f01_a_broker_who_cannot_be_had_gets_a_message(result) -> None:
    talk = calling(BROKER, answer(DialResult.ENDED_BY_CALLEE))
    assert talk.heard == ("Good morning, your broker is called.",)
    assert [rung.targets for rung in talk.dialled] == [("1001",)]
    told = calling(BROKER, answer(result))
    assert told.path == ("a", "message")
    assert effects(told, "message")


@pytest.mark.parametrize(("key", "said", "language"), [("1", "Witamy.", "pl"), ("2", "Welcome.", "en")])
def test_d12_m04_the_language_that_was_chosen_is_kept(key, said, language) -> None:
    told = calling(TONGUES, press(key))
    assert told.heard[-1] == said
    assert [wait.queue for wait in told.waited] == ["sales"]
    assert exits_of(told, "language") == [("set", language)]


def test_p01_a_walk_through_numbered_branches_and_up_again() -> None:
    told = calling(
        NUMBERED, press("1"), press("0"), press("2"), header=HEADER.replace("start: a", 'start: "1"')
    )
    assert told.path == ("1", "1-1", "1-1-0", "up", "1", "1-2")


@pytest.mark.parametrize("after", [None, 0.5])
def test_p02_a_key_during_the_prompt_and_behind_it_leads_to_the_same_branch(after) -> None:
    told = calling(SERVICES, press("2", after=after))
    assert told.path == ("a", "waiting")


def test_m05_f07_d23_a_menu_without_people_says_so_and_ends_by_itself() -> None:
    meant = tree_of(PARCEL, HEADER.replace("start: a", "self_service: yes\nstart: a"))
    assert "no_person" not in {finding.rule for finding in findings_of(meant)}
    assert "no_person" in {finding.rule for finding in findings_of(tree_of(PARCEL))}
    told = calling(PARCEL, press("4711"), replies={"parcels": {"answers": {"status": "delivered"}}})
    assert told.ended is not None
    assert told.dialled == ()
    assert told.waited == ()


def test_d09_a_full_queue_is_answered_with_words_and_another_way() -> None:
    told = calling(
        "a: [queue: {name: sales, full: sorry}]\nsorry: [say: 'All lines are in use.', voicemail: office]\n",
        queued(WaitEnd.FULL),
    )
    assert told.heard == ("All lines are in use.",)
    assert exits_of(told, "queue") == [("full", "sales")]
    assert effects(told, "message")
