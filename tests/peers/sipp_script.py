"""The building blocks of SIPp scenarios: requests, answers, waits and checks, as XML text.

SIPp fills what stands in square brackets. A scenario is a tuple of these blocks; :meth:`Scenario.xml`
puts them together. Labels are numbers: 1 to 8 are free for a scenario, 9 is its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SERVER = "[remote_ip]:[remote_port]"
HERE = "[local_ip]:[local_port]"
CALLED = f"sip:[service]@{SERVER}"
MYSELF = f"sip:[user]@{SERVER}"
TAG = "tag=sp[pid]n[call_number]"
END = 9

FIRST_REPEAT_MS = 500
"""RFC 3261 timer T1: SIPp doubles it after each repetition."""

SDP_TYPE = "application/sdp"


def sdp(
    *,
    payloads: str = "0 8 101",
    direction: str = "sendrecv",
    version: int = 1,
    address: str = "[media_ip]",
    maps: bool = True,
    more: Sequence[str] = (),
) -> str:
    """Return a session description offering ``payloads`` (static types and 101 for telephone-event)."""
    names = {"0": "PCMU/8000", "8": "PCMA/8000", "98": "NOSUCH/8000", "101": "telephone-event/8000"}
    lines = [
        "v=0",
        f"o=- 20071 {version} IN IP4 [local_ip]",
        "s=-",
        f"c=IN IP4 {address}",
        "t=0 0",
        f"m=audio [media_port] RTP/AVP {payloads}",
    ]
    if maps:
        lines += [f"a=rtpmap:{number} {names[number]}" for number in payloads.split()]
        lines += ["a=fmtp:101 0-15"] if "101" in payloads.split() else []
        lines += ["a=ptime:20", f"a={direction}"]
    return "\n".join([*lines, *more])


@dataclass(frozen=True, slots=True)
class Message:
    """One request to send. ``cseq`` may be SIPp's ``[last_cseq_number]``."""

    method: str
    cseq: int | str
    uri: str = CALLED
    to: str = f"<{CALLED}>"
    sender: str = f"<{MYSELF}>"
    contact: str = f"<sip:[user]@{HERE};transport=[transport]>"
    headers: tuple[str, ...] = ()
    body: str = ""
    body_type: str = SDP_TYPE
    same_branch: bool = False
    max_forwards: int | None = 70
    compact: bool = False

    def text(self) -> str:
        """Return the message with SIPp's keywords still in it."""
        via = f"Via: SIP/2.0/[transport] {HERE};rport;branch=[branch]"
        lines = [
            f"{self.method} {self.uri} SIP/2.0",
            "[last_Via:]" if self.same_branch else via,
            f"From: {self.sender};{TAG}",
            f"To: {self.to}",
            "Call-ID: [call_id]",
            f"CSeq: {self.cseq} {self.method}",
        ]
        if self.max_forwards is not None:
            lines.append(f"Max-Forwards: {self.max_forwards}")
        if self.contact:
            lines.append(f"Contact: {self.contact}")
        lines += self.headers
        if self.body:
            lines += [f"Content-Type: {self.body_type}", "Content-Length: [len]", "", self.body]
        else:
            lines += ["Content-Length: 0"]
        text = "\n".join(lines)
        return _with_compact_names(text) if self.compact else text


COMPACT = {
    "Via": "v",
    "From": "f",
    "To": "t",
    "Call-ID": "i",
    "Contact": "m",
    "Content-Length": "l",
    "Content-Type": "c",
    "Subject": "s",
    "Supported": "k",
}
"""RFC 3261 section 7.3.3 and 20: the short names of header fields."""


def _with_compact_names(text: str) -> str:
    return re.sub(
        r"^([A-Z][\w-]*):", lambda match: f"{COMPACT.get(match[1], match[1])}:", text, flags=re.MULTILINE
    )


def send(message: Message, *, repeat: bool = True) -> str:
    """Send a request; with ``repeat`` until it is answered, as UDP demands (never for ACK)."""
    again = f' retrans="{FIRST_REPEAT_MS}"' if repeat and message.method != "ACK" else ""
    return f"<send{again}><![CDATA[\n\n{message.text()}\n\n]]></send>"


