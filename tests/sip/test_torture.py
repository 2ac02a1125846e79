"""All 49 messages of RFC 4475, and raw samples: what parser and validation say, and what the stack answers.

``ok`` in the column of the parser means parsed and valid; a number is the status of the error; None means
that it is no SIP message (or a response) anybody could act on. In the column of the stack ``up`` means that
the request reaches the user of the stack, a number is the answer the stack gives by itself, and None means
silence. What the user then answers (401, 404, 415, 416, 420 ...) is tested where it lives.
"""

from __future__ import annotations

import pytest

from softswitch.sip.errors import NotSip, RemoteProtocolError
from softswitch.sip.message import Request
from softswitch.sip.parser import StreamParser, parse_datagram
from softswitch.sip.signals import Incoming
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import OpaqueUri, SipUri
from softswitch.sip.validate import validate_request, validate_response
from tests.fakes.party import counted
from tests.sip.messages import DATA, drain, request_of, response_of, sent, told

TORTURE = [
    # file, section, parser and validation, stack
    ("wsinv", "3.1.1.1", "ok", 481),  # its To tag names a dialog we do not have
    ("intmeth", "3.1.1.2", "ok", "up"),
    ("esc01", "3.1.1.3", "ok", "up"),
    ("escnull", "3.1.1.4", "ok", "up"),
    ("esc02", "3.1.1.5", "ok", "up"),
    ("lwsdisp", "3.1.1.6", "ok", "up"),
    ("longreq", "3.1.1.7", "ok", "up"),
    ("dblreq", "3.1.1.8", "ok", "up"),
    ("semiuri", "3.1.1.9", "ok", "up"),
    ("transports", "3.1.1.10", "ok", "up"),
    ("mpart01", "3.1.1.11", "ok", "up"),
    ("unreason", "3.1.1.12", "ok", None),
    ("noreason", "3.1.1.13", "ok", None),
    ("badinv01", "3.1.2.1", 400, 400),
    ("clerr", "3.1.2.2", 400, 400),
    ("ncl", "3.1.2.3", 400, 400),
    ("scalar02", "3.1.2.4", 400, 400),
    ("scalarlg", "3.1.2.5", 400, None),
    ("quotbal", "3.1.2.6", 400, 400),
    ("ltgtruri", "3.1.2.7", 400, 400),
    ("lwsruri", "3.1.2.8", 400, 400),
    ("lwsstart", "3.1.2.9", 400, 400),
    ("trws", "3.1.2.10", 400, 400),
    ("escruri", "3.1.2.11", 400, 400),
    ("baddate", "3.1.2.12", "ok", "up"),  # Date says nothing to us, so it may be ignored
    ("regbadct", "3.1.2.13", 400, 400),
    ("badaspec", "3.1.2.14", 400, 400),
    ("baddn", "3.1.2.15", 400, 400),
    ("badvers", "3.1.2.16", 505, 505),
    ("mismatch01", "3.1.2.17", 400, 400),
    ("mismatch02", "3.1.2.18", 400, 400),
    ("bigcode", "3.1.2.19", None, None),
    ("badbranch", "3.2.1", "ok", "up"),  # matched as RFC 2543 does: see test_transaction.py
    ("insuf", "3.3.1", 400, 400),
    ("unkscm", "3.3.2", "ok", "up"),
    ("novelsc", "3.3.3", "ok", "up"),
    ("unksm2", "3.3.4", 400, 400),
    ("bext01", "3.3.5", "ok", "up"),
    ("invut", "3.3.6", "ok", "up"),
    ("regaut01", "3.3.7", "ok", "up"),
    ("multi01", "3.3.8", 400, 400),
    ("mcl01", "3.3.9", 400, 400),
    ("bcast", "3.3.10", 400, None),  # two Vias: not for us
    ("zeromf", "3.3.11", "ok", "up"),
    ("cparam01", "3.3.12", "ok", "up"),
    ("cparam02", "3.3.13", "ok", "up"),
    ("regescrt", "3.3.14", "ok", "up"),
    ("sdp01", "3.3.15", "ok", "up"),
    ("inv2543", "3.4.1", "ok", "up"),
]

RAW = [
    ("empty_line", "noise", None, None),
    ("folded", "RFC 3261 7.3.1", "ok", "up"),
    ("http_get", "noise", None, None),
    ("keepalive_crlf", "RFC 5626 4.4.1", None, "pong"),
    ("leading_crlf", "RFC 3261 7.5", "ok", "up"),
    ("lf_only", "lenient", "ok", "up"),
    ("lower_method", "RFC 3261 7.1: methods have case", "ok", "up"),
    ("no_cl", "RFC 3261 18.3", "ok", "up"),
    ("quoted_comma", "RFC 3261 25.1", "ok", "up"),
    ("random1400", "noise", None, None),
    ("stun_binding", "noise", None, None),
    ("tab_separators", "RFC 3261 7.1: SP only", 400, 400),
    ("utf8_display", "RFC 3261 25.1", "ok", "up"),
]

CASES = [pytest.param(DATA / "rfc4475" / f"{name}.dat", *rest, id=name) for name, *rest in TORTURE] + [
    pytest.param(DATA / "raw" / f"{name}.sip", *rest, id=f"raw-{name}") for name, *rest in RAW
]
NO_BODY = b"\r\nContent-Length: 0\r\n\r\n"


def dat(name):
    return (DATA / "rfc4475" / f"{name}.dat").read_bytes()


