"""A three-way call: all talks of one account become one."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Seat
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Ended, TookPlace
from softswitch.calls.speaking import answered
from softswitch.features.announce import Announcer
from softswitch.features.codes import dialled_by
from softswitch.features.texts import Text

HANDED_OVER = Termination(Reason.TRANSFERRED)
SERVED = Termination(Reason.SERVICE_ENDED)
LEAST_TALKS = 2


@dataclass(frozen=True, slots=True)
class Meet:
    """Brings the talks of an account together in the call it makes for that.

    ``mixing`` is the number of a room in the media worker that nobody else has.
    """

    code: str
    user: str
    mixing: int
    announcer: Announcer
    kind: str = "code"

    @property
    def name(self) -> str:
        """The code."""
        return self.code

    async def __call__(self, call: Call) -> Termination:
        """Fetch everybody the caller talks with; when only one is left it is a talk like any other.

        The caller's hanging up ends it for all.
        """
        if not dialled_by(call, self.user):
            return Termination(Reason.UNKNOWN_NUMBER)
        if len(self._talks(call)) < LEAST_TALKS:
            await self.announcer.tell(call, Text.TWO_CALLS_NEEDED)
            return SERVED
        await answered(call.caller)
        guests = [_fetched(call, seat, guest) for seat, guest in self._talks(call)]
        for guest in guests:
            await guest.move_sound(near=call.caller)
        if not call.caller.over:
            call.caller.keys.unread = True
            call.caller.voice.listen_for_tones(False)
        return await self._together(call, guests)

    def _talks(self, call: Call) -> list[tuple[Seat, PhoneLeg]]:
        """Return the account's other talks, each with whom it is."""
        found: dict[Call, tuple[Seat, PhoneLeg]] = {}
        for seat in call.office.seats(self.user):
            guest = seat.call.partner(seat.leg)
            if seat.call is not call and guest is not None and not guest.over:
                found.setdefault(seat.call, (seat, guest))
        return list(found.values())

    async def _together(self, call: Call, guests: list[PhoneLeg]) -> Termination:
        end = SERVED
        while len(guests) > 1:
            for present in (call.caller, *guests):
                if not present.over:
                    # A phone on hold may send music of its own.
                    present.voice.hear_room(self.mixing, speaks=not present.held)
            leg, signal = await call.signals.get()
            assert isinstance(leg, PhoneLeg)
            one = leg
            match signal:
                case Ended(termination) if one in guests:
                    guests.remove(one)
                    call.drop(one, termination)
                    end = termination
                case TookPlace(of):
                    guests = [one if guest.name == of else guest for guest in guests]
                    await one.move_sound(near=guests[0] if one is call.caller else call.caller)
                case _:
                    pass
        return await talk(call, guests[0]) if guests else end


def _fetched(call: Call, seat: Seat, guest: PhoneLeg) -> PhoneLeg:
    """Bring the other side of a talk into this call; that one is over by it."""
    seat.call.give_up(guest, call)
    call.admit(guest, from_call=seat.call.facts.id)
    seat.call.end(HANDED_OVER)
    guest.keys.unread, guest.keys.relay = True, None
    return guest
