"""Asks registered phones by OPTIONS whether they are there (RFC 3261 §11); the rules are in ``qualify``."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from softswitch.bus import EventLog
from softswitch.calls.signaller import Signaller
from softswitch.clock import Clock
from softswitch.events import PhoneReachable, PhoneUnreachable
from softswitch.presence.ticker import Ticker
from softswitch.presence.wire import our_uri
from softswitch.registrar.accounts import Account
from softswitch.registrar.bindings import Binding
from softswitch.registrar.qualify import Health, Phone, Qualify
from softswitch.registrar.service import way_to
from softswitch.sip.headers import NameAddr
from softswitch.sip.message import Request
from softswitch.sip.signals import Failed, Incoming, Reply, TransactionKey, UserOutput

NEXT: Final = "next question"


class Qualifier:
    """Puts the questions. ``bindings_of`` tells where phones are; ``changed`` hears whose state is new."""

    def __init__(
        self,
        signaller: Signaller,
        clock: Clock,
        schedule: Qualify,
        *,
        log: EventLog,
        bindings_of: Callable[[str], tuple[Binding, ...]],
        changed: Callable[[str], None] = lambda user: None,
    ) -> None:
        self._signaller = signaller
        self._clock = clock
        self._schedule = schedule
        self._log = log
        self._bindings_of = bindings_of
        self._changed = changed
        self._asked: dict[TransactionKey, Phone] = {}
        self._ticker = Ticker(clock, self._due)
        self._planned: float | None = None

    def __len__(self) -> int:
        return len(self._schedule)

    @property
    def methods(self) -> frozenset[str]:
        """It serves no requests, it sends them."""
        return frozenset()

    @property
    def abilities(self) -> tuple[tuple[str, str], ...]:
        """Nothing of its own."""
        return ()

    def check(self, request: Request) -> None:
        """Never asked: it has no methods."""

    def serve(self, incoming: Incoming, account: Account) -> None:
        """Never asked: it has no methods."""

    def follow(self, user: str, bindings: tuple[Binding, ...], *, restored: bool = False) -> None:
        """Take over an account's phones as they are now, see :meth:`Qualify.follow`."""
        self._schedule.follow(self._clock.monotonic(), user, bindings, restored=restored)
        self._plan()

    def health(self, binding: Binding) -> Health:
        """Return what is known of a phone."""
        return self._schedule.health(Phone(binding.account, str(binding.contact)))

    def ringable(self, user: str) -> tuple[Binding, ...]:
        """Return the phones of an account that a call should ring: all, if none is known to be there."""
        return self._schedule.worth_ringing(self._bindings_of(user))

    def close(self) -> None:
        """Ask nobody any more."""
        self._ticker.close()

    def take(self, output: UserOutput) -> bool:
        """Take what became of a question."""
        if not isinstance(output, Reply | Failed):
            return False
        phone = self._asked.get(output.transaction)
        if phone is None:
            return False
        if isinstance(output, Reply) and not output.response.final:
            return True
        del self._asked[output.transaction]
        now = self._clock.monotonic()
        if isinstance(output, Reply):
            if self._schedule.answered(now, phone):
                trip = self._schedule.health(phone).round_trip_ms or 0.0
                self._log.append(PhoneReachable(phone.user, phone.contact, round(trip, 1)))
                self._changed(phone.user)
        elif self._schedule.unanswered(now, phone):
            self._log.append(PhoneUnreachable(phone.user, phone.contact))
            self._changed(phone.user)
        self._plan()
        return True

    def _plan(self) -> None:
        at = self._schedule.next_deadline()
        # A REGISTER seldom changes who is asked next.
        if at != self._planned:
            self._planned = at
            self._ticker.set(NEXT, at)

    def _due(self, key: Hashable) -> None:
        self._planned = None
        now = self._clock.monotonic()
        phone = self._schedule.due(now)
        try:
            if phone is not None:
                self._ask(now, phone)
        finally:
            self._plan()

    def _ask(self, now: float, phone: Phone) -> None:
        binding = next(
            (one for one in self._bindings_of(phone.user) if str(one.contact) == phone.contact), None
        )
        if binding is None:
            return  # It has just expired; the next sweep will tell the schedule.
        hop = way_to(binding)
        request = self._signaller.stack.request(
            "OPTIONS", target=phone.contact, local=NameAddr(our_uri(hop)), remote=NameAddr(binding.contact)
        )
        request.fields.add("Accept", "application/sdp")
        self._schedule.asked(now, phone)
        self._asked[self._signaller.send(request, hop)] = phone
