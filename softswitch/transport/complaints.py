"""What the log is told of peers: each thing once a minute, however often it happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

QUIET_SECONDS: Final = 60.0
MOST_REMEMBERED: Final = 200
"""Peers and reasons that are kept apart; one who invents more of them is told of together with others."""


class Complaints:
    """Says things about peers in the log. ``clock`` returns seconds of any origin."""

    def __init__(self, logger: logging.Logger, clock: Callable[[], float]) -> None:
        self._logger = logger
        self._clock = clock
        self._quiet_until: dict[str, float] = {}

    def say(self, about: str, text: str) -> None:
        """Write ``text`` unless something ``about`` the same was written within the last minute."""
        now = self._clock()
        if self._quiet_until.get(about, now) > now:
            return
        if len(self._quiet_until) >= MOST_REMEMBERED:
            kept = {key: at for key, at in self._quiet_until.items() if at > now}
            if len(kept) >= MOST_REMEMBERED:
                return
            self._quiet_until = kept
        self._quiet_until[about] = now + QUIET_SECONDS
        self._logger.warning("%s", text)
