"""The leg of a phone that we call: invited, ringing, answered, refused, or cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from softswitch.calls.bodies import SDP, sdp_of
from softswitch.calls.changes import timers_wanted
from softswitch.calls.hangup import CALLEE, ELSEWHERE, GIVEN_UP, Codes, Reason, Termination
from softswitch.calls.leg import Leg, Progress, Surroundings
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Answered, Ringing, Signal
from softswitch.events import LegInvited, LegRinging
from softswitch.sip.abilities import ALLOW
from softswitch.sip.digest import authorize
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.headers import NameAddr, parse_reason
from softswitch.sip.hop import Hop, bare_host
from softswitch.sip.message import Request, Response
from softswitch.sip.offer_answer import PCMA, PCMU, Agreement, accept, offer
from softswitch.sip.sdp import SessionDescription
from softswitch.sip.session_timer import Fields, agreed, min_se
from softswitch.sip.signals import Cause, DialogId, Failed, Reply, TransactionKey
from softswitch.sip.uri import SipUri, Uri, dialled, parse_uri

MOST_INTERVALS: Final = 3
"""Times an INVITE is sent again because its session interval was too small: a proxy may want more."""


@dataclass(frozen=True, slots=True)
class Login:
    """How we prove who we are when the other side asks."""

    user: str
    password: str = field(repr=False)
    nonce: Callable[[], str] = field(repr=False)
    """Makes the client's own nonce."""

    def prove(self, again: Request, response: Response) -> bool:
        """Add credentials for a challenge to a request about to be sent again; False when none suit it."""
        return authorize(again, response, user=self.user, password=self.password, cnonce=self.nonce())


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
    display: str = ""
    """The called party's name."""
    fields: Fields = ()
    """Further header fields of the INVITE."""
    hops: int = 70
    """Its Max-Forwards (RFC 3261 §8.1.1.6)."""


