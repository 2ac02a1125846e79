"""What receivers of webhooks are told: the fields are a promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import get_args

from softswitch.calls.hangup import Reason
from softswitch.events import (
    AgentChanged,
    AgentOffered,
    BranchEntered,
    CallArrived,
    CallbackAsked,
    CallEnded,
    CallRouted,
    DigitPressed,
    Entry,
    Event,
    LegAnswered,
    LegEnded,
    QueueAnswered,
    QueueEntered,
    QueueLeft,
    QueueTalkEnded,
)
from softswitch.integrations.webhook_config import Kind
from softswitch.outbox.messages import Happening
from softswitch.webhook_payloads import KINDS_TOLD, READY, happening, recording_ready
from tests.fakes.clock import START
from tests.fakes.recording import Recording

CALL = "01JABC"


def entries(*events: Event, call: str = CALL) -> list[Entry]:
    return [
        Entry(number, START + timedelta(seconds=number), call, event)
        for number, event in enumerate(events, start=1)
    ]


def told(of: Sequence[Entry], number: int = -1) -> Happening:
    found = happening(of[number], of)
    assert found is not None
    return found


ARRIVED = CallArrived("a", "+48600100200", "Anna", "+48221234567", "192.0.2.1", "", trunk="orange")
ENDED = CallEnded("answered", Reason.CALLER_HUNG_UP.value, 200, 16, "caller")


def test_the_end_of_a_call_in_a_queue() -> None:
    call = entries(
        ARRIVED,
        CallRouted("tree", "bank"),
        LegAnswered("a", "+48600100200", "PCMA", "rfc4733"),
        BranchEntered("bank", "welcome"),
        DigitPressed("a", "1", "rfc4733"),
        BranchEntered("bank", "cards"),
        QueueEntered("cards", "+48600100200", 2),
        AgentOffered("cards", "1001", 30.0, 0, 1.0, "longest_idle", ("1001",), 0, ""),
        QueueAnswered("cards", "1001", "b", "+48600100200", 31.26, 4.0),
        QueueTalkEnded("cards", "1001", 60.0, "caller"),
        LegEnded("a", "+48600100200", "answered", "caller_hung_up", 200, 16),
        ENDED,
    )
    found = told(call)
    assert (found.kind, found.about, found.call, found.at) == ("call.ended", CALL, CALL, call[-1].at)
    data = dict(found.data)
    waits, talks = data.pop("waits"), data.pop("talks")
    assert data == {
        "call": CALL,
        "caller": "+48600100200",
        "caller_name": "Anna",
        "called": "+48221234567",
        "account": "",
        "trunk": "orange",
        "made_for": "",
        "started": "2026-01-05T09:00:01.000+00:00",
        "answered": "2026-01-05T09:00:03.000+00:00",
        "ended": "2026-01-05T09:00:12.000+00:00",
        "seconds": 11.0,
        "answered_seconds": 9.0,
        "result": "answered",
        "reason": "caller_hung_up",
        "sip_code": 200,
        "q850": 16,
        "ended_by": "caller",
        "detail": "",
        "tree": "bank",
        "path": ["welcome", "cards"],
        "queue": "cards",
        "agent": "1001",
        "transfers": [],
    }
    assert waits == [
        {
            "queue": "cards",
            "entered": "2026-01-05T09:00:07.000+00:00",
            "ended": "2026-01-05T09:00:09.000+00:00",
            "waited_s": 31.3,
            "how": "answered",
            "agent": "1001",
        }
    ]
    assert isinstance(talks, list)


def test_keys_that_were_pressed_are_not_told() -> None:
    call = entries(ARRIVED, DigitPressed("a", "7", "rfc4733"), ENDED)
    assert "digits" not in told(call).data


def test_a_call_that_was_cut_off_before_anything_is_known() -> None:
    data = told(entries(ENDED)).data
    assert (data["caller"], data["answered"], data["queue"], data["agent"]) == ("", None, "", "")


def test_every_kind_that_can_be_asked_for_comes_from_something() -> None:
    # The one that is told by the catalogue of recordings.
    assert set(get_args(Kind)) == {*KINDS_TOLD, READY}


def test_a_finished_recording() -> None:
    recorded = Recording(
        "01REC", "01CALL", 2, START, START + timedelta(seconds=61), path="a/b.wav", seconds=60.04
    )
    assert recording_ready(recorded) == Happening(
        "recording.ready",
        "01REC",
        START + timedelta(seconds=61),
        "01CALL",
        {
            "call": "01CALL",
            "recording": "01REC",
            "part": 2,
            "queue": "sales",
            "agent": "1001",
            "caller": "+48600100200",
            "called": "300",
            "started": "2026-01-05T09:00:00.000+00:00",
            "seconds": 60.0,
            "octets": 5,
            "sha256": "ab",
        },
    )


def test_of_each_of_its_events_a_kind_is_told() -> None:
    events: list[Event] = [
        ARRIVED,
        LegAnswered("a", "1001", "PCMA", ""),
        QueueEntered("cards", "+48600100200", 2),
        QueueAnswered("cards", "1001", "b", "+48600100200", 31.26, 4.0),
        QueueLeft("cards", "+48600100200", "hung_up", 12.34, 1),
        CallbackAsked("cards", "+48600100200", 1),
        AgentChanged("1001", "ready", "wrap_up", 10.0),
        ENDED,
    ]
    call = entries(*events)
    kinds = {type(event): told(call, place).kind for place, event in enumerate(events)}
    assert kinds == {cls: kind for kind, cls in KINDS_TOLD.items()}
    assert told(call, 2).about == "3"
    assert told(call, 4).data == {
        "call": CALL,
        "queue": "cards",
        "caller": "+48600100200",
        "why": "hung_up",
        "waited_s": 12.3,
        "ahead": 1,
    }


def test_what_belongs_to_no_call_names_none() -> None:
    found = told(entries(AgentChanged("1001", "ready", "wrap_up", 10.0), call=""))
    assert found.data == {"agent": "1001", "state": "ready", "before": "wrap_up"}


def test_of_other_events_nothing_is_told() -> None:
    call = entries(ARRIVED, CallRouted("tree", "bank"))
    assert happening(call[1], call) is None
