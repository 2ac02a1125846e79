from dataclasses import replace

import pytest

from softswitch.sip.dialog import behind_nat, dialog_of_client, dialog_of_server, is_address, reachable
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.signals import DialogId
from softswitch.sip.uri import SipUri
from tests.sip.messages import PHONE, request_of, response_of, text_of

CONTACT = NameAddr(SipUri("192.0.2.1", "100", 5060))
TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)


def invite(*, contact="sip:1001@192.0.2.9:5062", via="SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1", extra=""):
    data = text_of("INVITE", via=via, cseq=5, extra=extra)
    return request_of(data.replace(b"<sip:1001@192.0.2.9:5062>", f"<{contact}>".encode()))


def server_dialog(**options):
    return dialog_of_server(invite(**options), "ours", CONTACT, PHONE)


def answered(extra="", *, contact="Contact: <sip:100@192.0.2.9:5062>\r\n"):
    return response_of(
        (
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
            'From: "Jan" <sip:1001@192.0.2.1>;tag=phone\r\nTo: <sip:100@192.0.2.1>;tag=theirs\r\n'
            f"Call-ID: call-1\r\nCSeq: 5 INVITE\r\n{contact}{extra}Content-Length: 0\r\n\r\n"
        ).encode()
    )


def test_the_servers_dialog():
    # RFC 3261 §12.1.1
    dialog = server_dialog(extra="Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n")
    assert dialog.id == DialogId("call-1", "ours", "phone")
    assert [str(route.uri) for route in dialog.route_set] == ["sip:p1;lr", "sip:p2;lr"]
    request = dialog.request("INFO")
    assert str(request.to) == '"Jan" <sip:1001@192.0.2.1>;tag=phone'
    assert str(request.from_) == "<sip:100@192.0.2.1>;tag=ours"
    assert request.target == "sip:1001@192.0.2.9:5062"
    assert (request.call_id, str(request.cseq), request.max_forwards) == ("call-1", "1 INFO", 70)
    assert request.fields.all("Route") == ["<sip:p1;lr>", "<sip:p2;lr>"]
    assert request.fields.all("Contact") == ["<sip:100@192.0.2.1:5060>"]
    assert dialog.request("BYE").fields.get("Contact") is None
    assert dialog.request("ACK", cseq=1).cseq.number == 1
    assert dialog.request("INFO").cseq.number == 3


def test_the_clients_dialog():
    # RFC 3261 §12.1.2: the route set is reversed.
    response = answered("Record-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\n")
    dialog = dialog_of_client(invite(), response, PHONE)
    assert dialog.id == DialogId("call-1", "phone", "theirs")
    assert [str(route.uri) for route in dialog.route_set] == ["sip:p2;lr", "sip:p1;lr"]
    assert (dialog.local_cseq, dialog.remote_cseq) == (5, None)
    assert str(dialog.remote_target) == "sip:100@192.0.2.9:5062"
    assert str(dialog_of_client(invite(), answered(contact=""), PHONE).remote_target) == "sip:100@192.0.2.1"


def test_a_strict_router_takes_the_request_uris_place():
    # RFC 3261 §12.2.1.1
    dialog = server_dialog(extra="Record-Route: <sip:old;method=INVITE>, <sip:p2;lr>\r\n")
    request = dialog.request("BYE")
    assert request.target == "sip:old"
    assert request.fields.all("Route") == ["<sip:p2;lr>", "<sip:1001@192.0.2.9:5062>"]


def test_a_request_uri_holds_no_header_of_the_peers_contact():
    # RFC 3261 §19.1.1 table 1; our own validation would refuse such a request.
    dialog = server_dialog(contact="sip:1001@192.0.2.9:5062;method=BYE;x=1?Route=%3Csip:evil%3E")
    assert dialog.request("BYE").target == "sip:1001@192.0.2.9:5062;x=1"


def test_a_number_of_the_peers_must_rise():
    # RFC 3261 §12.2.2
    dialog = server_dialog()
    for cseq in (5, 4):
        with pytest.raises(RemoteProtocolError) as caught:
            dialog.accept_order(request_of(text_of("INFO", cseq=cseq)))
        assert caught.value.status == 500
    dialog.accept_order(request_of(text_of("INFO", cseq=9)))
    with pytest.raises(RemoteProtocolError):
        dialog.accept_order(request_of(text_of("INFO", cseq=8)))


