"""Where the stack's events are sorted: new calls begin here, everything else finds its leg."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

from softswitch.bus import EventLog
from softswitch.calls.call import LONGEST_SECONDS, Call, Destination, Facts
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.leg import SDP, Surroundings, check_body, sdp_of
from softswitch.events import CallArrived, CallEvent
from softswitch.ids import make_id
from softswitch.registrar.accounts import Account
from softswitch.registrar.credentials import Authenticator
from softswitch.registrar.service import Registrar
from softswitch.sip.dialog import behind_nat
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.message import Request
from softswitch.sip.offer_answer import Local, answer
from softswitch.sip.signals import (
    Incoming,
    Reply,
    UserOutput,
)
from softswitch.sip.stack import ALLOW
from softswitch.sip.uri import OpaqueUri, dialled

Router = Callable[[str, Account], Destination | None]
"""Finds where a dialled number leads, None when nowhere."""

SUPPORTED: frozenset[str] = frozenset({"replaces"})
"""Extensions a request may require of us; Replaces only as far as saying that it replaces nothing."""


class Switchboard:
    """Takes every user event of the SIP stack."""

    def __init__(
        self,
        around: Surroundings,
        *,
        registrar: Registrar,
        authenticator: Authenticator,
        router: Router,
        log: EventLog,
        longest: float = LONGEST_SECONDS,
    ) -> None:
        self._around = around
        self._registrar = registrar
        self._authenticator = authenticator
        self._router = router
        self._log = log
        self._longest = longest
        self._calls: set[Call] = set()
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def calls(self) -> int:
        """How many calls there are now."""
        return len(self._calls)

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
        elif not self._around.directory.deliver(output) and isinstance(output, Reply):
            self._replied_too_late(output)

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
            else:
                self._outside(incoming)
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
        if leg is None and incoming.request.method == "BYE":
            self._reply(incoming, 200)  # It crossed ours.
            return
        if leg is None:
            raise RemoteProtocolError(481, "No such call")
        if incoming.request.method != "BYE":  # Whatever it requires, it ends the call.
            _check_extensions(incoming.request)
        leg.requested(incoming)

    def _outside(self, incoming: Incoming) -> None:
        request = incoming.request
        _check_extensions(request)
        match request.method:
            case "REGISTER":
                fields = self._registrar.register(request, incoming.hop)
                self._reply(incoming, 200, *fields)
            case "INVITE":
                self._invited(incoming)
            case "OPTIONS":
                _check_scheme(request)
                self._reply(incoming, 200, ("Allow", ALLOW), ("Accept", SDP), ("Accept-Language", "en, pl"))
            case "BYE" | "INFO" | "UPDATE" | "PRACK" | "NOTIFY":
                raise RemoteProtocolError(481, "No such call")
            case "SUBSCRIBE":
                raise RemoteProtocolError(489, "Bad Event")
            case _:
                raise RemoteProtocolError(405, "Method Not Allowed", fields=(("Allow", ALLOW),))

    def _invited(self, incoming: Incoming) -> None:
        request = incoming.request
        _check_invite(request)
        account = self._authenticator.account(request, incoming.hop)
        if self._tasks is None:
            raise RemoteProtocolError(503, "Shutting down", fields=(("Retry-After", "5"),))
        number = dialled(request.uri)
        at = self._around.clock.wall()
        call_id = make_id(at)
        facts = Facts(
            call_id,
            account,
            number,
            behind_nat(incoming.hop, request),
            request.fields.get("User-Agent") or "",
        )
        log = self._log

        def record(event: CallEvent) -> None:
            log.append(event, call=call_id)

        around = replace(self._around, record=record)
        call = Call(incoming, facts, around, finished=self._calls.discard, longest=self._longest)
        self._calls.add(call)
        around.record(
            CallArrived(
                leg=call.caller.name,
                caller=account.user,
                caller_name=account.name,
                called=number,
                source=incoming.hop.address,
                account=account.user,
            )
        )
        call.caller.trying()
        self._tasks.create_task(call.run(self._router(number, account)), name=f"call {call_id}")

    def _reply(self, incoming: Incoming, status: int, *fields: tuple[str, str], reason: str = "") -> None:
        response = self._around.signaller.stack.response(incoming.transaction, status, reason)
        for name, value in fields:
            response.fields.add(name, value)
        self._around.signaller.respond(incoming.transaction, response)


def _check_extensions(request: Request) -> None:
    """Refuse what requires an extension we do not speak (RFC 3261 §8.2.2.3)."""
    unknown = sorted(request.fields.tokens("Require") - SUPPORTED)
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
    if request.fields.get("Replaces") is not None:
        # RFC 3891 §3: it replaces nothing we know.
        raise RemoteProtocolError(481, "No such call to replace")
    if not request.contacts:
        raise RemoteProtocolError(400, "INVITE without Contact")
    check_body(request)
    if request.body:
        answer(sdp_of(request), Local("0.0.0.0", 9, 0))  # A trial: only whether it can be.
