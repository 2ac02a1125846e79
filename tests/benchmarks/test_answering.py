from benchmarks.answering import Called, Stage, read_request, respond
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import parse_datagram

PHONE = ("127.0.0.1", 5070)
BODY = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 8 101\r\n"
)


def request(method: str, *, tag: str = "", number: int = 1, body: str = "") -> bytes:
    to = f"<sip:b7@127.0.0.1>{tag}"
    return (
        f"{method} sip:b7@127.0.0.1:5070 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK{method}\r\n"
        f'From: "Ada" <sip:b3@127.0.0.1>;tag=s1\r\nTo: {to}\r\nCall-ID: c1\r\nCSeq: {number} {method}\r\n'
        f"Contact: <sip:switch@127.0.0.1:5060>\r\nMax-Forwards: 70\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def rung() -> Called:
    invite = request("INVITE", body=BODY)
    asked = read_request(invite)
    assert asked is not None
    return Called(invite, asked, PHONE, row=4, audio_port=30_000)


def response(data: bytes) -> Response:
    message = parse_datagram(data)
    assert isinstance(message, Response)
    return message


def test_it_reads_who_calls_whom_and_where_the_sound_is():
    asked = read_request(request("INVITE", body=BODY))
    assert asked is not None
    assert (asked.method, asked.user, asked.caller, asked.call_id) == ("INVITE", "b7", "b3", "c1")
    assert asked.audio == ("127.0.0.1", 20_000)
    assert read_request(b"SIP/2.0 200 OK\r\n\r\n") is None


def test_a_call_rings_is_answered_and_hung_up_here():
    call = rung()
    assert response(call.ring()).status == 180
    answer = response(call.answer())
    assert (answer.status, b"m=audio 30000 " in answer.body) == (200, True)
    # A repeated INVITE gets the answer again, until the ACK has come.
    assert call.take("INVITE", b"") == [call.waiting]
    assert call.take("ACK", request("ACK")) == []
    assert (call.stage, call.waiting) == (Stage.TALKING, b"")
    bye = parse_datagram(call.hang_up())
    assert isinstance(bye, Request)
    assert (bye.method, str(bye.uri), bye.fields.get("Call-ID")) == ("BYE", "sip:switch@127.0.0.1:5060", "c1")
    assert bye.fields.get("From") == answer.fields.get("To")
    assert bye.fields.get("To") == answer.fields.get("From")
    call.bye_answered()
    assert (call.stage, call.waiting) == (Stage.OVER, b"")


def test_the_other_side_may_end_it():
    call = rung()
    call.answer()
    call.take("ACK", request("ACK"))
    assert [response(one).status for one in call.take("BYE", request("BYE", number=2))] == [200]
    assert call.stage is Stage.OVER


def test_ringing_that_is_cancelled_ends_with_a_487():
    call = rung()
    cancelled, refused = (response(one) for one in call.take("CANCEL", request("CANCEL")))
    assert (cancelled.status, cancelled.cseq.method) == (200, "CANCEL")
    assert (refused.status, refused.cseq.method) == (487, "INVITE")
    assert call.stage is Stage.OVER


def test_a_response_has_the_fields_of_its_request():
    answer = response(respond(request("OPTIONS"), "200 OK", tag="t1"))
    assert answer.fields.get("To") == "<sip:b7@127.0.0.1>;tag=t1"
    assert answer.fields.get("Via") == "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKOPTIONS"
