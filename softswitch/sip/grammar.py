"""The lexical ground of SIP: tokens, quoted strings, escapes, lists (RFC 3261 §25.1).

Text is ``str`` decoded from UTF-8 with ``surrogateescape``, so that bytes we cannot read travel
through unharmed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, wraps
from typing import TypeVar, cast

from softswitch.sip.errors import RemoteProtocolError

ENCODING = "utf-8"
ERRORS = "surrogateescape"

MAX_DATAGRAM = 65_535
"""Bytes of one message over UDP: all that IP can carry."""
MAX_HEAD = 32_768
"""Bytes of start line and header over a stream: no phone sends a tenth, and a peer that never ends its head
must not fill memory."""
MAX_BODY = 262_144
"""Bytes of a body over a stream: SDP is under 10 kB; MESSAGE and presence documents stay far below."""
MAX_FIELDS = 256
"""Header fields of one message: RFC 4475's longest has 34; more is an attack on the parser's time."""
MAX_LIST = 64
"""Members of one comma list or chain (Via, Route, Contact): Max-Forwards begins at 70."""

TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+\Z")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BACKSLASH = re.compile(r"\\(.)", re.DOTALL)
_INTEGER = re.compile(r"[0-9]+\Z")
# Possessive throughout: nothing that was read is looked at a second time, however long the text.
_INSIDE_QUOTES = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
QUOTED = re.compile(_INSIDE_QUOTES, re.DOTALL)
# A part and what ends it. A bracket that is never closed hides all that follows. A quotation that is not ends
# the part and takes all the rest with it, so that no other is looked for in there. The end is always where a
# part stops: nothing is tried again. (Possessive as a whole, Python 3.11.2 of Debian 12 would read it wrong.)
_PARTS = {
    separator: re.compile(
        rf'((?:[^"<{separator}]++|{_INSIDE_QUOTES}|<[^>]*+(?:>|\Z))*)({separator}|".*+|\Z)', re.DOTALL
    )
    for separator in ",;"
}
_USUAL_PARAMS = frozenset(
    (
        *("branch", "rport", "received", "tag", "expires", "q", "transport", "lr"),
        *("username", "realm", "nonce", "uri", "response", "algorithm", "cnonce", "opaque", "qop", "nc"),
    )
)
"""Names of parameters as nearly all write them, of Via, addresses and credentials: tokens in lower case, that
need no second look."""

REMEMBERED = 4096
"""Texts of which the value is kept: some thousand phones say the same few addresses in all their messages."""
LONGEST_REMEMBERED = 128
"""Letters of such a text: those of phones are shorter, and who sends longer ones gets no memory by it."""

Reader = TypeVar("Reader", bound=Callable[..., object])


def remembered(read: Reader) -> Reader:
    """Let a reader of short texts keep what it has read last: for values that nobody can change."""
    kept = lru_cache(REMEMBERED)(read)

    @wraps(read)
    def look_up(text: str, *more: str) -> object:
        return kept(text, *more) if len(text) <= LONGEST_REMEMBERED else read(text, *more)

    return cast("Reader", look_up)


def is_token(text: str) -> bool:
    """Tell whether ``text`` is a ``token``."""
    return TOKEN.match(text) is not None


def parse_integer(text: str, *, most: int, what: str) -> int:
    """Return the decimal number ``text``; raise RemoteProtocolError(400) if it is none or over ``most``."""
    # "isdigit" would let other scripts' digits through, and a length check keeps int() cheap.
    if not _INTEGER.match(text) or len(text) > 40 or (value := int(text)) > most:
        raise RemoteProtocolError(400, f"Bad {what}")
    return value


def unescape(text: str) -> str:
    """Replace ``%HH`` by the byte it names."""
    if "%" not in text:
        return text
    if _BAD_ESCAPE.search(text):
        raise RemoteProtocolError(400, "Bad percent escape")
    raw = re.sub(
        rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode(ENCODING, ERRORS)
    )
    return raw.decode(ENCODING, ERRORS)


def escape(text: str, allowed: frozenset[str]) -> str:
    """Write every character outside ``allowed`` as ``%HH`` of its UTF-8 bytes."""
    if allowed.issuperset(text):
        return text
    return "".join(
        letter if letter in allowed else "".join(f"%{byte:02X}" for byte in letter.encode(ENCODING, ERRORS))
        for letter in text
    )


def quote(text: str) -> str:
    """Write ``text`` as a quoted-string. CR and LF, which it cannot hold, become spaces."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", " ").replace("\n", " ")
    return f'"{safe}"'


def unquote(text: str) -> str:
    """Read a quoted-string; anything else is returned as it stands."""
    if len(text) >= 2 and text[0] == '"' and text[-1] == '"':
        inner = text[1:-1]
        return _BACKSLASH.sub(r"\1", inner) if "\\" in inner else inner
    return text


def end_of_quoted(text: str, start: int) -> int:
    """Return the index after the quoted-string that begins at ``start``."""
    found = QUOTED.match(text, start)
    if found is None:
        raise RemoteProtocolError(400, "Unterminated quoted string")
    return found.end()


def split_outside(text: str, separator: str) -> list[str]:
    """Split at ``separator`` (comma or semicolon) where it stands outside quotes and angle brackets.

    Parts are stripped.
    """
    if '"' not in text and (separator not in text or "<" not in text):
        return [part.strip(" \t") for part in text.split(separator)]
    parts, end = [], ""
    for part, end in _PARTS[separator].findall(text):
        parts.append(part.strip(" \t"))
        if end != separator:
            break  # What is found behind the last part is the empty rest.
    if end:
        raise RemoteProtocolError(400, "Unterminated quoted string")
    return parts


def split_list(text: str) -> list[str]:
    """Split a comma list into its members (RFC 3261 §7.3.1); an empty member is an error."""
    if "," not in text and '"' not in text and (member := text.strip(" \t")):
        return [member]  # As most lists are.
    members = split_outside(text, ",")
    check_length(members)
    if not all(members):
        raise RemoteProtocolError(400, "Empty list member")
    return members


def check_length(members: list[str]) -> None:
    """Check that a list is not too long; raise RemoteProtocolError(400) if it is."""
    if len(members) > MAX_LIST:
        raise RemoteProtocolError(400, "Too many list members")


def parse_params(parts: Iterable[str], *, what: str) -> dict[str, str | None]:
    """Read ``name[=value]`` parts; names are lower-cased, quoted values unquoted.

    Raises RemoteProtocolError(400) for an empty or ill-formed name and for a name given twice.
    """
    params: dict[str, str | None] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if name not in _USUAL_PARAMS:
            name = name.strip(" \t").lower()
            if not TOKEN.match(name):
                raise RemoteProtocolError(400, f"Bad parameter in {what}")
        if name in params:
            raise RemoteProtocolError(400, f"Parameter twice in {what}")
        value = value.strip(" \t")
        params[name] = (unquote(value) if '"' in value else value) if equals else None
    return params


def build_params(params: Mapping[str, str | None]) -> str:
    """Write ``;name=value`` parts; a value that is no token or host is quoted."""
    if not params:
        return ""
    return "".join(
        f";{name}" if value is None else f";{name}={_value(value)}" for name, value in params.items()
    )


_GEN_VALUE = re.compile(r"[A-Za-z0-9\-.!%*_+`'~\[\]:]+\Z")


def _value(text: str) -> str:
    return text if _GEN_VALUE.match(text) else quote(text)
