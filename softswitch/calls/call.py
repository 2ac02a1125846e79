"""A call: one caller, the legs it leads to, and the task that is its course.

What happens to a caller is straight-line code in a destination; the caller's hanging up cancels it, and
cleaning up is what ``finally`` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from softswitch.calls.audience import Audience
from softswitch.calls.errors import CallError
from softswitch.calls.hangup import CALLEE, CALLER, GIVEN_UP, REFUSED, SWITCH, Reason, Termination
from softswitch.calls.leg import Leg, Surroundings
from softswitch.calls.origin import OutsideCaller, SwitchCaller
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Ended, Referred, Signal
from softswitch.events import (
    CallEnded,
    CallerReached,
    CallEvent,
    CallRouted,
    LegJoined,
    LegLeft,
    LegTookPlace,
)
from softswitch.registrar.accounts import Account
from softswitch.sip.errors import RemoteProtocolError
from softswitch.sip.signals import DialogId

logger = logging.getLogger(__name__)

PARTING_SECONDS: Final = 2.0
"""How long a phone that has transferred its call may take to hang up; after that we do."""
LONGEST_SECONDS: Final = 4 * 3600.0
"""The longest call, unless configured otherwise: no talk is longer, but a forgotten handset is."""


class Destination(Protocol):
    """Where a dialled number leads: an account, a voice menu, a queue."""

    @property
    def kind(self) -> str:
        """What it is, in one word, for the log."""
        ...

    @property
    def name(self) -> str:
        """Which one, for the log."""
        ...

    async def __call__(self, call: Call) -> Termination:
        """Serve the caller and return how the call is to end."""
        ...


@runtime_checkable
class Reaches(Destination, Protocol):
    """A destination with people behind it: it can be rung for somebody without being handed the call."""

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Ring for the call's caller; return who answered, or why nobody did."""
        ...


class SentOn(Exception):
    """A caller is served by another destination from here on; raised out of the one that served so far."""

    def __init__(self, destination: Destination) -> None:
        super().__init__(destination.name)
        self.destination = destination


class Office(Protocol):
    """What a call may ask of the whole: where numbers lead, and which calls there are."""

    def destination(self, number: str, *, by: str) -> Destination | None:
        """Return where ``number`` leads when the account ``by`` sends somebody there, None when nowhere."""
        ...

    def seat(self, dialog: DialogId) -> Seat | None:
        """Return the call and the leg of a dialog, None when there is none."""
        ...

    def seats(self, party: str) -> Sequence[Seat]:
        """Return the legs of an account that ring or talk, the one that began first before others."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a call from its beginning."""

    id: str
    account: Account
    called: str
    behind_nat: bool
    user_agent: str = ""
    outside: OutsideCaller | None = None
    """Who calls by a trunk; ``account`` is NOBODY then."""
    switch: SwitchCaller | None = None
    """The switch, where it calls by itself; ``account`` is whose rights it calls with."""
    hops: int | None = None
    """The Max-Forwards of the INVITE, None where it had none or there was none."""

    @property
    def caller(self) -> str:
        """The caller's number, as it is shown."""
        origin = self.outside or self.switch
        return self.account.user if origin is None else origin.number

    @property
    def caller_name(self) -> str:
        """The caller's name, "" when none is known."""
        origin = self.outside or self.switch
        return self.account.name if origin is None else origin.name

    @property
    def met_at(self) -> str:
        """The number of ours at which caller and switch met: it was dialled, or the switch showed it."""
        return self.called if self.switch is None else self.switch.number


@dataclass(frozen=True, slots=True)
class Seat:
    """A leg and the call it takes part in."""

    call: Call
    leg: PhoneLeg


FirstLeg = Callable[[Surroundings, Callable[[Leg, Signal], None]], PhoneLeg]
"""Makes the leg that a call begins with; it gets its surroundings and whom to tell its signals."""


