"""The notifier: SUBSCRIBE in, NOTIFY out, for every event package (RFC 6665 §4.2).

What is due and when is decided by :class:`~softswitch.sip.subscription.Subscription`, what is told by a
package; here it is found out whose it is, and sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.calls.signaller import Signaller
from softswitch.clock import Clock
from softswitch.presence.package import Package, View, Watch, WatchRules
from softswitch.presence.ticker import Ticker
from softswitch.presence.wire import our_uri, retry_after
from softswitch.registrar.accounts import Account
from softswitch.sip.abilities import ALLOW
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import parse_media_type
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request
from softswitch.sip.own_contact import own_contact
from softswitch.sip.signals import DialogId, Failed, Incoming, Reply, TransactionKey, UserOutput
from softswitch.sip.subscription import (
    RETRY_SECONDS,
    Event,
    Notify,
    Reason,
    Subscription,
    parse_event,
)
from softswitch.sip.uri import SipUri, dialled

logger = logging.getLogger(__name__)

USUAL_SECONDS: Final = 3600
"""What a SUBSCRIBE without Expires asks for: the default of all our packages (RFC 3842 §3.4, RFC 4235 §3.4,
RFC 3856 §6.4)."""
LONGEST_BRIEF: Final = 3600
"""Seconds from which on no interval may be called too brief (RFC 6665 §4.2.1.1)."""
LONGEST_PAUSE: Final = 60.0
"""Seconds that a refused NOTIFY is kept back at most, whatever its refusal asks for."""
LATER: Final = ("Retry-After", "5")
"""For who comes while the switch stops, or when it is full."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of subscriptions: how long in seconds, and how many."""

    shortest: int = 30
    longest: int = 600
    per_account: int = 200
    in_all: int = 20_000


@dataclass(slots=True, eq=False)
class _Subscriber:
    """One subscription with what it needs to be told."""

    dialog: DialogId
    package: Package
    watch: Watch
    event: Event
    view: View
    subscription: Subscription


