"""SIPp as a caller: calls that are answered, and what happens inside them."""

from __future__ import annotations

from dataclasses import replace

from tests.peers.captures import Keys
from tests.peers.sipp_script import (
    CALLED,
    END,
    MYSELF,
    PROGRESS,
    SERVER,
    Message,
    Scenario,
    check,
    expect,
    label,
    maybe,
    pause,
    replay,
    sdp,
    send,
    stream,
)

INVITE = Message("INVITE", 1, body=sdp())
CHALLENGED, ANSWERED = 7, 8
BYE_CSEQ = 90
TEST_LINE, ECHO, MENU, SECOND_MENU = "*43", "600", "100", "1000"

KEY_PRESSES = {
    "dtmf4733_1234": Keys("1234"),
    "dtmf4733_1122": Keys("1122"),
    "dtmf4733_all16": Keys("1234567890*#ABCD"),
    "dtmf4733_lost_start": Keys("1234", lose_first=True),
    "dtmf4733_lost_2ends": Keys("1234", lose_ends=2),
    "dtmf4733_nomarker": Keys("1234", first_has_marker=False),
    "dtmf4733_short40": Keys("1234", frames=2, pause_frames=2),
}
"""Telephone-events: how the keys are pressed and what the network loses of it."""

IN_BAND_KEYS = {
    "dtmf_inband_all16": ("123A456B789C*0#D", 0.08, 0.08),
    "dtmf_inband_40ms": ("0123456789", 0.04, 0.04),
}
"""Keys as tones in the audio: keys, seconds on, seconds off. 40 ms is the least of ITU-T Q.24."""

SPEECH_FILE = "speech.ulaw"


def _ack_of_refusal(invite: Message, cseq: int | str) -> str:
    """ACK an error: same branch, same Request-URI as the INVITE (RFC 3261 17.1.1.3)."""
    ack = Message(
        "ACK",
        cseq,
        uri=invite.uri,
        to="",
        sender=invite.sender,
        contact="",
        same_branch=True,
        compact=invite.compact,
    )
    # The To of the answer carries the tag we do not know.
    return send(ack).replace("To: \n", "[last_To:]\n").replace("t: \n", "[last_To:]\n")


