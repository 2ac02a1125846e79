"""The registrar: REGISTER in, bindings, events and the fields of the 200 out."""

from __future__ import annotations

from typing import cast

import pytest

from softswitch.bus import EventLog
from softswitch.events import PhoneRegistered, PhoneUnregistered
from softswitch.registrar.accounts import Account
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.service import Lifetimes, Registrar, way_to
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop
from tests.fakes.clock import FakeClock
from tests.registrar.requests import HERE, PHONE, register

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, connection=7)


class Believing:
    """Stands in for the authenticator: whoever says From 1001 is 1001."""

    def account(self, request, hop):
        if request.from_.uri.user == "4711":
            raise RemoteProtocolError(401, "Unauthorized")
        return Account(request.from_.uri.user)


class Desk:
    """A registrar and all that it told others."""

    def __init__(self, **how):
        self.clock = FakeClock()
        self.log = EventLog(self.clock)
        self.events = []
        self.log.subscribe(lambda entry: self.events.append(entry.event))
        self.saved = []
        self.registrar = Registrar(
            cast(Authenticator, Believing()),
            clock=self.clock,
            log=self.log,
            save=lambda user, bindings: self.saved.append((user, bindings)),
            **how,
        )

    def register(self, *contacts, hop=PHONE, **how):
        """Return the Contact values of the 200."""
        fields = self.registrar.register(register(*contacts, **how), hop)
        assert {name for name, _ in fields} <= {"Contact"}
        return [value for _, value in fields]

    def refused(self, *contacts, **how):
        with pytest.raises(RemoteProtocolError) as error:
            self.register(*contacts, **how)
        return error.value

    def contacts(self, user="1001"):
        return [str(binding.contact) for binding in self.registrar.bindings(user)]


def test_a_phone_registers():
    desk = Desk()
    assert desk.register(HERE) == [f"{HERE};expires=3600"]
    (binding,) = desk.registrar.bindings("1001")
    assert (binding.hop, binding.user_agent, binding.behind_nat) == (PHONE, "Phone/1.0", False)
    assert desk.events == [
        PhoneRegistered(
            "1001", "sip:1001@192.0.2.9:5062", "192.0.2.9:5062", "UDP", "Phone/1.0", behind_nat=False
        )
    ]
    assert desk.saved == [("1001", (binding,))]
    assert desk.registrar.count() == 1


@pytest.mark.parametrize(
    ("contact", "extra", "granted"),
    [
        (HERE, "", 3600),
        (HERE, "Expires: 600", 600),
        (f"{HERE};expires=120", "Expires: 600", 120),
        (f"{HERE};expires=60", "", 60),
        (f"{HERE};expires=999999", "", 3600),
        (HERE, "Expires: 4294967295", 3600),
    ],
)
def test_how_long_it_lasts(contact, extra, granted):
    assert Desk().register(contact, extra=extra) == [f"{HERE};expires={granted}"]


@pytest.mark.parametrize("seconds", [1, 59])
def test_too_brief(seconds):
    desk = Desk()
    refusal = desk.refused(f"{HERE};expires={seconds}")
    assert (refusal.status, refusal.fields) == (423, (("Min-Expires", "60"),))
    # All or nothing, also when another contact would do.
    assert desk.refused(f"<sip:other@192.0.2.9>;expires=600, {HERE};expires={seconds}").status == 423
    assert (desk.contacts(), desk.events, desk.saved) == ([], [], [])


def test_the_limits_are_the_operators():
    desk = Desk(lifetimes=Lifetimes(shortest=10, usual=100, longest=200))
    assert desk.register(HERE) == [f"{HERE};expires=100"]
    assert desk.register(HERE, extra="Expires: 500", cseq=2) == [f"{HERE};expires=200"]
    assert desk.register(HERE, extra="Expires: 10", cseq=3) == [f"{HERE};expires=10"]


def test_a_query_lists_and_changes_nothing():
    desk = Desk()
    assert desk.register() == []
    desk.register(f"{HERE};q=0.5", "<sip:1001@192.0.2.10>;expires=600")
    desk.clock.advance(10)
    saved = list(desk.saved)
    assert desk.register(cseq=9) == [
        f"{HERE};expires=3590;q=0.5",
        "<sip:1001@192.0.2.10>;expires=590",
    ]
    assert desk.saved == saved


def test_a_refresh_is_no_event_and_a_move_is():
    desk = Desk()
    desk.register(HERE)
    desk.clock.advance(100)
    desk.register(HERE, cseq=2)
    assert len(desk.events) == 1
    desk.register("<sip:1001@192.0.2.9:5070>", cseq=3)
    assert [type(event) for event in desk.events[1:]] == [PhoneUnregistered, PhoneRegistered]
    assert desk.events[1].reason == "replaced"
    assert desk.contacts() == ["sip:1001@192.0.2.9:5070"]


def test_a_phone_unregisters():
    desk = Desk()
    desk.register(HERE)
    assert desk.register(HERE, cseq=2, extra="Expires: 0") == []
    assert desk.events[1:] == [PhoneUnregistered("1001", "sip:1001@192.0.2.9:5062", "unregistered")]
    assert (desk.saved[-1], desk.registrar.count()) == (("1001", ()), 0)
    assert desk.register(HERE, cseq=3, extra="Expires: 0") == []  # Twice is no fault.


def test_all_phones_are_unregistered_at_once():
    desk = Desk()
    desk.register(HERE)
    desk.register("<sip:soft@192.0.2.10>", call_id="other")
    assert desk.register("*", cseq=2, extra="Expires: 0") == []
    assert [event.reason for event in desk.events[2:]] == ["removed", "removed"]


