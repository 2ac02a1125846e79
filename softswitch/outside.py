"""Trunks and calls joined: who comes in by a trunk, where he gets to, and which ways lead out for whom.

The calls room owns the Protocols that are implemented here (:mod:`softswitch.calls.lines`); neither it nor
the trunks room knows the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.bus import keepable
from softswitch.calls.because import NO_ROUTE, NOT_OURS, SWITCH_ALONE
from softswitch.calls.call import Call, Destination
from softswitch.calls.called_leg import Invitation, Login
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.lines import Way
from softswitch.calls.origin import ANONYMOUS, ANONYMOUS_NAME, OutsideCaller
from softswitch.clock import Clock
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.locating import DEFAULT_PORTS
from softswitch.sip.message import Request
from softswitch.sip.sdes import Protection
from softswitch.sip.uri import SipUri
from softswitch.trunks.config import From, OutsideConfig, OutsideRights
from softswitch.trunks.health import RANK
from softswitch.trunks.identity import Presented, called_of, caller_of, fields_of, from_of
from softswitch.trunks.limits import Cap, Usage, account_key, counted_under, help_key, trunk_key
from softswitch.trunks.numbers import LONGEST_SHORT, bare, unhidden
from softswitch.trunks.routes import Choice, Denied, OwnNumbers, Routes
from softswitch.trunks.service import Trunks
from softswitch.trunks.trunk import Server, Trunk

MOST_WAYS: Final = 6
"""Servers tried for one call: at six seconds each a caller has heard nothing for half a minute by then."""
MOST_WAYS_FOR_HELP: Final = 16
"""Of an emergency call: nothing is left untried."""
MOST_CALLS_FOR_HELP: Final = 3
"""Emergency calls of one account at once: nobody needs more, and a stolen password would fill their desks.
All callers from outside together have as many."""
MAX_FORWARDS: Final = 70
"""RFC 3261 §8.1.1.6, for a call whose own did not say."""
SECONDS_A_MINUTE: Final = 60
OUTSIDE: Final = "outside"
"""Stands behind the number of somebody called outside that is an account's name here."""


