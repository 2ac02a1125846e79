"""What all requests of ours have."""

import pytest

from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.stack import SipStack
from softswitch.sip.uri import parse_uri
from tests.fakes.party import counted
from tests.sip.calls import CONTACT, TO_PHONE, calling
from tests.sip.messages import drain, request_of

TCP = Hop("TCP", "192.0.2.9", 40_000, "192.0.2.1", 5060, 3)


@pytest.fixture
def stack():
    return SipStack(token=counted("t"))


def test_a_request_of_ours_is_complete(stack):
    _, request = calling(stack)
    assert str(request.via).startswith("SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK")
    assert request.from_.tag
    assert (request.max_forwards, str(request.cseq)) == (70, "1 INVITE")
    assert request.fields.get("User-Agent") == "softswitch"
    _, other = calling(stack)
    assert len({request.call_id, other.call_id, request.via.branch, other.via.branch}) == 4


def test_via_over_ipv6_has_brackets(stack):
    request = stack.request("OPTIONS", target="sip:b", local=CONTACT, remote=CONTACT, call_id="c", cseq=9)
    stack.send(0.0, request, Hop("UDP", "2001:db8::9", 5060, "2001:db8::1", 5060))
    (output,) = drain(stack)
    assert request_of(output.data).via.host == "[2001:db8::1]"
    assert (request.call_id, request.cseq.number) == ("c", 9)


def test_an_invite_names_the_packages_once_also_when_it_is_sent_again():
    stack = SipStack(token=counted("t"), events="dialog")
    uri = NameAddr(parse_uri("sip:100@192.0.2.9"))
    request = stack.request("INVITE", target="sip:100@192.0.2.9", local=uri, remote=uri)
    for one in (request, request.again()):
        stack.send(0.0, one, TO_PHONE)
        assert one.fields.all("Allow-Events") == ["dialog"]
