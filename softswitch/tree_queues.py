"""Joins voice menus and queues, neither of which knows the other: a tree's step leads into a real queue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol

from softswitch.calls.call import Call, Destination
from softswitch.ivr.context import QueueEnd, QueueWish, WaitEnd
from softswitch.ivr.errors import NoSuchQueue
from softswitch.ivr.live import WaitOver
from softswitch.queues.config import QueueConfig
from softswitch.queues.model import Wanted
from softswitch.queues.wish import WaitEnded, Wish

AT_ONCE: Final = "at_once"


class Waits(Protocol):
    """The queues of a switch, as far as trees need them."""

    async def wait(self, call: Call, queue: str, wish: Wish) -> WaitEnded:
        """Let a call's caller wait, and talk with the agent who answers."""
        ...

    def waiting(self, queue: str) -> int:
        """Return how many callers wait on the line."""
        ...

    def agents(self, queue: str, *, free: bool) -> int:
        """Return how many agents are logged in, or how many of them could take a call now."""
        ...


class TreeQueues:
    """Implements :class:`~softswitch.ivr.live.QueueDoor`.

    ``config`` are the queues by name. ``leads_to`` says where a number leads that a queue names (the queue
    comes first).
    """

    def __init__(
        self,
        queues: Waits,
        config: Mapping[str, QueueConfig],
        *,
        leads_to: Callable[[str, str], Destination | None],
    ) -> None:
        self._queues = queues
        self._config = config
        self._leads_to = leads_to

    @property
    def names(self) -> Collection[str]:
        """See :class:`~softswitch.ivr.context.Queues`."""
        return self._config.keys()

    def agents(self, name: str, *, free_only: bool) -> int:
        """See :class:`~softswitch.ivr.context.Queues`."""
        self._of(name)
        return self._queues.agents(name, free=free_only)

    def waiting(self, name: str) -> int:
        """See :class:`~softswitch.ivr.context.Queues`."""
        self._of(name)
        return self._queues.waiting(name)

    def answers_at_once(self, name: str) -> bool:
        """See :class:`~softswitch.ivr.context.Queues`."""
        return self._of(name).answer == AT_ONCE

    async def wait(self, call: Call, wish: QueueWish) -> WaitOver:
        """See :class:`~softswitch.ivr.live.QueueDoor`."""
        config = self._of(wish.queue)
        ended = await self._queues.wait(call, wish.queue, _wish(wish))
        how = WaitEnd(ended.how)
        number = ended.to or _onward(config, how)
        if how is WaitEnd.KEY and ended.key in wish.keys:
            number = ""
        return WaitOver(
            QueueEnd(how, ended.key, number),
            ended.termination,
            self._leads_to(wish.queue, number) if number else None,
        )

    def _of(self, name: str) -> QueueConfig:
        try:
            return self._config[name]
        except KeyError:
            raise NoSuchQueue(name) from None


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


def _onward(config: QueueConfig, how: WaitEnd) -> str:
    """Return the number to which a queue itself leads after a wait that ended so, "" for none."""
    number: str | None = None
    match how:
        case WaitEnd.TALK_OVER:
            number = config.after_talk
        case WaitEnd.FULL:
            number = config.on_full
        case WaitEnd.EMPTY:
            number = config.on_empty
        case WaitEnd.MAX_WAIT:
            number = config.on_max_wait
        case WaitEnd.NO_AGENT:
            number = config.on_no_agent
        case WaitEnd.KEY | WaitEnd.CALLBACK | WaitEnd.MENU:
            pass
    return number or ""
