"""The leg of a phone that calls us: offered, ringing, answered, or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from softswitch.calls.hangup import CALLER, Reason, Termination
from softswitch.calls.leg import SDP, Leg, Progress, Surroundings, sdp_of
from softswitch.calls.signals import Signal
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.message import Request, Response
from softswitch.sip.offer_answer import PCMA, PCMU, Agreement, Local, answer, offer
from softswitch.sip.signals import Incoming, TransactionKey

FIRST_SOUND_SECONDS: Final = 0.2
"""How long the first prompt waits for the phone's first packet after the ACK: until then it may not listen
yet, and the first syllable would be lost."""
ACK_SECONDS: Final = 2.0
"""How long a prompt waits for a late ACK before it begins all the same."""


class CallerLeg(Leg):
    """A caller. The INVITE's transaction is open until :meth:`answer` or :meth:`hang_up`."""

    def __init__(
        self,
        incoming: Incoming,
        party: str,
        around: Surroundings,
        tell: Callable[[Leg, Signal], None],
    ) -> None:
        super().__init__("a", party, around, incoming.hop, tell)
        self.invite: Request = incoming.request
        self._transaction: TransactionKey = incoming.transaction
        around.directory.expect(self._transaction, self)
        self._agreement: Agreement | None = None
        self._acked = asyncio.Event()

    def trying(self) -> None:
        """Tell the phone that its INVITE has arrived, which ends its repeats."""
        self._respond(self._response(100))

    def ring(self) -> None:
        """Tell the phone that it rings at the other end."""
        if self.progress is Progress.NEW:
            self.progress = Progress.RINGING
            self._respond(self._response(180))

    async def early_sound(self, prefer: str = "") -> None:
        """Let the caller hear us before the answer (183 with a description).

        Without an offer in the INVITE there can be none yet, so it is a plain 180.
        """
        if self.progress not in (Progress.NEW, Progress.RINGING) or self._agreement is not None:
            return
        if not self.invite.body:
            self.ring()
            return
        await self.open_sound()
        self.progress = Progress.RINGING
        response = self._response(183)
        response.put_body(self._agree(prefer).ours.to_bytes(), SDP)
        self._respond(response)

    async def answer(self, prefer: str = "") -> None:
        """Answer the call; ``prefer`` names the codec to choose if the phone has it.

        Raises NoMedia, or RemoteProtocolError(488) when no codec is common.
        """
        if self.progress in (Progress.UP, Progress.ENDED):
            return
        await self.open_sound()
        if self.over:
            return  # The caller hung up while the port was being opened.
        response = self._response(200)
        if self.invite.body:
            # RFC 3261 §13.2.1: what stood in a 183 stands in the 200 too.
            agreement = self._agreement or self._agree(prefer)
            response.put_body(agreement.ours.to_bytes(), SDP)
        else:
            self._offered = offer(self.local())
            response.put_body(self._offered.to_bytes(), SDP)
        self.progress = Progress.UP
        self._respond(response)
        self.record_answer()

    async def ready(self) -> None:
        """Wait until the phone can hear: its ACK is here, and its first packet or a short while."""
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self._acked.wait()
            async with asyncio.timeout(FIRST_SOUND_SECONDS):
                await self.sound_came.wait()
        except TimeoutError:
            return

    @property
    def codec(self) -> str:
        """The codec agreed on, "" before the answer."""
        return self.stream.codec if self.stream is not None else ""

    def expected_codec(self) -> str:
        """The codec an answer given now would choose, "" when the phone has made no offer."""
        if self.stream is not None or not self.invite.body:
            return self.codec
        return answer(sdp_of(self.invite), Local("0.0.0.0", 9, 0)).stream.codec

    @property
    def is_up(self) -> bool:
        """Tell whether the call is answered."""
        return self.progress is Progress.UP

    def requested(self, incoming: Incoming) -> None:
        """Answer a request inside the leg's dialog; a BYE before the answer is a CANCEL by another name."""
        if incoming.request.method == "BYE" and self.progress is Progress.RINGING:
            # RFC 3261 §15.1.2: the INVITE that is still open gets its 487.
            self._reply(incoming, 200)
            self.cancelled()
            return
        super().requested(incoming)

    def cancelled(self) -> None:
        """Take the caller's CANCEL."""
        if self.progress in (Progress.NEW, Progress.RINGING):
            termination = Termination(Reason.CANCELLED, CALLER)
            self.release(termination)
            self.ended(termination)

    def acknowledged(self, request: Request) -> None:
        """Take the ACK."""
        self._acked.set()
        super().acknowledged(request)

    def hung_up_reason(self) -> Reason:
        """A caller's BYE ends the call well."""
        return Reason.CALLER_HUNG_UP

    def side(self) -> str:
        """The caller's side."""
        return CALLER

    def release(self, termination: Termination) -> None:
        """Refuse the INVITE if it is still open, else say BYE."""
        if self.progress is Progress.UP:
            self.bye(termination)
            return
        status = termination.sip if termination.sip >= 300 else 480
        response = self._response(status)
        response.fields.add("Reason", termination.reason_field())
        self._respond(response)

    def _agree(self, prefer: str) -> Agreement:
        theirs = sdp_of(self.invite)
        try:
            self._agreement = answer(theirs, self.local((prefer,) if prefer else (PCMA, PCMU)))
        except RemoteProtocolError:
            if not prefer:
                raise
            self._agreement = answer(theirs, self.local())
        self.agreed(self._agreement)
        return self._agreement

    def _response(self, status: int) -> Response:
        return self.around.signaller.stack.response(self._transaction, status)

    def _respond(self, response: Response) -> None:
        dialog = self.around.signaller.respond(self._transaction, response, contact=self.contact())
        if dialog is not None:
            self.dialog = dialog
            self.around.directory.know(dialog, self)