class Notifier:
    """Serves subscriptions. ``known`` tells whether there is an account; ``rules`` who may watch it."""

    def __init__(
        self,
        signaller: Signaller,
        clock: Clock,
        packages: Sequence[Package],
        *,
        known: Callable[[str], bool],
        rules: WatchRules | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._signaller = signaller
        self._clock = clock
        self._packages = {package.name: package for package in packages}
        self._known = known
        self._rules = rules or WatchRules()
        self._limits = limits or Limits()
        self._by_dialog: dict[DialogId, _Subscriber] = {}
        self._by_target: dict[tuple[str, str], list[_Subscriber]] = {}
        self._of_account: dict[str, int] = {}
        self._pending: dict[TransactionKey, _Subscriber] = {}
        self._ticker = Ticker(clock, self._due)
        self._closed = False

    def __len__(self) -> int:
        return len(self._by_dialog)

    @property
    def methods(self) -> frozenset[str]:
        """SUBSCRIBE begins everything here."""
        return frozenset({"SUBSCRIBE"})

    @property
    def events(self) -> str:
        """The value of Allow-Events."""
        return ", ".join(self._packages)

    @property
    def abilities(self) -> tuple[tuple[str, str], ...]:
        """What OPTIONS are told (RFC 6665 §4.4.4)."""
        return (("Allow-Events", self.events),)

    def check(self, request: Request) -> None:
        """Refuse an event that we do not know, documents we cannot write, and what has no Contact."""
        _, package = self._event_of(request)
        accepted = request.fields.members("Accept")
        if accepted and not any(_covers(one, package.content_type) for one in accepted):
            raise RemoteProtocolError(406, "Not Acceptable", fields=(("Accept", package.content_type),))
        if not request.contacts:
            raise RemoteProtocolError(400, "SUBSCRIBE without Contact")

    def serve(self, incoming: Incoming, account: Account) -> None:
        """Begin a subscription, or fetch the state once (Expires 0, §4.4.3)."""
        request = incoming.request
        if self._closed:
            raise RemoteProtocolError(503, "Shutting down", fields=(LATER,))
        event, package = self._event_of(request)
        user = dialled(request.uri) or account.user
        if not self._known(user):
            raise RemoteProtocolError(404, "No such account")
        if not self._rules.allow(account.user, user):
            raise RemoteProtocolError(403, "This account is not yours to watch")
        seconds = self._granted(request)
        watch = Watch(account.user, user, _entity(request, user, incoming.hop))
        view = package.open(watch, event)
        self._check_room(account.user)
        dialog = self._accept(incoming, seconds)
        now = self._clock.monotonic()
        subscription = Subscription(now, seconds, pace=package.pace)
        one = _Subscriber(dialog, package, watch, event, view, subscription)
        self._by_dialog[dialog] = one
        self._by_target.setdefault((package.name, user), []).append(one)
        self._of_account[account.user] = self._of_account.get(account.user, 0) + 1
        self._tell(one)

    def take(self, output: UserOutput) -> bool:
        """Take a refreshing SUBSCRIBE, or what became of a NOTIFY."""
        match output:
            case Incoming(dialog=name) if name is not None and name in self._by_dialog:
                self._requested(output, self._by_dialog[name])
                return True
            case Reply(transaction, response) if transaction in self._pending:
                if response.final:
                    one = self._pending.pop(transaction)
                    pause = retry_after(response, RETRY_SECONDS, most=LONGEST_PAUSE)
                    one.subscription.answered(self._clock.monotonic(), response.status, retry_after=pause)
                    self._go_on(one)
                return True
            case Failed(transaction) if transaction in self._pending:
                one = self._pending.pop(transaction)
                one.subscription.failed()
                self._go_on(one)
                return True
            case _:
                return False

    def changed(self, package: str, user: str) -> None:
        """Tell the subscribers of an account that its state has changed, soon and not faster than allowed."""
        now = self._clock.monotonic()
        for one in self._by_target.get((package, user), ()):
            one.subscription.changed(now)
            self._ticker.set(one.dialog, one.subscription.next_deadline())

    def close(self) -> None:
        """Tell every subscriber that the switch stops; whoever comes later is refused."""
        self._closed = True
        now = self._clock.monotonic()
        for one in list(self._by_dialog.values()):
            one.subscription.end(now, Reason.DEACTIVATED, waits=False)
            self._tell(one)
        self._ticker.close()

    # SUBSCRIBE

    def _event_of(self, request: Request) -> tuple[Event, Package]:
        event = parse_event(request.fields.get("Event") or "none")
        package = self._packages.get(event.package)
        if package is None:
            raise RemoteProtocolError(489, "Bad Event", fields=self.abilities)
        return event, package

    def _granted(self, request: Request) -> int:
        wanted = USUAL_SECONDS if request.expires is None else request.expires
        limits = self._limits
        if 0 < wanted < min(limits.shortest, LONGEST_BRIEF):
            minimum = ("Min-Expires", str(limits.shortest))
            raise RemoteProtocolError(423, "Interval Too Brief", fields=(minimum,))
        return min(wanted, limits.longest)

    def _check_room(self, watcher: str) -> None:
        if self._of_account.get(watcher, 0) >= self._limits.per_account:
            raise RemoteProtocolError(403, "An account has no more subscriptions than these")
        if len(self._by_dialog) >= self._limits.in_all:
            raise RemoteProtocolError(503, "Too many subscriptions", fields=(LATER,))

    def _accept(self, incoming: Incoming, seconds: int) -> DialogId:
        response = self._signaller.stack.response(incoming.transaction, 200)
        response.fields.add("Expires", str(seconds))
        name = self._signaller.respond(
            incoming.transaction, response, contact=own_contact(incoming.hop, answering=incoming.request.uri)
        )
        assert name is not None
        return name

    def _requested(self, incoming: Incoming, one: _Subscriber) -> None:
        request = incoming.request
        if request.method != "SUBSCRIBE":
            raise RemoteProtocolError(405, "Method Not Allowed", fields=(("Allow", ALLOW),))
        if one.subscription.ending:
            raise RemoteProtocolError(481, "The subscription has ended")
        event, _ = self._event_of(request)
        if event.echoed != one.event.echoed:
            # One dialog, one subscription: RFC 6665 §4.5.2 has no new phone share them.
            raise RemoteProtocolError(489, "Another event than this dialog's", fields=self.abilities)
        seconds = self._granted(request)
        self._accept(incoming, seconds)
        one.subscription.refresh(self._clock.monotonic(), seconds)
        self._tell(one)

    # NOTIFY

    def _due(self, key: Hashable) -> None:
        one = self._by_dialog.get(key) if isinstance(key, DialogId) else None
        if one is not None:
            self._tell(one)

    def _tell(self, one: _Subscriber) -> None:
        """Send the NOTIFY that is due, if any."""
        try:
            notify = one.subscription.poll(self._clock.monotonic())
            if notify is not None:
                self._send(one, notify)
        except LocalProtocolError:
            one.subscription.failed()  # Its dialog is over: the subscriber has said so.
        except Exception:
            # A fault in one account's document ends this subscription and no other.
            logger.exception("a subscription to %s ends for a fault of ours", one.package.name)
            one.subscription.failed()
        self._go_on(one)

    def _send(self, one: _Subscriber, notify: Notify) -> None:
        key = self._signaller.send_in_dialog(
            one.dialog,
            "NOTIFY",
            body=one.view.document(notify.version),
            content_type=one.package.content_type,
            fields=(
                ("Event", one.event.echoed),
                ("Subscription-State", notify.state),
                ("Allow-Events", self.events),
            ),
        )
        self._pending[key] = one

    def _go_on(self, one: _Subscriber) -> None:
        if not one.subscription.over:
            self._ticker.set(one.dialog, one.subscription.next_deadline())
        elif self._by_dialog.pop(one.dialog, None) is not None:
            self._forget(one)

    def _forget(self, one: _Subscriber) -> None:
        self._ticker.set(one.dialog, None)
        self._signaller.stack.forget(one.dialog)
        target, watcher = (one.package.name, one.watch.user), one.watch.watcher
        self._by_target[target].remove(one)
        if not self._by_target[target]:
            del self._by_target[target]
        self._of_account[watcher] -= 1
        if not self._of_account[watcher]:
            del self._of_account[watcher]


def _covers(accepted: str, content_type: str) -> bool:
    """Tell whether a range of Accept holds a type (RFC 3261 §20.1)."""
    kind = parse_media_type(accepted).kind
    return kind in ("*/*", content_type, f"{content_type.partition('/')[0]}/*")


def _entity(request: Request, user: str, hop: Hop) -> SipUri:
    """Return the URI of the account as the subscriber writes it, without parameters of the moment."""
    uri = request.uri
    return SipUri(uri.host, user, uri.port) if isinstance(uri, SipUri) else our_uri(hop, user)
