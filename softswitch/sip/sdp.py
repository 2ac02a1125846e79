"""Session descriptions: text to values and back (RFC 8866).

Lines and attributes without a meaning here are kept; what is written is always in the order of §5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import ENCODING, ERRORS
from softswitch.sip.hop import plain_address
from softswitch.sip.sdes import Hidden

MAX_MEDIA = 16
"""m-lines of one description: a video phone sends three or four."""
MAX_ATTRIBUTES = 512
"""a-lines of one description: WebRTC offers have some two hundred."""
MAX_LINES = 1024
"""Lines of one description, empty ones too: all that count and as much again for what is read over."""
MAX_FORMATS = 64
"""Formats of one m-line: RTP has 128 payload types, and browsers, who offer most, name thirty."""

_PORT = re.compile(r"([0-9]{1,5})(?:/([0-9]{1,5}))?\Z")
_ADDRESS = re.compile(r"[0-9A-Za-z.:\-_]+\Z")

Attribute = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Origin:
    """The ``o=`` line; ``session`` and ``version`` identify the description (RFC 3264 §5, §8)."""

    session: int
    version: int
    host: str
    user: str = "-"

    def __str__(self) -> str:
        return f"{self.user} {self.session} {self.version} IN {address_type(self.host)} {self.host}"


@dataclass(frozen=True, slots=True)
class Media:
    """One ``m=`` section. ``port`` 0 means refused; ``host`` None means the session's."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    host: str | None = None
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, name: str) -> str | None:
        """Return the first value of an attribute: "" for a flag, None when it is not there."""
        return next((value or "" for key, value in self.attributes if key == name), None)

    def values(self, name: str) -> list[str]:
        """Return all values of an attribute that stands several times, in their order."""
        return [value or "" for key, value in self.attributes if key == name]

    def mapped(self, name: str) -> dict[str, str]:
        """Return ``rtpmap`` or ``fmtp`` lines as format → rest of the line."""
        pairs = (value.partition(" ") for key, value in self.attributes if key == name and value)
        return {number: rest.strip() for number, _, rest in pairs}


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole description. ``host`` is the session's connection address, None when every m-line has one."""

    origin: Origin
    host: str | None
    media: tuple[Media, ...]
    attributes: tuple[Attribute, ...] = ()
    name: str = "-"

    def attribute(self, name: str) -> str | None:
        """Return the first value of a session attribute, as :meth:`Media.attribute` does."""
        return next((value or "" for key, value in self.attributes if key == name), None)

    def to_bytes(self) -> bytes:
        """Write the description."""
        lines = ["v=0", f"o={self.origin}", f"s={self.name}"]
        if self.host is not None:
            lines.append(f"c=IN {address_type(self.host)} {self.host}")
        lines.append("t=0 0")
        lines.extend(_attribute_line(item) for item in self.attributes)
        for media in self.media:
            lines.append(f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}")
            if media.host is not None:
                lines.append(f"c=IN {address_type(media.host)} {media.host}")
            lines.extend(_attribute_line(item) for item in media.attributes)
        return ("\r\n".join(lines) + "\r\n").encode(ENCODING, ERRORS)


def address_type(host: str) -> str:
    """Return IP4 or IP6 for an address."""
    return "IP6" if ":" in host else "IP4"


def _attribute_line(item: Attribute) -> str:
    name, value = item
    return f"a={name}" if value is None else f"a={name}:{value}"


@dataclass(slots=True)
class _Section:
    """What is being read: the session part (``head`` empty) or one m-section."""

    head: str
    host: str | None
    attributes: list[Attribute]


def parse_sdp(body: bytes) -> SessionDescription:
    """Read a description; raise RemoteProtocolError(400) if it cannot be one.

    Line ends may be bare LF, and a missing ``t=`` is forgiven (RFC 8866 §5: be lenient in what you read).
    """
    sections = [_Section("", None, [])]
    values: dict[str, str] = {}
    count = 0
    # Not splitlines(): that would cut texts at form feeds and other separators of Unicode.
    lines = body.decode(ENCODING, ERRORS).split("\n", MAX_LINES)
    if len(lines) > MAX_LINES:
        raise RemoteProtocolError(400, "SDP too large")
    for line in lines:
        if not line.strip():
            continue
        if len(line) < 2 or line[1] != "=":
            raise RemoteProtocolError(400, "Bad SDP line")
        kind, value = line[0], line[2:].strip()
        if kind == "m":
            sections.append(_Section(value, None, []))
        elif kind == "c":
            sections[-1].host = _connection(value)
        elif kind == "a":
            name, colon, rest = value.partition(":")
            text = rest.strip() if colon else None
            sections[-1].attributes.append((name, Hidden(text) if name == "crypto" and text else text))
            count += 1
        else:
            values.setdefault(kind, value)
        if count > MAX_ATTRIBUTES or len(sections) > MAX_MEDIA + 1:
            raise RemoteProtocolError(400, "SDP too large")
    if values.get("v") != "0" or "o" not in values:
        raise RemoteProtocolError(400, "SDP without v=0 and o=")
    session, *media = sections
    return SessionDescription(
        _origin(values["o"]),
        session.host,
        tuple(_media(section) for section in media),
        tuple(session.attributes),
        values.get("s", "-") or "-",
    )


def _origin(value: str) -> Origin:
    parts = value.split()
    if len(parts) != 6:
        raise RemoteProtocolError(400, "Bad SDP origin")
    # Session id and version are numeric strings of any length (RFC 8866 §5.2); some phones send others.
    numbers = [
        int(part) if part.isascii() and part.isdigit() and len(part) <= 40 else 0 for part in parts[1:3]
    ]
    return Origin(numbers[0], numbers[1], parts[5], parts[0])


def _connection(value: str) -> str:
    parts = value.split()
    if len(parts) != 3 or parts[0] != "IN" or not _ADDRESS.match(host := parts[2].split("/")[0]):
        raise RemoteProtocolError(400, "Bad SDP connection")
    return plain_address(host) if ":" in host else host


def _media(section: _Section) -> Media:
    # Three parts stand before the formats; what is over the limit stays in one piece.
    parts = section.head.split(maxsplit=3 + MAX_FORMATS)
    if len(parts) > 3 + MAX_FORMATS:
        raise RemoteProtocolError(400, "SDP too large")
    port = _PORT.match(parts[1]) if len(parts) >= 4 else None
    if port is None or int(port[1]) > 65_535:
        raise RemoteProtocolError(400, "Bad SDP media line")
    return Media(parts[0], int(port[1]), parts[2], tuple(parts[3:]), section.host, tuple(section.attributes))
