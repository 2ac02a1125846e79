"""Facts: which message is of which leg, and which address can be reached from where."""

from __future__ import annotations

import pytest

from softswitch.trace.facts import facts_of, host_of, is_private
from tests.trace.test_verdict import stored


def test_each_leg_has_its_messages():
    recorded = stored("given_up")
    facts = facts_of(recorded.call, recorded.read)
    assert facts.caller is not None
    assert [leg.party for leg in facts.called] == ["1002"]
    assert {one.remote for one in facts.caller.messages} == {"192.0.2.11:5060"}
    (called,) = facts.called
    assert {one.remote for one in called.messages} == {"192.0.2.12:5060"}
    assert len(facts.caller.messages) + len(called.messages) == len(recorded.messages)
    assert called.rang is not None
    assert [one.title for one in called.responses("INVITE", came=True)] == [
        "180 Ringing",
        "487 Request Terminated",
    ]
    assert [one.method for one in called.requests("CANCEL", came=False)] == ["CANCEL"]


def test_a_phone_is_asked_for_its_registration_unless_it_calls():
    recorded = stored("unreachable")
    asked = []
    facts_of(recorded.call, recorded.read, registered=lambda party: asked.append(party))
    assert asked == ["1003"]


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("10.1.2.3", True),
        ("172.31.0.1", True),
        ("172.32.0.1", False),
        ("192.168.1.1", True),
        ("100.64.0.1", True),
        ("fd00::1", True),
        ("[fe80::1]", True),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
        ("phone.example.org", False),
        ("", False),
    ],
)
def test_what_nobody_outside_can_send_to(host, private):
    assert is_private(host) is private


def test_the_host_of_an_address():
    assert host_of("192.0.2.1:5060") == "192.0.2.1"
    assert host_of("[2001:db8::1]:5060") == "2001:db8::1"
