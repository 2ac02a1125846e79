"""SIP, SIPS and tel URIs, and any other as an opaque one (RFC 3261 §19.1, RFC 3966)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.grammar import escape, remembered, unescape

_ALPHANUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_MARK = "-_.!~*'()"
USER_UNESCAPED = frozenset(_ALPHANUM + _MARK + "&=+$,;?/")
PASSWORD_UNESCAPED = frozenset(_ALPHANUM + _MARK + "&=+$,")
PARAM_UNESCAPED = frozenset(_ALPHANUM + _MARK + "[]/:&+$")
HEADER_UNESCAPED = frozenset(_ALPHANUM + _MARK + "[]/?:+$")

# "#" is not in the grammar's user part, but phones send it raw in dialled feature codes.
_USER = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/%#\u0080-\U0010ffff]+\Z")
_PASSWORD = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,%]*\Z")
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-_]+)(?::([0-9]{1,5}))?\Z")
_PARAM = re.compile(r"[A-Za-z0-9\-_.!~*'()\[\]/:&+$%\u0080-\U0010ffff]+\Z")
_HEADERS = re.compile(r"[A-Za-z0-9\-_.!~*'()\[\]/?:+$%=&]+\Z")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*\Z")
_ABSOLUTE = re.compile(r"[A-Za-z0-9\-_.!~*'()%;/?:@&=+$,\[\]#]+\Z")
_TEL_NUMBER = re.compile(r"\+?[0-9A-Fa-f*#\-.()]+\Z")
_VISUAL = re.compile(r"[\-.()]")

# Parameters that make two URIs differ when only one of them has it (RFC 3261 §19.1.4).
_SIGNIFICANT = ("user", "ttl", "method", "maddr", "transport")

Params = tuple[tuple[str, str | None], ...]


def _param(name: str, value: str | None) -> str:
    text = f";{escape(name, PARAM_UNESCAPED)}"
    return text if value is None else f"{text}={escape(value, PARAM_UNESCAPED)}"


@dataclass(frozen=True, slots=True)
class SipUri:
    """A ``sip:`` or ``sips:`` URI. ``user`` and values are unescaped; ``host`` keeps an IPv6 bracket."""

    host: str
    user: str | None = None
    port: int | None = None
    scheme: str = "sip"
    password: str | None = field(default=None, repr=False)
    params: Params = ()
    headers: Params = ()

    def param(self, name: str) -> str | None:
        """Return the value of a parameter: "" for one without a value, None for one not there."""
        for key, value in self.params:
            if key == name:
                return value or ""
        return None

    def without(self, *names: str) -> SipUri:
        """Return the same URI without these parameters."""
        kept = tuple(item for item in self.params if item[0] not in names)
        return SipUri(self.host, self.user, self.port, self.scheme, self.password, kept, self.headers)

    @property
    def host_port(self) -> str:
        """``host`` or ``host:port`` as it is written."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        text = self.host_port
        if self.user is not None:
            secret = "" if self.password is None else ":" + escape(self.password, PASSWORD_UNESCAPED)
            text = f"{escape(self.user, USER_UNESCAPED)}{secret}@{text}"
        text = f"{self.scheme}:{text}"
        for name, value in self.params:
            text += _param(name, value)
        if self.headers:
            text += "?" + "&".join(
                f"{escape(name, HEADER_UNESCAPED)}={escape(value or '', HEADER_UNESCAPED)}"
                for name, value in self.headers
            )
        return text


@dataclass(frozen=True, slots=True)
class TelUri:
    """A ``tel:`` URI; ``number`` is kept as written."""

    number: str
    params: Params = ()

    @property
    def digits(self) -> str:
        """The number without its visual separators."""
        return _VISUAL.sub("", self.number)

    def __str__(self) -> str:
        tail = "".join(_param(name, value) for name, value in self.params)
        return f"tel:{self.number}{tail}"


@dataclass(frozen=True, slots=True)
class OpaqueUri:
    """A URI of another scheme: carried, never followed."""

    scheme: str
    rest: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.rest}"


Uri = SipUri | TelUri | OpaqueUri