def test_a_re_invite_moves_the_target():
    dialog = server_dialog()
    moved = Hop("UDP", "198.51.100.4", 6000, "192.0.2.1", 5060)
    via = "SIP/2.0/UDP 198.51.100.4:6000;branch=z9hG4bK1"
    dialog.refresh_target(invite(contact="sip:1001@198.51.100.4:6000", via=via), moved)
    assert (str(dialog.remote_target), dialog.hop) == ("sip:1001@198.51.100.4:6000", moved)
    no_contact = request_of(text_of("INFO").replace(b"Contact: <sip:1001@192.0.2.9:5062>\r\n", b""))
    dialog.refresh_target(no_contact, PHONE)
    assert dialog.hop == moved


@pytest.mark.parametrize(
    ("contact", "via", "extra", "host", "port", "nat"),
    [
        # it says what is true
        ("sip:1@192.0.2.9:5062", "192.0.2.9:5062", "", "192.0.2.9", 5062, False),
        # it receives on another socket of the same address
        ("sip:1@192.0.2.9:7000", "192.0.2.9:7000", "", "192.0.2.9", 7000, False),
        ("sip:1@192.0.2.9", "192.0.2.9", "", "192.0.2.9", 5060, False),
        # behind NAT: where its packets come from
        ("sip:1@10.0.0.5:5060", "10.0.0.5:5060", "", "192.0.2.9", 5062, True),
        ("sip:1@192.0.2.9:7000", "10.0.0.5:7000", "", "192.0.2.9", 5062, True),
        ("sip:1@10.0.0.5:7000", "192.0.2.9:5062", "", "192.0.2.9", 5062, True),
        ("sip:1@192.0.2.9:7000", "192.0.2.9:7000;rport", "", "192.0.2.9", 5062, True),
        # a name needs DNS, which is not ours to ask
        ("sip:1@phone.example.com:7000", "192.0.2.9:5062", "", "192.0.2.9", 5062, False),
        ("tel:+48221234567", "192.0.2.9:5062", "", "192.0.2.9", 5062, False),
        # a proxy in between that stays in the path
        ("sip:1@10.0.0.5", "192.0.2.9:5062", "<sip:192.0.2.77:5066;lr>", "192.0.2.77", 5066, False),
        ("sip:1@10.0.0.5", "192.0.2.9:5062", "<sip:proxy.example.com;lr>", "192.0.2.9", 5062, False),
    ],
)
def test_where_a_phone_is_reached(contact, via, extra, host, port, nat):
    record = f"Record-Route: {extra}\r\n" if extra else ""
    message = invite(contact=contact, via=f"SIP/2.0/UDP {via};branch=z9hG4bK1", extra=record)
    hop = reachable(PHONE, message)
    assert (hop.host, hop.port) == (host, port)
    assert behind_nat(PHONE, message) is nat


def test_a_stream_is_used_as_long_as_it_lives():
    message = invite(contact="sip:1@192.0.2.50:5060;transport=tcp", via="SIP/2.0/TCP 192.0.2.9:5060")
    assert reachable(TCP, message) == TCP
    # And after that a new one, where its Contact shows that nothing stands between.
    listening = invite(contact="sip:1@192.0.2.9:5070;transport=tcp", via="SIP/2.0/TCP 192.0.2.9:5070")
    assert reachable(TCP, listening) == replace(TCP, listens=5070)
    noted = replace(TCP, listens=5060)
    for contact, via in (("sip:1@192.0.2.9", "192.0.2.9"), ("sip:1@192.0.2.9:5070", "10.0.0.5")):
        assert reachable(noted, invite(contact=contact, via=f"SIP/2.0/TCP {via}")) == TCP
    assert not behind_nat(TCP, message), "the port of a stream says nothing"
    assert behind_nat(TCP, invite(via="SIP/2.0/TCP 10.0.0.5:5060"))


def test_addresses_are_told_from_names():
    assert [is_address(host) for host in ("192.0.2.1", "::1", "pbx", "1.2.3", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]
