"""What the interface asks of ratings. All raise WebError."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from softswitch.web.paging import Part
from softswitch.web.resources.ratings import Rating, RatingFigures


class Ratings(Protocol):
    """What callers thought of talks."""

    async def find(
        self,
        *,
        since: datetime | None,
        until: datetime | None,
        queue: str,
        agent: str,
        call: str,
        after: str,
        limit: int,
    ) -> Part[Rating]:
        """Return those that are meant, the newest first."""
        ...

    async def figures(
        self, *, since: datetime | None, until: datetime | None, queue: str, agent: str
    ) -> Sequence[RatingFigures]:
        """Return what each agent got in each queue."""
        ...