class OutsideLines:
    """Implements :class:`~softswitch.calls.lines.Lines` and :class:`~softswitch.calls.lines.Exits`.

    ``inside`` finds where the name of a menu, or a number dialled inside, leads; ``menus`` are the numbers of
    menus.
    """

    def __init__(
        self,
        config: OutsideConfig,
        rights: Mapping[str, OutsideRights],
        trunks: Trunks,
        *,
        clock: Clock,
        token: Callable[[], str],
        inside: Callable[[str], Destination | None],
        menus: Sequence[str],
    ) -> None:
        self._config = config
        self._rights = rights
        self._trunks = trunks
        self._clock = clock
        self._token = token
        self._inside = inside
        self._routes = Routes(config, rights)
        self._numbering = self._routes.numbering
        self._own = OwnNumbers(config, self._numbering)
        self.menus_have(menus)
        self.usage = Usage()

    def menus_have(self, numbers: Sequence[str]) -> None:
        """Let callers from outside reach menus at these numbers, as far as they are whole ones."""
        self._menus = {e164: number for number in numbers if (e164 := self._numbering.e164(number))}

    # In

    def arrival(self, request: Request, hop: Hop) -> OutsideCaller | None:
        """See :class:`~softswitch.calls.lines.Lines`."""
        trunk = self._trunks.owner(request, hop)
        if trunk is None:
            return None
        # RFC 3261 §16.3 item 4: our own Via below another's is a call of ours that was sent back to us.
        if any(via.sent_by == hop.local_address for via in request.vias[1:]):
            raise RemoteProtocolError(482, "Loop Detected")
        caller = caller_of(request, trusted=trunk.config.trust_caller)
        told = called_of(request)
        called = next((one for one in told if self._leads_in(one, trunk.name)), told[0] if told else "")
        return OutsideCaller(
            trunk=trunk.name,
            number=self._outsider(ANONYMOUS, trunk.name)
            if caller.hidden
            else self._shown(caller.number, trunk),
            name=ANONYMOUS_NAME if caller.hidden else keepable(caller.name),
            called=keepable(self._numbering.comparable(called)),
            most_calls=trunk.config.max_calls,
            protection=Protection(trunk.config.srtp),
        )

    def _shown(self, number: str, trunk: Trunk) -> str:
        return self._outsider(keepable(self._numbering.comparable(number)), trunk.name)

    def destination(self, caller: OutsideCaller) -> Destination | None:
        """See :class:`~softswitch.calls.lines.Lines`."""
        to = self._leads_in(caller.called, caller.trunk)
        return self._inside(to) if to else None

    def is_urgent(self, number: str) -> bool:
        """See :class:`~softswitch.calls.lines.Lines`."""
        return self._routes.is_emergency(number)

    def why_unknown(self, number: str, caller: OutsideCaller | None) -> str:
        """See :class:`~softswitch.calls.lines.Lines`."""
        if caller is not None:
            return f"{NOT_OURS}:{self._own.nearest(caller.called)}"
        goes_out = len(bare(unhidden(number)[0])) > LONGEST_SHORT
        return NO_ROUTE if goes_out and self._config.trunks else ""

    def own(self, number: str) -> Destination | None:
        """Return where a number of ours leads when it is dialled from inside, so that it need not go out."""
        to = self._leads_in(number, "")
        return self._inside(to) if to else None

    def leads_out(self, number: str) -> bool:
        """Tell whether a number has a way out for anybody, who may still not be allowed to take it."""
        return self._routes.leads_out(number)

    def _leads_in(self, number: str, trunk: str) -> str:
        """Return the menu or the inner number a number of ours leads to, "" for none of ours."""
        part = self._own.find(number, trunk)
        return part.to if part is not None else self._menus.get(self._numbering.e164(number), "")

    # Out

    def ways(self, call: Call, number: str, by: str | None = None) -> Sequence[Way] | Termination | None:
        """See :class:`~softswitch.calls.lines.Exits`."""
        account = by
        if by is None and call.caller.party in self._rights:
            # Of who is served now: who was transferred into a menu must not dial at the cost of who did it.
            account = call.caller.party
        choice = self._routes.choose(number, account)
        if choice is None:
            return None
        if isinstance(choice, Denied):
            return Termination(Reason.NOT_ALLOWED, detail=number, because=choice.because)
        if choice.emergency and call.serves_switch:
            # Whoever asks to be called back may name any number, and there would be nobody to speak.
            return Termination(Reason.NOT_ALLOWED, detail=number, because=SWITCH_ALONE)
        if self.is_used_up(account, for_help=choice.emergency):
            return Termination(Reason.LIMIT_REACHED, detail=number)
        return self._ways(call, choice, account) or Termination(self._why_none(choice), detail=number)

    def reaches(self, number: str, by: str) -> bool:
        """See :class:`~softswitch.calls.lines.Exits`."""
        choice = self._routes.choose(number, by)
        return isinstance(choice, Choice) and not choice.emergency

    def comparable(self, number: str) -> str:
        """See :class:`~softswitch.calls.lines.Exits`."""
        return self._numbering.comparable(unhidden(number)[0])

    def _ways(self, call: Call, choice: Choice, account: str | None) -> list[Way]:
        found: list[tuple[int, Trunk, Server]] = []
        for name in choice.trunks:
            trunk = self._trunks.get(name)
            if trunk is not None and (choice.emergency or not self.is_full(trunk)):
                found += [(_rank(trunk, server), trunk, server) for server in trunk.in_order()]
        found.sort(key=lambda one: one[0])
        most = MOST_WAYS_FOR_HELP if choice.emergency else MOST_WAYS
        return [self._way(call, choice, account, trunk, server) for _, trunk, server in found[:most]]

    def _way(self, call: Call, choice: Choice, account: str | None, trunk: Trunk, server: Server) -> Way:
        config, number = trunk.config, self._numbering.written(choice.number, trunk.config.numbers_as)
        called = SipUri(*_authority(trunk, server, number))
        presented = self._presented(call, choice, account, trunk, called.host)
        login = Login(config.auth_username or config.username, config.password, self._token)
        hops = call.facts.hops
        invitation = Invitation(
            party=self._outsider(choice.number.text, OUTSIDE),
            target=str(called),
            hop=server.hop,
            caller=from_of(presented),
            called=NameAddr(called),
            codecs=_codecs(config.codecs, call.caller.codecs_offered()),
            login=login if config.password else None,
            fields=fields_of(presented),
            # RFC 3261 §16.6 step 3: what comes back to us again and again has an end.
            hops=MAX_FORWARDS if hops is None else min(max(hops - 1, 0), MAX_FORWARDS),
        )
        booking = _Booking(self, trunk, server, account, limited=not choice.emergency)
        wish = Protection(config.srtp)
        return Way(trunk.name, invitation, config.answer_within, booking, wish, account or "")

    def _presented(
        self, call: Call, choice: Choice, account: str | None, trunk: Trunk, domain: str
    ) -> Presented:
        """Return which number is shown: that of who is called for, also after a transfer, if it is ours.

        Somebody from outside who is led out again is shown by his own where the trunk allows it; our number
        then says who led him. Where the switch itself calls for an account, that one has led nobody.
        """
        config, party, diverted = trunk.config, call.caller.party, ""
        origin = call.facts.switch
        if origin is not None and call.serves_switch:
            party = call.facts.account.user
            number, hidden = self._shown_by_switch(origin.number, party, trunk)
        else:
            number, hidden = self._shown_by(party, trunk)
        if account is not None and account != party:
            diverted = self._rights.get(account, OutsideRights()).number or config.number
        elif account is None:
            diverted = call.facts.met_at
        return Presented(
            number=self._written(number or config.username, trunk),
            domain=domain,
            field=config.caller_id,
            user=config.username if config.from_user is From.USERNAME else "",
            # Who calls for help is to be found: there the number is never hidden.
            hidden=(hidden or choice.hidden) and not choice.emergency,
            diverted_by=self._written(diverted, trunk) if diverted else "",
        )

    def _shown_by(self, party: str, trunk: Trunk) -> tuple[str, bool]:
        """Return which number is shown of a party, and whether it is hidden."""
        config, hidden = trunk.config, party.partition("@")[0] == ANONYMOUS
        rights = self._rights.get(party)
        if rights is not None:
            return rights.number or config.number, rights.hide_number
        if not hidden and not config.own_numbers_only:
            return self._numbering.e164(party) or config.number, False
        return config.number, hidden

    def _shown_by_switch(self, wanted: str, account: str, trunk: Trunk) -> tuple[str, bool]:
        """Return which number the switch itself shows: the one it wants to, if it may, else the account's."""
        if wanted in self._rights:
            return self._shown_by(wanted, trunk)
        e164 = self._numbering.e164(wanted)
        if e164 and (not trunk.config.own_numbers_only or self._is_ours(e164, trunk)):
            return e164, False
        return self._shown_by(account, trunk)

    def _is_ours(self, e164: str, trunk: Trunk) -> bool:
        if e164 in self._menus or self._own.find(e164, trunk.name) is not None:
            return True
        numbers = (trunk.config.number, *(rights.number for rights in self._rights.values()))
        return any(self._numbering.e164(number) == e164 for number in numbers if number)

    def _outsider(self, number: str, where: str) -> str:
        """Return the name of somebody outside, which is never that of an account: it gives no rights here."""
        return f"{number}@{where}" if number in self._rights else number

    def _written(self, number: str, trunk: Trunk) -> str:
        outside = self._numbering.outside(number)
        if outside is None or outside.is_short:
            return number
        return self._numbering.written(outside, trunk.config.numbers_as)

    # Limits

    def calls_now(self, trunk: str) -> int:
        """Return how many calls go out over a trunk at this moment."""
        return self.usage.calls(trunk_key(trunk))

    def cap_of_account(self, account: str) -> Cap:
        """Return what an account may at most."""
        rights, limits = self._rights.get(account, OutsideRights()), self._config.outside_limits
        calls = rights.calls_at_once if rights.calls_at_once is not None else limits.calls_per_account
        minutes = rights.minutes_a_day if rights.minutes_a_day is not None else limits.minutes_per_account
        return Cap(calls, minutes * SECONDS_A_MINUTE)

    def cap_of_trunk(self, trunk: Trunk) -> Cap:
        """Return what a trunk may at most."""
        minutes = self._config.outside_limits.minutes_per_trunk
        return Cap(trunk.config.max_calls, minutes * SECONDS_A_MINUTE)

    def is_used_up(self, account: str | None, *, for_help: bool) -> bool:
        """Tell whether an account (None for who came from outside) may not begin one more call."""
        if for_help:
            return self.usage.calls(help_key(account or "")) >= MOST_CALLS_FOR_HELP
        if account is None:
            return False
        return self.usage.is_over(account_key(account), self.cap_of_account(account), self._clock.wall())

    def is_full(self, trunk: Trunk) -> bool:
        """Tell whether a trunk takes no call more, but for emergencies."""
        return self.usage.is_over(trunk_key(trunk.name), self.cap_of_trunk(trunk), self._clock.wall())

    def _why_none(self, choice: Choice) -> Reason:
        trunks = [trunk for name in choice.trunks if (trunk := self._trunks.get(name)) is not None]
        full = any(self.is_full(trunk) for trunk in trunks)
        return Reason.ALL_LINES_BUSY if full else Reason.TRUNK_DOWN

    @property
    def trunks(self) -> Trunks:
        """The trunks."""
        return self._trunks

    @property
    def clock(self) -> Clock:
        """The clock of days."""
        return self._clock


