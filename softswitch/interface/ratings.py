"""Ratings for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from softswitch.crm.errors import CrmError
from softswitch.storage.rating_store import RatingSearch, RatingStore
from softswitch.web.errors import Unacceptable
from softswitch.web.paging import Part
from softswitch.web.resources.ratings import Rating, RatingFigures


@dataclass(frozen=True, slots=True)
class LineRatings:
    """Implements :class:`softswitch.web.services.Ratings`."""

    store: RatingStore

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
        """See Ratings."""
        wanted = RatingSearch(since=since, until=until, queue=queue, agent=agent, call=call)
        try:
            page = await self.store.find(wanted, after=after, limit=limit)
        except CrmError as error:
            raise Unacceptable(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
        items = tuple(
            Rating(
                id=one.id,
                call=one.call,
                at=one.at,
                queue=one.queue,
                agent=one.agent,
                rating=one.rating,
                lowest=one.lowest,
                highest=one.highest,
            )
            for one in page.ratings
        )
        return Part(items, page.after)

    async def figures(
        self, *, since: datetime | None, until: datetime | None, queue: str, agent: str
    ) -> Sequence[RatingFigures]:
        """See Ratings."""
        wanted = RatingSearch(since=since, until=until, queue=queue, agent=agent)
        return [
            RatingFigures(
                queue=one.queue,
                agent=one.agent,
                lowest=one.lowest,
                highest=one.highest,
                count=one.count,
                average=round(one.average, 3),
                given={str(mark): count for mark, count in one.given.items()},
            )
            for one in await self.store.marks(wanted)
        ]
