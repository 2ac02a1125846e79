"""The leg of a phone that we call: invited, ringing, answered, refused, or cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from softswitch.calls.hangup import CALLEE, ELSEWHERE, Reason, Termination, of_status
from softswitch.calls.leg import SDP, Leg, Progress, Surroundings, sdp_of
from softswitch.calls.signals import Answered, Ringing, Signal
from softswitch.events import LegInvited, LegRinging
from softswitch.sip.digest import authorize
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import NameAddr, parse_reason
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.offer_answer import PCMA, PCMU, Direction, accept, offer
from softswitch.sip.sdp import SessionDescription
from softswitch.sip.signals import Cause, DialogId, Failed, Reply, TransactionKey

GLARE_OWNER = (2.1, 4.0)
"""Seconds the owner of the Call-ID waits after a 491 before it tries again (RFC 3261 §14.1)."""


@dataclass(frozen=True, slots=True)
class Login:
    """How we prove who we are when the other side asks."""

    user: str
    password: str = field(repr=False)
    nonce: Callable[[], str] = field(repr=False)
    """Makes the client's own nonce."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom to call and on whose behalf. ``target`` is the Request-URI, ``hop`` the way there."""

    party: str
    target: str
    hop: Hop
    caller: NameAddr
    called: NameAddr
    codecs: tuple[str, ...] = (PCMA, PCMU)
    login: Login | None = None


