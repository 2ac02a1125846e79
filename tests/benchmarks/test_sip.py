from itertools import count

import pytest

from benchmarks.phone_key import CRYPTO
from benchmarks.sip import (
    Account,
    Call,
    Exchange,
    Registration,
    Stage,
    accept_request,
    make_account,
    read_answer,
)
from softswitch.sip.digest import MD5, Nonces, Verdict, challenges, check, digest_response, ha1
from softswitch.sip.message import Request, Response, response_to
from softswitch.sip.parser import parse_datagram
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.validate import validate_request

PHONE, SWITCH = ("127.0.0.1", 40000), ("127.0.0.1", 5060)
NONCES = Nonces(b"secret")
SALTS = count()
ACCOUNT = make_account("anna", "realm", "pw")


def a_call() -> Call:
    return Call(ACCOUNT, "one", PHONE, SWITCH, number="100", audio_port=4000)


def seen(data: bytes) -> Request:
    """Return a request as the switch's own parser and validation see it."""
    request = parse_datagram(data)
    assert isinstance(request, Request)
    validate_request(request)
    return request


def answered(exchange: Exchange, request: Request, status: int, *, body: str = "") -> list[Request]:
    """Answer a request as a switch would; return what the exchange sends then."""
    response = response_to(request, status, to_tag="ours")
    if status == 401:
        for challenge in challenges("realm", NONCES.make(1000.0, f"salt{next(SALTS)}"), stale=False):
            response.fields.add("WWW-Authenticate", challenge)
    response.fields.add("Contact", "<sip:127.0.0.1:5060>")
    if body:
        response.put_body(body.encode(), "application/sdp")
    answer = read_answer(response.to_bytes())
    assert answer is not None
    return [seen(data) for data in exchange.take(answer)]


def verdict(request: Request) -> Verdict:
    known = {(ACCOUNT.user, MD5): ACCOUNT.secret}
    return check(
        request, now=1001.0, realm="realm", nonces=NONCES, secret_of=lambda *who: known.get(who)
    ).verdict


def test_a_registration_proves_itself_and_is_done():
    registration = Registration(ACCOUNT, "one", PHONE, SWITCH)
    first = seen(registration.begin())
    assert verdict(first) is Verdict.NONE
    [second] = answered(registration, first, 401)
    assert verdict(second) is Verdict.GOOD
    assert (second.cseq.number, second.via.branch != first.via.branch) == (2, True)
    assert answered(registration, second, 200) == []
    assert registration.stage is Stage.DONE


def test_a_call_comes_up_and_is_hung_up():
    call = a_call()
    invite = seen(call.begin())
    ack, again = answered(call, invite, 401)
    # RFC 3261 §17.1.1.3: the ACK of a refusal has the branch of its INVITE and the To of the response.
    assert (ack.method, ack.via.branch, ack.to.tag) == ("ACK", invite.via.branch, "ours")
    assert verdict(again) is Verdict.GOOD
    assert again.to.tag == ""
    assert answered(call, again, 100) == []
    assert call.waiting == b""
    [ack] = answered(call, again, 200, body="v=0\r\nm=audio 20002 RTP/AVP 8\r\n")
    assert (ack.method, ack.target, ack.to.tag, ack.cseq.number) == ("ACK", "sip:127.0.0.1:5060", "ours", 2)
    assert ack.via.branch != again.via.branch
    assert (call.stage, call.far_port) == (Stage.UP, 20002)
    bye = seen(call.hang_up())
    assert (bye.method, bye.cseq.number, bye.to.tag) == ("BYE", 3, "ours")
    answered(call, bye, 200)
    assert call.stage is Stage.DONE


def test_a_repeated_success_is_acknowledged_again():
    call = a_call()
    invite = seen(call.begin())
    answered(call, invite, 200)
    assert [request.method for request in answered(call, invite, 200)] == ["ACK"]


@pytest.mark.parametrize(("method", "status"), [("INVITE", 486), ("BYE", 481)])
def test_a_refused_call_fails_and_says_why(method, status):
    call = a_call()
    request = seen(call.begin())
    if method == "BYE":
        answered(call, request, 200)
        request = seen(call.hang_up())
    answered(call, request, status)
    assert (call.stage, call.fault) == (Stage.FAILED, f"{method} was answered with {status}")


def test_a_second_challenge_is_a_refusal():
    registration = Registration(Account("anna", "wrong"), "one", PHONE, SWITCH)
    [second] = answered(registration, seen(registration.begin()), 401)
    assert verdict(second) is Verdict.WRONG
    assert answered(registration, second, 401) == []
    assert registration.stage is Stage.FAILED


def test_an_answer_to_an_earlier_request_changes_nothing():
    registration = Registration(ACCOUNT, "one", PHONE, SWITCH)
    first = seen(registration.begin())
    answered(registration, first, 401)
    assert answered(registration, first, 401) == []
    assert registration.stage is Stage.ASKING


def test_a_request_of_the_switch_is_accepted():
    call = a_call()
    invite = seen(call.begin())
    name, data = accept_request(invite.to_bytes())
    answer = parse_datagram(data)
    assert isinstance(answer, Response)
    assert (name, answer.status, answer.call_id, answer.cseq) == ("one", 200, "one", invite.cseq)
    assert read_answer(invite.to_bytes()) is None


def challenged(status: int, field: str, challenge: str) -> Request:
    """Return the second INVITE of a caller who only knows a password."""
    call = Call(Account("anna", "", "pw"), "one", PHONE, SWITCH, number="100", audio_port=4000)
    response = response_to(seen(call.begin()), status, to_tag="ours")
    response.fields.add(field, challenge)
    answer = read_answer(response.to_bytes())
    assert answer is not None
    _, second = call.take(answer)
    return seen(second)


def test_a_switch_of_others_may_challenge_as_a_proxy():
    [challenge] = [
        one for one in challenges("realm", NONCES.make(1000.0, "salt"), stale=False) if "MD5" in one
    ]
    second = challenged(407, "Proxy-Authenticate", challenge)
    assert second.fields.get("Proxy-Authorization") is not None
    assert second.fields.get("Authorization") is None


def test_an_old_challenge_has_an_old_answer_and_gets_its_opaque_back():
    second = challenged(401, "WWW-Authenticate", 'Digest realm="a", nonce="b", opaque="c"')
    proof = str(second.fields.get("Authorization"))
    expected = digest_response(
        MD5, ha1(MD5, "anna", "a", "pw"), method="INVITE", uri=second.target, nonce="b"
    )
    assert f'response="{expected}"' in proof
    assert 'opaque="c"' in proof
    assert "qop" not in proof


def test_sound_goes_where_the_description_says():
    call = a_call()
    body = "v=0\r\nc=IN IP4 192.0.2.7\r\nm=audio 30000 RTP/AVP 8\r\n"
    answered(call, seen(call.begin()), 200, body=body)
    assert (call.far_host, call.far_port) == ("192.0.2.7", 30000)


def test_a_phone_with_a_key_offers_srtp():
    call = Call(ACCOUNT, "one", PHONE, SWITCH, number="100", audio_port=4000, crypto=CRYPTO)
    (audio,) = parse_sdp(seen(call.begin()).body).media
    assert (audio.protocol, audio.attribute("crypto")) == ("RTP/SAVP", CRYPTO)
    (audio,) = parse_sdp(seen(a_call().begin()).body).media
    assert (audio.protocol, audio.attribute("crypto")) == ("RTP/AVP", None)
