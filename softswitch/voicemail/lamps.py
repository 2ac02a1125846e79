"""Message-waiting lamps: how many messages each box holds, and what the phones of its people show."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from softswitch.presence.mailboxes import Counts
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.errors import VoicemailError
from softswitch.voicemail.model import Messages, Tally

logger = logging.getLogger(__name__)

Show = Callable[[str, Counts], None]
"""Lets an account's phones show how many messages wait (see :mod:`softswitch.presence.mailboxes`)."""


class Lamps:
    """Keeps the counts of all boxes, as the store has them, and shows them."""

    def __init__(self, config: VoicemailConfig, store: Messages, show: Show) -> None:
        self._store = store
        self._show = show
        self._boxes: dict[str, list[str]] = {}
        """The boxes whose messages an account sees."""
        for box in config.boxes:
            for account in config.lamps(box):
                self._boxes.setdefault(account, []).append(box)
        self._tallies: Mapping[str, Tally] = {}
        # Two who look at once must not show what the slower one has seen before.
        self._turn = asyncio.Lock()

    def tally(self, box: str) -> Tally:
        """Return how many messages a box held when it was looked at last."""
        return self._tallies.get(box, Tally())

    async def refresh(self) -> None:
        """Look how many messages there are, and show it; what cannot be looked at now stays as it was."""
        async with self._turn:
            try:
                self._tallies = await self._store.tallies()
            except VoicemailError as error:
                logger.warning("the lamps of voicemail boxes show what was before: %s", error)
                return
            for account, boxes in self._boxes.items():
                self._show(account, _together([self.tally(box) for box in boxes]))


def _together(tallies: list[Tally]) -> Counts:
    return Counts(
        new=sum(one.new for one in tallies),
        old=sum(one.old for one in tallies),
        urgent_new=sum(one.urgent_new for one in tallies),
        urgent_old=sum(one.urgent_old for one in tallies),
    )
