"""Joins voice menus and queues, neither of which knows the other: a tree's step leads into a real queue."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Protocol

from softswitch.calls.call import Call
from softswitch.calls.hangup import Termination
from softswitch.ivr.context import QueueEnd, QueueWish, WaitEnd
from softswitch.ivr.live import WaitOver
from softswitch.queues.model import Wanted
from softswitch.queues.wish import WaitEnded, Wish


class Waits(Protocol):
    """The queues of a switch, as far as trees need them (see :class:`~softswitch.queues.queues.Queues`).

    All raise QueueError for a name that no queue has.
    """

    @property
    def names(self) -> Collection[str]:
        """The names of all queues."""
        ...

    def agents(self, queue: str, *, free: bool) -> int:
        """Return how many agents are logged in, or how many of them could take a call now."""
        ...

    def waiting(self, queue: str) -> int:
        """Return how many callers wait on the line."""
        ...

    def answers_at_once(self, queue: str) -> bool:
        """Tell whether callers are answered before an agent is there for them."""
        ...

    async def wait(self, call: Call, queue: str, wish: Wish) -> WaitEnded:
        """Let a call's caller wait, and talk with the agent who answers."""
        ...

    async def go_on(self, call: Call, queue: str, ended: WaitEnded) -> Termination:
        """Lead the caller on as the queue's own configuration has it; return how the call ends."""
        ...


class TreeQueues:
    """Implements :class:`~softswitch.ivr.live.QueueDoor`."""

    def __init__(self, queues: Waits) -> None:
        self._queues = queues

    @property
    def names(self) -> Collection[str]:
        """See :class:`~softswitch.ivr.context.Queues`."""
        return self._queues.names

    def knows(self, name: str) -> bool:
        """See :class:`~softswitch.ivr.context.Queues`."""
        return name in self._queues.names

    def agents(self, name: str, *, free: bool) -> int:
        """See :class:`~softswitch.ivr.context.Queues`."""
        return self._queues.agents(name, free=free)

    def waiting(self, name: str) -> int:
        """See :class:`~softswitch.ivr.context.Queues`."""
        return self._queues.waiting(name)

    def answers_at_once(self, name: str) -> bool:
        """See :class:`~softswitch.ivr.context.Queues`."""
        return self._queues.answers_at_once(name)

    async def wait(self, call: Call, wish: QueueWish) -> WaitOver:
        """See :class:`~softswitch.ivr.live.QueueDoor`."""
        ended = await self._queues.wait(call, wish.queue, _wish(wish))
        return WaitOver(
            QueueEnd(WaitEnd(ended.how), ended.key),
            partial(self._queues.go_on, call, wish.queue, ended),
        )


def _wish(wish: QueueWish) -> Wish:
    return Wish(
        answer=wish.answer,
        language=wish.language,
        label=wish.label,
        priority=wish.priority,
        skills={
            name: Wanted(skill.level, skill.required, skill.relax_s) for name, skill in wish.skills.items()
        },
        keys=wish.keys,
    )