class CalledLeg(PhoneLeg):
    """A called phone."""

    def __init__(
        self,
        name: str,
        invitation: Invitation,
        around: Surroundings,
        tell: Callable[[Leg, Signal], None],
    ) -> None:
        super().__init__(name, invitation.party, around, invitation.hop, tell, owner=True)
        self.display = invitation.display
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
        self.moved_to = ""
        """The number it is to be called at instead (a 3xx), "" for none."""
        self._invite: Request | None = None
        self._intervals = 0

    def request_uri(self) -> Uri | None:
        """Return what we call the phone by."""
        return parse_uri(self._invitation.target)

    async def invite(self, near: Leg | None = None) -> None:
        """Call the phone; raise NoMedia when no port can be had."""
        await self.open_sound(near)
        self._call()

    def _call(self) -> None:
        invitation, signaller = self._invitation, self.around.signaller
        self.srtp.propose(invitation.hop)
        self._offer = offer(self.local(invitation.codecs))
        request = signaller.stack.request(
            "INVITE", target=invitation.target, local=invitation.caller, remote=invitation.called
        )
        request.fields.add("Contact", self.contact())
        request.fields.put("Max-Forwards", invitation.hops)
        for field_name, value in (("Allow", ALLOW), *timers_wanted(), *invitation.fields):
            request.fields.add(field_name, value)
        request.put_body(self._offer.to_bytes(), SDP)
        self.around.record(LegInvited(self.name, self.party, invitation.target, request.call_id))
        self._send(request)
        self.sent(self._offer)

    def _send(self, request: Request) -> None:
        self._invite = request
        self._transaction = self.around.signaller.send(request, self._invitation.hop)
        self.around.directory.expect(self._transaction, self)

    def _sent_again(self, response: Response) -> bool:
        """Mend what a refusal complains of and send the INVITE again; False when it is one for good."""
        if response.status in (401, 407):
            return self._authorized(response)
        if response.status == 422:
            return self._interval_raised(response)
        return self._falls_back(response.status)

    def _moved_to(self, response: Response) -> str:
        """Return the number a 3xx names as the place to call instead, "" for none (RFC 3261 §21.3)."""
        if not 300 <= response.status < 400:
            return ""
        for contact in sorted(response.contacts, key=lambda contact: -contact.q):
            host = bare_host(contact.uri.host) if isinstance(contact.uri, SipUri) else ""
            if (number := dialled(contact.uri)) and self.is_here(host):
                return number
        return ""

    def _authorized(self, response: Response) -> bool:
        """Send the INVITE again with credentials; False when we have none, or they were refused."""
        login, first = self._invitation.login, self._invite
        if login is None or first is None or self._cancelled:
            return False
        if first.fields.get("Authorization") or first.fields.get("Proxy-Authorization"):
            return False
        again = first.again()
        if not login.prove(again, response):
            return False
        self._send(again)
        return True

    def _interval_raised(self, response: Response) -> bool:
        """Send the INVITE again with the session interval the other side wants (RFC 4028 §7.3)."""
        if self._invite is None or self._cancelled or self._intervals >= MOST_INTERVALS:
            return False
        self._intervals += 1
        again = self._invite.again()
        for field_name, value in timers_wanted(min_se(response)):
            again.fields.put(field_name, value)
        self._send(again)
        return True

    def _falls_back(self, status: int) -> bool:
        """Send the INVITE again without SRTP; False when it was offered without, or may not go without."""
        first = self._invite
        if first is None or self._cancelled or not self.srtp.fall_back(status):
            return False
        again = first.again()
        self._offer = offer(self.local(self._invitation.codecs))
        again.put_body(self._offer.to_bytes(), SDP)
        self._send(again)
        self.sent(self._offer)
        return True

    def replied(self, reply: Reply) -> None:
        """Take a response: to the INVITE, or to a later request of ours."""
        if reply.transaction != self._transaction:
            super().replied(reply)
            return
        status = reply.response.status
        if status < 200:
            self._progressed(reply)
        elif status < 300:
            self._answered(reply)
        elif self._sent_again(reply.response):
            return
        elif self.progress is not Progress.UP:
            self.refusal = _words(reply.response)
            self.moved_to = self._moved_to(reply.response)
            # RFC 3261 §21.6: a 6xx "has definitive information about a particular user".
            self.speaks_for_all = status >= 600
            self.ended(
                Termination(Reason.CANCELLED) if self._cancelled else self.srtp.meaning(status, self.party)
            )

    def failed(self, failed: Failed) -> None:
        """Take that the phone does not answer at all."""
        super().failed(failed)
        if failed.transaction == self._transaction and self.progress is not Progress.UP:
            reason = Reason.OFFLINE if failed.cause is Cause.BROKEN else Reason.UNREACHABLE
            self.ended(Termination(reason, CALLEE))

    def _progressed(self, reply: Reply) -> None:
        if reply.response.status == 100 or self.progress not in (Progress.NEW, Progress.RINGING):
            return
        if reply.dialog is not None:
            # An UPDATE may come in it before the answer (RFC 3311 §5.2).
            self.around.directory.know(reply.dialog, self)
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
        if self._invitation.login is not None:
            signaller.stack.dialog(reply.dialog).prove = self._invitation.login.prove
        # RFC 3261 §13.2.1: an exchange belongs to its dialog, and "the first session description it receives"
        # is the answer: a 2xx need not repeat it. One that differs is followed (see DECISIONS.md).
        early = self._early.get(reply.dialog)
        agreement = self._agreement_in(reply.response) if reply.response.body else early
        if agreement is None:
            self.progress = Progress.UP  # As the phone sees it, so that its end is a BYE.
            self.fail(Termination(Reason.NO_COMMON_CODEC))
            return
        self.understood(reply.response)
        self.session.agree(agreed(reply.response))
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

    def codes(self) -> Codes:
        """What is written down: a phone that never answered was cancelled, however well the call went."""
        return self.termination.codes(answered=self.answered, otherwise=GIVEN_UP)


def _words(response: Response) -> str:
    """Return a refusal as people read it, with the reason its sender gave, if any (RFC 3326)."""
    said = f"{response.status} {response.reason}".strip()
    field = response.fields.get("Reason")
    try:
        text = parse_reason(field)[2] if field else ""
    except RemoteProtocolError:
        text = ""
    return f"{text} ({said})" if text else said
