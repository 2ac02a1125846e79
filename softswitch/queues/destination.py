"""A dialled number that is a queue, and where callers go on when their wait is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Destination
from softswitch.calls.forwarding import hand_over
from softswitch.calls.hangup import Reason, Termination
from softswitch.queues.config import QueueConfig
from softswitch.queues.texts import Text, phrase
from softswitch.queues.voice import QueueVoice
from softswitch.queues.waiting import AT_ONCE
from softswitch.queues.wish import EMPTY, FULL, KEY, MAX_WAIT, NO_AGENT, TALK_OVER, WaitEnded, Wish

_SORRY: Final = {
    FULL: Text.FULL,
    EMPTY: Text.NOBODY_THERE,
    NO_AGENT: Text.NOBODY_THERE,
    MAX_WAIT: Text.TOO_LONG,
}
"""What is said to whom a queue sends away, where it names nowhere else to go."""


@dataclass(frozen=True, slots=True)
class Onward:
    """Where callers of queues go on. ``leads_to`` finds the number that a queue names, by its name.

    ``language_of`` is that of an account, "" for none.
    """

    voice: QueueVoice
    leads_to: Callable[[str, str], Destination | None]
    language_of: Callable[[str], str]

    async def go_on(self, call: Call, name: str, queue: QueueConfig, ended: WaitEnded) -> Termination:
        """Lead a caller on whose wait is over as the queue has it; return how the call ended.

        Raises SentOn where a menu or another queue serves the caller from here on.
        """
        to = target(queue, ended)
        if to:
            reason = ended.termination.reason
            reached = await hand_over(call, name, to, self.leads_to(name, to), why=reason)
            if not isinstance(reached, Termination):
                return await talk(call, reached)
            # What leads nowhere, or round and round, ends with a word of regret like what is not named.
            if reached.reason is not Reason.MOVED or ended.how not in _SORRY:
                return reached
        sorry = _SORRY.get(ended.how)
        # Who was not answered pays nothing for being sent away.
        if sorry is not None and (call.caller.is_up or (ended.answer or queue.answer) == AT_ONCE):
            language = ended.language or self.language_of(call.caller.party) or queue.language
            sentence = phrase(sorry, language)
            await self.voice.speaking.tell(call, lambda party: (sentence.text, sentence.language))
        return ended.termination


def target(queue: QueueConfig, ended: WaitEnded) -> str:
    """Return the number a queue names for a wait that ended so, "" for none."""
    if ended.how == KEY:
        return ended.to
    if ended.how == TALK_OVER:
        # Never when the caller hung up: that is the end of the call.
        hung_up = ended.termination.reason is Reason.CALLEE_HUNG_UP
        return (queue.after_talk or "") if hung_up else ""
    named = {
        FULL: queue.on_full,
        EMPTY: queue.on_empty,
        MAX_WAIT: queue.on_max_wait,
        NO_AGENT: queue.on_no_agent,
    }
    return named.get(ended.how) or ""


class Waits(Protocol):
    """Where callers wait (see :class:`~softswitch.queues.queues.Queues`)."""

    async def wait(self, call: Call, queue: str, wish: Wish) -> WaitEnded:
        """Let the caller wait, and talk with whoever answers."""
        ...

    async def go_on(self, call: Call, queue: str, ended: WaitEnded) -> Termination:
        """Lead the caller on as the queue has it."""
        ...


@dataclass(frozen=True, slots=True)
class QueueDestination:
    """A number that enters a queue: dialled, or a caller was sent there."""

    queues: Waits
    name: str
    wish: Wish = field(default_factory=Wish)
    kind: str = "queue"

    async def __call__(self, call: Call) -> Termination:
        """Let the caller wait; return how the call is to end."""
        ended = await self.queues.wait(call, self.name, self.wish)
        return await self.queues.go_on(call, self.name, ended)
