"""Bytes to messages: whole datagrams, and a stream cut into messages (RFC 3261 §7, §18.3)."""

from __future__ import annotations

import re

from softswitch.sip.errors import NotSip, RemoteProtocolError
from softswitch.sip.fields import Fields, canonical, usual
from softswitch.sip.grammar import (
    ENCODING,
    ERRORS,
    MAX_BODY,
    MAX_DATAGRAM,
    MAX_FIELDS,
    MAX_HEAD,
    is_token,
    parse_integer,
)
from softswitch.sip.message import VERSION, Request, Response

KEEP_ALIVE = b"\r\n\r\n"
"""RFC 5626 §3.5.1: a phone's ping over a stream; many send it over UDP as well."""
PONG = b"\r\n"

_STATUS_LINE = re.compile(r"SIP/2\.0 ([0-9]{3})(?: (.*))?\Z", re.DOTALL)
_ANY_STATUS_LINE = re.compile(r"SIP/[0-9]+\.[0-9]+[ \t]+[0-9]+", re.IGNORECASE)
_ANY_VERSION = re.compile(r"SIP/[0-9]+\.[0-9]+\Z", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")


def parse_datagram(data: bytes) -> Request | Response:
    """Read one message from one datagram.

    Octets after Content-Length are ignored (RFC 3261 §18.3); a body shorter than it raises
    RemoteProtocolError(400) with the request attached as ``__cause__``-free attribute ``request`` of
    :class:`BrokenRequest`, so that the caller can still answer. Raises NotSip for anything else.
    """
    if len(data) > MAX_DATAGRAM:
        raise NotSip("Message too large")
    # RFC 3261 §7.5: empty lines before the start line are ignored.
    data = data.lstrip(b"\r\n")
    head, empty_line, rest = data.partition(b"\r\n\r\n")
    lines = head.decode(ENCODING, ERRORS).split("\r\n")
    if not empty_line or head.count(b"\n") != len(lines) - 1:
        # Some end their lines with LF alone: then the first empty line may be an earlier one.
        head, rest = _cut(data)
        lines = _lines(head)
    message = _message(lines)
    try:
        length = content_length(message)
        if length is not None and length > len(rest):
            raise RemoteProtocolError(400, "Body shorter than Content-Length")
    except RemoteProtocolError as error:
        raise broken(message, error) from error
    message.body = rest if length is None else rest[:length]
    return message


def _cut(data: bytes) -> tuple[bytes, bytes]:
    """Cut a message at its first empty line, which many end with LF alone."""
    end = data.find(b"\n\r\n")
    bare = data.find(b"\n\n", 0, end if end >= 0 else None)
    if bare >= 0:
        end, begin = bare, bare + 2
    elif end >= 0:
        begin = end + 3
    else:
        return data.rstrip(b"\r\n"), b""
    return data[:end].removesuffix(b"\r"), data[begin:]


class BrokenRequest(RemoteProtocolError):
    """A request whose framing is wrong, but whose header can be read well enough to answer."""

    def __init__(self, request: Request, error: RemoteProtocolError) -> None:
        super().__init__(error.status, error.reason, fields=error.fields)
        self.request = request


def broken(message: Request | Response, error: RemoteProtocolError) -> RemoteProtocolError:
    """Return what to raise for a message with this error: a broken response is never answered."""
    return BrokenRequest(message, error) if isinstance(message, Request) else NotSip(error.reason)


def parse_head(head: bytes) -> Request | Response:
    """Read start line and header fields; the body is left empty.

    Raises NotSip when the start line or a field line cannot be one.
    """
    return _message(_lines(head))


def _lines(head: bytes) -> list[str]:
    """Cut start line and header fields into lines, which many end with LF alone."""
    return head.decode(ENCODING, ERRORS).replace("\r\n", "\n").split("\n")


def _message(lines: list[str]) -> Request | Response:
    # Space and tab sort before all that a line may begin with.
    if min(lines) < "!":
        lines = _unfolded(lines)
    if len(lines) > 1 + MAX_FIELDS:
        raise NotSip("Too many header fields")
    items = []
    for line in lines[1:]:
        written, colon, value = line.partition(":")
        name = usual(written)
        if name is None or not colon:
            name = _name(written, colon)
        items.append((name, value.strip(" \t")))
    return _start_line(lines[0], Fields.of_canonical(items))


def _unfolded(lines: list[str]) -> list[str]:
    """Join each line that begins with a space or tab to the one that it continues (RFC 3261 §7.3.1)."""
    whole = [lines[:1]]
    for line in lines[1:]:
        if line.startswith((" ", "\t")):
            whole[-1][-1] = whole[-1][-1].rstrip(" \t")
            whole[-1].append(line.lstrip(" \t"))
        else:
            whole.append([line])
    return [" ".join(parts) for parts in whole]


def _name(written: str, colon: str) -> str:
    name = written.rstrip(" \t")
    if not colon or not is_token(name):
        raise NotSip("Bad header line")
    return canonical(name)


def _start_line(start: str, fields: Fields) -> Request | Response:
    if start[:4].upper() == "SIP/":
        found = _STATUS_LINE.match(start)
        if not found or not 100 <= int(found[1]) <= 699:
            raise NotSip("Bad status line" if _ANY_STATUS_LINE.match(start) else "Bad start line")
        return Response(int(found[1]), found[2] or "", fields)
    parts = start.split(" ")
    if len(parts) == 3:
        method, target, version = parts
        if target and (version == VERSION or _ANY_VERSION.match(version)) and is_token(method):
            return Request(method, target, fields, version=version.upper())
    # Wrong white space, or spaces in the Request-URI: clear enough whom to answer, so the line is kept
    # as it stands and validation refuses it (RFC 4475 §3.1.2.8-10).
    words = start.split()
    if len(words) >= 3 and is_token(words[0]) and _ANY_VERSION.match(words[-1]):
        target = start.strip()[len(words[0]) : -len(words[-1])]
        return Request(words[0], target, fields, version=words[-1].upper())
    raise NotSip("Bad start line")


def content_length(message: Request | Response) -> int | None:
    """Return the Content-Length, None when there is none.

    Raises RemoteProtocolError(400) for a value that is no number or for two that differ.
    """
    value = message.fields.get("Content-Length")
    if value is None:
        return None
    if message.fields.count("Content-Length") > 1 and len(set(message.fields.all("Content-Length"))) > 1:
        raise RemoteProtocolError(400, "Two different Content-Length fields")
    return parse_integer(value, most=2**31, what="Content-Length")


class StreamParser:
    """Cuts a TCP, TLS or WebSocket stream into messages.

    ``feed`` what was read, then call ``next`` until it returns None. A stream whose framing is lost
    cannot be mended: NotSip means close the connection.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._message: Request | Response | None = None
        self._wanted = 0
        self._searched = 0
        self._lost = False
        self.pings = 0
        """Keep-alives seen since last asked: each is answered by one PONG (RFC 5626 §4.4.1)."""

    def feed(self, data: bytes) -> None:
        """Add what was read from the stream; after lost framing nothing counts any more."""
        if not self._lost:
            self._buffer += data

    def next(self) -> Request | Response | None:
        """Return the next whole message, None when more bytes are needed."""
        try:
            if self._message is None and not self._read_head():
                return None
        except RemoteProtocolError:
            # What follows may be a body that looks like a request: none of it is read.
            self._lost = True
            self._buffer.clear()
            raise
        message = self._message
        if message is None or len(self._buffer) < self._wanted:
            return None
        message.body = bytes(self._buffer[: self._wanted])
        del self._buffer[: self._wanted]
        self._message = None
        return message

    @property
    def unfinished(self) -> bool:
        """Tell whether a message has begun whose end has not come."""
        return self._message is not None or bool(self._buffer)

    def take_pings(self) -> int:
        """Return how many keep-alives came since the last call."""
        pings, self.pings = self.pings, 0
        return pings

    def _read_head(self) -> bool:
        self._skip_empty_lines()
        # Where the last search ended, less the longest beginning of an empty line it may have cut.
        end = _HEAD_END.search(self._buffer, max(0, self._searched - len(KEEP_ALIVE) + 1))
        self._searched = len(self._buffer) if end is None else 0
        if end is None:
            if len(self._buffer) > MAX_HEAD:
                raise NotSip("Header too large")
            return False
        if end.start() > MAX_HEAD:
            raise NotSip("Header too large")
        message = parse_head(bytes(self._buffer[: end.start()]))
        del self._buffer[: end.end()]
        try:
            length = content_length(message)
        except RemoteProtocolError as error:
            raise broken(message, error) from error
        # RFC 3261 §18.3: over a stream Content-Length must be there; without it the end is unknown.
        if length is None:
            raise broken(message, RemoteProtocolError(400, "Content-Length missing"))
        if length > MAX_BODY:
            raise broken(message, RemoteProtocolError(513, "Body too large"))
        self._message, self._wanted = message, length
        return True

    def _skip_empty_lines(self) -> None:
        while self._buffer.startswith(KEEP_ALIVE):
            del self._buffer[: len(KEEP_ALIVE)]
            self.pings += 1
        while self._buffer.startswith(PONG) and not KEEP_ALIVE.startswith(bytes(self._buffer)):
            del self._buffer[: len(PONG)]
