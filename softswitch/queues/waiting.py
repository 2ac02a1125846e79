"""A wait on a real call: from entering the queue to the talk with an agent, or to where callers go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Destination, SentOn
from softswitch.calls.confirming import ANSWER_SECONDS
from softswitch.calls.hangup import Reason, Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.race import first_of
from softswitch.clock import Clock
from softswitch.queues.announcements import Message
from softswitch.queues.callback_dialogue import CallbackDialogue
from softswitch.queues.company import Company, Standing
from softswitch.queues.config import QueueConfig
from softswitch.queues.desk import Desk, Waiter
from softswitch.queues.model import Arrival, Entry, Refused, Ring, Why
from softswitch.queues.offers import TAKEN_BACK, AgentPhones, Offers, Won
from softswitch.queues.outlook import Outlook
from softswitch.queues.texts import Sentence, Text, phrase, whisper
from softswitch.queues.voice import QueueVoice
from softswitch.queues.wish import HOW, TALK_OVER, WaitEnded, Wish

AT_ONCE: Final = "at_once"

VOICE_SECONDS: Final = 1.0
"""How long two who are to talk wait in silence for what is said before. What a slow voice has not spoken by
then is left out: they do without the words, not without each other."""

_OURS: Final[Mapping[Reason, Why]] = {
    Reason.SWITCH_STOPPED: Why.STOPPED,
    Reason.FAULT: Why.FAULT,
    Reason.MEDIA_WORKER_DIED: Why.FAULT,
    Reason.MEDIA_LOST: Why.LOST,
    Reason.SESSION_EXPIRED: Why.LOST,
}
"""Ends of a call that are no hanging up of the caller's: whoever was cut off so has the place once more."""


class Bookings(Protocol):
    """Where callbacks are asked for."""

    async def book(self, entry: str, waiter: Waiter, number: str, language: str) -> bool:
        """Note one for good, so that its caller may hang up; where that cannot be, ``waiter`` waits on."""
        ...

    def accepts(self, queue: str, number: str, party: str) -> bool:
        """Tell whether a number can be called back for ``party``."""
        ...

    def is_asked_for(self, queue: str, number: str) -> bool:
        """Tell whether it will be already."""
        ...

    def has_room(self, queue: str, number: str) -> bool:
        """Tell whether one more is taken, of this number."""
        ...


@dataclass(frozen=True, slots=True)
class Room:
    """What a wait takes place in.

    ``language_of`` is that of an account, "" for none; ``leads_to`` says where a number leads that a queue
    names, as it may call there.
    """

    desk: Desk
    phones: AgentPhones
    voice: QueueVoice
    outlook: Outlook
    bookings: Bookings
    clock: Clock
    language_of: Callable[[str], str]
    leads_to: Callable[[str, str], Destination | None]


