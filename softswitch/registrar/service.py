"""The registrar: REGISTER in, bindings and their events out (RFC 3261 §10.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from softswitch.bus import EventLog
from softswitch.clock import Clock
from softswitch.events import PhoneRegistered, PhoneUnregistered
from softswitch.registrar.bindings import Binding, Change, alive, remove_all, update
from softswitch.registrar.credentials import Authenticator
from softswitch.sip.dialog import behind_nat
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop, bare_host
from softswitch.sip.message import Request
from softswitch.sip.uri import SipUri, dialled

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
        authenticator: Authenticator,
        *,
        clock: Clock,
        log: EventLog,
        save: Saver,
        lifetimes: Lifetimes | None = None,
        restored: dict[str, tuple[Binding, ...]] | None = None,
    ) -> None:
        self._authenticator = authenticator
        self._clock = clock
        self._log = log
        self._save = save
        self._lifetimes = lifetimes or Lifetimes()
        self._bindings = dict(restored or {})

    def bindings(self, user: str) -> tuple[Binding, ...]:
        """Return where an account's phones are now."""
        return alive(self._bindings.get(user, ()), self._now())

    def count(self) -> int:
        """Return how many phones are registered."""
        return sum(len(self.bindings(user)) for user in self._bindings)

    def register(self, request: Request, hop: Hop) -> tuple[tuple[str, str], ...]:
        """Carry out a REGISTER; return the fields of its 200.

        Raises RemoteProtocolError: 401 unauthenticated, 403 for another's account, 423 too brief, 500 out
        of order, 400 for contacts nobody could call.
        """
        account = self._authenticator.account(request, hop)
        if dialled(request.to.uri) != account.user:
            raise RemoteProtocolError(403, "Not your account")
        now = self._now()
        self._expire(account.user, now)
        bindings = self._bindings.get(account.user, ())
        if request.contact_is_star:
            self._apply(account.user, remove_all(bindings, request.call_id, request.cseq.number), "removed")
        elif request.contacts:
            template = _template(request, hop, account.user)
            granted = self._granted(request)
            self._apply(account.user, update(bindings, granted, template=template, now=now), "unregistered")
        return tuple(("Contact", _listed(binding, now)) for binding in self.bindings(account.user))

    def connection_closed(self, connection: int) -> None:
        """Forget the phones behind a stream that is gone: nothing can reach them there."""
        for user, bindings in list(self._bindings.items()):
            lost = tuple(binding for binding in bindings if binding.hop.connection == connection)
            if lost:
                kept = tuple(binding for binding in bindings if binding not in lost)
                self._apply(user, Change(kept, removed=lost), "connection closed")

    def sweep(self) -> None:
        """Note the bindings that have expired since the last sweep."""
        now = self._now()
        for user in list(self._bindings):
            self._expire(user, now)

    def _expire(self, user: str, now: float) -> None:
        bindings = self._bindings.get(user, ())
        kept = alive(bindings, now)
        if len(kept) < len(bindings):
            gone = tuple(binding for binding in bindings if binding not in kept)
            self._apply(user, Change(kept, removed=gone), "expired")

    def _now(self) -> float:
        return self._clock.wall().timestamp()

    def _granted(self, request: Request) -> list[tuple[NameAddr, float]]:
        granted: list[tuple[NameAddr, float]] = []
        for contact in request.contacts:
            if not isinstance(contact.uri, SipUri):
                raise RemoteProtocolError(400, "Contact is no SIP URI")
            wanted = contact.expires if contact.expires is not None else request.expires
            seconds = self._lifetimes.usual if wanted is None else min(wanted, self._lifetimes.longest)
            if 0 < seconds < self._lifetimes.shortest:
                minimum = ("Min-Expires", str(self._lifetimes.shortest))
                raise RemoteProtocolError(423, "Interval Too Brief", fields=(minimum,))
            # Header fields inside a Contact URI (RFC 4475 §3.3.14) would be put into our INVITEs: dropped.
            plain = NameAddr(replace(contact.uri, headers=()), contact.display, contact.params)
            granted.append((plain, float(seconds)))
        return granted

    def _apply(self, user: str, change: Change, why: str) -> None:
        before = {binding.contact for binding in self._bindings.get(user, ())}
        self._bindings[user] = change.kept
        if not change.kept:
            del self._bindings[user]
        self._save(user, change.kept)
        for binding in change.removed:
            replaced = "replaced" if change.added else why
            self._log.append(PhoneUnregistered(user, str(binding.contact), replaced))
        for binding in change.added:
            if binding.contact not in before:
                self._log.append(_registered(binding))


def _template(request: Request, hop: Hop, user: str) -> Binding:
    contact = request.contacts[0].uri
    return Binding(
        account=user,
        contact=contact,
        hop=hop,
        call_id=request.call_id,
        cseq=request.cseq.number,
        expires_at=0.0,
        user_agent=request.fields.get("User-Agent") or "",
        behind_nat=behind_nat(hop, request),
    )


def _listed(binding: Binding, now: float) -> str:
    listed = str(NameAddr(binding.contact)) + f";expires={binding.seconds_left(now)}"
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


def way_to(binding: Binding) -> Hop:
    """Return the hop that reaches a binding.

    The way its REGISTER came, unless the phone named another port on the same address with no NAT between.
    """
    contact = binding.contact
    if binding.behind_nat or binding.hop.reliable or not isinstance(contact, SipUri):
        return binding.hop
    if bare_host(contact.host) != binding.hop.host:
        return binding.hop
    return replace(binding.hop, port=contact.port or 5060)
