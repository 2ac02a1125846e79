"""Requests and responses, with the typed views of the fields that every layer reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar, overload

from softswitch.sip.fields import Fields
from softswitch.sip.grammar import ENCODING, ERRORS, parse_integer, quote
from softswitch.sip.headers import (
    CSeq,
    MediaType,
    NameAddr,
    Via,
    parse_cseq,
    parse_expires,
    parse_media_type,
    parse_name_addr,
    parse_via,
)
from softswitch.sip.sdp import SessionDescription, parse_sdp
from softswitch.sip.uri import Uri, parse_uri

REASONS = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}
"""Default reason phrases (RFC 3261 §21 and the RFCs that add codes)."""


VERSION = "SIP/2.0"
"""The only version there is (RFC 3261 §7.1)."""

COPIED = ("Via", "From", "To", "Call-ID", "CSeq")
"""Fields that a response copies from its request (RFC 3261 §8.2.6.2)."""

_LINE_ENDS: Final = re.compile(r"[\r\n]+")


Value = TypeVar("Value")


class view(Generic[Value]):
    """A property that is computed when first asked for and kept in the instance from then on.

    What ``functools.cached_property`` is, without the lock that one takes before Python 3.12: a message is
    read by one thread, and has eight of these.
    """

    def __init__(self, read: Callable[[Any], Value]) -> None:
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, message: None, owner: type) -> view[Value]: ...

    @overload
    def __get__(self, message: object, owner: type) -> Value: ...

    def __get__(self, message: object | None, owner: type) -> view[Value] | Value:
        if message is None:
            return self
        # Found before this object is, the next time: it defines no __set__.
        value = message.__dict__[self._name] = self._read(message)
        return value


class Message:
    """What requests and responses share. Typed views parse on first use and are kept.

    The views raise RemoteProtocolError(400) for a field that is missing or cannot be read; after
    :mod:`softswitch.sip.validate` has passed a message, the mandatory ones do not.
    """

    fields: Fields
    body: bytes

    @view
    def vias(self) -> list[Via]:
        """All Via hops, topmost first."""
        return [parse_via(member) for member in self.fields.members("Via")]

    @property
    def via(self) -> Via:
        """The topmost Via."""
        return self.vias[0]

    @view
    def from_(self) -> NameAddr:
        """The From field."""
        return parse_name_addr(self.fields.get("From") or "", what="From")

    @view
    def to(self) -> NameAddr:
        """The To field."""
        return parse_name_addr(self.fields.get("To") or "", what="To")

    @view
    def call_id(self) -> str:
        """The Call-ID, "" when missing."""
        return self.fields.get("Call-ID") or ""

    @view
    def cseq(self) -> CSeq:
        """The CSeq field."""
        return parse_cseq(self.fields.get("CSeq") or "")

    @view
    def contacts(self) -> list[NameAddr]:
        """The Contact addresses; ``*`` is not one (see ``contact_is_star``)."""
        if self.contact_is_star:
            return []
        return [parse_name_addr(member, what="Contact") for member in self.fields.members("Contact")]

    @property
    def contact_is_star(self) -> bool:
        """Tell whether the only Contact is ``*``."""
        return self.fields.get("Contact") == "*" and self.fields.count("Contact") == 1

    @view
    def content_type(self) -> MediaType | None:
        """The type of the body, None when not said."""
        text = self.fields.get("Content-Type")
        return None if text is None else parse_media_type(text)

    @view
    def description(self) -> SessionDescription:
        """The body as a session description, whatever its type says it is."""
        return parse_sdp(self.body)

    @property
    def expires(self) -> int | None:
        """The Expires field in seconds, None when there is none."""
        text = self.fields.get("Expires")
        return None if text is None else parse_expires(text)

    def routes(self, name: str) -> list[NameAddr]:
        """Return the Route or Record-Route set in the order it stands."""
        return [parse_name_addr(member, what=name) for member in self.fields.members(name)]

    def put_body(self, body: bytes, content_type: str) -> None:
        """Set the body and its type."""
        self.body = body
        self.fields.put("Content-Type", content_type)
        for name in ("content_type", "description"):
            self.__dict__.pop(name, None)

    def _head(self) -> str:
        raise NotImplementedError

    def to_bytes(self) -> bytes:
        """Write the message as it goes on the wire; Content-Length is computed and stands last."""
        lines = [self._head()]
        lines.extend(f"{name}: {value}" for name, value in self.fields if name != "Content-Length")
        lines.append(f"Content-Length: {len(self.body)}\r\n\r\n")
        head = "\r\n".join(lines)
        # Of each line one end and of the last two: more is a value with a line end, which nobody parsed.
        if not head.count("\n") == head.count("\r") == len(lines) + 1:
            head = "\r\n".join((*(_LINE_ENDS.sub(" ", line) for line in lines[:-1]), lines[-1]))
        return head.encode(ENCODING, ERRORS) + self.body


class Request(Message):
    """A request. ``target`` is the Request-URI as text; ``uri`` reads it."""

    def __init__(
        self,
        method: str,
        target: str,
        fields: Fields | None = None,
        body: bytes = b"",
        version: str = VERSION,
    ) -> None:
        self.method = method
        self.target = target
        self.fields = Fields() if fields is None else fields
        self.body = body
        self.version = version

    @view
    def uri(self) -> Uri:
        """The Request-URI."""
        return parse_uri(self.target)

    @property
    def max_forwards(self) -> int | None:
        """The hops left, None when the field is missing (RFC 2543)."""
        text = self.fields.get("Max-Forwards")
        # RFC 3261 §20.22: 0-255.
        return None if text is None else parse_integer(text.strip(), most=255, what="Max-Forwards")

    def again(self) -> Request:
        """Return the same request to be sent anew after a challenge (RFC 3261 §22.2).

        It is a new transaction of the same Call-ID: the next CSeq, and no Via yet.
        """
        fields = self.fields.copy()
        for name in ("Via", "User-Agent", "Authorization", "Proxy-Authorization"):
            fields.drop(name)
        fields.put("CSeq", CSeq(self.cseq.number + 1, self.method))
        return Request(self.method, self.target, fields, self.body)

    def remnant(self) -> Request:
        """Return its start line and nothing else.

        For requests that are answered and kept only in case of a repeat: thousands of them would otherwise
        hold a hundred thousand small objects, through which the garbage collector looks while all calls wait,
        and whatever else their senders filled them with.
        """
        return Request(self.method, self.target, _NOTHING, version=self.version)

    def _head(self) -> str:
        return f"{self.method} {self.target} SIP/2.0"

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.target}>"


class Response(Message):
    """A response."""

    def __init__(
        self, status: int, reason: str = "", fields: Fields | None = None, body: bytes = b""
    ) -> None:
        self.status = status
        self.reason = reason or REASONS.get(status, "")
        self.fields = Fields() if fields is None else fields
        self.body = body

    @property
    def final(self) -> bool:
        """Tell whether this ends the transaction."""
        return self.status >= 200

    def _head(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.reason}>"


_NOTHING: Final = Fields()


def response_to(request: Request, status: int, reason: str = "", *, to_tag: str = "") -> Response:
    """Make a response as RFC 3261 §8.2.6.2 says: Via, From, To, Call-ID and CSeq are copied.

    ``to_tag`` is added to To when the request has none and the status is not 100.
    """
    asked = request.fields
    to = asked.get("To") or ""
    if to_tag and status != 100 and "tag" not in request.to.params:
        to = f"{to};tag={to_tag}"
    items = [("Via", value) for value in asked.all("Via")]
    items += [
        ("From", asked.get("From") or ""),
        ("To", to),
        ("Call-ID", asked.get("Call-ID") or ""),
        ("CSeq", asked.get("CSeq") or ""),
    ]
    # RFC 3261 §8.2.6.1: a Timestamp in the request must be copied into a 100.
    if status == 100 and (timestamp := asked.get("Timestamp")) is not None:
        items.append(("Timestamp", timestamp))
    return Response(status, reason, Fields.of_canonical(items))


def explain(response: Response, reason: str) -> None:
    """Say in words why a request was refused, as a Warning of code 399 (RFC 3261 §20.43).

    Not in the reason phrase: that one stays the usual, since there are peers that look for the names of
    header fields anywhere in a message and stumble over "CSeq" in it.
    """
    if reason and reason != response.reason:
        response.fields.add("Warning", f"399 softswitch {quote(reason)}")
