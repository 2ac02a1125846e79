"""Two people talking: the call's caller joined with whoever answered, until either hangs up."""

from __future__ import annotations

from softswitch.calls.call import Call
from softswitch.calls.errors import CallOver
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.identity import shown
from softswitch.calls.leg import Leg
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Answered, Ended, Held, Referred, Resumed, Ringing, TookPlace
from softswitch.calls.transfer import Transfer
from softswitch.events import LegsBridged


async def talk(call: Call, callee: PhoneLeg) -> Termination:
    """Join caller and callee until one of them hangs up; return how it ended.

    Either may have been transferred meanwhile. Raises CallOver when it is not the caller any more who is
    served at the end: nobody is left for whom the course of the call could go on; and SentOn when whoever
    stayed was sent to a menu or a queue.
    """
    caller = call.caller
    await caller.answer(callee.codec, shown(callee, to=caller))
    await callee.move_sound(near=caller)
    end = callee.termination
    if not callee.over:  # It may have hung up while the caller was being answered.
        end, callee = await _Talk(call, callee).run()
    if callee is not call.caller:
        call.drop(callee, end)
    if call.caller is not caller or caller not in call.legs:
        raise CallOver(end)
    return end


class _Talk:
    """A talk; who takes part in it may change."""

    def __init__(self, call: Call, callee: PhoneLeg) -> None:
        self._call = call
        self._callee = callee

    async def run(self) -> tuple[Termination, PhoneLeg]:
        """Let them talk; return how it ended, and with whom the caller talked last."""
        self._join()
        try:
            end = await self._together()
        finally:
            self._call.pair = None
            self._call.audience.dismiss()
            self._part()
        return end, self._callee

    def _join(self) -> None:
        call, callee = self._call, self._callee
        call.pair = (call.caller, callee)
        for leg, other in (call.pair, call.pair[::-1]):
            leg.keys.flush()
            leg.keys.unread = True
            leg.keys.relay = other.voice.press
            leg.voice.listen_for_tones(False)
        call.audience.let_hear(call.caller, callee)
        call.record(LegsBridged(call.caller.name, callee.name))

    def _part(self) -> None:
        caller = self._call.caller
        if caller.over or caller not in self._call.legs:
            return
        caller.voice.hear_nothing()
        caller.voice.listen_for_tones(True)
        caller.keys.unread, caller.keys.relay = False, None

    async def _together(self) -> Termination:
        call = self._call
        while True:
            leg, signal = await call.signals.get()
            assert isinstance(leg, PhoneLeg)
            if isinstance(signal, TookPlace):
                await self._replaced(leg)
            elif leg not in (call.caller, self._callee):
                if isinstance(signal, Referred):
                    signal.referral.refuse(403, "There is nobody to transfer")
                continue
            match signal:
                case Ended(termination):
                    return termination
                case Held() | Resumed():
                    call.audience.let_hear(call.caller, self._callee)
                case Referred(referral) if leg.heir is not None:
                    referral.refuse(403, "Another phone has taken its place")
                case Referred(referral):
                    end = await self._refer(leg, Transfer(call, referral, leg, self._other(leg)))
                    if end is not None:
                        return end
                case Answered() | Ringing() | TookPlace():
                    pass

    def _other(self, leg: Leg) -> PhoneLeg:
        return self._callee if leg is self._call.caller else self._call.caller

    async def _refer(self, leg: Leg, transfer: Transfer) -> Termination | None:
        """Carry out a transfer; return how the talk ended by it, None when it goes on."""
        partner = await transfer.carry_out()
        stays = transfer.stays
        if isinstance(partner, Termination):
            return partner
        if partner is not None:
            self._call.caller, self._callee = (
                (partner, stays) if partner is self._call.caller else (stays, partner)
            )
            await self._meet(stays, partner)
        else:
            self._callee = self._callee.latest
            other = self._other(stays)
            await other.move_sound(near=stays)
            if not stays.over and not other.over:
                self._join()
        return None

    async def _replaced(self, leg: PhoneLeg) -> None:
        """Go on with a leg that came in the place of another; let one go whose place was lost meanwhile."""
        self._callee = self._callee.latest
        if leg in (self._call.caller, self._callee):
            await self._meet(self._other(leg), leg)
        elif self._call.takes_part(leg):
            self._call.drop(leg, Termination(Reason.CANCELLED))

    async def _meet(self, stays: PhoneLeg, newcomer: PhoneLeg) -> None:
        """Let two talk that did not before, and tell each with whom."""
        await newcomer.move_sound(near=stays)
        if stays.over or newcomer.over:
            return  # Its end is among the signals.
        self._join()
        for leg, other in ((stays, newcomer), (newcomer, stays)):
            if leg.shows_identity:
                leg.changes.begin(leg.changes.identify(shown(other, to=leg)))
