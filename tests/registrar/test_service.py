"""The registrar: REGISTER in, bindings, events and the fields of the 200 out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from softswitch.bus import EventLog
from softswitch.events import PhoneRegistered, PhoneUnregistered
from softswitch.registrar.accounts import Account
from softswitch.registrar.bindings import MAX_BINDINGS, Binding
from softswitch.registrar.service import Lifetimes, Registrar, way_to
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.hop import Hop
from softswitch.sip.uri import parse_uri
from tests.fakes.clock import FakeClock
from tests.registrar.requests import HERE, PHONE, register

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, connection=7)
TLS = Hop("TLS", "192.0.2.9", 40_000, "192.0.2.1", 5061, connection=7)
WSS = Hop("WSS", "192.0.2.9", 40_000, "192.0.2.1", 8089, connection=7)
WS = replace(WSS, transport="WS")


class Desk:
    """A registrar and all that it told others."""

    def __init__(self, **how):
        self.clock = FakeClock()
        self.log = EventLog(self.clock)
        self.events = []
        self.log.subscribe(lambda entry: self.events.append(entry.event))
        self.saved = []
        self.registrar = Registrar(
            clock=self.clock,
            log=self.log,
            save=lambda user, bindings: self.saved.append((user, bindings)),
            **how,
        )

    def register(self, *contacts, hop=PHONE, **how):
        """Return the Contact values of the 200."""
        request = register(*contacts, **how)
        fields = self.registrar.register(Account(request.from_.uri.user), request, hop)
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


def test_what_a_phone_says_of_itself_can_be_written_down():
    desk = Desk()
    desk.register(f'{HERE};+sip.instance="<\udcff>"', agent="Łucja's\udcff" + "x" * 50_000)
    (binding,) = desk.registrar.bindings("1001")
    assert binding.user_agent == "Łucja's\ufffd" + "x" * 91 + "…"
    assert binding.instance == "\ufffd"


@pytest.mark.parametrize(
    ("contact", "extra", "granted"),
    [
        (HERE, "", 3600),
        (HERE, "Expires: 600", 600),
        (f"{HERE};expires=120", "Expires: 600", 120),
        (f"{HERE};expires=60", "", 60),
        (f"{HERE};expires=999999", "", 3600),
        (HERE, "Expires: 4294967295", 3600),
        # RFC 3261 §10.2: what cannot be read is an hour, what is too large is cut.
        (HERE, "Expires: 99999999999", 3600),
        (HERE, "Expires: soon", 3600),
        (f"{HERE};expires=abc", "Expires: 600", 3600),
        (f"{HERE};expires=99999999999", "Expires: 600", 3600),
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
        desk.registrar.register(Account("1001"), request, PHONE)
    assert error.value.status == 403
    assert desk.saved == []


@pytest.mark.parametrize(
    "contact",
    [
        "<mailto:anna@example.com>",
        "<sips:1001@192.0.2.9>",
        "<sip:1001@192.0.2.9;transport=tls>",
        "<sip:1001@192.0.2.9;transport=WS>",
        # Ourselves: calls would come back to us for ever.
        "<sip:1001@192.0.2.1:5060>",
        "<sip:1002@192.0.2.1;transport=tcp>",
    ],
)
def test_a_contact_nobody_could_call(contact):
    desk = Desk()
    refusal = desk.refused(HERE, contact)
    assert refusal.status == 400
    assert refusal.reason.startswith("Contact ")
    assert desk.contacts() == []


def test_a_phone_that_has_our_number_in_a_network_of_its_own_is_no_loop():
    desk = Desk()
    desk.register("<sip:1001@192.0.2.1:5060>", via="SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKnat")
    (binding,) = desk.registrar.bindings("1001")
    assert way_to(binding) == PHONE


def test_more_contacts_than_an_account_may_have_are_refused_before_anything_is_done_with_them():
    desk = Desk()
    contacts = [f"<sip:{number}@192.0.2.9>" for number in range(MAX_BINDINGS + 1)]
    refusal = desk.refused(*contacts)
    assert (refusal.status, refusal.reason) == (403, "An account has at most 10 contacts")
    # Nor are there as many as a datagram holds: each would be read before anybody is asked who.
    with pytest.raises(RemoteProtocolError, match="Too many list members"):
        register(*([",".join(contacts)] * 10))
    assert desk.saved == []
    assert len(desk.register(*contacts[1:])) == MAX_BINDINGS


def test_a_stream_is_wanted_by_who_registered_over_it():
    desk = Desk()
    via = "SIP/2.0/TCP 192.0.2.9:5062;branch=z9hG4bKtcp"
    desk.register("<sip:1001@192.0.2.9;transport=tcp>", hop=TCP, via=via, extra="Expires: 600")
    assert desk.registrar.over_stream(7)
    assert not desk.registrar.over_stream(8)
    desk.clock.advance(600)
    assert not desk.registrar.over_stream(7)


def test_one_contact_twice_is_one_phone():
    desk = Desk()
    assert desk.register(HERE, f"{HERE};q=0.5") == [f"{HERE};expires=3600;q=0.5"]
    assert len(desk.events) == 1


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
    desk.register("<sip:1001@192.0.2.9;transport=tcp>", hop=TCP, via=via)
    desk.register(HERE, call_id="other")
    desk.registrar.connection_closed(8)
    assert desk.registrar.count() == 2
    desk.registrar.connection_closed(7)
    assert desk.contacts() == ["sip:1001@192.0.2.9:5062"]
    assert desk.events[-1].reason == "connection closed"


def test_a_phone_that_listens_outlives_its_connection():
    desk = Desk()
    via = "SIP/2.0/TCP 192.0.2.9:5062;branch=z9hG4bKtcp"
    desk.register("<sip:1001@192.0.2.9:5062;transport=tcp>", hop=TCP, via=via)
    desk.registrar.connection_closed(7)
    (binding,) = desk.registrar.bindings("1001")
    assert binding.hop == Hop("TCP", "192.0.2.9", 5062, "192.0.2.1", 5060)
    assert desk.saved[-1] == ("1001", (binding,))
    assert [type(event) for event in desk.events] == [PhoneRegistered]


def test_restored_phones_are_called_from_the_addresses_of_now():
    desk = Desk()
    desk.register(HERE)
    after = Desk(restored=dict(desk.saved))
    via = "SIP/2.0/TCP 192.0.2.9:5062;branch=z9hG4bKtcp"
    after.register("<sip:tcp@192.0.2.9;transport=tcp>", hop=TCP, via=via, call_id="other")
    after.registrar.readdress(lambda transport, host, port: Hop(transport, host, port, "10.0.0.1", 5070))
    restored, new = after.registrar.bindings("1001")
    assert (restored.hop, new.hop) == (Hop("UDP", "192.0.2.9", 5062, "10.0.0.1", 5070), TCP)


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
        # A stream is used as long as it lives, whatever is said about where the phone is.
        (
            "<sip:1001@192.0.2.9:5099;transport=tcp>",
            "SIP/2.0/TCP 192.0.2.9:5099;branch=z9hG4bKx",
            TCP,
            False,
            ("192.0.2.9", 40_000),
        ),
        (
            "<sip:1001@192.0.2.9:5099>",
            "SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKx",
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


@pytest.mark.parametrize(
    ("contact", "hop", "way"),
    [
        # Without a NAT the Contact says how, and at which address.
        ("sip:1001@192.0.2.9:5070;transport=tcp", PHONE, Hop("TCP", "192.0.2.9", 5070, "192.0.2.1", 5060)),
        ("sip:1001@192.0.2.9;transport=UDP", TCP, Hop("UDP", "192.0.2.9", 5060, "192.0.2.1", 5060)),
        ("sip:1001@192.0.2.77:5070", PHONE, Hop("UDP", "192.0.2.77", 5070, "192.0.2.1", 5060)),
        # And where a new stream would be taken.
        ("sip:1001@192.0.2.9:5070;transport=tcp", TCP, replace(TCP, listens=5070)),
        ("sip:1001@192.0.2.9;transport=tcp", replace(TCP, listens=5062), TCP),
    ],
)
def test_a_contact_is_followed_where_no_nat_is_in_between(contact, hop, way):
    binding = Binding("1001", parse_uri(contact), hop, "c1", 1, 0.0)
    assert way_to(binding) == way
    assert way_to(replace(binding, behind_nat=True)) == hop


@pytest.mark.parametrize(
    "contact", ["<sip:1001@93.184.216.34:5070>", "<sip:1001@93.184.216.34;transport=tcp>"]
)
def test_behind_one_public_address_nobody_is_called_at_anothers_port(contact):
    # It tells of no NAT: its Via and its Contact name the public address.
    hop = Hop("UDP", "93.184.216.34", 40_000, "192.0.2.1", 5060)
    desk = Desk()
    desk.register(contact, hop=hop, via="SIP/2.0/UDP 93.184.216.34:40000;rport;branch=z9hG4bKx")
    (binding,) = desk.registrar.bindings("1001")
    assert not binding.behind_nat
    assert way_to(binding) == hop


# TLS and WebSocket


@pytest.mark.parametrize(
    ("contact", "hop"),
    [
        ("<sip:1001@192.0.2.9:5061;transport=tls>", TLS),
        ("<sip:1001@192.0.2.9:5061;transport=TLS;ob>", TLS),
        ("<sips:1001@192.0.2.9:5061>", TLS),
        ("<sips:1001@192.0.2.9:5061;transport=tcp>", TLS),
        # Many say nothing of it, or what they would speak in clear: they are called over TLS all the same.
        ("<sip:1001@192.0.2.9:5060>", TLS),
        ("<sip:1001@192.0.2.9:5060;transport=udp>", TLS),
        ("<sip:1001@192.0.2.77:5060;transport=tcp>", TLS),
        # RFC 7118 §8.1; "wss" is what some libraries made of it.
        ("<sip:x7a@df7jal23ls0d.invalid;transport=ws>", WSS),
        ("<sip:x7a@df7jal23ls0d.invalid;transport=wss>", WSS),
        ("<sips:x7a@df7jal23ls0d.invalid;transport=ws>", WSS),
        ("<sip:x7a@df7jal23ls0d.invalid;transport=ws>", WS),
    ],
)
def test_who_came_over_tls_or_websocket_is_called_over_that_stream(contact, hop):
    desk = Desk()
    via = f"SIP/2.0/{hop.transport} df7jal23ls0d.invalid;branch=z9hG4bKx"
    desk.register(contact, hop=hop, via=via)
    (binding,) = desk.registrar.bindings("1001")
    assert way_to(binding) == hop
    # And over no other: a new one would prove nothing of who is there.
    desk.registrar.connection_closed(7)
    assert desk.contacts() == []


@pytest.mark.parametrize(
    ("contact", "hop", "why"),
    [
        ("<sip:1001@192.0.2.9;transport=tls>", TCP, "not spoken here"),
        ("<sip:1001@192.0.2.9;transport=tls>", WS, "not spoken here"),
        ("<sips:1001@192.0.2.9;transport=tcp>", TCP, "came without"),
        ("<sips:1001@x.invalid;transport=ws>", WS, "came without"),
        ("<sip:1001@x.invalid;transport=ws>", TLS, "not spoken here"),
        ("<sip:1001@192.0.2.9;transport=sctp>", TLS, "not spoken here"),
        ("<sip:1001@192.0.2.1:5061>", TLS, "in circles"),
        ("<sip:1001@192.0.2.1;transport=tls>", TLS, "in circles"),
    ],
)
def test_what_was_not_shown_to_be_spoken_is_not_promised(contact, hop, why):
    desk = Desk()
    refusal = desk.refused(contact, hop=hop)
    assert refusal.status == 400
    assert why in refusal.reason


def test_a_page_is_behind_no_nat_that_anybody_could_tell():
    desk = Desk()
    via = "SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKx"
    desk.register("<sip:x@df7jal23ls0d.invalid;transport=ws>", hop=WSS, via=via)
    assert desk.events[0].behind_nat is False
    assert desk.events[0].transport == "WSS"


def test_a_binding_follows_its_flow():
    # The phone has lost its stream and opened another before the switch knows: from another port, under
    # another contact, as phones do that have no port of their own.
    desk = Desk()
    desk.register("<sip:1001@192.0.2.9:40000;transport=tls>", hop=TLS)
    again = replace(TLS, port=40_001, connection=8)
    desk.register("<sip:1001@192.0.2.9:40001;transport=tls>", hop=again, cseq=2)
    (binding,) = desk.registrar.bindings("1001")
    assert way_to(binding) == again
    assert desk.registrar.over_stream(8)
    assert not desk.registrar.over_stream(7)
    # The end of the old stream takes nothing with it.
    desk.registrar.connection_closed(7)
    assert desk.registrar.count() == 1


def test_two_phones_over_two_streams_are_two():
    desk = Desk()
    desk.register("<sip:1001@192.0.2.9:40000;transport=tls>", hop=TLS)
    other = replace(TLS, port=40_001, connection=8)
    desk.register("<sip:1001@192.0.2.9:40001;transport=tls>", hop=other, call_id="other")
    elsewhere = replace(TLS, host="192.0.2.10", connection=9)
    desk.register("<sip:1001@192.0.2.10:40000;transport=tls>", hop=elsewhere, cseq=2)
    assert desk.registrar.count() == 3


def test_phones_of_many_accounts_share_a_stream_and_each_is_known():
    desk = Desk()
    for user in ("1001", "1002"):
        desk.register(f"<sip:{user}@192.0.2.9:5061;transport=tls>", hop=TLS, user=user, call_id=user)
    desk.register(
        "<sip:1001@192.0.2.9:5061;transport=tls>", hop=TLS, cseq=2, call_id="1001", extra="Expires: 0"
    )
    assert desk.registrar.over_stream(7)
    desk.registrar.connection_closed(7)
    assert desk.registrar.count() == 0
    assert not desk.registrar.over_stream(7)
    assert desk.registrar._over == {}
