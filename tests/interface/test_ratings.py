"""Ratings as programs see them, on a real database."""

from __future__ import annotations

import pytest

from softswitch.interface.ratings import LineRatings
from softswitch.storage.database import Database
from softswitch.storage.rating_store import Rating, RatingStore, put_ratings
from softswitch.web.errors import Unacceptable
from tests.fakes.clock import START

GIVEN = [Rating(f"C{n}:1", f"C{n}", START, "cards", "1001", "+48600100200", n, 1, 5) for n in (3, 4, 5)]
ANY = {"since": None, "until": None, "queue": "", "agent": "", "call": ""}


@pytest.fixture
async def here(database: Database) -> LineRatings:
    async with database.writing() as connection:
        await put_ratings(connection, GIVEN)
    return LineRatings(RatingStore(database))


async def test_ratings_in_pages_without_the_number_of_who_gave_them(here: LineRatings) -> None:
    first = await here.find(**ANY, after="", limit=2)  # type: ignore[arg-type]
    rest = await here.find(**ANY, after=first.after, limit=2)  # type: ignore[arg-type]
    assert [one.rating for one in (*first.items, *rest.items)] == [5, 4, 3]
    assert "600100200" not in str(first)
    with pytest.raises(Unacceptable):
        await here.find(**ANY, after="nonsense", limit=2)  # type: ignore[arg-type]


async def test_p12_figures_of_each_agent(here: LineRatings) -> None:
    (figures,) = await here.figures(since=None, until=None, queue="cards", agent="")
    assert (figures.agent, figures.count, figures.average) == ("1001", 3, 4.0)
    assert figures.given == {"3": 1, "4": 1, "5": 1}
    assert list(await here.figures(since=START, until=START, queue="", agent="")) == []