class Call:
    """One call. ``record`` writes into the event log under the call's id.

    ``caller`` is whom it serves: who called, until a transfer leaves the other side to be served. A call that
    the switch makes by itself serves the switch until somebody has answered.
    """

    def __init__(
        self,
        facts: Facts,
        around: Surroundings,
        first: FirstLeg,
        *,
        office: Office,
        finished: Callable[[Call], None],
        longest: float = LONGEST_SECONDS,
    ) -> None:
        self.facts = facts
        self.around = around
        self.office = office
        self.signals: asyncio.Queue[tuple[Leg, Signal]] = asyncio.Queue()
        """What the legs tell, in order; the caller's end is not in it, as it cancels the task."""
        self.first = first(around, self.signal)
        """The leg the call began with."""
        self.caller: PhoneLeg = self.first
        self.pair: tuple[PhoneLeg, PhoneLeg] | None = None
        """Two people who talk: either may transfer the other."""
        self.audience = Audience()
        """Who hears their talk besides."""
        self.served_by = 0
        """How many destinations have had the caller, the present one among them."""
        self.talked_with: tuple[str, str] = ("", "")
        """Queue and agent of the last talk that a queue or menu has led to."""
        self.forwarded: list[str] = []
        """Accounts that sent the call on, in order."""
        # The switch itself has neither dialog nor sound that would have to be closed.
        self._legs: list[PhoneLeg] = [] if facts.switch is not None else [self.caller]
        self._retired: set[PhoneLeg] = set()
        self._closing: set[asyncio.Future[None]] = set()
        self._named = 0
        self._finished = finished
        self._longest = longest
        self._gone: Termination | None = None
        self._task: asyncio.Task[None] | None = None
        self._sent_to: Destination | None = None

    @property
    def record(self) -> Callable[[CallEvent], None]:
        """The way into the event log."""
        return self.around.record

    @property
    def gone(self) -> Termination | None:
        """How the call has ended that is being left, None while it goes on."""
        return self._gone

    @property
    def is_redirected(self) -> bool:
        """Tell whether whatever serves the caller is being left for another destination."""
        return self._sent_to is not None and self._gone is None

    @property
    def legs(self) -> Sequence[PhoneLeg]:
        """All legs that take part, or still have to be closed."""
        return self._legs

    @property
    def serves_switch(self) -> bool:
        """Tell whether the switch itself is the caller still: nobody has answered it."""
        return self.facts.switch is not None and self.caller is self.first

    def add(self, leg: PhoneLeg) -> None:
        """Take a further leg in: the call's end is its end."""
        self._legs.append(leg)

    def partner(self, leg: PhoneLeg) -> PhoneLeg | None:
        """Return with whom a leg talks, None when with nobody."""
        if self.pair is None or leg not in self.pair:
            return None
        return self.pair[1] if leg is self.pair[0] else self.pair[0]

    def takes_part(self, leg: PhoneLeg) -> bool:
        """Tell whether a leg is in this call to stay: not over, retired or replaced, nor the call ending."""
        stays = leg in self._legs and leg not in self._retired and leg.heir is None
        return self._gone is None and stays and not leg.over

    def give_up(self, leg: PhoneLeg, to: Call) -> None:
        """Let a leg go on in another call, with what it has told and nobody has heard yet."""
        self._legs.remove(leg)
        if self.partner(leg) is not None:
            self.pair = None  # Who still hears this talk must not be let into the other one.
            self.audience.wait()
        waiting = [self.signals.get_nowait() for _ in range(self.signals.qsize())]
        for teller, signal in waiting:
            if teller is not leg:
                self.signals.put_nowait((teller, signal))
            elif isinstance(signal, Referred):
                signal.referral.refuse(491, "The call is being transferred")
            else:
                to.signal(leg, signal)
        self.record(LegLeft(leg.name, leg.party, to.facts.id))

    def take_over(self, leg: PhoneLeg, *, place: PhoneLeg, from_call: str) -> None:
        """Take in a leg of another call, in the place of one that takes part no more."""
        self._enrol(leg)
        leg.stands_as = place.stands_as
        place.heir = leg
        if self.pair is not None and place in self.pair:
            self.pair = (leg, self.pair[1]) if place is self.pair[0] else (self.pair[0], leg)
        if place is self.caller:
            self.caller = leg
            leg.stand_in_for(place)
        self.record(LegTookPlace(leg.name, leg.party, place.name, from_call))

    def serve(self, leg: PhoneLeg) -> None:
        """Have whom the switch has rung by itself for the caller from here on."""
        self.caller = leg
        leg.stands_as = CALLER
        self.record(CallerReached(leg.name, leg.party))

    def admit(self, leg: PhoneLeg, *, from_call: str) -> None:
        """Take in a leg of another call beside those that are here."""
        self._enrol(leg)
        leg.stands_as = CALLEE
        self.record(LegJoined(leg.name, leg.party, from_call))

    def _enrol(self, leg: PhoneLeg) -> None:
        leg.name, leg.around, leg.tell = self.leg_name(), self.around, self.signal
        self._legs.append(leg)

    def retire(self, leg: PhoneLeg, termination: Termination) -> None:
        """Drop a leg whose part is over, but let its phone hang up by itself if it does so soon."""
        leg.hush()
        leg.keys.relay = None
        leg.parting = termination
        self._retired.add(leg)
        asyncio.get_running_loop().call_later(PARTING_SECONDS, self.drop, leg, termination)

    def drop(self, leg: PhoneLeg, termination: Termination) -> None:
        """End a leg, if it is not over; its last word is written behind it, and before the call ends."""
        if leg in self._legs:
            self._legs.remove(leg)
            leg.hang_up(termination)
            closing = asyncio.ensure_future(leg.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closed)

    def _closed(self, closing: asyncio.Future[None]) -> None:
        self._closing.discard(closing)
        if not closing.cancelled() and (fault := closing.exception()) is not None:
            logger.error("call %s: a leg could not be closed", self.facts.id, exc_info=fault)

    def leg_name(self) -> str:
        """Return a name for the next leg: b1, b2 …"""
        self._named += 1
        return f"b{self._named}"

    def signal(self, leg: Leg, signal: Signal) -> None:
        """Take what a leg tells."""
        if leg is self.caller and isinstance(signal, Ended):
            self.end(signal.termination)
        elif isinstance(signal, Referred) and (self.pair is None or leg not in self.pair):
            signal.referral.refuse(403, "There is nobody to transfer")
        else:
            self.signals.put_nowait((leg, signal))
            if isinstance(signal, Ended) and isinstance(leg, PhoneLeg) and leg.parting is not None:
                self.drop(leg, leg.parting)  # Nobody waits for it: its port is free, its end is written now.

    def end(self, termination: Termination) -> None:
        """End the call from outside its task: the caller is gone, or the switch stops."""
        if self._gone is None:
            self._gone = termination
            if self._task is not None:
                self._task.cancel()

    def redirect(self, destination: Destination) -> bool:
        """Have the caller served by another destination from now on, whatever is done for him just now.

        Not where two talk, which is a transfer's business, nor where nobody is served yet: then nothing is
        changed, and False returned.
        """
        if self._gone is not None or self._task is None or self.pair is not None or self.serves_switch:
            return False
        self._sent_to = destination
        self._task.cancel()
        return True

    async def run(self, destination: Destination | None, *, unknown: str = "") -> Termination:
        """Serve the caller to the end; return how it ended. A fault ends this call and no other.

        ``unknown`` is why there is no destination (see :mod:`softswitch.calls.because`).
        """
        self._task = asyncio.current_task()
        termination = Termination(Reason.FAULT)
        try:
            if destination is None:
                termination = Termination(Reason.UNKNOWN_NUMBER, because=unknown)
            elif self._gone is None:
                termination = await self._served(destination)
        except asyncio.CancelledError:
            if self._gone is None:
                self._gone = Termination(Reason.SWITCH_STOPPED)
        except CallError as error:
            termination = error.termination
        except RemoteProtocolError as error:
            logger.info("call %s: %s", self.facts.id, error)
            termination = Termination(
                Reason.NO_COMMON_CODEC if error.status == 488 else Reason.BAD_DESCRIPTION
            )
        except Exception:
            logger.exception("call %s ends for a fault of ours", self.facts.id)
        finally:
            ended = await self._close(self._gone or termination)
        return ended

    async def _served(self, destination: Destination) -> Termination:
        try:
            async with asyncio.timeout(self._longest) as limit:
                while True:
                    self.record(CallRouted(destination.kind, destination.name))
                    self.served_by += 1
                    try:
                        await self.audience.witness.before(destination.kind, destination.name)
                        return await destination(self)
                    except SentOn as sent:
                        destination = sent.destination
                    except asyncio.CancelledError:
                        if not self.is_redirected or limit.expired():
                            raise
                        destination = self._led_away()
        except TimeoutError:
            if not limit.expired():
                raise  # Not our limit: a fault of the destination, like any other.
            return Termination(Reason.TOO_LONG)

    def _led_away(self) -> Destination:
        """Leave the caller alone with the switch; return where he was sent by :meth:`redirect`."""
        destination, self._sent_to = self._sent_to, None
        task = asyncio.current_task()
        assert destination is not None
        assert task is not None
        task.uncancel()
        for leg in list(self._legs):
            if leg is not self.caller:
                self.drop(leg, Termination(Reason.CANCELLED))
        while not self.signals.empty():
            _, signal = self.signals.get_nowait()
            if isinstance(signal, Referred):
                signal.referral.refuse(403, "There is nobody to transfer")
        self.caller.hush()
        self.caller.keys.unread, self.caller.keys.relay = False, None
        return destination

    async def _close(self, termination: Termination) -> Termination:
        if self._gone is None:
            self._gone = termination
        for leg in list(reversed(self._legs)):
            self.drop(leg, termination)
        while not self.signals.empty():
            _, signal = self.signals.get_nowait()
            if isinstance(signal, Referred):
                signal.referral.refuse(487, "The call is over")
        # In one go: no leg's last word waits for another's. Faults are told by _closed.
        while open_still := [one for one in self._closing if not one.done()]:
            # The caller's end may have cancelled us in our own task: closing is never cut short by it.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait(open_still)
        self._finished(self)
        codes = termination.codes(
            answered=self.first.answered or self.caller.answered,
            otherwise=REFUSED if self.facts.switch is None else GIVEN_UP,
        )
        self.record(
            CallEnded(
                result=codes.result.value,
                reason=termination.reason.value,
                sip_code=codes.sip,
                q850=codes.q850,
                ended_by=termination.by or SWITCH,
                detail=termination.detail,
                because=termination.because,
            )
        )
        return termination