class Wait:
    """One caller's wait. Implements :class:`~softswitch.queues.desk.Waiter` for the desk.

    To who keeps the caller company it is a :class:`~softswitch.queues.company.Visitor`.
    """

    def __init__(
        self,
        room: Room,
        call: Call,
        name: str,
        queue: QueueConfig,
        wish: Wish,
        *,
        is_callback: bool = False,
    ) -> None:
        self._room = room
        self._call = call
        self._name = name
        self._queue = queue
        self._wish = wish
        self._is_callback = is_callback
        self._entry: Entry | None = None
        self._called_back = False
        self._offers: Offers
        self._dismissed: asyncio.Future[Why]

    async def enter(self, arrival: Arrival) -> WaitEnded:
        """Wait until somebody answers and the talk is over, or the wait is.

        Raises what :func:`~softswitch.calls.bridge.talk` does, and SentOn where a side menu leads on.
        """
        # Before anybody rings: phones are brought to its worker, and several would open it at once.
        await self._call.caller.open_sound()
        desk = self._room.desk
        while True:
            self._begin()
            entry = desk.enter(self._name, arrival, self)
            if isinstance(entry, Refused):
                return WaitEnded.by(HOW[entry], self._name)
            ended = await self._through(entry)
            if ended is not None:
                return ended
            # The agent was gone before they could talk: the caller has his place as if nothing had been.
            arrival = replace(
                _again(arrival, entry, desk.now), waited_here=max(desk.now - entry.entered, 0.0)
            )

    async def resume(self, entry: Entry, reached: Callable[[], None]) -> WaitEnded:
        """Wait on in a place that was kept for who is called back, anew where it is gone.

        ``reached`` is told once the place is taken again.
        """
        await self._call.caller.open_sound()
        self._begin()
        ended = None
        if self._room.desk.called_back(entry.id, self._call.facts.id, self):
            reached()
            ended = await self._through(entry)
        arrival = _again(Arrival(self._call.facts.id), entry, self._room.desk.now)
        return ended or await self.enter(arrival)

    def _begin(self) -> None:
        """Get ready for what the desk may want from the first moment of a wait."""
        room, label = self._room, self._wish.label or self._queue.label
        self._offers = Offers(
            self._call,
            self._queue,
            room.phones,
            room.desk,
            name=self._name,
            label=label,
            waited=self._waited,
            ask=self._ask_agent,
        )
        self._dismissed = asyncio.get_running_loop().create_future()

    async def _through(self, entry: Entry) -> WaitEnded | None:
        """Wait in a place; return how that ended, None where an agent answered and was gone at once."""
        self._entry = entry
        offers, desk = self._offers, self._room.desk
        why, to = Why.FAULT, ""
        try:
            _, ended = await first_of(self._served(offers), self._kept_company())
            # While the loser was being stopped an agent may have answered: he has the caller then.
            won = offers.won.result() if offers.won.done() else ended
            if isinstance(won, WaitEnded):
                why, to = Why.KEY, won.to
                return won
            if isinstance(won, Why):
                why = won
                return WaitEnded.by(HOW[won], self._name)
            why = Why.TAKEN
        except SentOn:
            if not offers.won.done():
                why = Why.KEY
                raise
            won, why = offers.won.result(), Why.TAKEN
        except asyncio.CancelledError:
            why = self._why_gone()
            raise
        finally:
            if not self._called_back:
                desk.leave(entry.id, why, to=to)  # Nothing for who has been answered.
            await offers.close()
            del self._offers  # They know this wait, which is over.
        return await self._together(won, entry)

    def _why_gone(self) -> Why:
        gone = self._call.gone
        if self._call.is_redirected:
            return Why.TAKEN
        # Nobody has ended the call: it is the call's own limit that cuts us off.
        return Why.TOO_LONG if gone is None else _OURS.get(gone.reason, Why.ABANDONED)

    async def _served(self, offers: Offers) -> Won | Why | WaitEnded:
        ends: list[asyncio.Future[Any]] = [offers.won, self._dismissed]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        return offers.won.result() if offers.won.done() else self._dismissed.result()

    async def _kept_company(self) -> Won | Why | WaitEnded:
        assert self._entry is not None
        company = Company(
            self._call,
            self._name,
            self._queue,
            self,
            voice=self._room.voice,
            clock=self._room.clock,
            at_once=(self._wish.answer or self._queue.answer) == AT_ONCE,
            keys=self._wish.keys,
            seed=self._entry.number,
        )
        return await company.keep()

    # With the agent

    async def _together(self, won: Won, entry: Entry) -> WaitEnded | None:
        """Let caller and agent talk; return how that ended, None where the agent did not stay for it."""
        if won.agent:
            await first_of(_gone(won), self._introduce(won, entry))
        won.branch.adopt(won.leg)
        leg = won.leg.latest
        if leg.over:
            if won.agent:
                self._room.desk.turned_away(won.agent, self._name)
            # With its last word written the agent talks no more.
            self._call.drop(leg, leg.termination)
            return None
        self._call.talked_with = (self._name, won.agent or leg.party)
        return WaitEnded(TALK_OVER, await talk(self._call, leg))

    async def _introduce(self, won: Won, entry: Entry) -> None:
        """Tell the agent who comes and the caller that somebody does, both at once."""
        voice, told = self._room.voice, list[Awaitable[None]]()
        if self._queue.whisper and not won.confirmed:
            words = self._about_caller(won.agent, entry)
            told.append(voice.say_soon(won.leg, *words, within=VOICE_SECONDS))
        if self._queue.connecting and self._call.caller.is_up:
            connecting = phrase(Text.CONNECTING, self.language)
            told.append(voice.say_soon(self._call.caller, connecting, within=VOICE_SECONDS))
        await asyncio.gather(*told)

    def _waited(self) -> float:
        """Return for how many seconds the caller has waited, 0 where there is no place yet."""
        entry = self._entry
        return 0.0 if entry is None else max(entry.waited(self._room.desk.now), 0.0)

    async def _ask_agent(self, agent: str, leg: PhoneLeg) -> str:
        assert self._entry is not None
        language = self._agents_language(agent)
        words = (*self._about_caller(agent, self._entry), phrase(Text.TAKE_CALL, language))
        return await self._room.voice.ask(leg, *words, within=ANSWER_SECONDS)

    def _about_caller(self, agent: str, entry: Entry) -> Sequence[Sentence]:
        waited, caller = entry.waited(self._room.desk.now), self._call.caller
        label = caller.guise.cleaned(self._wish.label or self._queue.label, caller.party)
        name = self._queue.name or self._name
        return whisper(
            name, self._agents_language(agent), waited_s=waited, label=label, callback=self._is_callback
        )

    def _agents_language(self, agent: str) -> str:
        return self._room.language_of(agent) or self._queue.language

    # What the desk wants (see Waiter)

    def ring(self, offer: Ring) -> None:
        """Ring these agents."""
        self._offers.ring(offer)

    def stop(self, offer: int, agent: str) -> None:
        """Ring an agent no longer."""
        self._offers.stop(offer, agent)

    def dismiss(self, why: Why) -> None:
        """Go on elsewhere."""
        if not self._dismissed.done():
            self._dismissed.set_result(why)

    # What company wants (see Visitor)

    @property
    def language(self) -> str:
        """What the caller is spoken to in: as the menu has it, as his account does, else the queue's own."""
        return self._wish.language or self._room.language_of(self._call.caller.party) or self._queue.language

    def standing(self) -> Standing:
        """Where the caller stands now."""
        assert self._entry is not None
        if not self._waits:
            return Standing(0, None)
        desk = self._room.desk
        ahead = desk.floor.ahead(desk.now, self._entry.id)
        return Standing(ahead, self._room.outlook.wait(self._entry))

    @property
    def _waits(self) -> bool:
        """Tell whether the wait goes on: company hears of its end a moment later than the floor."""
        entry = self._entry
        return entry is not None and entry.id in self._room.desk.floor.entries and not entry.dismissed

    def was_told(self, messages: Sequence[Message]) -> None:
        """Write down what the caller was told."""
        assert self._entry is not None
        self._room.outlook.told(self._entry, messages)

    def stand_in(self, party: str, name: str) -> None:
        """Take that somebody else waits here now."""
        assert self._entry is not None
        self._room.desk.stand_in(self._entry.id, party, name)

    async def ask_callback(self, key: str) -> bool:
        """Ask where the caller is to be called back; tell whether he may hang up."""
        assert self._entry is not None
        dialogue = CallbackDialogue(self._call, self._queue, self._room.voice, self.language)
        bookings = self._room.bookings
        party = self._call.caller.party
        number = await dialogue.number(accepts=lambda number: bookings.accepts(self._name, number, party))
        if number and bookings.is_asked_for(self._name, number):
            await dialogue.tell(Text.CALLBACK_TWICE)
            number = ""
        elif number and not bookings.has_room(self._name, number):
            number = ""
        if not number:
            await dialogue.tell(Text.CALLBACK_NOT_TAKEN)
            return False
        if not self._waits:
            return False
        # From here on the place is the callback's: also if the caller hangs up before hearing so.
        self._called_back = True
        self._called_back = await bookings.book(self._entry.id, self, number, self.language)
        await dialogue.tell(Text.CALLBACK_TAKEN if self._called_back else Text.CALLBACK_NOT_STORED)
        return self._called_back

    async def visit(self, number: str) -> Reason | None:
        """Lead the caller through a side menu; return why it ended, None where there is none."""
        menu = self._room.leads_to(self._name, number)
        if menu is None:
            return None
        call = self._call
        call.caller.hush()
        present = set(call.legs)
        try:
            return (await menu(call)).reason
        except asyncio.CancelledError:
            self._part_with(set(call.legs) - present)
            raise

    def _part_with(self, legs: set[PhoneLeg]) -> None:
        """Let those go whom a side menu has rung or joined with the caller, and was cut short with."""
        call = self._call
        agent = self._offers.won.result().leg if self._offers.won.done() else None
        for leg in legs - {call.caller, agent}:
            if leg.tell == call.signal:  # Agents who ring tell the branch they ring in.
                call.drop(leg, TAKEN_BACK)


def _again(arrival: Arrival, entry: Entry, now: float) -> Arrival:
    """Return somebody who comes once more with all that his place was."""
    return replace(
        arrival,
        party=entry.party,
        name=entry.name,
        priority=entry.priority,
        skills=entry.skills,
        waited=now - entry.since,
        returns=True,
    )


async def _gone(won: Won) -> Termination | None:
    return await won.branch.until_over(won.leg)