class CalledLeg(Leg):
    """A called phone."""

    def __init__(
        self,
        name: str,
        invitation: Invitation,
        around: Surroundings,
        tell: Callable[[Leg, Signal], None],
    ) -> None:
        super().__init__(name, invitation.party, around, invitation.hop, tell)
        self._invitation = invitation
        self._transaction: TransactionKey | None = None
        self._offer: SessionDescription | None = None
        self._cancelled = False
        self.refusal = ""
        """How the other side said no, in its own words."""
        self._invite: Request | None = None
        self._reinvite: TransactionKey | None = None
        self._reinvite_offer: SessionDescription | None = None
        self._reinvite_answer: asyncio.Future[int] | None = None

    async def invite(self, near: Leg | None = None) -> None:
        """Call the phone; raise NoMedia when no port can be had."""
        invitation, signaller = self._invitation, self.around.signaller
        await self.open_sound(near)
        self._offer = offer(self.local(invitation.codecs))
        request = signaller.stack.request(
            "INVITE", target=invitation.target, local=invitation.caller, remote=invitation.called
        )
        request.fields.add("Contact", self.contact())
        request.put_body(self._offer.to_bytes(), SDP)
        self.around.record(LegInvited(self.name, self.party, invitation.target))
        self._send(request)

    def _send(self, request: Request) -> None:
        self._invite = request
        self._transaction = self.around.signaller.send(request, self._invitation.hop)
        self.around.directory.expect(self._transaction, self)

    def _authorized(self, response: Response) -> bool:
        """Send the INVITE again with credentials; False when we have none, or they were refused."""
        login, first = self._invitation.login, self._invite
        if login is None or first is None or self._cancelled:
            return False
        if first.fields.get("Authorization") or first.fields.get("Proxy-Authorization"):
            return False
        again = first.again()
        if not authorize(again, response, user=login.user, password=login.password, cnonce=login.nonce()):
            return False
        self._send(again)
        return True

    def replied(self, reply: Reply) -> None:
        """Take a response: to the INVITE, or to a re-INVITE of ours."""
        if reply.transaction == self._reinvite:
            self._reinvite_replied(reply)
            return
        if reply.transaction != self._transaction:
            return
        status = reply.response.status
        if status < 200:
            self._progressed(reply)
        elif status < 300:
            self._answered(reply)
        elif status in (401, 407) and self._authorized(reply.response):
            return
        elif self.progress is not Progress.UP:
            self.refusal = _words(reply.response)
            self.ended(Termination(Reason.CANCELLED) if self._cancelled else of_status(status))

    def failed(self, failed: Failed) -> None:
        """Take that the phone does not answer at all."""
        if failed.transaction == self._reinvite:
            self._reinvite = None
            if self._reinvite_answer is not None and not self._reinvite_answer.done():
                self._reinvite_answer.set_result(408)
        elif failed.transaction == self._transaction and self.progress is not Progress.UP:
            reason = Reason.OFFLINE if failed.cause is Cause.BROKEN else Reason.UNREACHABLE
            self.ended(Termination(reason, CALLEE))

    def _progressed(self, reply: Reply) -> None:
        if reply.response.status == 100 or self.progress not in (Progress.NEW, Progress.RINGING):
            return
        early = False
        if reply.response.body and self.stream is None:
            early = self._take_answer(reply)
        first = self.progress is Progress.NEW
        self.progress = Progress.RINGING
        if first or early:
            self.around.record(LegRinging(self.name, self.party, early))
            self.tell(self, Ringing(early))

    def _take_answer(self, reply: Reply) -> bool:
        assert self._offer is not None
        try:
            self.agreed(accept(self._offer, sdp_of(reply.response)))
        except RemoteProtocolError:
            return False
        return True

    def _answered(self, reply: Reply) -> None:
        assert reply.dialog is not None
        signaller = self.around.signaller
        signaller.acknowledge(reply.dialog, reply.response.cseq.number)
        if self.progress is Progress.UP or self.progress is Progress.ENDED or self._cancelled:
            # Another phone behind the same contact answered too, or our CANCEL crossed the answer.
            self._end_fork(reply.dialog)
            if self.progress is not Progress.UP:
                self.ended(Termination(Reason.ANSWERED_ELSEWHERE))
            return
        self.dialog = reply.dialog
        self.around.directory.know(reply.dialog, self)
        self.progress = Progress.UP
        # RFC 3261 §13.2.1: a description in the 2xx repeats one from a reliable provisional; an unreliable
        # one, as here, may differ, so the 2xx counts.
        if not self._take_answer(reply):
            self.fail(Termination(Reason.NO_COMMON_CODEC))
            return
        self.record_answer()
        self.tell(self, Answered())

    def _end_fork(self, dialog: DialogId) -> None:
        reason = ("Reason", Termination(Reason.ANSWERED_ELSEWHERE).reason_field())
        self.around.signaller.send_in_dialog(dialog, "BYE", fields=(reason,))

    def release(self, termination: Termination) -> None:
        """Cancel the INVITE if it is still open, else say BYE."""
        if self.progress is Progress.UP:
            self.bye(termination)
        elif self._transaction is not None:
            self._cancelled = True
            elsewhere = termination.reason is Reason.ANSWERED_ELSEWHERE
            reason = ELSEWHERE if elsewhere else termination.reason_field()
            self.around.signaller.cancel(self._transaction, reason=reason)

    def ended(self, termination: Termination) -> None:
        """Note the end, also for whoever waits for the answer to a re-INVITE: it will not come any more."""
        super().ended(termination)
        if self._reinvite_answer is not None and not self._reinvite_answer.done():
            self._reinvite_answer.set_result(481)

    def hung_up_reason(self) -> Reason:
        """A called phone's BYE ends the call well."""
        return Reason.CALLEE_HUNG_UP

    def side(self) -> str:
        """The called side."""
        return CALLEE

    # Changing the call from our side

    async def redirect_sound(self, direction: Direction) -> int:
        """Send a re-INVITE with another direction (hold, resume); return the final status.

        A 491 is tried again after the pause RFC 3261 §14.1 gives the owner of the Call-ID. A refusal
        leaves everything as it was.
        """
        while True:
            status = await self._send_reinvite(direction)
            if status != 491 or self.progress is not Progress.UP:
                return status
            low, high = GLARE_OWNER
            await asyncio.sleep(low + (high - low) * self.around.random())

    async def _send_reinvite(self, direction: Direction) -> int:
        assert self.dialog is not None
        self._reinvite_offer = offer(self.local(), direction=direction, before=self._ours)
        self._reinvite_answer = asyncio.get_running_loop().create_future()
        try:
            self._reinvite = self.around.signaller.send_in_dialog(
                self.dialog, "INVITE", body=self._reinvite_offer.to_bytes(), content_type=SDP
            )
        except LocalProtocolError:
            return 491
        self.around.directory.expect(self._reinvite, self)
        return await self._reinvite_answer

    def _reinvite_replied(self, reply: Reply) -> None:
        status = reply.response.status
        if status < 200:
            return
        if status < 300 and self.dialog is not None and self._reinvite_offer is not None:
            try:
                self.around.signaller.acknowledge(self.dialog, reply.response.cseq.number)
                self.agreed(accept(self._reinvite_offer, sdp_of(reply.response)))
            except LocalProtocolError:
                return  # The phone hung up while its answer was on the way.
            except RemoteProtocolError:
                self.fail(Termination(Reason.NO_COMMON_CODEC))
        self._reinvite = None
        if self._reinvite_answer is not None and not self._reinvite_answer.done():
            self._reinvite_answer.set_result(status)
        if status in (408, 481):
            # RFC 3261 §14.1: the other side knows nothing of the call any more.
            self.fail(Termination(Reason.PEER_FAILED))


def _words(response: Response) -> str:
    """Return a refusal as people read it, with the reason its sender gave, if any (RFC 3326)."""
    said = f"{response.status} {response.reason}".strip()
    field = response.fields.get("Reason")
    try:
        text = parse_reason(field)[2] if field else ""
    except RemoteProtocolError:
        text = ""
    return f"{text} ({said})" if text else said