def in_dialog(method: str, cseq: int | str, *, like: Message = INVITE, **changes: object) -> Message:
    """Return a request inside the call that ``like`` began."""
    base = Message(
        method,
        cseq,
        uri="[next_url]",
        to=f"{like.to}[peer_tag_param]",
        sender=like.sender,
        contact=like.contact,
        headers=("[routes]",),
        compact=like.compact,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # the names are Message's own


def ask(invite: Message) -> tuple[str, ...]:
    """Send an INVITE, take the challenge, send it again with credentials."""
    again = replace(invite, cseq=2, headers=(*invite.headers, "[authentication]"))
    return (
        send(invite),
        maybe(100),
        expect(401, optional=True, challenge=True, goto=CHALLENGED),
        expect(407, challenge=True),
        label(CHALLENGED),
        _ack_of_refusal(invite, 1),
        send(again),
    )


def call(invite: Message, *middle: str, checks: tuple[str, ...] = (), ack_body: str = "") -> tuple[str, ...]:
    """Call, be answered, do ``middle``, hang up."""
    return (
        *ask(invite),
        PROGRESS,
        expect(200, *checks, routes=True),
        send(in_dialog("ACK", "[last_cseq_number]", like=invite, contact="", body=ack_body)),
        *middle,
        send(in_dialog("BYE", BYE_CSEQ, like=invite)),
        expect(200),
    )


def refused(invite: Message, status: int, *checks: str, tolerated: tuple[int, ...] = ()) -> tuple[str, ...]:
    """Call and be refused: with ``status``, with or without a challenge before it."""
    again = replace(invite, cseq=2, headers=(*invite.headers, "[authentication]"))
    others = "".join(expect(other, optional=True, goto=ANSWERED) for other in tolerated)
    return (
        send(invite),
        maybe(100),
        expect(401, optional=True, challenge=True, goto=CHALLENGED),
        expect(407, optional=True, challenge=True, goto=CHALLENGED),
        others,
        expect(status, *checks, goto=ANSWERED),
        label(CHALLENGED),
        _ack_of_refusal(invite, 1),
        send(again),
        maybe(100, 180, 183),
        others,
        expect(status, *checks),
        label(ANSWERED),
        _ack_of_refusal(invite, "[last_cseq_number]"),
    )


def _reinvite(cseq: int, body: str, *checks: str, ack_body: str = "") -> tuple[str, ...]:
    return (
        send(in_dialog("INVITE", cseq, body=body)),
        maybe(100),
        expect(200, *checks),
        send(in_dialog("ACK", cseq, contact="", body=ack_body)),
    )


def _info(cseq: int, body: str, body_type: str) -> str:
    return send(in_dialog("INFO", cseq, body=body, body_type=body_type))


HOLDS = (
    pause(500),
    *_reinvite(5, sdp(direction="sendonly", version=2), check("a=recvonly|a=inactive", variable=1)),
    pause(400),
    *_reinvite(6, sdp(direction="inactive", version=3), check("a=inactive", variable=2)),
    pause(400),
    *_reinvite(7, sdp(address="0.0.0.0", version=4)),
    pause(400),
    *_reinvite(
        8,
        sdp(version=5),
        check("a=recvonly|a=sendonly|a=inactive", variable=3, absent=True),
    ),
    pause(300),
)

ONE_CODEC = sdp(payloads="0 101")
VIDEO = ("m=video 6010 RTP/AVP 96", "a=rtpmap:96 H264/90000")
LONG = "y" * 900
READ_MS = 8000
"""How long the test line reads the first key back at most: those behind it are taken after that."""


def _key_press_calls() -> tuple[Scenario, ...]:
    events = (
        Scenario(
            name,
            call(INVITE, pause(400), replay(f"{name}.pcap"), pause(_milliseconds(keys))),
            f"sees exactly {keys.digits} (RFC 4733 2.5)",
            dials=TEST_LINE,
            digits=keys.digits,
        )
        for name, keys in KEY_PRESSES.items()
    )
    tones = (
        Scenario(
            name,
            call(
                replace(INVITE, body=sdp(payloads="0 8")),
                pause(400),
                replay(f"{name}.pcap"),
                pause(round(READ_MS + len(keys) * (on + off) * 1000)),
            ),
            f"hears exactly {keys} (ITU-T Q.23, Q.24)",
            dials=TEST_LINE,
            digits=keys,
        )
        for name, (keys, on, off) in IN_BAND_KEYS.items()
    )
    return (*events, *tones)


def _milliseconds(keys: Keys) -> int:
    return READ_MS + 20 * len(keys.digits) * (keys.frames + keys.pause_frames)


CALLS = (
    Scenario("call_basic", call(INVITE, pause(3000)), "a plain call (RFC 3261 13, 15)", dials=MENU),
    Scenario(
        "call_rtpstream",
        call(INVITE, stream(SPEECH_FILE), pause(3500)),
        "a call in which the caller speaks for 3 s (RFC 3550, 3551)",
    ),
    *_key_press_calls(),
    Scenario(
        "dtmf_info_relay",
        call(
            INVITE,
            pause(500),
            _info(5, "Signal=5\nDuration=160", "application/dtmf-relay"),
            expect(200),
            _info(6, "Signal= #\nDuration= 160", "application/dtmf-relay"),
            expect(200),
            pause(READ_MS),
        ),
        "INFO application/dtmf-relay: 200 and the keys 5 # (RFC 6086, legacy use)",
        dials=TEST_LINE,
        digits="5#",
    ),
    Scenario(
        "dtmf_info_plain",
        call(INVITE, pause(500), _info(5, "7", "application/dtmf"), expect(200), pause(500)),
        "INFO application/dtmf: 200 and the key 7",
        dials=TEST_LINE,
        digits="7",
    ),
    Scenario(
        "info_unknown",
        call(
            INVITE,
            _info(5, "x", "application/x-nonsense"),
            expect(415, check("application", header="Accept")),
            pause(500),
        ),
        "INFO with an unknown body: 415 with Accept, and the call goes on (RFC 3261 8.2.3)",
    ),
    Scenario(
        "reinvite_hold",
        call(INVITE, *HOLDS),
        "sendonly is answered recvonly, inactive inactive, 0.0.0.0 accepted, resume sendrecv (RFC 3264 8.4)",
        dials=MENU,
    ),
    Scenario(
        "reinvite_nosdp",
        call(
            INVITE,
            *_reinvite(5, "", check("m=audio [1-9]", variable=1), ack_body=ONE_CODEC),
            pause(500),
        ),
        "a re-INVITE without SDP is answered with an offer (RFC 3261 14.1)",
    ),
    Scenario(
        "reinvite_oldcseq",
        call(
            INVITE,
            send(in_dialog("OPTIONS", 0)),
            expect(400, optional=True, goto=3),
            expect(500),
            label(3),
            pause(200),
        ),
        "a lower CSeq in the dialog: 500 (RFC 3261 12.2.2)",
    ),
    Scenario(
        "reinvite_at_once",
        call(INVITE, *_reinvite(5, ONE_CODEC, check("m=audio [1-9][0-9]* RTP/AVP 0")), pause(500)),
        "a re-INVITE that narrows the codecs, sent with the ACK, is answered (RFC 3261 14.2)",
    ),
    Scenario(
        "options_indialog",
        call(INVITE, send(in_dialog("OPTIONS", 5)), expect(200)),
        "OPTIONS in the dialog: 200 (RFC 3261 11)",
    ),
    Scenario(
        "rel100",
        call(replace(INVITE, headers=("Supported: 100rel",)), pause(500)),
        "a caller that could do 100rel is answered (RFC 3262)",
    ),
    Scenario(
        "form_compact",
        call(
            replace(INVITE, compact=True, headers=("Supported: timer,replaces", "Subject: short")),
            pause(500),
        ),
        "short header names mean what the long ones do (RFC 3261 7.3.3)",
    ),
    Scenario(
        "form_longcallid",
        call(replace(INVITE, headers=(f"X-Long: {LONG}",)), pause(500)),
        "a Call-ID and a header of 900 characters are taken and echoed whole (RFC 3261 sets no limit)",
        arguments=("-cid_str", f"{LONG}-%u-%p@%s"),
    ),
    Scenario(
        "form_teluri",
        call(
            replace(
                INVITE,
                uri="tel:[service];phone-context=example.com",
                to="<tel:[service];phone-context=example.com>",
            ),
            pause(500),
        ),
        "a tel URI reaches the number it names (RFC 3966)",
    ),
    Scenario(
        "form_noangle",
        call(replace(INVITE, sender=MYSELF, to=CALLED), pause(500)),
        "without angle brackets the tag belongs to the header, not to the URI (RFC 3261 20.10)",
    ),
    Scenario(
        "form_escaped",
        call(replace(INVITE, uri=f"SIP:%31%30%30%30@{SERVER}"), pause(500)),
        "an escaped user part equals the plain one, the scheme has no case (RFC 3261 19.1.4)",
        dials=SECOND_MENU,
    ),
    Scenario(
        "form_nomf",
        call(replace(INVITE, max_forwards=None), pause(500)),
        "an INVITE without Max-Forwards, as RFC 2543 allowed, is taken",
    ),
    Scenario(
        "form_noSDP",
        call(replace(INVITE, body=""), pause(500), checks=(check("m=audio [1-9]"),), ack_body=ONE_CODEC),
        "an INVITE without SDP: the 200 carries the offer, the ACK the answer (RFC 3261 13.2.1)",
    ),
    Scenario(
        "sdp_audio_video",
        call(
            replace(INVITE, body=sdp(more=VIDEO)),
            pause(500),
            checks=(check("m=audio [1-9]", variable=1), check("m=video 0 ", variable=2)),
        ),
        "audio and video offered: both m-lines answered, video with port 0 (RFC 3264 6)",
    ),
    Scenario(
        "sdp_pcma_only",
        call(
            replace(INVITE, body=sdp(payloads="8")),
            pause(500),
            checks=(check("m=audio [1-9][0-9]* RTP/AVP 8"),),
        ),
        "an offer of PCMA alone is answered with PCMA (RFC 3264)",
    ),
    Scenario(
        "sdp_norpmap",
        call(replace(INVITE, body=sdp(payloads="8 0", maps=False)), pause(500)),
        "static payload types need no rtpmap (RFC 3551, RFC 8866)",
    ),
    Scenario(
        "cancel_ringing",
        (
            *ask(INVITE),
            maybe(100),
            expect(183, optional=True, goto=3),
            expect(180),
            label(3),
            pause(400),
            send(Message("CANCEL", "[last_cseq_number]", contact="", same_branch=True)),
            expect(200),
            maybe(180),
            expect(487),
            _ack_of_refusal(INVITE, "[last_cseq_number]"),
            label(END),
        ),
        "CANCEL while it rings: 200 to CANCEL, 487 to INVITE (RFC 3261 9.2)",
        dials="1002",
    ),
)
