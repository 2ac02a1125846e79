"""The step ``ticket``: at once, or if the caller hangs up in the menu; one for each step and call."""

from __future__ import annotations

import pytest

from softswitch.events import TicketAsked
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.clerk import NoClerk, Wanted
from softswitch.ivr.outcome import GoTo, Next
from softswitch.ivr.registry import ACTIONS
from softswitch.ivr.simulated.others import answer
from softswitch.ivr.simulated.queues import queued
from softswitch.ivr.simulated.script import hang_up, press, wait
from tests.ivr.outside import MOBILE, calling, effects
from tests.ivr.written import exits_of, problems_of

NOW = """
a:
  - ticket:
      {queue: missed, title: "Nieodebrane połączenie z numeru %%number%%", priority: high, category: sale}
  - say: "next"
  - by_waiting: {queue: q, at_most: 0, yes: b, no: a}
b: [say: "b"]
"""
LEAVING = """
a:
  - ticket: {queue: missed, title: "Missed %%number%%", when: on_hangup}
  - menu: {prompt: "One.", keys: {1: q, 2: d, 3: a}, no_input: {repeat: 0}}
q: [queue: {name: q, full: a, keys: {9: a}}]
d: [dial: {target: 1001, busy: a}]
"""


def test_t02_a_ticket_at_once_and_the_path_goes_on():
    told = calling(NOW)
    (ticket,) = effects(told, "ticket")
    assert ticket.facts == {
        "queue": "missed",
        "title": f"Nieodebrane połączenie z numeru {MOBILE}",
        "priority": "high",
        "category": "sale",
        "number": MOBILE,
        "customer": "",
    }
    assert told.heard == ("next", "b")
    (event,) = [m.event for m in told.moments if isinstance(m.event, TicketAsked)]
    assert (event.step, event.at_once) == ("t.a.1", True)
    assert exits_of(told, "ticket") == [("next", "missed")]


@pytest.mark.parametrize(
    ("script", "made"),
    [
        ([wait(1), hang_up()], 1),
        ([], 1),  # Nobody was reached either where the menu hangs up by itself.
        ([press("1"), wait(5), hang_up()], 0),
        ([press("1")], 0),
        ([press("1"), queued(WaitEnd.FULL), wait(3), hang_up()], 1),
        ([press("1"), queued(WaitEnd.EMPTY)], 1),
        ([press("1"), queued(WaitEnd.MAX_WAIT)], 0),
        ([press("2")], 0),
        ([press("2"), answer(DialResult.BUSY), wait(9), hang_up()], 1),
        # Back in the menu it is as at the beginning.
        ([press("1"), press("9"), wait(1), hang_up()], 1),
        # One step, one ticket, however often it is passed.
        ([press("3"), press("3"), wait(1), hang_up()], 1),
    ],
)
def test_t02_a_ticket_only_of_who_hangs_up_in_the_menu(script, made):
    told = calling(LEAVING, *script)
    assert len(effects(told, "ticket")) == made


@pytest.mark.parametrize("caller", ["anonymous", "anonymous@provider"])
def test_t02_who_hides_the_number_has_none(caller):
    (ticket,) = effects(calling(NOW, caller=caller), "ticket")
    assert ticket.facts["title"] == "Nieodebrane połączenie z numeru (withheld)"
    assert ticket.facts["number"] == ""


def test_t02_one_step_makes_one_ticket_in_a_call():
    told = calling(
        """
        a:
          - ticket: {queue: missed, title: x}
          - menu: {prompt: "One.", keys: {1: a}, no_input: {repeat: 0}}
        """,
        press("1"),
        press("1"),
    )
    assert len(effects(told, "ticket")) == 1
    assert len(exits_of(told, "ticket")) == 3


def test_a_secret_is_in_no_title():
    told = calling(
        """
        a:
          - gather: {prompt: "PIN?", variable: pin, max: 4, sensitive: yes}
          - ticket: {queue: missed, title: "code {{VARIABLE.PIN}}, {{CALL.DST_NUMBER}}"}
        """,
        press("4711"),
    )
    assert effects(told, "ticket")[0].facts["title"] == "code, 100"


def test_nobody_is_cut_off_for_a_ticket():
    step = ACTIONS["ticket"].model_validate({"queue": "missed"})
    assert step.exits() == {"next": Next(), "error": Next()}
    assert ACTIONS["ticket"].model_validate({"queue": "m", "error": "b"}).exits()["error"] == GoTo("b")
    assert NoClerk().asked(Wanted("t.a.1", "missed")) is None


def test_unknown_variables_and_words_are_found_when_the_tree_is_read():
    faults = "\n".join(
        problems_of('a: [ticket: {queue: m, title: "%%nmber%%", when: later, priority: hgh}, hangup]')
    )
    assert "unknown variable %%nmber%%" in faults
    assert "when" in faults
    assert "priority" in faults
