"""The messages of a trace, read: what is in the rings of a line's folder, by Call-ID, by person, by time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from softswitch.sip.errors import SipError
from softswitch.sip.grammar import ENCODING, ERRORS
from softswitch.sip.hop import host_port
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.sdp import Media, SessionDescription, parse_sdp
from softswitch.sip.uri import SipUri
from softswitch.trace.errors import TraceError
from softswitch.transport.ring import GAP, IN, UNSENT, Noted, read_ring
from softswitch.transport.trace import CALLS_RING, PHONES_RING

Value = TypeVar("Value")

TRACE_FOLDER: Final = "trace"
"""Where the rings lie in a line's folder."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the trace. ``sip`` is None where it cannot be read as SIP."""

    noted: Noted
    sip: Request | Response | None

    @property
    def at(self) -> float:
        """When it passed, in seconds since 1970."""
        return self.noted.at

    @property
    def came(self) -> bool:
        """Tell whether it came from the other side."""
        return self.noted.kind == IN

    @property
    def unsent(self) -> bool:
        """Tell whether it could not be sent."""
        return self.noted.kind == UNSENT

    @property
    def remote(self) -> str:
        """``host:port`` of the other side."""
        return self.noted.hop.address

    @property
    def local(self) -> str:
        """``host:port`` of ours."""
        return self.noted.hop.local_address

    @property
    def call_id(self) -> str:
        """Its Call-ID, "" for none."""
        return self.sip.call_id if self.sip is not None else ""

    @property
    def status(self) -> int:
        """The status of a response, 0 for a request."""
        return self.sip.status if isinstance(self.sip, Response) else 0

    @property
    def method(self) -> str:
        """The method of a request, or of the one that a response answers; "" when it cannot be read."""
        return self.sip.method if isinstance(self.sip, Request) else self.cseq[1]

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of its CSeq; (0, "") when it cannot be read."""
        return _tried(lambda sip: (sip.cseq.number, sip.cseq.method), self.sip, (0, ""))

    @property
    def is_request(self) -> bool:
        """Tell whether it is a request."""
        return isinstance(self.sip, Request)

    @property
    def in_dialog(self) -> bool:
        """Tell whether its To has a tag: a request inside a dialog."""
        return _tried(lambda sip: "tag" in sip.to.params, self.sip, False)

    @property
    def contact(self) -> str:
        """The URI of its first Contact, "" for none."""
        return _tried(lambda sip: str(sip.contacts[0].uri) if sip.contacts else "", self.sip, "")

    @property
    def contact_host(self) -> str:
        """The host of its first Contact, "" for none."""
        return _tried(lambda sip: _host(sip.contacts[0].uri) if sip.contacts else "", self.sip, "")

    @property
    def description(self) -> SessionDescription | None:
        """The description of its body, None when there is none that can be read."""
        if self.sip is None or not self.sip.body.lstrip().startswith(b"v=0"):
            return None
        return _tried(lambda sip: parse_sdp(sip.body), self.sip, None)

    @property
    def audio(self) -> Media | None:
        """The audio of its description."""
        description = self.description
        kinds = description.media if description is not None else ()
        return next((media for media in kinds if media.kind == "audio"), None)

    @property
    def sound_at(self) -> str:
        """``host:port`` where its description wants sound, "" for nowhere."""
        media, description = self.audio, self.description
        if media is None or description is None or not media.port:
            return ""
        host = media.host or description.host
        return host_port(host, media.port) if host else ""

    @property
    def codecs(self) -> tuple[str, ...]:
        """The codecs of its description by name, keys left out."""
        media = self.audio
        if media is None:
            return ()
        names = {number: rest.partition("/")[0] for number, rest in media.mapped("rtpmap").items()}
        known = [names.get(number) or STATIC_CODECS.get(number, number) for number in media.formats]
        return tuple(dict.fromkeys(name for name in known if name.lower() != "telephone-event"))

    def field(self, name: str) -> str:
        """Return a field's first value, "" when it is not there."""
        return (self.sip.fields.get(name) or "") if self.sip is not None else ""

    def users(self) -> frozenset[str]:
        """Return who it is from and to: the users of From and To."""
        return _tried(lambda sip: _users(sip.from_.uri, sip.to.uri), self.sip, frozenset())

    @property
    def text(self) -> str:
        """The whole message; octets that are no UTF-8 as U+FFFD."""
        return self.noted.data.decode("utf-8", "replace")

    @property
    def title(self) -> str:
        """What it is in a few words: ``INVITE``, ``180 Ringing``."""
        if isinstance(self.sip, Request):
            return self.sip.method
        if self.sip is not None:
            return f"{self.sip.status} {self.sip.reason}".rstrip()
        return self.text.partition("\n")[0].strip()


