"""Bindings: which phone of an account is where (RFC 3261 §10). Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace

from softswitch.bus import keepable
from softswitch.sip.dialog import listening_port
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.uri import Uri, equivalent

MAX_BINDINGS = 10
"""Phones of one account. A person has a handful; more is a phone that forgets its old contacts."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One phone of an account.

    ``expires_at`` is wall time in seconds since 1970, so that it outlives a restart; ``hop`` is the way
    the REGISTER came, which is the way back through any NAT; ``q`` is in thousandths.
    """

    account: str
    contact: Uri
    hop: Hop
    call_id: str
    cseq: int
    expires_at: float
    q: int = 1000
    instance: str = ""
    user_agent: str = ""
    behind_nat: bool = False

    def seconds_left(self, now: float) -> int:
        """Return the whole seconds until it expires, at least 0."""
        return max(round(self.expires_at - now), 0)


@dataclass(frozen=True, slots=True)
class Change:
    """What one REGISTER did to an account's bindings."""

    kept: tuple[Binding, ...]
    added: tuple[Binding, ...] = ()
    removed: tuple[Binding, ...] = ()


def alive(bindings: tuple[Binding, ...], now: float) -> tuple[Binding, ...]:
    """Return those that have not expired."""
    return tuple([binding for binding in bindings if binding.expires_at > now])


def remove_all(bindings: tuple[Binding, ...], call_id: str, cseq: int) -> Change:
    """Apply ``Contact: *`` (RFC 3261 §10.3 step 6); raise RemoteProtocolError(500) for an old CSeq."""
    for binding in bindings:
        _check_order(binding, call_id, cseq)
    return Change(kept=(), removed=bindings)


def update(
    bindings: tuple[Binding, ...], contacts: list[tuple[NameAddr, float]], *, template: Binding, now: float
) -> Change:
    """Apply the contacts of a REGISTER with the seconds granted to each (RFC 3261 §10.3 step 7).

    ``template`` carries what all contacts of the request share. A phone that comes with a new address and
    is known by its instance id, or by its Call-ID and the socket it sends from, replaces its old binding:
    restarted phones and changed networks leave no dead contacts behind. There may be as many contacts as
    bindings (:data:`MAX_BINDINGS`), which is the caller's to check. All or nothing:
    RemoteProtocolError(500) for an old CSeq changes none. A contact that stands twice counts once, as it
    stands last.
    """
    contacts = _last_of_each(contacts)
    kept = list(alive(bindings, now))
    added: list[Binding] = []
    removed = [binding for binding in bindings if binding not in kept]
    single = len(contacts) == 1
    for contact, seconds in contacts:
        fresh = replace(
            template,
            contact=contact.uri,
            expires_at=now + seconds,
            q=contact.q,
            instance=keepable((contact.params.get("+sip.instance") or "").strip("<>")),
        )
        # An address is taken back by its own name alone: a phone that has moved and now drops the old one
        # must keep the new. And one that is known already is a refresh, which moves nobody.
        known = any(equivalent(binding.contact, fresh.contact) for binding in kept)
        moved = single and seconds > 0 and not known
        for old in [binding for binding in kept if _same_phone(binding, fresh, moved=moved)]:
            _check_order(old, fresh.call_id, fresh.cseq)
            kept.remove(old)
            if not (seconds and equivalent(old.contact, fresh.contact)):
                removed.append(old)
        if seconds:
            kept.append(fresh)
            added.append(fresh)
    if len(kept) > MAX_BINDINGS:
        # Those that were refreshed longest ago are the likeliest to be dead; who has just come is not.
        by_age = sorted(kept, key=lambda binding: (binding in added, binding.expires_at))
        surplus = by_age[: len(kept) - MAX_BINDINGS]
        kept = [binding for binding in kept if binding not in surplus]
        removed += surplus
    return Change(tuple(kept), tuple(binding for binding in added if binding in kept), tuple(removed))


def _same_phone(old: Binding, fresh: Binding, *, moved: bool) -> bool:
    if equivalent(old.contact, fresh.contact):
        return True
    if not moved:
        return False
    if fresh.instance and old.instance:
        return old.instance == fresh.instance
    # RFC 3261 §10.2: all registrations of one element have one Call-ID, also those for different contacts.
    if old.call_id != fresh.call_id:
        return False
    # A phone that opens a new stream comes from a new port, and its contact often has that too.
    reopened = fresh.hop.reliable and old.hop.connection != fresh.hop.connection
    return _origin(old.hop, reopened) == _origin(fresh.hop, reopened)


def _origin(hop: Hop, reopened: bool) -> tuple[str, str, int]:
    return (hop.transport, hop.host, 0) if reopened else source_of(hop)


def source_of(hop: Hop) -> tuple[str, str, int]:
    """Return the socket that what came over ``hop`` was sent from."""
    return hop.transport, hop.host, hop.port


def _last_of_each(contacts: list[tuple[NameAddr, float]]) -> list[tuple[NameAddr, float]]:
    last: list[tuple[NameAddr, float]] = []
    for contact in contacts:
        last = [one for one in last if not equivalent(one[0].uri, contact[0].uri)]
        last.append(contact)
    return last


def _check_order(old: Binding, call_id: str, cseq: int) -> None:
    # RFC 3261 §10.3: same Call-ID and no higher CSeq means out of order; the update must fail as a whole.
    if old.call_id == call_id and cseq <= old.cseq:
        raise RemoteProtocolError(500, "REGISTER out of order")


def reachable_anew(binding: Binding) -> Binding | None:
    """Return the way to this phone once its connection is gone, or None when there is none.

    Over UDP nothing changes. The number of a stream that has ended may by now name another phone's, so it
    is never kept. A phone over TCP that stands behind no NAT and names its own address and port in its
    Contact listens there, so a new connection is opened to it. All others (NAT, TLS, WebSocket) can be
    reached by nobody; they see their connection end and register again.
    """
    if binding.hop.connection is None and not binding.hop.reliable:
        return binding
    port = None if binding.behind_nat else listening_port(binding.hop, binding.contact)
    if port is None:
        return None
    return replace(binding, hop=replace(binding.hop, port=port, connection=None, listens=None))


def by_preference(bindings: tuple[Binding, ...]) -> list[list[Binding]]:
    """Group bindings by q, highest first: each group rings together (RFC 3261 §16.6)."""
    groups: dict[int, list[Binding]] = {}
    for binding in bindings:
        groups.setdefault(binding.q, []).append(binding)
    return [groups[q] for q in sorted(groups, reverse=True)]
