"""The registrar: REGISTER in, bindings and their events out (RFC 3261 §10.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from softswitch.bus import EventLog, keepable
from softswitch.clock import Clock
from softswitch.events import PhoneRegistered, PhoneUnregistered
from softswitch.registrar.accounts import Account
from softswitch.registrar.bindings import (
    MAX_BINDINGS,
    Binding,
    Change,
    alive,
    reachable_anew,
    remove_all,
    update,
)
from softswitch.sip.dialog import DEFAULT_PORT, behind_nat, is_address, listening_port
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop, bare_host, is_public
from softswitch.sip.message import Request
from softswitch.sip.uri import SipUri, dialled

CLEAR: Final = frozenset({"", "UDP", "TCP"})
"""Transports that any Contact may ask for: who came over TLS is called over that stream all the same."""

Saver = Callable[[str, tuple[Binding, ...]], None]
"""Keeps an account's bindings for the next start; returns at once."""


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a registration lasts, in seconds."""

    shortest: int = 60
    usual: int = 3600
    longest: int = 3600


class Registrar:
    """Who is where. All state is in memory; ``save`` writes behind."""

    def __init__(
        self,
        *,
        clock: Clock,
        log: EventLog,
        save: Saver,
        lifetimes: Lifetimes | None = None,
        restored: dict[str, tuple[Binding, ...]] | None = None,
    ) -> None:
        self._clock = clock
        self._log = log
        self._save = save
        self._lifetimes = lifetimes or Lifetimes()
        self._bindings = dict(restored or {})
        self._over: dict[int, set[str]] = {}
        """Whose phones are behind a stream."""

    def bindings(self, user: str) -> tuple[Binding, ...]:
        """Return where an account's phones are now."""
        return alive(self._bindings.get(user, ()), self._now())

    def all(self) -> list[Binding]:
        """Return where all phones are now, by account."""
        return [binding for user in sorted(self._bindings) for binding in self.bindings(user)]

    def count(self) -> int:
        """Return how many phones are registered."""
        return sum(len(self.bindings(user)) for user in self._bindings)

    def register(self, account: Account, request: Request, hop: Hop) -> tuple[tuple[str, str], ...]:
        """Carry out a REGISTER of ``account``, which has proved itself; return the fields of its 200.

        Raises RemoteProtocolError: 403 for another's account and for too many contacts, 423 too brief, 500
        out of order, 400 for contacts nobody could call.
        """
        if dialled(request.to.uri) != account.user:
            raise RemoteProtocolError(403, "Not your account")
        # Before anything is done with them: each is compared with all others.
        if len(request.contacts) > MAX_BINDINGS:
            raise RemoteProtocolError(403, f"An account has at most {MAX_BINDINGS} contacts")
        now = self._now()
        self._expire(account.user, now)
        bindings = self._bindings.get(account.user, ())
        if request.contact_is_star:
            self._apply(account.user, remove_all(bindings, request.call_id, request.cseq.number), "removed")
        elif request.contacts:
            template = _template(request, hop, account.user)
            granted = self._granted(request, hop)
            self._apply(account.user, update(bindings, granted, template=template, now=now), "unregistered")
        return tuple([("Contact", _listed(binding, now)) for binding in self._bindings.get(account.user, ())])

    def over_stream(self, connection: int) -> bool:
        """Tell whether a phone has registered over a stream."""
        return any(
            binding.hop.connection == connection
            for user in self._over.get(connection, ())
            for binding in self.bindings(user)
        )

    def connection_closed(self, connection: int) -> None:
        """Forget the phones behind a stream that is gone, but for those that a new one reaches."""
        for user in list(self._over.get(connection, ())):
            bindings = self._bindings[user]
            after = [
                (binding, reachable_anew(binding) if binding.hop.connection == connection else binding)
                for binding in bindings
            ]
            kept = tuple(anew for _, anew in after if anew is not None)
            gone = tuple(binding for binding, anew in after if anew is None)
            self._apply(user, Change(kept, removed=gone), "connection closed")

    def readdress(self, hop_to: Callable[[str, str, int], Hop]) -> None:
        """Call phones of before the restart from our addresses of now: we may have moved meanwhile."""
        for user, bindings in list(self._bindings.items()):
            self._bindings[user] = tuple(
                binding
                if binding.hop.connection is not None
                else replace(binding, hop=hop_to(binding.hop.transport, binding.hop.host, binding.hop.port))
                for binding in bindings
            )

    def sweep(self) -> None:
        """Note the bindings that have expired since the last sweep."""
        now = self._now()
        for user in list(self._bindings):
            self._expire(user, now)

    def _note_streams(self, user: str, before: tuple[Binding, ...], after: tuple[Binding, ...]) -> None:
        # A stream of a thousand is asked for often: nobody is to look through all bindings for it.
        left, now = _streams_of(before), _streams_of(after)
        if not left and not now:
            return
        for connection in left - now:
            self._over[connection].discard(user)
            if not self._over[connection]:
                del self._over[connection]
        for connection in now:
            self._over.setdefault(connection, set()).add(user)

    def _expire(self, user: str, now: float) -> None:
        bindings = self._bindings.get(user, ())
        kept = alive(bindings, now)
        if len(kept) < len(bindings):
            gone = tuple(binding for binding in bindings if binding not in kept)
            self._apply(user, Change(kept, removed=gone), "expired")

    def _now(self) -> float:
        return self._clock.wall().timestamp()

    def _granted(self, request: Request, hop: Hop) -> list[tuple[NameAddr, float]]:
        granted: list[tuple[NameAddr, float]] = []
        for contact in request.contacts:
            if not isinstance(contact.uri, SipUri):
                raise RemoteProtocolError(400, "Contact is no SIP URI")
            _check_callable(contact.uri, request, hop)
            wanted = contact.expires if contact.expires is not None else request.expires
            seconds = self._lifetimes.usual if wanted is None else min(wanted, self._lifetimes.longest)
            if 0 < seconds < self._lifetimes.shortest:
                minimum = ("Min-Expires", str(self._lifetimes.shortest))
                raise RemoteProtocolError(423, "Interval Too Brief", fields=(minimum,))
            # Header fields inside a Contact URI (RFC 4475 §3.3.14) would be put into our INVITEs: dropped.
            # A password in it would lie in the log and the database, and helps nobody.
            if contact.uri.headers or contact.uri.password is not None:
                contact = replace(contact, uri=replace(contact.uri, headers=(), password=None))
            granted.append((contact, float(seconds)))
        return granted

    def _apply(self, user: str, change: Change, why: str) -> None:
        known = self._bindings.get(user, ())
        before = [binding.contact for binding in known]
        self._bindings[user] = change.kept
        if not change.kept:
            del self._bindings[user]
        self._note_streams(user, known, change.kept)
        self._save(user, change.kept)
        for binding in change.removed:
            replaced = "replaced" if change.added else why
            self._log.append(PhoneUnregistered(user, str(binding.contact), replaced))
        for binding in change.added:
            if binding.contact not in before:
                self._log.append(_registered(binding))


