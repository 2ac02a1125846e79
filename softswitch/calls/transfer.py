"""Transfers: what a phone's REFER does to the call it is in (RFC 3515, RFC 5589).

A blind transfer rings the new party while the one who stays hears it; an attended one joins two calls of the
phone that transfers. A transfer that fails gives the call back to who asked for it, ringing them if need be.
"""

from __future__ import annotations

import asyncio
from typing import Final

from softswitch.calls.call import PARTING_SECONDS, Call, Reaches, Seat, SentOn
from softswitch.calls.errors import CallError
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.leg import Leg
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.referral import TransferRequest
from softswitch.calls.signals import Referred, TookPlace
from softswitch.events import TransferAsked, TransferDone
from softswitch.sip.replaces import Replaces

HANDED_OVER: Final = Termination(Reason.TRANSFERRED)


class Transfer:
    """One transfer, asked for by ``referrer`` about ``stays``, who talks with it."""

    def __init__(self, call: Call, referral: TransferRequest, referrer: Leg, stays: PhoneLeg) -> None:
        assert isinstance(referrer, PhoneLeg)
        self._call = call
        self._referral = referral
        self._referrer = referrer
        self.stays = stays.latest
        self._target = referral.reference.number
        self._open = False

    async def carry_out(self) -> PhoneLeg | Termination | None:
        """Do it.

        Returns with whom the one who stays talks now; None when nothing has changed; how the call ends when
        it goes on in another. Raises SentOn when whoever stays is served by a menu or a queue from here on.
        """
        replaces = self._referral.reference.replaces
        try:
            return await self._blind() if replaces is None else await self._attended(replaces)
        finally:
            if self._open:  # The call ended in the midst of it.
                self._end_with(Reason.CANCELLED)

    # To a number

    async def _blind(self) -> PhoneLeg | Termination | None:
        call = self._call
        destination = call.office.destination(self._target, by=self._referrer.party)
        if destination is None or not self._referrer.is_here(self._referral.reference.host):
            self._referral.refuse(404, f"{self._target} cannot be called from here")
            return None
        self._begin(attended=False)
        if not isinstance(destination, Reaches):
            call.caller = self.stays
            self._done()
            raise SentOn(destination)
        reached = await self._reach(destination)
        if isinstance(reached, Termination):
            return await self._failed(reached)
        reached.stands_as = self._referrer.stands_as
        self._done()
        return reached

    async def _reach(self, destination: Reaches) -> PhoneLeg | Termination:
        """Ring for the one who stays, which is given back its part when nobody answers."""
        call, served = self._call, self._call.caller
        call.caller, call.pair = self.stays, None
        call.audience.wait()
        self._referrer.hush()
        self._referrer.parting = HANDED_OVER  # Many phones hang up now, and not when somebody has answered.
        for leg in (self.stays, self._referrer):
            leg.keys.relay = None
        try:
            reached = await destination.reach(call)
        except SentOn:
            self._follow()
            self._done()
            raise
        except CallError as error:
            reached = error.termination
        self._follow()
        if isinstance(reached, Termination) and self._referrer.is_up:
            self._referrer.parting = None
            call.caller = served.latest
        return reached

    def _follow(self) -> None:
        """Go on with who has taken somebody's place meanwhile."""
        self.stays, self._referrer = self.stays.latest, self._referrer.latest

    async def _failed(self, why: Termination) -> PhoneLeg | Termination | None:
        """Give the call back to who transferred it."""
        call, referrer = self._call, self._referrer
        self._referral.report(why.sip)
        self._end_with(why.reason)
        if referrer.is_up:
            return None
        call.drop(referrer, HANDED_OVER)
        home = call.office.destination(referrer.party, by=referrer.party)
        if not isinstance(home, Reaches):
            return why
        back = await home.reach(call)
        self._follow()
        return why if isinstance(back, Termination) else back

    # To somebody in another call

    async def _attended(self, replaces: Replaces) -> PhoneLeg | Termination | None:
        seat = self._call.office.seat(replaces.dialog)
        if seat is None or seat.call is self._call or not seat.call.takes_part(seat.leg):
            self._referral.refuse(404, "The call to be joined is over")
            return None
        if seat.leg.party != self._referrer.party:
            self._referral.refuse(403, "The call to be joined is not yours")
            return None
        partner = seat.call.partner(seat.leg)
        if partner is None and seat.leg is not seat.call.caller:
            self._referral.refuse(404, "There is nobody in the call to be joined")
            return None
        if partner is not None and partner.stream is None:
            # Its answer to our offer comes in its ACK; until then its sound cannot be moved.
            self._referral.refuse(491, "The call to be joined is being answered")
            return None
        self._target = partner.party if partner is not None else seat.call.facts.met_at
        self._begin(attended=True)
        if partner is not None:
            return self._fetch(seat, partner)
        return await self._leave_to(seat)

    def _fetch(self, seat: Seat, partner: PhoneLeg) -> PhoneLeg:
        """Bring the other side of the second talk into this call; that one is over by it."""
        call, other = self._call, seat.call
        other.give_up(partner, call)
        call.take_over(partner, place=self._referrer, from_call=other.facts.id)
        other.end(HANDED_OVER)
        self._done()
        return partner

    async def _leave_to(self, seat: Seat) -> Termination:
        """Let who stays take our place where the second call has got to: ringing, a menu, a queue."""
        call, stays = self._call, self.stays
        stays.keys.unread, stays.keys.relay = False, None
        stays.voice.hear_nothing()
        stays.voice.listen_for_tones(True)
        call.give_up(stays, seat.call)
        seat.call.take_over(stays, place=seat.leg, from_call=call.facts.id)
        seat.call.retire(seat.leg, HANDED_OVER)
        seat.call.signal(stays, TookPlace(seat.leg.name))
        self._done()
        await self._parting()
        return HANDED_OVER

    # Both

    def _begin(self, *, attended: bool) -> None:
        referrer = self._referrer
        self._open = True
        self._call.record(TransferAsked(referrer.name, referrer.party, self._target, attended))
        self._referral.accept()

    def _end_with(self, why: Reason) -> None:
        self._open = False
        self._call.record(TransferDone(self._referrer.name, self._target, False, why.value))

    def _done(self) -> None:
        self._referral.report(200)
        self._open = False
        self._call.record(TransferDone(self._referrer.name, self._target, True))
        self._call.retire(self._referrer, HANDED_OVER)

    async def _parting(self) -> None:
        """Let the phone that transferred hang up by itself, as most do."""
        try:
            async with asyncio.timeout(PARTING_SECONDS):
                while not self._referrer.over:
                    _, signal = await self._call.signals.get()
                    if isinstance(signal, Referred):
                        signal.referral.refuse(403, "There is nobody to transfer")
        except TimeoutError:
            return
