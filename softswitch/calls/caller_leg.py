"""The leg of a phone that calls us: offered, ringing, answered, or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from softswitch.calls.bodies import SDP, has_description, sdp_of
from softswitch.calls.hangup import CALLER, Reason, Termination
from softswitch.calls.in_dialog import reply
from softswitch.calls.leg import Leg, Progress, Surroundings
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Signal
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.message import Request, Response
from softswitch.sip.offer_answer import PCMA, PCMU, STATIC, Agreement, answer, check_offer, offer
from softswitch.sip.reliable import RELIABLE
from softswitch.sip.sdp import SessionDescription
from softswitch.sip.session_timer import Fields, granted
from softswitch.sip.signals import Incoming, TransactionKey
from softswitch.sip.uri import Uri

CALLER_LEG: Final = "a"
"""The name of the leg that a dialled call begins with; those it leads to are b1, b2 …"""
PROGRESS_SECONDS: Final = 60.0
"""How often a phone that waits is told that it still rings (RFC 3261 §13.3.1.1)."""
FIRST_SOUND_SECONDS: Final = 0.2
"""How long the first prompt waits for the phone's first packet after the ACK: until then it may not listen
yet, and the first syllable would be lost."""
ACK_SECONDS: Final = 2.0
"""How long a prompt waits for a late ACK before it begins all the same."""


class CallerLeg(PhoneLeg):
    """A caller. The INVITE's transaction is open until :meth:`answer` or :meth:`hang_up`."""

    def __init__(
        self,
        incoming: Incoming,
        party: str,
        around: Surroundings,
        tell: Callable[[Leg, Signal], None],
    ) -> None:
        super().__init__(CALLER_LEG, party, around, incoming.hop, tell, owner=False)
        self.invite: Request = incoming.request
        self.understood(self.invite)
        self._transaction: TransactionKey = incoming.transaction
        around.directory.expect(self._transaction, self)
        self._agreement: Agreement | None = None
        self._acked = asyncio.Event()
        self._proof = asyncio.Event()
        """Something happened to a reliable 1xx that waits for its PRACK."""
        self._repeat: asyncio.TimerHandle | None = None
        self._expiry: asyncio.TimerHandle | None = None
        # RFC 3261 §13.3.1: "the UAS core sets a timer for the number of seconds indicated".
        if (seconds := self.invite.expires) is not None:
            self._expiry = asyncio.get_running_loop().call_later(seconds, self._expired)

    def trying(self) -> None:
        """Tell the phone that its INVITE has arrived, which ends its repeats."""
        self._respond(self._response(100))

    async def ring(self) -> None:
        """Tell the phone that it rings at the other end; raise NoMedia when it takes a port and none is left.

        RFC 3262 §5: where the INVITE made no offer, the first reliable response has to make one.
        """
        if self.progress is not Progress.NEW:
            return
        if self._wants_proof and not has_description(self.invite):
            await self.open_sound()
            if self.progress is Progress.NEW:
                self.offered = offer(self.local())
                self._proceed(180, self.offered)
            return
        self._proceed(180)

    async def early_sound(self, prefer: str = "") -> None:
        """Let the caller hear us before the answer (183 with a description).

        Without an offer in the INVITE there can be none yet, so it is a plain 180.
        """
        if self.progress not in (Progress.NEW, Progress.RINGING) or self._agreement is not None:
            return
        if not has_description(self.invite):
            await self.ring()
            await self._until_proved()  # The PRACK may bring the answer to an offer of ours.
            return
        await self.open_sound()
        if self.over:
            return
        agreement = self._agree(prefer)
        self.agreed(agreement)
        self._proceed(183, agreement.ours)

    async def answer(self, prefer: str = "", fields: Fields = ()) -> None:
        """Answer the call; ``prefer`` names the codec to choose if the phone has it.

        ``fields`` tell who answered.

        Raises NoMedia, or RemoteProtocolError(488) when no codec is common.
        """
        if self.progress in (Progress.UP, Progress.ENDED):
            return
        await self.open_sound()
        await self._until_proved()
        if self.over:
            return  # The caller hung up meanwhile.
        timer, timer_fields = granted(self.invite)
        response = self._response(200)
        for name, value in (*timer_fields, *fields):
            response.fields.add(name, value)
        agreement = self._agreement
        if has_description(self.invite):
            # RFC 3261 §13.2.1: what stood in a 183 stands in the 200 too.
            agreement = agreement or self._agree(prefer)
            ours = agreement.ours
        elif agreement is None:
            ours = self.offered = offer(self.local())
        else:
            ours = None  # Offered and answered before, by a reliable 1xx and its PRACK.
        self._stop_timers()
        self._respond(response, ours)
        self.session.agree(timer)
        self.came_up(agreement)

    async def _until_proved(self) -> None:
        """Wait for the PRACK of a description that was sent reliably, or for its being given up."""
        while self.dialog is not None and self.around.signaller.stack.awaits_prack(self.dialog):
            self._proof.clear()
            await self._proof.wait()

    async def ready(self) -> None:
        """Wait until the phone can hear: its ACK is here, and its first packet or a short while."""
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self._acked.wait()
            async with asyncio.timeout(FIRST_SOUND_SECONDS):
                await self.sound_came.wait()
        except TimeoutError:
            return

    def expected_codec(self) -> str:
        """The codec an answer given now would choose, "" when the phone has made no offer."""
        if self.stream is not None or not has_description(self.invite):
            return self.codec
        return check_offer(sdp_of(self.invite), self.srtp.policy)

    def codecs_offered(self) -> tuple[str, ...]:
        """Return our codecs in the order the caller's own offer has them, so that no sample is transcoded."""
        if self.codec:
            return (self.codec,)
        media = sdp_of(self.invite).media if has_description(self.invite) else ()
        numbers = next((line.formats for line in media if line.kind == "audio"), ())
        return tuple(STATIC[number] for number in numbers if number in STATIC)

    @property
    def _wants_proof(self) -> bool:
        """Tell whether the phone insists on reliable provisional responses."""
        return RELIABLE in self.invite.fields.tokens("Require")

    @property
    def may_be_offered(self) -> bool:
        """Tell whether its offer has been answered in a way that is certain to have reached it."""
        return self.progress is Progress.UP or (self._agreement is not None and self._proof.is_set())

    def agreed(self, agreement: Agreement) -> None:
        """Put an agreement into force; the last one before the answer is what the answer repeats."""
        self._agreement = agreement
        super().agreed(agreement)

    def proved(self, request: Request, agreement: Agreement | None) -> None:
        """Take a PRACK, and with it perhaps the answer to our offer."""
        super().proved(request, agreement)
        self._proof.set()

    def request_uri(self) -> Uri | None:
        """Return what the phone has called."""
        return self.invite.uri

    def requested(self, incoming: Incoming) -> None:
        """Answer a request inside the leg's dialog; a BYE before the answer is a CANCEL by another name."""
        if incoming.request.method == "BYE" and self.progress is Progress.RINGING:
            # RFC 3261 §15.1.2: the INVITE that is still open gets its 487.
            reply(self, incoming, 200)
            self.cancelled()
            return
        super().requested(incoming)

    def cancelled(self) -> None:
        """Take the caller's CANCEL."""
        if self.progress in (Progress.NEW, Progress.RINGING):
            termination = Termination(Reason.CANCELLED, CALLER)
            self.release(termination)
            self.ended(termination)

    def ended(self, termination: Termination) -> None:
        """Note that the leg is over, and what was still to be said."""
        self._stop_timers()
        super().ended(termination)
        self._proof.set()

    def acknowledged(self, request: Request) -> None:
        """Take the ACK."""
        self._acked.set()
        super().acknowledged(request)

    def release(self, termination: Termination) -> None:
        """Refuse the INVITE if it is still open, else say BYE."""
        if self.progress is Progress.UP:
            self.bye(termination)
            return
        response = self._response(termination.codes(answered=False).sip)
        response.fields.add("Reason", termination.reason_field())
        self._respond(response)

    def _proceed(self, status: int, ours: SessionDescription | None = None) -> None:
        """Say that it rings, and say it again until the final response.

        RFC 3261 §13.3.1.1: against a proxy's giving up "the UAS MUST send a non-100 provisional response at
        every minute, to handle the possibility of lost provisional responses".
        """
        self.progress = Progress.RINGING
        spoken = RELIABLE in self.invite.fields.tokens("Supported")
        # Early sound is lost with a lost 183, so that one goes reliably to every phone that knows how.
        self._respond(
            self._response(status), ours, reliable=self._wants_proof or (spoken and ours is not None)
        )
        if self._repeat is not None:
            self._repeat.cancel()
        loop = asyncio.get_running_loop()
        # A description that has its PRACK would be another offer if it were said again.
        again = None if self._wants_proof else ours
        self._repeat = loop.call_later(PROGRESS_SECONDS, self._proceed, status, again)

    def _expired(self) -> None:
        # RFC 3261 §13.3.1: "a 487 (Request Terminated) response SHOULD be generated".
        self.hang_up(Termination(Reason.EXPIRED, CALLER))

    def _stop_timers(self) -> None:
        for timer in (self._repeat, self._expiry):
            if timer is not None:
                timer.cancel()

    def _agree(self, prefer: str) -> Agreement:
        theirs = sdp_of(self.invite)
        try:
            return answer(theirs, self.local((prefer,) if prefer else (PCMA, PCMU)))
        except RemoteProtocolError:
            if not prefer:
                raise
            return answer(theirs, self.local())

    def _response(self, status: int) -> Response:
        return self.around.signaller.stack.response(self._transaction, status)

    def _respond(
        self, response: Response, ours: SessionDescription | None = None, *, reliable: bool = False
    ) -> None:
        if ours is not None:
            response.put_body(ours.to_bytes(), SDP)
            self.sent(ours)
        dialog = self.around.signaller.respond(
            self._transaction, response, contact=self.contact(), reliable=reliable
        )
        if dialog is not None:
            self.dialog = dialog
            self.around.directory.know(dialog, self)