def test_out_of_order_changes_nothing():
    desk = Desk()
    desk.register(HERE, cseq=5)
    assert desk.refused(HERE, cseq=5).status == 500
    assert desk.refused("*", cseq=4, extra="Expires: 0").status == 500
    assert desk.refused(f"<sip:x@192.0.2.9>, {HERE}", cseq=4).status == 500
    assert (desk.contacts(), len(desk.saved)) == (["sip:1001@192.0.2.9:5062"], 1)


def test_another_persons_account_is_not_for_the_taking():
    desk = Desk()
    request = register(HERE)
    request.fields.put("To", "<sip:1002@192.0.2.1>")
    request.__dict__.pop("to", None)
    with pytest.raises(RemoteProtocolError) as error:
        desk.registrar.register(request, PHONE)
    assert error.value.status == 403
    assert desk.refused(HERE, user="4711").status == 401
    assert desk.saved == []


def test_a_contact_nobody_could_call():
    assert Desk().refused("<mailto:anna@example.com>").status == 400


def test_header_fields_inside_a_contact_never_reach_our_requests():
    # RFC 4475 §3.3.14.
    desk = Desk()
    desk.register("<sip:1001@192.0.2.9?Route=%3Csip:evil.example.com%3E>")
    assert desk.contacts() == ["sip:1001@192.0.2.9"]


def test_what_has_expired_is_noted_by_the_sweep():
    desk = Desk()
    desk.register(HERE)
    desk.register("<sip:soft@192.0.2.10>", call_id="other", extra="Expires: 600")
    desk.clock.advance(600)
    assert desk.contacts() == ["sip:1001@192.0.2.9:5062"]  # It rings no more, swept or not.
    desk.registrar.sweep()
    desk.registrar.sweep()
    assert desk.events[2:] == [PhoneUnregistered("1001", "sip:soft@192.0.2.10", "expired")]
    assert len(desk.saved[-1][1]) == 1


def test_what_has_expired_is_noted_before_a_new_registration_too():
    desk = Desk()
    desk.register("<sip:soft@192.0.2.10>", call_id="other", extra="Expires: 600")
    desk.clock.advance(601)
    desk.register(HERE)
    assert [getattr(event, "reason", "new") for event in desk.events] == ["new", "expired", "new"]


def test_a_closed_connection_takes_its_phones_with_it():
    desk = Desk()
    via = "SIP/2.0/TCP 192.0.2.9:5062;branch=z9hG4bKtcp"
    desk.register("<sip:1001@192.0.2.9:40000;transport=tcp>", hop=TCP, via=via)
    desk.register(HERE, call_id="other")
    desk.registrar.connection_closed(8)
    assert desk.registrar.count() == 2
    desk.registrar.connection_closed(7)
    assert desk.contacts() == ["sip:1001@192.0.2.9:5062"]
    assert desk.events[-1].reason == "connection closed"


def test_phones_of_before_the_restart_are_there():
    desk = Desk()
    desk.register(HERE)
    after = Desk(restored=dict(desk.saved))
    assert after.contacts() == ["sip:1001@192.0.2.9:5062"]
    assert after.register(HERE, cseq=2) == [f"{HERE};expires=3600"]
    assert after.events == []
    assert after.refused(HERE, cseq=2).status == 500


NATTED = "SIP/2.0/UDP 10.0.0.5:5060;rport;branch=z9hG4bKnat"


@pytest.mark.parametrize(
    ("contact", "via", "hop", "nat", "way"),
    [
        # It is where it says it is.
        ("<sip:1001@192.0.2.9:5062>", "", PHONE, False, ("192.0.2.9", 5062)),
        # It listens on another port than it sends from, with no NAT between.
        (
            "<sip:1001@192.0.2.9:5099>",
            "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bKx",
            PHONE,
            False,
            ("192.0.2.9", 5099),
        ),
        (
            "<sip:1001@192.0.2.9>",
            "SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bKx",
            PHONE,
            False,
            ("192.0.2.9", 5060),
        ),
        # Behind a NAT what it says of itself is of no use.
        ("<sip:1001@10.0.0.5:5060>", NATTED, PHONE, True, ("192.0.2.9", 5062)),
        # The NAT changes only the port.
        (
            "<sip:1001@192.0.2.9:5060>",
            "SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bKx",
            PHONE,
            True,
            ("192.0.2.9", 5062),
        ),
        # A name needs DNS, which nobody asks: the way the request came.
        ("<sip:1001@phone.example.com>", "", PHONE, False, ("192.0.2.9", 5062)),
        # A stream is used as long as it lives.
        (
            "<sip:1001@192.0.2.9:5099;transport=tcp>",
            "SIP/2.0/TCP 192.0.2.9:5099;branch=z9hG4bKx",
            TCP,
            False,
            ("192.0.2.9", 40_000),
        ),
        (
            "<sip:1001@[2001:db8::9]:5099>",
            "SIP/2.0/UDP [2001:db8::9]:5062;branch=z9hG4bKx",
            Hop("UDP", "2001:db8::9", 5062, "2001:db8::1", 5060),
            False,
            ("2001:db8::9", 5099),
        ),
    ],
)
def test_the_way_to_a_phone(contact, via, hop, nat, way):
    desk = Desk()
    desk.register(contact, hop=hop, **({"via": via} if via else {}))
    (binding,) = desk.registrar.bindings("1001")
    found = way_to(binding)
    assert (binding.behind_nat, (found.host, found.port)) == (nat, way)
    assert (found.transport, found.connection, found.local_host) == (
        hop.transport,
        hop.connection,
        hop.local_host,
    )
