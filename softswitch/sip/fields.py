"""The header of a message: an ordered list of (name, value) under canonical names (RFC 3261 §7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from softswitch.sip.grammar import check_length, split_list

COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
"""Compact forms and the names they stand for (IANA SIP header fields registry)."""

_KNOWN = [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Alert-Info",
    "Allow",
    "Allow-Events",
    "Authorization",
    "Call-ID",
    "Call-Info",
    "Contact",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Type",
    "CSeq",
    "Date",
    "Diversion",
    "Error-Info",
    "Event",
    "Expires",
    "From",
    "History-Info",
    "In-Reply-To",
    "Max-Forwards",
    "MIME-Version",
    "Min-Expires",
    "Min-SE",
    "Organization",
    "P-Asserted-Identity",
    "P-Preferred-Identity",
    "Path",
    "Priority",
    "Privacy",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Require",
    "RAck",
    "RSeq",
    "Reason",
    "Record-Route",
    "Refer-To",
    "Referred-By",
    "Remote-Party-ID",
    "Replaces",
    "Reply-To",
    "Require",
    "Retry-After",
    "Route",
    "Server",
    "Service-Route",
    "Session-Expires",
    "SIP-ETag",
    "SIP-If-Match",
    "Subject",
    "Subscription-State",
    "Supported",
    "Timestamp",
    "To",
    "Unsupported",
    "User-Agent",
    "Via",
    "Warning",
    "WWW-Authenticate",
]

_CANONICAL = {name.lower(): name for name in (*_KNOWN, *COMPACT.values())} | COMPACT


def canonical(name: str) -> str:
    """Return the usual spelling of a header field name; an unknown one is returned as it stands."""
    return _CANONICAL.get(name.lower(), name)


class Fields:
    """Header fields in order. Names compare without case; compact names are stored in full."""

    __slots__ = ("_items",)

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items = [(canonical(name), value) for name, value in items]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self._items == other._items

    def __hash__(self) -> int:
        return hash(tuple(self._items))

    def __repr__(self) -> str:
        return f"Fields({self._items!r})"

    def get(self, name: str) -> str | None:
        """Return the first value under ``name``, None when there is none."""
        name = canonical(name)
        for key, value in self._items:
            if key == name:
                return value
        lower = name.lower()
        return next((value for key, value in self._items if key.lower() == lower), None)

    def all(self, name: str) -> list[str]:
        """Return every value under ``name``, lines not split."""
        lower = canonical(name).lower()
        return [value for key, value in self._items if key.lower() == lower]

    def members(self, name: str) -> list[str]:
        """Return every member of the comma lists under ``name``.

        Raises RemoteProtocolError(400) for an empty member, and for more than one list may have. An empty
        line is an empty list, which Supported, Allow and Accept may be (RFC 3261 §25.1).
        """
        members: list[str] = []
        for value in self.all(name):
            if value:
                members += split_list(value)
            # A list may be spread over many lines, and all its members are read before anybody is asked who.
            check_length(members)
        return members

    def tokens(self, name: str) -> set[str]:
        """Return the members of a list of tokens in lower case (Supported, Require, Allow)."""
        return {member.lower() for member in self.members(name)}

    def add(self, name: str, value: object) -> None:
        """Append a field."""
        self._items.append((canonical(name), str(value)))

    def put(self, name: str, value: object) -> None:
        """Replace every field ``name`` by one, at the place of the first, or append it."""
        name = canonical(name)
        lower = name.lower()
        for index, (key, _) in enumerate(self._items):
            if key.lower() == lower:
                rest = [item for item in self._items[index + 1 :] if item[0].lower() != lower]
                self._items[index:] = [(name, str(value)), *rest]
                return
        self._items.append((name, str(value)))

    def insert_first(self, name: str, value: object) -> None:
        """Put a field before all others."""
        self._items.insert(0, (canonical(name), str(value)))

    def drop(self, name: str) -> None:
        """Remove every field ``name``."""
        lower = canonical(name).lower()
        self._items = [item for item in self._items if item[0].lower() != lower]

    def copy(self) -> Fields:
        """Return an independent copy."""
        twin = Fields()
        twin._items = self._items.copy()
        return twin
