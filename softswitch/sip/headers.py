"""Typed header field values: Via, name-addr, CSeq and the small ones (RFC 3261 §20).

``parse_x`` and ``str()`` come in pairs and round-trip.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import (
    QUOTED,
    build_params,
    end_of_quoted,
    is_token,
    parse_integer,
    parse_params,
    quote,
    remembered,
    split_outside,
    unquote,
)
from softswitch.sip.uri import Uri, parse_uri

_TAG = ";tag="

MAX_CSEQ = 2**31 - 1
"""RFC 3261 §8.1.1.5: the sequence number is less than 2**31."""
MAX_DELTA = 2**32 - 1
"""RFC 3261 §20.19: delta-seconds reach 2**32 - 1."""
UNREADABLE_EXPIRES = 3600
"""What a malformed expiration counts as (RFC 3261 §10.2, §20.10)."""
MAGIC_COOKIE = "z9hG4bK"
"""RFC 3261 §8.1.1.7: how a branch of an RFC 3261 element begins."""

_SENT_PROTOCOL = re.compile(
    r"SIP[ \t]*/[ \t]*2\.0[ \t]*/[ \t]*([A-Za-z0-9\-.!%*_+`'~]+)[ \t]+", re.IGNORECASE
)
_SENT_BY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-_]+)[ \t]*(?::[ \t]*([0-9]{1,5}))?\Z")
_Q = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z")
_DISPLAY = re.compile(r"[A-Za-z0-9\-.!%*_+`'~ \t\u0080-\U0010ffff\udc80-\udcff]*\Z")


@dataclass(frozen=True, slots=True)
class Via:
    """One hop of the path a response takes back."""

    transport: str
    host: str
    port: int | None = None
    params: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def branch(self) -> str:
        """The branch parameter, "" when there is none (RFC 2543)."""
        return self.params.get("branch") or ""

    @property
    def sent_by(self) -> str:
        """``host:port`` in lower case, part of the transaction's key."""
        return self.host.lower() if self.port is None else f"{self.host.lower()}:{self.port}"

    def with_params(self, **params: str | None) -> Via:
        """Return the hop with these parameters set."""
        return Via(self.transport, self.host, self.port, {**self.params, **params})

    def __str__(self) -> str:
        host = self.host if self.port is None else f"{self.host}:{self.port}"
        return f"SIP/2.0/{self.transport} {host}{build_params(self.params)}"


def parse_via(text: str) -> Via:
    """Read one Via value (RFC 3261 §20.42)."""
    sent_by, semicolon, rest = text.partition(";")
    transport, host, port = _parse_sent_by(sent_by)
    params = split_outside(rest, ";") if semicolon else []
    return Via(transport, host, port, parse_params(params, what="Via"))


@remembered
def _parse_sent_by(text: str) -> tuple[str, str, int | None]:
    """Read transport, host and port."""
    found = _SENT_PROTOCOL.match(text)
    if not found:
        raise RemoteProtocolError(400, "Bad Via")
    where = _SENT_BY.match(text[found.end() :].rstrip(" \t"))
    if not where or (where[2] and int(where[2]) > 65_535):
        raise RemoteProtocolError(400, "Bad Via host")
    return found[1].upper(), where[1], int(where[2]) if where[2] else None


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A URI with a display name and header parameters: From, To, Contact, Route …"""

    uri: Uri
    display: str = ""
    params: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The tag parameter, "" when there is none."""
        return self.params.get("tag") or ""

    def with_tag(self, tag: str) -> NameAddr:
        """Return the same with this tag."""
        return NameAddr(self.uri, self.display, {**self.params, "tag": tag})

    @property
    def q(self) -> int:
        """The preference in thousandths, 1000 when not given (RFC 3261 §20.10)."""
        text = self.params.get("q")
        if text is None:
            return 1000
        if not _Q.match(text):
            raise RemoteProtocolError(400, "Bad q value")
        return round(float(text) * 1000)

    @property
    def expires(self) -> int | None:
        """The expires parameter in seconds, None when not given."""
        return parse_expires(self.params["expires"] or "") if "expires" in self.params else None

    def __str__(self) -> str:
        name = f"{quote(self.display)} " if self.display else ""
        return f"{name}<{self.uri}>{build_params(self.params)}"


