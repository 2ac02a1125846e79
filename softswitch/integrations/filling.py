"""Variables in requests: ``{{CALL.SRC_NUMBER}}`` in addresses, headers and bodies, as menus write them.

A value never becomes more than a value: in an address it is percent-encoded, in JSON a part of its text, in a
form encoded, in XML escaped, and in a header it is refused if it holds a control character. What is not a
value is checked when the configuration is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from yarl import URL

from softswitch.integrations.http_errors import RequestRefused
from softswitch.ivr.expressions import Lookup, Placeholder, fill, parse_template

LONGEST_URL: Final = 8000
"""Octets that every server takes (RFC 9110 §4.1)."""
LONGEST_HEADER: Final = 8000
DEEPEST_BODY: Final = 32
"""Lists and mappings inside each other: nobody writes more by hand."""

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header's name (RFC 9110 §5.6.2)."""
_UNFIT: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""What may stand in no header value (RFC 9110 §5.5); the tab may."""
_UNFIT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNFIT_IN_URL: Final = re.compile(r"[\x00-\x20\x7f\\]")
_DOTS: Final = frozenset({".", "..", "%2e", "%2e%2e", ".%2e", "%2e."})
_OURS: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"})
"""Headers that say how a message is carried: they are the client's business."""

Json = Any
"""What JSON can hold."""


def is_private(pieces: tuple[str | Placeholder, ...], lookup: Lookup) -> bool:
    """Tell whether a private value stands in a text."""
    values = (lookup(piece.name) for piece in pieces if isinstance(piece, Placeholder))
    return any(value is not None and value.private for value in values)


def filled(pieces: tuple[str | Placeholder, ...], lookup: Lookup, encode: Callable[[str], str] = str) -> str:
    """Return a text with its variables filled in and encoded; one without a value leaves nothing."""
    return "".join(
        piece if isinstance(piece, str) else encode(fill(piece, lookup(piece.name))) for piece in pieces
    )


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """An address with variables in its path and query."""

    pieces: tuple[str | Placeholder, ...]

    @property
    def host(self) -> str:
        """Whom it leads to."""
        return URL(self.pieces[0] if isinstance(self.pieces[0], str) else "").host or ""

    def fill(self, lookup: Lookup) -> str:
        """Return the address; raise RequestRefused where a value would lead elsewhere in it."""
        url = filled(self.pieces, lookup, lambda value: quote(value, safe="", errors="replace"))
        if len(url) > LONGEST_URL:
            raise RequestRefused(self.host, f"its address would have more than {LONGEST_URL} letters")
        path = url.partition("?")[0].split("/")[3:]
        if any(isinstance(piece, Placeholder) for piece in self.pieces) and any(
            part.lower() in _DOTS for part in path
        ):
            # A server would read "/orders/../admin" as "/admin".
            raise RequestRefused(self.host, "a value would lead to another path")
        return url


def read_url(text: str) -> UrlTemplate:
    """Read an address; raise ValueError with a plain sentence, TemplateError for its variables."""
    pieces = parse_template(text.strip())
    start = pieces[0] if pieces and isinstance(pieces[0], str) else ""
    scheme, divider, rest = start.partition("://")
    if scheme.lower() not in ("http", "https") or not divider:
        raise ValueError("an address begins with https:// or http://")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    if len(pieces) > 1 and authority == rest:
        raise ValueError("the host of an address is fixed: variables may stand after its first /")
    if "@" in authority:
        raise ValueError("an address holds no user and no password: give them as auth")
    plain = "".join(piece for piece in pieces if isinstance(piece, str))
    if _UNFIT_IN_URL.search(plain):
        raise ValueError("an address holds no spaces, backslashes or control characters")
    if "#" in plain:
        raise ValueError("an address for a request has no # part")
    check_url(URL(start))
    return UrlTemplate(pieces)


def check_url(url: URL) -> None:
    """Raise ValueError for an address that is not http or https, has no host, or holds a user."""
    if url.scheme not in ("http", "https"):
        raise ValueError("an address begins with https:// or http://")
    if not url.host:
        raise ValueError("an address has a host")
    if url.raw_user is not None or url.raw_password is not None:
        raise ValueError("an address holds no user and no password: give them as auth")
    if not url.port:
        raise ValueError("a port is a number from 1 to 65535")


