"""Copies of recordings that were erased: those that wait are not sent, those that were are taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.integrations.drop_deliveries import Recorded, lane_of, withdrawals
from softswitch.outbox.messages import ErasedRecording, read
from softswitch.outbox.model import Delivery, Receipt
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import put, withdraw

ERASED: Final = "the recording was erased before it was sent"


class Withdrawals:
    """The channel of erased recordings.

    What it does is written in one transaction, and a second time it finds that done.
    """

    def __init__(self, config: Config, database: Database, clock: Clock) -> None:
        self._drops = config.drops
        self._zone = ZoneInfo(config.time_zone)
        self._database = database
        self._clock = clock

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """Withdraw the copies of one recording; see :class:`~softswitch.outbox.model.Channel`."""
        told = read(delivery.body, ErasedRecording)
        recorded = Recorded(
            told.recording,
            told.path,
            told.sha256,
            told.call,
            datetime.fromisoformat(told.began),
            told.queue,
            told.agent,
            told.caller,
            told.called,
            told.part,
        )
        keys = {f"{lane_of(name)}:{told.recording}": name for name in self._drops}
        async with self._database.writing() as connection:
            unsent = await withdraw(connection, keys, ERASED, self._clock)
            # Where no try was made nothing can have arrived: there is nothing to take back.
            drops = {name: self._drops[name] for key, name in keys.items() if key not in unsent}
            due = withdrawals(drops, recorded, told.why, self._clock.wall(), self._zone)
            await put(connection, due, self._clock)
        return Receipt()
