"""The leg of a phone that we call: invited, ringing, answered, refused, or cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from softswitch.calls.bodies import SDP, sdp_of
from softswitch.calls.hangup import CALLEE, ELSEWHERE, GIVEN_UP, Codes, Reason, Termination, of_status
from softswitch.calls.leg import Leg, Progress, Surroundings
from softswitch.calls.signals import Answered, Ringing, Signal
from softswitch.events import LegInvited, LegRinging
from softswitch.sip.digest import authorize
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import NameAddr, parse_reason
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.offer_answer import PCMA, PCMU, Agreement, Direction, accept, offer
from softswitch.sip.sdp import SessionDescription
from softswitch.sip.signals import Cause, DialogId, Failed, Reply, TransactionKey

GLARE_OWNER = (2.1, 4.0)
"""Seconds the owner of the Call-ID waits after a 491 before it tries again (RFC 3261 §14.1)."""
CALL_GONE = 481
"""What a re-INVITE comes to whose call has ended meanwhile, whoever ended it."""


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
        self._early: dict[DialogId, Agreement] = {}
        """What each dialog of the INVITE agreed to before the answer."""
        self.refusal = ""
        """How the other side said no, in its own words."""
        self.speaks_for_all = False
        """Its refusal is the person's and not the one phone's."""
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
        self.sent(self._offer)

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
            # RFC 3261 §21.6: a 6xx "has definitive information about a particular user".
            self.speaks_for_all = status >= 600
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
        early = self._heard_early(reply)
        first = self.progress is Progress.NEW
        self.progress = Progress.RINGING
        if first or early:
            self.around.record(LegRinging(self.name, self.party, early))
            self.tell(self, Ringing(early))

    def _heard_early(self, reply: Reply) -> bool:
        """Take a description from before the answer; the sound of the first one is heard."""
        agreement = self._agreement_in(reply.response)
        if agreement is None:
            return False
        if reply.dialog is not None:
            self._early.setdefault(reply.dialog, agreement)
        if self.stream is not None:
            return False
        self.agreed(agreement)
        return True

    def _agreement_in(self, response: Response) -> Agreement | None:
        assert self._offer is not None
        try:
            return accept(self._offer, sdp_of(response))
        except RemoteProtocolError:
            return None

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
        # RFC 3261 §13.2.1: an exchange belongs to its dialog, and "the first session description it receives"
        # is the answer: a 2xx need not repeat it. One that differs is followed (see DECISIONS.md).
        early = self._early.get(reply.dialog)
        agreement = self._agreement_in(reply.response) if reply.response.body else early
        if agreement is None:
            self.progress = Progress.UP  # As the phone sees it, so that its end is a BYE.
            self.fail(Termination(Reason.NO_COMMON_CODEC))
            return
        self.came_up(agreement)
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
            self._reinvite_answer.set_result(CALL_GONE)

    def codes(self) -> Codes:
        """What is written down: a phone that never answered was cancelled, however well the call went."""
        return self.termination.codes(answered=self.answered, otherwise=GIVEN_UP)

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
        while self.progress is Progress.UP:
            status = await self._send_reinvite(direction)
            if status != 491:
                return status
            low, high = GLARE_OWNER
            await asyncio.sleep(low + (high - low) * self.around.random())
        # RFC 3261 §14.1: "if the call was already hung up with a BYE, the re-INVITE would not take place".
        return CALL_GONE

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
        self.sent(self._reinvite_offer)
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
