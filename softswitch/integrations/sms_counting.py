"""A sender of text messages whose limits outlast a restart: what goes out is written down before it does."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from softswitch.clock import Clock
from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.sms_rules import DAY, SmsRules
from softswitch.outbox.messages import Sms, read
from softswitch.outbox.model import Channel, Delivery, Receipt, Refused


class Counts(Protocol):
    """Keeps what has gone (see :class:`softswitch.storage.sms_count_store.SmsCountStore`)."""

    async def note(self, sender: str, key: str, number: str, at: datetime) -> None:
        """Note that a message goes out; the same key again is no second one."""
        ...

    async def take_back(self, sender: str, key: str) -> None:
        """Note that a message did not go after all."""
        ...

    async def since(self, sender: str, at: datetime) -> tuple[tuple[datetime, str, str], ...]:
        """Return what went out since a time: when, its key and the number, the oldest first."""
        ...


class Sender(Channel, Protocol):
    """A channel that keeps something open."""

    async def close(self) -> None:
        """Close it."""
        ...


class CountedSms:
    """The channel of one sender, by its name in the configuration, and what counts for its limits."""

    def __init__(self, name: str, channel: Sender, rules: SmsRules, counts: Counts, clock: Clock) -> None:
        self._name = name
        self._channel = channel
        self._rules = rules
        self._counts = counts
        self._clock = clock
        self._restored = False

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """See :class:`~softswitch.outbox.model.Channel`. What was sent before a restart counts."""
        if not self._restored:
            now = self._clock.wall()
            self._rules.restore(await self._counts.since(self._name, now - DAY))
            self._restored = True
        try:
            number = self._rules.number(read(delivery.body, Sms).to)
        except SmsRefused as error:
            raise Refused(str(error)) from None
        # Before it goes: a process that is killed behind it counts one too many, never one too few.
        await self._counts.note(self._name, delivery.key, number, self._clock.wall())
        try:
            return await self._channel.deliver(delivery, attempt)
        except Refused:
            await self._counts.take_back(self._name, delivery.key)
            raise

    async def close(self) -> None:
        """Close the sender."""
        await self._channel.close()