@remembered
def parse_uri(text: str) -> Uri:
    """Read a URI; raise RemoteProtocolError(400) if it is none.

    Source: RFC 3261 §25.1 ``SIP-URI``, ``SIPS-URI``, ``absoluteURI``; RFC 3966 §3.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or not _SCHEME.match(scheme):
        raise RemoteProtocolError(400, "Bad URI")
    lower = scheme.lower()
    if lower in ("sip", "sips"):
        return _parse_sip(lower, rest)
    if lower == "tel":
        return _parse_tel(rest)
    if not _ABSOLUTE.match(rest):
        raise RemoteProtocolError(400, "Bad URI")
    return OpaqueUri(scheme, rest)


def _parse_sip(scheme: str, rest: str) -> SipUri:
    userinfo, at, tail = rest.rpartition("@")
    user = password = None
    if at:
        name, colon, secret = userinfo.partition(":")
        if not _USER.match(name) or not _PASSWORD.match(secret):
            raise RemoteProtocolError(400, "Bad user part in URI")
        user, password = unescape(name), (unescape(secret) if colon else None)
    tail, question, headers = tail.partition("?")
    host_port, *raw_params = tail.split(";")
    found = _HOST_PORT.match(host_port)
    if not found:
        raise RemoteProtocolError(400, "Bad host in URI")
    port = int(found[2]) if found[2] else None
    if port is not None and port > 65_535:
        raise RemoteProtocolError(400, "Bad port in URI")
    return SipUri(
        found[1],
        user,
        port,
        scheme,
        password,
        _params(raw_params),
        _parse_headers(headers) if question else (),
    )


def _params(parts: list[str]) -> Params:
    params: list[tuple[str, str | None]] = []
    for part in parts:
        name, equals, value = part.partition("=")
        if not _PARAM.match(name) or (equals and not _PARAM.match(value)):
            raise RemoteProtocolError(400, "Bad URI parameter")
        params.append((unescape(name).lower(), unescape(value) if equals else None))
    return tuple(params)


def _parse_headers(text: str) -> Params:
    if not _HEADERS.match(text):
        raise RemoteProtocolError(400, "Bad header part in URI")
    pairs = []
    for part in text.split("&"):
        name, equals, value = part.partition("=")
        if not name or not equals:
            raise RemoteProtocolError(400, "Bad header part in URI")
        pairs.append((unescape(name), unescape(value)))
    return tuple(pairs)


def _parse_tel(rest: str) -> TelUri:
    number, *parts = rest.split(";")
    if not _TEL_NUMBER.match(number):
        raise RemoteProtocolError(400, "Bad telephone number in URI")
    return TelUri(number, _params(parts))


def equivalent(one: Uri, other: Uri) -> bool:
    """Compare two URIs as RFC 3261 §19.1.4 and RFC 3966 §4 say.

    User and password compare by case, the rest without. A parameter both carry must match; ``user``,
    ``ttl``, ``method``, ``maddr`` and ``transport`` must be in both or in none. Headers must all match.
    """
    if one is other or one == other:
        return True
    if isinstance(one, SipUri) and isinstance(other, SipUri):
        if (one.scheme, one.user, one.password, one.host.lower(), one.port) != (
            other.scheme,
            other.user,
            other.password,
            other.host.lower(),
            other.port,
        ):
            return False
        if not _same_params(dict(one.params), dict(other.params)):
            return False
        return _folded(one.headers) == _folded(other.headers)
    if isinstance(one, TelUri) and isinstance(other, TelUri):
        return one.digits.lower() == other.digits.lower() and _folded(one.params) == _folded(other.params)
    return one == other


def _same_params(one: dict[str, str | None], other: dict[str, str | None]) -> bool:
    for name in one.keys() | other.keys():
        if name in one and name in other:
            if (one[name] or "").lower() != (other[name] or "").lower():
                return False
        elif name in _SIGNIFICANT:
            return False
    return True


def _folded(pairs: Params) -> list[tuple[str, str]]:
    return sorted((name.lower(), (value or "").lower()) for name, value in pairs)


def dialled(uri: Uri) -> str:
    """Return what was dialled: the user part, a tel number without separators, or ""."""
    if isinstance(uri, SipUri):
        # RFC 4904-like parameters inside the user part ("100;phone-context=x") are no digits.
        return (uri.user or "").split(";", 1)[0]
    if isinstance(uri, TelUri):
        return uri.digits
    return ""
