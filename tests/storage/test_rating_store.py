"""Ratings by agent, queue and time, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from softswitch.crm.errors import CrmError
from softswitch.storage.database import Database
from softswitch.storage.rating_store import Marks, Rating, RatingSearch, RatingStore, put_ratings
from tests.fakes.clock import START

NUMBER = "+48600100200"


def rating(place: int, mark: int, agent: str = "1001", queue: str = "cards", highest: int = 5) -> Rating:
    at = START + timedelta(hours=place)
    return Rating(f"C{place}:1", f"C{place}", at, queue, agent, NUMBER, mark, 1, highest)


GIVEN = (rating(0, 5), rating(1, 3), rating(2, 1, "1002"), rating(3, 9, highest=9), rating(4, 5))


@pytest.fixture
async def store(database: Database) -> RatingStore:
    async with database.writing() as connection:
        await put_ratings(connection, GIVEN)
        await put_ratings(connection, GIVEN[:1])
        await put_ratings(connection, [])
    return RatingStore(database)


async def test_ratings_in_pages_newest_first(store: RatingStore) -> None:
    first = await store.find(RatingSearch(), limit=3)
    rest = await store.find(RatingSearch(), after=first.after, limit=3)
    assert (*first.ratings, *rest.ratings) == GIVEN[::-1]
    assert rest.after == ""
    until, since = START + timedelta(hours=2), START + timedelta(hours=1)
    assert (await store.find(RatingSearch(since=since, until=until))).ratings == GIVEN[1:2]
    assert (await store.find(RatingSearch(agent="1002", queue="cards", call="C2"))).ratings == GIVEN[2:3]
    assert (await store.find(RatingSearch(queue="loans"))).ratings == ()
    with pytest.raises(CrmError, match="begin with the first"):
        await store.find(RatingSearch(), after="nonsense")


async def test_marks_of_different_scales_are_never_put_together(store: RatingStore) -> None:
    marks = await store.marks(RatingSearch(agent="1001"))
    assert marks == (Marks("cards", "1001", 1, 5, {3: 1, 5: 2}), Marks("cards", "1001", 1, 9, {9: 1}))
    assert (marks[0].count, round(marks[0].average, 3)) == (3, 4.333)


async def test_who_gave_them_is_taken_out_and_old_ones_go(store: RatingStore) -> None:
    assert await store.of_numbers([NUMBER]) == GIVEN
    assert await store.erase(["+48999"]) == 0
    assert await store.erase([NUMBER]) == 5
    assert await store.of_numbers([NUMBER]) == ()
    assert await store.forget(START + timedelta(hours=3)) == 3
    assert len((await store.find(RatingSearch())).ratings) == 2
