"""Polish ordinals of days and hours."""

from __future__ import annotations

import pytest

from softswitch.ordinals import Ending, ordinal


@pytest.mark.parametrize(
    ("number", "genitive"),
    [
        (1, "pierwszego"), (2, "drugiego"), (3, "trzeciego"), (4, "czwartego"), (5, "piątego"),
        (6, "szóstego"), (7, "siódmego"), (8, "ósmego"), (9, "dziewiątego"), (10, "dziesiątego"),
        (11, "jedenastego"), (12, "dwunastego"), (15, "piętnastego"), (19, "dziewiętnastego"),
        (20, "dwudziestego"), (21, "dwudziestego pierwszego"), (23, "dwudziestego trzeciego"),
        (30, "trzydziestego"), (31, "trzydziestego pierwszego"),
    ],
)  # fmt: skip
def test_days_of_the_month(number: int, genitive: str) -> None:
    assert ordinal(number, Ending.OF_DAY) == genitive


@pytest.mark.parametrize(
    ("hour", "locative"),
    [(0, "zerowej"), (1, "pierwszej"), (2, "drugiej"), (3, "trzeciej"), (8, "ósmej"), (12, "dwunastej"),
     (20, "dwudziestej"), (21, "dwudziestej pierwszej"), (22, "dwudziestej drugiej"),
     (23, "dwudziestej trzeciej")],
)  # fmt: skip
def test_hours(hour: int, locative: str) -> None:
    assert ordinal(hour, Ending.OF_HOUR) == locative


@pytest.mark.parametrize(
    ("number", "ending", "said"),
    [
        (2, Ending.DAY, "drugi"), (3, Ending.DAY, "trzeci"), (23, Ending.DAY, "dwudziesty trzeci"),
        (2, Ending.HOUR, "druga"), (3, Ending.HOUR, "trzecia"), (18, Ending.HOUR, "osiemnasta"),
        (22, Ending.HOUR, "dwudziesta druga"), (99, Ending.OF_DAY, "dziewięćdziesiątego dziewiątego"),
    ],
)  # fmt: skip
def test_other_endings(number: int, ending: Ending, said: str) -> None:
    assert ordinal(number, ending) == said


@pytest.mark.parametrize("number", [-1, 100])
def test_what_is_no_day_and_no_hour(number: int) -> None:
    with pytest.raises(ValueError, match="is no day"):
        ordinal(number, Ending.DAY)