STATIC_CODECS: Final = {
    "0": "PCMU",
    "3": "GSM",
    "4": "G723",
    "8": "PCMA",
    "9": "G722",
    "13": "CN",
    "18": "G729",
}
"""Payload types that need no name (RFC 3551 §6, table 4)."""


def message_of(noted: Noted) -> Message:
    """Read a message; one that is no SIP is kept as it is."""
    try:
        return Message(noted, parse_datagram(noted.data))
    except SipError:
        return Message(noted, None)


class Wire:
    """The rings of a line's folder. Where there is no trace, there are no messages.

    Its methods raise TraceError for a trace that cannot be read.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / TRACE_FOLDER

    def of_calls(self, call_ids: Iterable[str], since: float, until: float) -> tuple[Message, ...]:
        """Return the messages of some Call-IDs between two times (seconds since 1970), in order.

        An id that ends in an ellipsis was cut when it was written down: its beginning counts.
        """
        found: list[Message] = []
        for call_id in dict.fromkeys(call_ids):
            begin = call_id.removesuffix("…")
            if not begin:
                continue
            for noted in self._read(begin.encode(ENCODING, ERRORS)):
                message = message_of(noted)
                same = message.call_id == call_id or (begin != call_id and message.call_id.startswith(begin))
                if same and since <= noted.at <= until:
                    found.append(message)
        return tuple(sorted(found, key=lambda message: message.at))

    def of_user(self, user: str) -> tuple[Message, ...]:
        """Return the messages from or to a user, in order."""
        if not user:
            return ()
        messages = (message_of(noted) for noted in self._read(user.encode(ENCODING, ERRORS)))
        return tuple(message for message in messages if user in message.users())

    def last_from(self, user: str, before: float) -> Message | None:
        """Return the last REGISTER of a user that came before a time."""
        found = [
            message
            for message in self.of_user(user)
            if message.came and message.method == "REGISTER" and message.is_request and message.at < before
        ]
        return found[-1] if found else None

    def gaps(self, since: float, until: float) -> int:
        """Return how many messages were left out between two times, as there were too many."""
        noted = (one for one in self._ring(PHONES_RING, b"") if one.kind == GAP and since <= one.at <= until)
        return sum(int(one.data) for one in noted if one.data.isdigit())

    def _read(self, needle: bytes) -> Iterator[Noted]:
        """Yield what both rings hold, oldest first."""
        rings = [self._ring(name, needle) for name in (CALLS_RING, PHONES_RING)]
        yield from heapq.merge(*rings, key=lambda noted: noted.at)

    def _ring(self, name: str, needle: bytes) -> Iterator[Noted]:
        try:
            yield from read_ring(self._folder / name, needle)
        except FileNotFoundError:
            return
        except OSError as error:
            raise TraceError(f"cannot read {self._folder / name}: {error.strerror}") from error


def _tried(
    read: Callable[[Request | Response], Value], sip: Request | Response | None, other: Value
) -> Value:
    """Return what can be read of a message, ``other`` where it is broken or lacks it."""
    if sip is None:
        return other
    try:
        return read(sip)
    except SipError:
        return other


def _host(uri: object) -> str:
    return uri.host.strip("[]") if isinstance(uri, SipUri) else ""


def _users(*uris: object) -> frozenset[str]:
    return frozenset(uri.user for uri in uris if isinstance(uri, SipUri) and uri.user)


def repeats(messages: Sequence[Message]) -> tuple[int, ...]:
    """Return for each message how often it had passed before, the same way: repeats of RFC 3261 §17."""
    seen: dict[tuple[str, str, bytes], int] = {}
    counts = []
    for message in messages:
        key = (message.noted.kind, message.remote, message.noted.data)
        counts.append(seen.get(key, 0))
        seen[key] = counts[-1] + 1
    return tuple(counts)