@dataclass(slots=True, eq=False)
class _Booking:
    """One call on one trunk. Implements :class:`~softswitch.calls.lines.Ledger`."""

    lines: OutsideLines
    trunk: Trunk
    server: Server
    account: str | None
    limited: bool

    @property
    def _names(self) -> tuple[str, ...]:
        names = counted_under(self.account or "", self.trunk.name)
        return names if self.limited else (*names, help_key(self.account or ""))

    def began(self) -> Reason | None:
        """See Ledger. It was judged before, but other calls may have begun since."""
        if self.lines.is_used_up(self.account, for_help=not self.limited):
            return Reason.LIMIT_REACHED
        if self.limited and self.lines.is_full(self.trunk):
            return Reason.ALL_LINES_BUSY
        self.lines.usage.began(self._names)
        return None

    def answered(self) -> float | None:
        """See Ledger."""
        self.lines.usage.answered(self, self._names, self.lines.clock.wall())
        self.lines.trunks.call_worked(self.trunk, self.server)
        return self.left()

    def left(self) -> float | None:
        """See Ledger. An emergency call is counted and never cut."""
        if not self.limited:
            return None
        lines, now = self.lines, self.lines.clock.wall()
        left = lines.usage.share(trunk_key(self.trunk.name), lines.cap_of_trunk(self.trunk), now)
        if self.account is None:
            return left
        account = account_key(self.account)
        return min(left, lines.usage.share(account, lines.cap_of_account(self.account), now))

    def ended(self) -> None:
        """See Ledger."""
        self.lines.usage.ended(self, self._names, self.lines.clock.wall())

    def failed(self) -> None:
        """See Ledger."""
        self.lines.trunks.call_failed(self.trunk, self.server)


def _rank(trunk: Trunk, server: Server) -> int:
    """Return how late a server is tried: one whose registrar has lost us is as doubtful as a suspect."""
    rank = RANK[server.health.state]
    lost = trunk.registration is not None and not trunk.registration.is_registered
    return max(rank, 1) if lost else rank


def _authority(trunk: Trunk, server: Server, number: str) -> tuple[str, str, int | None]:
    """Return host, user and port of the URI of a number at a trunk's server."""
    place = server.place
    if trunk.config.domain:
        return trunk.domain, number, None
    name = place.name or place.host
    host = f"[{name}]" if ":" in name else name
    return host, number, None if place.port == DEFAULT_PORTS[place.transport] else place.port


def _codecs(allowed: Sequence[str], callers: Sequence[str]) -> tuple[str, ...]:
    """Return a trunk's codecs, in the caller's own order, so that no sample is transcoded."""
    names = [name.upper() for name in allowed]
    return tuple(sorted(names, key=lambda name: callers.index(name) if name in callers else len(callers)))