def check_header(name: str, value: str) -> None:
    """Raise ValueError for a header that may not be sent; the sentence never holds its value."""
    if not _TOKEN.fullmatch(name):
        raise ValueError("a header's name has letters, digits and dashes")
    if name.lower() in _OURS:
        raise ValueError(f"the header {name} is set by the switch itself")
    if _UNFIT.search(value):
        raise ValueError(f"the header {name} would hold a control character")


@dataclass(frozen=True, slots=True)
class HeaderTemplate:
    """A header with variables in its value."""

    name: str
    pieces: tuple[str | Placeholder, ...]

    def fill(self, lookup: Lookup, host: str) -> str:
        """Return the value; raise RequestRefused where it may not be sent."""
        # What was no UTF-8 on the wire is a lone surrogate here.
        value = filled(self.pieces, lookup).strip().encode("utf-8", "replace").decode()
        try:
            check_header(self.name, value)
        except ValueError as error:
            raise RequestRefused(host, str(error)) from None
        return value


def read_header(name: str, text: str) -> HeaderTemplate:
    """Read a header; raise ValueError with a plain sentence, TemplateError for its variables."""
    if len(text) > LONGEST_HEADER:
        raise ValueError(f"the header {name} has more than {LONGEST_HEADER} letters")
    pieces = parse_template(text)
    check_header(name, "".join(piece for piece in pieces if isinstance(piece, str)))
    return HeaderTemplate(name, pieces)


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """A body of JSON: its texts may hold variables, so that no value can change its structure."""

    content: Json
    content_type: str = "application/json"

    def fill(self, lookup: Lookup) -> bytes:
        """Return the body."""
        return json.dumps(_filled_json(self.content, lookup), ensure_ascii=False).encode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """A body as a web form sends it."""

    fields: tuple[tuple[str, tuple[str | Placeholder, ...]], ...]
    content_type: str = "application/x-www-form-urlencoded"

    def fill(self, lookup: Lookup) -> bytes:
        """Return the body."""
        pairs = [(name, filled(pieces, lookup)) for name, pieces in self.fields]
        return urlencode(pairs, errors="replace").encode("ascii")


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A body of plain text, or of XML with its values escaped."""

    pieces: tuple[str | Placeholder, ...]
    content_type: str
    xml: bool

    def fill(self, lookup: Lookup) -> bytes:
        """Return the body."""
        return filled(self.pieces, lookup, _escaped if self.xml else str).encode("utf-8", "replace")


BodyTemplate = JsonTemplate | FormTemplate | TextTemplate


def read_json(content: Json) -> JsonTemplate:
    """Read a body of JSON, given as its parts or as text.

    Raises ValueError with a plain sentence, TemplateError for its variables.
    """
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            raise ValueError(
                "the body is no JSON; a variable stands inside quotes, or the body is written as YAML"
            ) from None
    return JsonTemplate(_read_json(content, DEEPEST_BODY))


def read_form(fields: Mapping[str, object]) -> FormTemplate:
    """Read a web form; raise TemplateError for its variables."""
    return FormTemplate(tuple((name, parse_template(str(value))) for name, value in fields.items()))


def read_text(text: str, content_type: str) -> TextTemplate:
    """Read a text; raise TemplateError for its variables."""
    check_header("Content-Type", content_type)
    return TextTemplate(parse_template(text), content_type, xml="xml" in content_type.lower())


def _read_json(content: Json, depth: int) -> Json:
    if not depth:
        raise ValueError(f"the body is more than {DEEPEST_BODY} deep")
    match content:
        case str():
            return parse_template(content)
        case dict():
            return {str(key): _read_json(value, depth - 1) for key, value in content.items()}
        case list() | tuple():
            return [_read_json(value, depth - 1) for value in content]
        case None | bool() | int() | float():
            return content
    raise ValueError(f"the body holds {type(content).__name__}, which JSON does not know: put it in quotes")


def _filled_json(content: Json, lookup: Lookup) -> Json:
    match content:
        case tuple():
            return filled(content, lookup)
        case dict():
            return {key: _filled_json(value, lookup) for key, value in content.items()}
        case list():
            return [_filled_json(value, lookup) for value in content]
    return content


def _escaped(value: str) -> str:
    # What is no character of XML 1.0 (§2.2) cannot stand in it, not even escaped.
    return escape(_UNFIT_IN_XML.sub("\ufffd", value), {'"': "&quot;", "'": "&apos;"})