def outcome(data):
    try:
        message = parse_datagram(data)
        if isinstance(message, Request):
            validate_request(message)
        else:
            validate_response(message)
    except NotSip:
        return None
    except RemoteProtocolError as error:
        return error.status
    return "ok"


def test_n21_every_message_is_listed():
    assert sorted(f"{name}.dat" for name, *_ in TORTURE) == sorted(
        path.name for path in (DATA / "rfc4475").glob("*.dat")
    )
    assert len(TORTURE) == 49
    assert sorted(f"{name}.sip" for name, *_ in RAW) == sorted(p.name for p in (DATA / "raw").glob("*.sip"))


@pytest.mark.parametrize(("path", "source", "parsed", "answer"), CASES)
def test_n21_what_parser_and_validation_say(path, source, parsed, answer):
    assert outcome(path.read_bytes()) == parsed, source


@pytest.mark.parametrize(("path", "source", "parsed", "answer"), CASES)
def test_n21_what_the_stack_answers(path, source, parsed, answer):
    stack = SipStack(token=counted("t"))
    outputs = told(stack, path.read_bytes())
    if answer == "up":
        assert [type(one) for one in outputs] == [Incoming], source
    elif answer is None:
        assert outputs == [], source
    elif answer == "pong":
        assert [one.data for one in outputs] == [b"\r\n"]
    else:
        assert [one.status for one in sent(outputs)] == [answer], source
        assert len(outputs) == 1
    # Whatever it was, nothing is left once time has passed.
    stack.tick(100.0)
    held = stack.sizes()
    assert held["transactions"] <= (1 if answer == "up" else 0)
    assert (held["dialogs"], held["streams"]) == (0, 0)


@pytest.mark.parametrize(("path", "source", "parsed", "answer"), CASES)
def test_the_user_can_answer_what_reaches_it(path, source, parsed, answer):
    stack = SipStack(token=counted("t"))
    for incoming in told(stack, path.read_bytes()):
        if isinstance(incoming, Incoming):
            stack.respond(0.0, incoming.transaction, stack.response(incoming.transaction, 403))
            (response,) = sent(drain(stack))
            assert response.status == 403
            assert response.call_id == incoming.request.call_id
            assert response.to.tag
            assert str(response.cseq) == str(incoming.request.cseq)


def test_wsinv_is_read_in_full():
    request = request_of(dat("wsinv"))
    assert (request.max_forwards, request.cseq.number) == (68, 9)
    assert request.to.uri == SipUri("chair-dnrc.example.com", "vivekg")
    assert request.from_.display == 'J Rosenberg \\"'
    assert [via.transport for via in request.vias] == ["UDP", "TCP", "UDP"]
    assert [route.uri.host for route in request.routes("Route")] == ["services.example.com"]
    assert request.contacts[0].params["newparam"] == "newvalue"


def test_escapes_are_undone_once_and_only_where_they_mean_something():
    esc01 = request_of(dat("esc01"))
    assert esc01.uri == SipUri("example.net", "sips:user@example.com")
    assert str(esc01.uri) == "sip:sips%3Auser%40example.com@example.net"
    escnull = request_of(dat("escnull"))
    assert [contact.uri.user for contact in escnull.contacts] == ["\0", "\0\0"]
    assert [str(contact.uri) for contact in escnull.contacts][1] == "sip:%00%00@host5.example.com"
    assert request_of(dat("esc02")).method == "RE%47IST%45R"
    semi = request_of(dat("semiuri")).uri
    assert isinstance(semi, SipUri)
    assert (semi.user, semi.params) == ("user;par=u@example.net", ())


def test_contact_parameters_belong_where_they_stand():
    one, other = request_of(dat("cparam01")).contacts[0], request_of(dat("cparam02")).contacts[0]
    assert (one.params, one.uri.params) == ({"unknownparam": None}, ())
    assert (other.params, other.uri.params) == ({}, (("unknownparam", None),))


def test_the_second_request_of_a_datagram_is_left_alone():
    request = request_of(dat("dblreq"))
    assert (request.method, request.body) == ("REGISTER", b"")


def test_a_body_is_cut_by_content_length_not_by_what_it_holds():
    request = request_of(dat("mpart01"))
    assert len(request.body) == int(request.fields.get("Content-Length") or "")
    assert b"\0" in request.body


def test_names_we_do_not_know_are_carried():
    assert isinstance(request_of(dat("novelsc")).uri, OpaqueUri)
    assert isinstance(request_of(dat("unkscm")).uri, OpaqueUri)
    assert request_of(dat("bext01")).fields.tokens("Require") == {
        "nothingsupportsthis",
        "nothingsupportsthiseither",
    }
    assert request_of(dat("transports")).vias[3].transport == "UNKNOWN"
    assert response_of(dat("unreason")).reason == "= 2**3 * 5**2 но сто девяносто девять - простое"
    assert response_of(dat("noreason")).reason == "Trying"  # ours, since it says none


@pytest.mark.parametrize("name", [name for name, _, parsed, _ in TORTURE if parsed == "ok"])
def test_over_a_stream_the_good_ones_are_the_same(name):
    data = dat(name)
    if name == "inv2543":  # the only one without Content-Length, which a stream must have
        data = data.replace(b"\r\n\r\n", NO_BODY, 1)
    parser = StreamParser()
    parser.feed(data)
    whole = parser.next()
    assert whole is not None
    assert whole.to_bytes() == parse_datagram(data).to_bytes()