def parse_name_addr(text: str, *, what: str = "address") -> NameAddr:
    """Read ``name-addr`` or ``addr-spec`` with header parameters (RFC 3261 §20.10).

    Without angle brackets everything after the first ``;`` belongs to the header, and the URI may
    hold neither comma nor question mark (§20: "the URI MUST be enclosed in angle brackets").
    """
    text = text.strip(" \t")
    # Up to here a phone says the same in all its calls; only the tag behind it is ever new.
    address, bracket, tail = text.partition(">")
    found = _parse_address(address, what) if bracket else None
    if found is None:
        left = text.find("<", end_of_quoted(text, 0) if text.startswith('"') else 0)
        if left < 0:
            return _parse_bare(text, what)
        right = text.find(">", left)
        found = _parse_address(text[:right], what) if right >= 0 else None
        if found is None:
            raise RemoteProtocolError(400, f"Unclosed angle bracket in {what}")
        tail = text[right + 1 :]
    display, uri = found
    if not tail:
        return NameAddr(uri, display)
    if tail.startswith(_TAG) and is_token(tag := tail[len(_TAG) :]):
        return NameAddr(uri, display, {"tag": tag})  # All that From and To nearly always have.
    tail = tail.lstrip(" \t")
    if not tail.startswith(";"):
        raise RemoteProtocolError(400, f"Bad {what}")
    return NameAddr(uri, display, parse_params(split_outside(tail[1:], ";"), what=what))


def _parse_bare(text: str, what: str) -> NameAddr:
    """Read ``addr-spec`` with header parameters."""
    if text.startswith('"'):
        raise RemoteProtocolError(400, f"Bad {what}")
    spec, *params = split_outside(text, ";")
    if "?" in spec or "," in spec:
        raise RemoteProtocolError(400, f"URI in {what} needs angle brackets")
    return NameAddr(parse_uri(spec), "", parse_params(params, what=what))


@remembered
def _parse_address(text: str, what: str) -> tuple[str, Uri] | None:
    """Read ``name-addr``, up to a closing bracket, as display name and URI.

    None when nothing is open there: the bracket stands in the quoted display name, or no other is before it.
    """
    quoted = QUOTED.match(text)
    end = quoted.end() if quoted is not None else 0
    left = text.find("<", end)
    if left < 0 or (quoted is None and text.startswith('"')):
        return None
    between = text[end:left].strip(" \t")
    if quoted is None:
        # RFC 3261 §25.1: unquoted, a display name is *(token LWS); ours also takes raw UTF-8.
        if not _DISPLAY.match(between):
            raise RemoteProtocolError(400, f"Bad display name in {what}")
        return between, parse_uri(text[left + 1 :])
    if between:
        raise RemoteProtocolError(400, f"Bad {what}")
    return unquote(text[:end]), parse_uri(text[left + 1 :])


def parse_expires(text: str) -> int:
    """Read how many seconds something is good for: never an error, since every value means something."""
    text = text.strip(" \t")
    if not text.isascii() or not text.isdecimal():
        return UNREADABLE_EXPIRES
    # So many digits would take the machine long to count.
    digits = text.lstrip("0") or "0"
    return MAX_DELTA if len(digits) > len(str(MAX_DELTA)) else min(int(digits), MAX_DELTA)


@dataclass(frozen=True, slots=True)
class CSeq:
    """The command sequence (RFC 3261 §20.16)."""

    number: int
    method: str

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


@remembered
def parse_cseq(text: str) -> CSeq:
    """Read a CSeq value."""
    parts = text.split()
    if len(parts) != 2 or not is_token(parts[1]):
        raise RemoteProtocolError(400, "Bad CSeq")
    return CSeq(parse_integer(parts[0], most=MAX_CSEQ, what="CSeq number"), parts[1])


@dataclass(frozen=True, slots=True)
class MediaType:
    """A Content-Type or one range of Accept; ``kind`` is ``type/subtype`` in lower case."""

    kind: str
    params: Mapping[str, str | None] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}{build_params(self.params)}"


@remembered
def parse_media_type(text: str) -> MediaType:
    """Read a media type (RFC 3261 §20.15)."""
    kind, *params = split_outside(text, ";")
    main, slash, sub = (part.strip(" \t") for part in kind.partition("/"))
    if not slash or not is_token(main) or not is_token(sub):
        raise RemoteProtocolError(400, "Bad media type")
    return MediaType(f"{main}/{sub}".lower(), parse_params(params, what="media type"))


def parse_reason(text: str) -> tuple[str, int, str]:
    """Read the first Reason value as (protocol, cause, text); cause 0 when there is none (RFC 3326)."""
    protocol, *params = split_outside(split_outside(text, ",")[0], ";")
    values = parse_params(params, what="Reason")
    cause = values.get("cause") or "0"
    return protocol, parse_integer(cause, most=999, what="Reason cause"), values.get("text") or ""
