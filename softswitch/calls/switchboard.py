"""Where the stack's events are sorted: new calls begin here, everything else finds its leg."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from softswitch.bus import EventLog
from softswitch.calls.bodies import SDP, check_body
from softswitch.calls.call import LONGEST_SECONDS, Call, Destination, Facts, FirstLeg, Seat
from softswitch.calls.caller_leg import CALLER_LEG, CallerLeg
from softswitch.calls.directory import Addressee
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.leg import Leg, Surroundings
from softswitch.calls.lines import Lines, NoLines
from softswitch.calls.origin import NOBODY, OutsideCaller, SwitchCaller
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.protection import LegProtection, refusal
from softswitch.calls.services import Service
from softswitch.calls.signals import Signal
from softswitch.calls.takeover import Takeover
from softswitch.events import CallArrived, CallEvent
from softswitch.ids import make_id
from softswitch.registrar.accounts import Account
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.service import Registrar
from softswitch.sip.abilities import ALLOW, SUPPORTED
from softswitch.sip.dialog import behind_nat
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.message import Request
from softswitch.sip.replaces import Replaces, parse_replaces
from softswitch.sip.session_timer import granted
from softswitch.sip.signals import (
    DialogId,
    Incoming,
    Reply,
    UserOutput,
)
from softswitch.sip.uri import OpaqueUri, dialled

CALLS_PER_ACCOUNT: Final = 10
"""Calls one account may make at once, unless configured otherwise: a person has two or three, and a stolen
password is worth no more than that many."""

Router = Callable[[str, Account], Destination | None]
"""Finds where a dialled number leads, None when nowhere."""

ABILITIES: Final = (
    ("Allow", ALLOW),
    ("Accept", SDP),
    ("Accept-Language", "en, pl"),
    ("Supported", SUPPORTED),
)
"""What OPTIONS are answered with (RFC 3261 §11.2)."""

EXTENSIONS: frozenset[str] = frozenset(SUPPORTED.split(", "))
"""Extensions a request may require of us."""


class Switchboard:
    """Takes every user event of the SIP stack."""

    def __init__(
        self,
        around: Surroundings,
        *,
        registrar: Registrar,
        authenticator: Authenticator,
        router: Router,
        accounts: Callable[[str], Account | None],
        log: EventLog,
        longest: float = LONGEST_SECONDS,
        per_account: int = CALLS_PER_ACCOUNT,
        services: Sequence[Service] = (),
        lines: Lines | None = None,
    ) -> None:
        self._around = around
        self._registrar = registrar
        self._authenticator = authenticator
        self._router = router
        self._accounts = accounts
        self._log = log
        self._longest = longest
        self._per_account = per_account
        self._services = tuple(services)
        self._by_method = {method: service for service in services for method in service.methods}
        self._abilities = (*ABILITIES, *(field for service in services for field in service.abilities))
        self._lines: Lines = lines or NoLines()
        self._calls: set[Call] = set()
        self._of_account: dict[tuple[str, str], set[Call]] = {}
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def calls(self) -> int:
        """How many calls there are now."""
        return len(self._calls)

    @property
    def live(self) -> frozenset[str]:
        """The ids of all calls there are now."""
        return frozenset(call.facts.id for call in self._calls)

    def open(self, tasks: asyncio.TaskGroup) -> None:
        """Accept calls from now on; their tasks belong to this group."""
        self._tasks = tasks

    def close(self) -> None:
        """Refuse new calls and end those there are."""
        self._tasks = None
        for call in list(self._calls):
            call.end(Termination(Reason.SWITCH_STOPPED))

    def handle(self, output: UserOutput) -> None:
        """Take one event of the stack."""
        if isinstance(output, Incoming):
            self._incoming(output)
        elif (
            not self._around.directory.deliver(output)
            and not self._taken(output)
            and isinstance(output, Reply)
        ):
            self._replied_too_late(output)

    def _taken(self, output: UserOutput) -> bool:
        return any(service.take(output) for service in self._services)

    def _replied_too_late(self, reply: Reply) -> None:
        """End what a phone answered after its leg was over: else it would talk to nobody for ever.

        RFC 3261 §9.1, §13.2.2.4: a 2xx that crosses our CANCEL is acknowledged and ended by BYE.
        """
        response, signaller = reply.response, self._around.signaller
        if response.cseq.method != "INVITE" or not 200 <= response.status < 300 or reply.dialog is None:
            return
        if signaller.stack.has_dialog(reply.dialog):
            signaller.acknowledge(reply.dialog, response.cseq.number)
            reason = Termination(Reason.CANCELLED).reason_field()
            signaller.send_in_dialog(reply.dialog, "BYE", fields=(("Reason", reason),))

    def _incoming(self, incoming: Incoming) -> None:
        try:
            if incoming.dialog is not None:
                self._in_dialog(incoming)
            elif (who := self._admitted(incoming)) is not None:
                self._serve(incoming, who)
        except RemoteProtocolError as error:
            self._reply(incoming, error.status, *error.fields, reason=error.reason)
        except Exception:
            # The sender gets an answer whatever our fault was, unless it has one; the driver logs the fault.
            with contextlib.suppress(LocalProtocolError):
                self._reply(incoming, 500)
            raise

    def _in_dialog(self, incoming: Incoming) -> None:
        assert incoming.dialog is not None
        leg = self._around.directory.of_dialog(incoming.dialog)
        if incoming.request.method != "BYE":  # Whatever it requires, it ends the call.
            _check_extensions(incoming.request)
        if leg is not None:
            self._check_asker(incoming, leg)
            leg.requested(incoming)
        elif not self._taken(incoming):
            if incoming.request.method != "BYE":
                raise RemoteProtocolError(481, "No such call")
            self._reply(incoming, 200)  # It crossed ours.

    def _check_asker(self, incoming: Incoming, leg: Addressee) -> None:
        """Ask for credentials where a REFER comes from another host than its phone.

        It is carried out with the rights of the phone's account, and who has read a dialog's tags on the way
        can write one.
        """
        if incoming.request.method != "REFER" or not isinstance(leg, PhoneLeg):
            return
        if incoming.hop.host != leg.hop.host:
            account = self._authenticator.account(incoming.request, incoming.hop)
            if account.user != leg.party:
                raise RemoteProtocolError(403, "Not your call")

    def _admitted(self, incoming: Incoming) -> Account | OutsideCaller | None:
        """Return the account or the trunk's caller a request is from; None for one that is answered here.

        That is all that strangers get. RFC 3261 §26.3.2.4: they are answered once, and nothing is kept of
        what they sent.
        """
        try:
            if incoming.request.method != "OPTIONS":
                return self._account(incoming)
            _check_extensions(incoming.request)
            _check_scheme(incoming.request)
        except RemoteProtocolError as error:
            status, reason, fields = error.status, error.reason, error.fields
        else:
            status, reason, fields = 200, "", self._abilities
        self._around.signaller.dismiss(incoming.transaction, status, reason=reason, fields=fields)
        return None

    def _account(self, incoming: Incoming) -> Account | OutsideCaller:
        request = incoming.request
        _check_extensions(request)
        match request.method:
            case "REGISTER":
                pass
            case "INVITE":
                _check_invite(request)
                if (outside := self._lines.arrival(request, incoming.hop)) is not None:
                    return outside
            case method if (service := self._by_method.get(method)) is not None:
                _check_scheme(request)
                service.check(request)
            case "BYE" | "INFO" | "UPDATE" | "PRACK" | "NOTIFY":
                raise RemoteProtocolError(481, "No such call")
            case "SUBSCRIBE":
                raise RemoteProtocolError(489, "Bad Event")
            case _:
                raise RemoteProtocolError(405, "Method Not Allowed", fields=(("Allow", ALLOW),))
        return self._authenticator.account(request, incoming.hop)

    def _serve(self, incoming: Incoming, who: Account | OutsideCaller) -> None:
        if incoming.request.method == "REGISTER" and isinstance(who, Account):
            fields = self._registrar.register(who, incoming.request, incoming.hop)
            self._reply(incoming, 200, *fields)
        elif isinstance(who, Account) and incoming.request.method in self._by_method:
            self._by_method[incoming.request.method].serve(incoming, who)
        else:
            self._invited(incoming, who)

    def _invited(self, incoming: Incoming, who: Account | OutsideCaller) -> None:
        request = incoming.request
        # RFC 3261 §8.2 has bodies looked into after authentication: it is work, and not for strangers.
        account, outside = (who, None) if isinstance(who, Account) else (NOBODY, who)
        wanted = self._around.protection(account.user) if outside is None else outside.protection
        if self._tasks is None:
            raise RemoteProtocolError(503, "Shutting down", fields=(("Retry-After", "5"),))
        number = dialled(request.uri) if outside is None else outside.called
        takeover = self._takeover(request, account)
        facts = Facts(
            make_id(self._around.clock.wall()),
            account,
            number,
            behind_nat(incoming.hop, request),
            request.fields.get("User-Agent") or "",
            outside,
            hops=request.max_forwards,
        )
        call = self._new_call(
            facts,
            lambda around, tell: _caller_leg(incoming, facts, around, tell),
            CallArrived(
                leg=CALLER_LEG,
                caller=facts.caller,
                caller_name=facts.caller_name,
                called=number,
                source=incoming.hop.address,
                account=account.user,
                sip_call_id=request.call_id,
                trunk=outside.trunk if outside is not None else "",
            ),
        )
        refused = refusal(request, wanted, account.user if outside is None else outside.trunk)
        if refused is None:
            call.first.trying()
        else:
            call.end(refused)  # A call all the same: its record tells what is wrong with the phone.
        self._limit(call)
        destination = takeover
        if destination is None and outside is not None:
            destination = self._lines.destination(outside)
        elif destination is None:
            destination = self._router(number, account)
        unknown = self._lines.why_unknown(number, outside) if destination is None else ""
        self.start(call, destination, unknown=unknown)

    def _new_call(self, facts: Facts, first: FirstLeg, arrived: CallArrived) -> Call:
        log = self._log

        def record(event: CallEvent) -> None:
            log.append(event, call=facts.id)

        around = replace(self._around, record=record)
        call = Call(facts, around, first, office=self, finished=self._finished, longest=self._longest)
        self._calls.add(call)
        record(arrived)
        return call

    # Calls that the switch makes by itself (see originate)

    @property
    def is_open(self) -> bool:
        """Tell whether calls may begin."""
        return self._tasks is not None

    def account(self, user: str) -> Account | None:
        """Return an account by its name, None when there is none."""
        return self._accounts(user)

    def begin(self, account: Account, called: str, origin: SwitchCaller, first: FirstLeg) -> Call:
        """Take in a call with the rights of an account, counted with its others; see :meth:`start`."""
        call_id = make_id(self._around.clock.wall())
        facts = Facts(call_id, account, called, behind_nat=False, switch=origin)
        call = self._new_call(
            facts,
            first,
            CallArrived(
                leg="",
                caller=origin.number,
                caller_name=origin.name,
                called=called,
                source="",
                account=account.user,
                made_for=origin.made_for,
            ),
        )
        self._limit(call)
        return call

    def start(
        self, call: Call, destination: Destination | None, *, unknown: str = ""
    ) -> asyncio.Task[Termination]:
        """Let a call run its course; the switch must be open for calls."""
        assert self._tasks is not None
        return self._tasks.create_task(call.run(destination, unknown=unknown), name=f"call {call.facts.id}")

    def why_unknown(self, number: str) -> str:
        """Return why a number leads nowhere (see :mod:`softswitch.calls.because`), "" for no more to say."""
        return self._lines.why_unknown(number, None)

    def _limit(self, call: Call) -> None:
        """Count a call with the others of its account or trunk; one too many ends, unless it is for help."""
        outside = call.facts.outside
        most = self._per_account if outside is None else outside.most_calls
        others = self._of_account.setdefault(_counted_with(call), set())
        if len(others) < most or (outside is None and self._lines.is_urgent(call.facts.called)):
            others.add(call)
        else:
            call.end(Termination(Reason.TOO_MANY_CALLS))

    # What calls ask of the whole (see call.Office)

    def destination(self, number: str, *, by: str) -> Destination | None:
        """Return where ``number`` leads when the account ``by`` sends somebody there, None when nowhere."""
        account = self._accounts(by)
        return self._router(number, account) if account is not None else None

    def seat(self, dialog: DialogId) -> Seat | None:
        """Return the call and the leg of a dialog, None when there is none."""
        leg = self._around.directory.of_dialog(dialog)
        if leg is None:
            return None
        return next(
            (
                Seat(call, one)
                for call in self._calls
                for one in call.legs
                if one is leg and call.takes_part(one)
            ),
            None,
        )

    def seats(self, party: str) -> Sequence[Seat]:
        """Return the legs of an account that ring or talk, the one that began first before others."""
        by_age = sorted(self._calls, key=lambda call: call.facts.id)
        return [
            Seat(call, leg) for call in by_age for leg in call.legs if leg.party == party and not leg.over
        ]

    def _seat_wanted(self, request: Request) -> tuple[Seat, Replaces] | None:
        text = request.fields.get("Replaces")
        if text is None:
            return None
        replaces = parse_replaces(text)
        seat = self.seat(replaces.dialog)
        if seat is None or seat.leg.over:
            raise RemoteProtocolError(481, "No such call to replace")
        return seat, replaces

    def _takeover(self, request: Request, account: Account) -> Destination | None:
        """Return the place an INVITE asks for by Replaces, None when it asks for none.

        Raises RemoteProtocolError as RFC 3891 §3 has it.
        """
        wanted = self._seat_wanted(request)
        if wanted is None:
            return None
        seat, replaces = wanted
        if seat.leg.party != account.user:
            raise RemoteProtocolError(403, "The call to be replaced is not yours")
        if replaces.early_only and seat.leg.is_up:
            raise RemoteProtocolError(486, "Answered already")
        if seat.leg is seat.call.first and not seat.leg.is_up:
            # An early dialog "that was not initiated by this UA".
            raise RemoteProtocolError(481, "A call that is not answered yet")
        return Takeover(seat)

    def find(self, part: str) -> Call | None:
        """Return the one call of now with this id, or this end of it; None for none, or for several."""
        found = [call for call in self._calls if part and call.facts.id.endswith(part.upper())]
        return found[0] if len(found) == 1 else None

    def _finished(self, call: Call) -> None:
        self._calls.discard(call)
        name = _counted_with(call)
        others = self._of_account.get(name, set())
        others.discard(call)
        if not others:
            self._of_account.pop(name, None)

    def _reply(self, incoming: Incoming, status: int, *fields: tuple[str, str], reason: str = "") -> None:
        response = self._around.signaller.stack.response(incoming.transaction, status, reason)
        for name, value in fields:
            response.fields.add(name, value)
        self._around.signaller.respond(incoming.transaction, response)


def _caller_leg(
    incoming: Incoming, facts: Facts, around: Surroundings, tell: Callable[[Leg, Signal], None]
) -> CallerLeg:
    leg = CallerLeg(incoming, facts.caller, around, tell)
    leg.display = facts.caller_name
    # Nobody outside is told which of us he talks with: names and inner numbers stay inside.
    leg.shows_identity = facts.outside is None
    if facts.outside is not None:
        leg.came_by = facts.outside.trunk
        leg.srtp = LegProtection(facts.outside.protection, around.key_source)
    return leg


def _counted_with(call: Call) -> tuple[str, str]:
    outside = call.facts.outside
    return ("account", call.facts.account.user) if outside is None else ("trunk", outside.trunk)


def _check_extensions(request: Request) -> None:
    """Refuse what requires an extension we do not speak (RFC 3261 §8.2.2.3)."""
    unknown = sorted(request.fields.tokens("Require") - EXTENSIONS)
    if unknown:
        raise RemoteProtocolError(420, "Bad Extension", fields=(("Unsupported", ", ".join(unknown)),))


def _check_scheme(request: Request) -> None:
    # RFC 3261 §8.2.2.1.
    if isinstance(request.uri, OpaqueUri):
        raise RemoteProtocolError(416, "Unsupported URI Scheme")


def _check_invite(request: Request) -> None:
    """Refuse an INVITE that no account could make good (RFC 3261 §8.2), before asking who it is."""
    _check_scheme(request)
    if request.max_forwards == 0:
        raise RemoteProtocolError(483, "Too Many Hops")
    granted(request)  # An interval that is too short is refused now, and not when somebody answers.
    if not request.contacts:
        raise RemoteProtocolError(400, "INVITE without Contact")
    check_body(request)