def answer(
    status: str,
    *,
    to_tag: bool = True,
    body: str = "",
    repeat: bool = False,
    cseq: str = "[last_CSeq:]",
    contact: str = f"sip:{HERE}",
) -> str:
    """Answer the request that came last. ``to_tag``: whether our tag is added to To."""
    lines = [f"SIP/2.0 {status}", "[last_Via:]", "[last_From:]"]
    lines += [f"[last_To:];{TAG}" if to_tag else "[last_To:]"]
    lines += ["[last_Call-ID:]", cseq, "[last_Record-Route:]", f"Contact: <{contact}>"]
    if body:
        lines += [f"Content-Type: {SDP_TYPE}", "Content-Length: [len]", "", body]
    else:
        lines += ["Content-Length: 0"]
    again = f' retrans="{FIRST_REPEAT_MS}"' if repeat else ""
    return f"<send{again}><![CDATA[\n\n" + "\n".join(lines) + "\n\n]]></send>"


def check(
    pattern: str, *, header: str = "", anywhere: bool = False, variable: int = 1, absent: bool = False
) -> str:
    """Demand that ``pattern`` (a POSIX regular expression without groups) is in a header or the body.

    Of a header that comes more than once SIPp sees the first: look ``anywhere`` in the message then.
    """
    place = f'search_in="hdr" header="{header}:"' if header else 'search_in="body"'
    place = 'search_in="msg"' if anywhere else place
    how = "check_it_inverse" if absent else "check_it"
    return f'<ereg regexp="{pattern}" {place} {how}="true" assign_to="{variable}"/>'


def expect(
    status: int,
    *checks: str,
    optional: bool = False,
    challenge: bool = False,
    goto: int | None = None,
    routes: bool = False,
) -> str:
    """Wait for an answer. ``challenge`` keeps it for the next ``[authentication]``."""
    return _receive(f'response="{status}"', checks, optional, challenge, goto, routes)


def expect_request(
    method: str, *checks: str, optional: bool = False, goto: int | None = None, within_ms: int = 0
) -> str:
    """Wait for a request."""
    limit = f' timeout="{within_ms}"' if within_ms else ""
    return _receive(f'request="{method}"{limit}', checks, optional, False, goto, method == "INVITE")


def _receive(
    what: str, checks: Iterable[str], optional: bool, challenge: bool, goto: int | None, routes: bool
) -> str:
    attributes = what
    attributes += ' optional="true"' if optional else ""
    attributes += ' auth="true"' if challenge else ""
    attributes += ' rrs="true"' if routes else ""
    attributes += f' next="{goto}"' if goto is not None else ""
    actions = "".join(checks)
    return f"<recv {attributes}>" + (f"<action>{actions}</action>" if actions else "") + "</recv>"


def maybe(*statuses: int) -> str:
    """Accept these provisional answers, or none of them."""
    return "".join(expect(status, optional=True) for status in statuses)


PROGRESS = maybe(100, 180, 181, 182, 183)


def pause(milliseconds: int) -> str:
    """Do nothing for a while, as a person on the phone does."""
    return f'<pause milliseconds="{milliseconds}"/>'


def label(number: int) -> str:
    """Mark a place that ``goto`` can name."""
    return f'<label id="{number}"/>'


def replay(capture: str) -> str:
    """Send the RTP of a capture (a file name in the folder of sounds)."""
    return f'<nop><action><exec play_pcap_audio="{capture}"/></action></nop>'


def stream(sound: str) -> str:
    """Send a raw mu-law file once as RTP (a file name in the folder of sounds)."""
    return f'<nop><action><exec rtp_stream="{sound},1,0"/></action></nop>'


@dataclass(frozen=True, slots=True)
class Scenario:
    """One conversation with the switch and what is expected of it."""

    name: str
    steps: tuple[str, ...]
    demands: str
    """What the switch must do, with its source: shown when it does not."""

    dials: str = "600"
    digits: str = ""
    """The keys the switch must have seen at the end, each exactly once."""

    arguments: tuple[str, ...] = ()
    """More arguments for SIPp."""

    def xml(self) -> str:
        """Return the scenario file."""
        body = "\n".join(self.steps)
        used = sorted(set(re.findall(r'assign_to="(\d+)"', body)), key=int)
        # SIPp refuses a scenario with a variable that is set and never read.
        reference = f'<Reference variables="{",".join(used)}"/>\n' if used else ""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE scenario SYSTEM "sipp.dtd">\n'
            f'<scenario name="{self.name}">\n{body}\n{reference}</scenario>\n'
        )
