"""The header of a message: an ordered list of (name, value) under canonical names (RFC 3261 §7.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

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
_USUAL = frozenset(_CANONICAL.values())
# These stand in it too: they are looked up most, and find themselves without being folded.
_CANONICAL |= {name: name for name in _USUAL}


_NONE: Final[Mapping[str, list[str]]] = MappingProxyType({})
"""Of most messages: no name stands twice."""


def canonical(name: str) -> str:
    """Return the usual spelling of a header field name; an unknown one is returned as it stands."""
    return _CANONICAL.get(name) or _CANONICAL.get(name.lower(), name)


usual: Callable[[str], str | None] = _CANONICAL.get
"""Returns the usual spelling of a name that is written in one of the usual ways, else None."""


def _key(name: str) -> str:
    """Return what all spellings of a name have in common."""
    return _CANONICAL.get(name) or _CANONICAL.get(lower := name.lower(), lower)


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are one field's."""
    return one == other or _key(one) == _key(other)


class Fields:
    """Header fields in order. Names compare without case; compact names are stored in full."""

    __slots__ = ("_first", "_items", "_more")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items = [(canonical(name), value) for name, value in items]
        self._first: dict[str, str] | None = None
        """The first value under each :func:`_key`, made when first asked for: what is only written never
        needs it."""
        self._more: Mapping[str, list[str]] = _NONE
        """All values of the names that stand more than once, which few do."""

    @classmethod
    def of_canonical(cls, items: list[tuple[str, str]]) -> Fields:
        """Return fields whose names are in their usual spelling already; the list becomes theirs."""
        made = cls.__new__(cls)
        made._items, made._first, made._more = items, None, _NONE
        return made

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

    def _indexed(self) -> dict[str, str]:
        first = dict(self._items)
        if len(first) < len(self._items) or not _USUAL.issuperset(first):
            # A name stands twice, or is one whose spellings are not known: the exception.
            values: dict[str, list[str]] = {}
            for name, value in self._items:
                values.setdefault(_key(name), []).append(value)
            first = {key: several[0] for key, several in values.items()}
            self._more = {key: several for key, several in values.items() if len(several) > 1}
        else:
            self._more = _NONE
        self._first = first
        return first

    @property
    def distinct(self) -> bool:
        """Tell whether no name stands on two lines."""
        return len(self._first or self._indexed()) == len(self._items)

    def _values(self, name: str) -> Sequence[str]:
        value = self.get(name)
        if self._more and (several := self._more.get(_key(name))):
            return several
        return () if value is None else (value,)

    def get(self, name: str) -> str | None:
        """Return the first value under ``name``, None when there is none."""
        first = self._first or self._indexed()
        value = first.get(name)
        # Spelled as usual, which all names in this program are, it needs no detour, there or not.
        return first.get(_key(name)) if value is None and name not in _USUAL else value

    def all(self, name: str) -> list[str]:
        """Return every value under ``name``, lines not split."""
        return list(self._values(name))

    def count(self, name: str) -> int:
        """Return how many lines there are under ``name``."""
        return len(self._values(name))

    def members(self, name: str) -> list[str]:
        """Return every member of the comma lists under ``name``.

        Raises RemoteProtocolError(400) for an empty member, and for more than one list may have. An empty
        line is an empty list, which Supported, Allow and Accept may be (RFC 3261 §25.1).
        """
        values = self._values(name)
        if len(values) == 1 and values[0]:
            return split_list(values[0])
        members: list[str] = []
        for value in values:
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
        self._first = None

    def put(self, name: str, value: object) -> None:
        """Replace every field ``name`` by one, at the place of the first, or append it."""
        self._first = None
        name, key = canonical(name), _key(name)
        for index, (written, _) in enumerate(self._items):
            if _key(written) == key:
                rest = [item for item in self._items[index + 1 :] if _key(item[0]) != key]
                self._items[index:] = [(name, str(value)), *rest]
                return
        self._items.append((name, str(value)))

    def put_first(self, name: str, values: Iterable[object]) -> None:
        """Replace the first field ``name``, which must be there, by one for each of these values."""
        key = _key(name)
        at = next(i for i, (written, _) in enumerate(self._items) if written == key or _key(written) == key)
        put = [(canonical(name), str(value)) for value in values]
        self._items[at : at + 1] = put
        if self._first is not None and len(put) == 1 and not self._more:
            self._first[key] = put[0][1]
        else:
            self._first = None

    def insert_first(self, name: str, value: object) -> None:
        """Put a field before all others."""
        self._items.insert(0, (canonical(name), str(value)))
        self._first = None

    def drop(self, name: str) -> None:
        """Remove every field ``name``."""
        key = _key(name)
        self._items = [item for item in self._items if _key(item[0]) != key]
        self._first = None

    def copy(self) -> Fields:
        """Return an independent copy."""
        return Fields.of_canonical(self._items.copy())
