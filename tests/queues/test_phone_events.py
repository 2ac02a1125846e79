"""Whose phones an event may have changed."""

from __future__ import annotations

import pytest

from softswitch.events import (
    CallArrived,
    DoNotDisturbSet,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTookPlace,
    PhoneReachable,
    PhoneRegistered,
    PhoneUnreachable,
    PhoneUnregistered,
)
from softswitch.queues.phone_events import KINDS_READ, whose_phone

ACCOUNT_EVENTS = [
    PhoneRegistered("1001", "sip:1001@192.0.2.1", "192.0.2.1:5060", "UDP", "", False),
    PhoneUnregistered("1001", "sip:1001@192.0.2.1", "expired"),
    PhoneReachable("1001", "sip:1001@192.0.2.1", 12.0),
    PhoneUnreachable("1001", "sip:1001@192.0.2.1"),
    DoNotDisturbSet("1001", True),
    CallArrived("a", "1001", "Anna", "1005", "192.0.2.1:5060", "1001"),
    LegAnswered("b1", "1001", "PCMA", "rfc4733"),
    LegEnded("b1", "1001", "completed", "callee_hung_up", 200, 16),
    LegJoined("b1", "1001", "c2"),
    LegLeft("b1", "1001", "c2"),
    LegTookPlace("b1", "1001", "b2", "c2"),
]


@pytest.mark.parametrize("event", ACCOUNT_EVENTS, ids=lambda event: type(event).__name__)
def test_it_is_the_account_s(event):
    assert whose_phone(event) == "1001"


def test_all_that_is_looked_at_is_subscribed_to():
    assert {type(event) for event in ACCOUNT_EVENTS} == {*KINDS_READ}


def test_a_phone_that_rings_is_as_it_was():
    assert whose_phone(LegRinging("b1", "1001", False)) == ""