def _streams_of(bindings: tuple[Binding, ...]) -> set[int]:
    return {binding.hop.connection for binding in bindings if binding.hop.connection is not None}


def _template(request: Request, hop: Hop, user: str) -> Binding:
    contact = request.contacts[0].uri
    return Binding(
        account=user,
        contact=contact,
        hop=hop,
        call_id=request.call_id,
        cseq=request.cseq.number,
        expires_at=0.0,
        user_agent=keepable(request.fields.get("User-Agent") or ""),
        behind_nat=behind_nat(hop, request),
    )


def _listed(binding: Binding, now: float) -> str:
    listed = f"<{binding.contact}>;expires={binding.seconds_left(now)}"
    return listed if binding.q == 1000 else f"{listed};q={binding.q / 1000:g}"


def _registered(binding: Binding) -> PhoneRegistered:
    return PhoneRegistered(
        account=binding.account,
        contact=str(binding.contact),
        source=binding.hop.address,
        transport=binding.hop.transport,
        user_agent=binding.user_agent,
        behind_nat=binding.behind_nat,
    )


def _check_callable(contact: SipUri, request: Request, hop: Hop) -> None:
    """Refuse a contact that no call could reach; raise RemoteProtocolError(400)."""
    transport = (contact.param("transport") or "").upper()
    if not _spoken(transport, hop):
        raise RemoteProtocolError(400, "Contact asks for a transport that is not spoken here")
    # What a phone wants to be called by over TLS alone, it must have shown to speak.
    if contact.scheme == "sips" and not hop.secure:
        raise RemoteProtocolError(400, "Contact asks for TLS, and REGISTER came without")
    host = bare_host(contact.host)
    port = contact.port or DEFAULT_PORT[transport or hop.transport]
    ours = (host, port) == (hop.local_host, hop.local_port)
    # A phone in another private network may have the same number there, which its Via shows.
    if ours and bare_host(request.via.host) != host:
        raise RemoteProtocolError(400, "Contact is the switch itself: calls would go in circles")


def _spoken(transport: str, hop: Hop) -> bool:
    """Tell whether a phone that came over ``hop`` can be called by a transport (RFC 7118 §5.2 for ws)."""
    if transport == "TLS":
        return hop.secure
    return hop.framed if transport in ("WS", "WSS") else transport in CLEAR


def way_to(binding: Binding) -> Hop:
    """Return the hop that reaches a binding.

    Over TLS and WebSocket it is the stream the phone has opened, whatever its Contact says: no certificate
    would prove that somebody else is the phone, and in clear it is never called (RFC 5626 §1).
    Behind a NAT, or when only DNS would know better, the way its REGISTER came. Otherwise where its Contact
    says, and by the transport it says; a stream is used as long as it lives. On a public address no Contact's
    port is believed: a NAT may stand there of which nothing tells, and the port be another phone's.
    """
    contact, hop = binding.contact, binding.hop
    if hop.secure or hop.framed:
        return hop
    if binding.behind_nat or not isinstance(contact, SipUri) or not is_address(bare_host(contact.host)):
        return hop
    transport = (contact.param("transport") or hop.transport).upper()
    if hop.reliable and transport == hop.transport:
        return replace(hop, listens=listening_port(hop, contact))
    if is_public(hop.host):
        return hop
    host, port = bare_host(contact.host), contact.port or DEFAULT_PORT[transport]
    return Hop(transport, host, port, hop.local_host, hop.local_port)
