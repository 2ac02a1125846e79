"""Messages as the trace reads them, whole or broken, and where they are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.hop import Hop
from softswitch.trace.errors import TraceError
from softswitch.trace.messages import TRACE_FOLDER, Wire, message_of, repeats
from softswitch.transport.ring import BLOCK, GAP, IN, Noted, RingWriter, pack
from softswitch.transport.trace import CALLS_RING, PHONES_RING
from tests.trace.recorded import on_disk
from tests.trace.test_verdict import stored

HOP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)


def test_what_an_invite_says():
    invite = stored("one_way_behind_nat").read[0]
    assert (invite.came, invite.is_request, invite.method, invite.status) == (True, True, "INVITE", 0)
    assert (invite.remote, invite.local) == ("198.51.100.9:5060", "192.0.2.1:5060")
    assert invite.codecs == ("PCMA", "PCMU")
    assert invite.sound_at == "192.168.1.20:4000"
    assert invite.contact == "sip:1001@198.51.100.9:5060"
    assert invite.users() == {"1001", "1002"}
    assert not invite.in_dialog


def test_codecs_without_a_name_have_that_of_their_number():
    body = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    body += "m=audio 4000 RTP/AVP 9 18 97\r\n"
    head = f"INVITE sip:1 SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Length: {len(body)}\r\n\r\n"
    assert message_of(Noted(0.0, IN, HOP, (head + body).encode())).codecs == ("G722", "G729", "97")


@given(
    st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"INVITE sip:1 SIP/2.0\r\nTo: " + tail)
)
def test_nothing_that_came_can_break_a_reader(data):
    message = message_of(Noted(0.0, IN, HOP, data))
    seen = (
        *(
            message.method,
            message.status,
            message.cseq,
            message.in_dialog,
            message.contact,
            message.contact_host,
        ),
        *(message.codecs, message.sound_at, message.users(), message.title, message.text, message.call_id),
    )
    assert len(seen) == 12


def test_the_messages_of_a_call_are_found_in_both_rings(tmp_path):
    recorded = stored("unreachable")
    wire = on_disk(recorded, tmp_path)
    call_id = next(one.call_id for one in recorded.read if one.method == "INVITE" and one.came)
    found = wire.of_calls([call_id, "", call_id], 0.0, float("inf"))
    assert [one.noted for one in found] == [one.noted for one in recorded.read if one.call_id == call_id]
    cut = wire.of_calls([f"{call_id[:6]}…"], 0.0, float("inf"))
    assert [one.noted for one in cut] == [one.noted for one in found]
    assert wire.of_calls([call_id[:6]], 0.0, float("inf")) == ()
    assert [one.title for one in wire.of_calls([call_id], 0.0, found[0].at)] == ["INVITE", "100 Trying"]
    register = wire.last_from("1003", found[0].at)
    assert register is not None
    assert register.contact_host == "192.168.1.30"
    assert wire.last_from("1003", register.at) is None
    assert {one.method for one in wire.of_user("1003")} == {"REGISTER", "INVITE", "ACK"}
    assert wire.of_user("") == wire.of_user("100") == ()


def test_a_line_without_a_trace_has_no_messages(tmp_path):
    wire = Wire(tmp_path)
    assert wire.of_calls(["c"], 0.0, 1.0) == wire.of_user("1001") == ()
    assert wire.last_from("1001", 1.0) is None
    assert wire.gaps(0.0, 1.0) == 0


def test_a_trace_that_cannot_be_read_says_which(tmp_path):
    (tmp_path / TRACE_FOLDER).mkdir()
    ring = tmp_path / TRACE_FOLDER / CALLS_RING
    ring.symlink_to(ring)  # Whoever opens it goes round in circles.
    with pytest.raises(TraceError, match=CALLS_RING):
        Wire(tmp_path).of_user("1001")


def test_what_was_left_out_is_counted(tmp_path):
    (tmp_path / TRACE_FOLDER).mkdir()
    ring = RingWriter(tmp_path / TRACE_FOLDER / PHONES_RING, 2 * BLOCK)
    ring.write([pack(Noted(float(at), GAP, HOP, b"%d" % (10 * at))) for at in (1, 2, 3)])
    ring.close()
    assert Wire(tmp_path).gaps(2.0, 3.0) == 50


def test_repeats_are_counted_for_each_message():
    messages = [one for one in stored("no_ack").read if one.status == 200 and not one.came]
    assert repeats(messages)[:11] == tuple(range(11))
