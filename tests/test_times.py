"""Times of the clock, for the ear and for the eye."""

from __future__ import annotations

from datetime import time

import pytest

from softswitch.numerals import Case
from softswitch.times import read_time, spoken_time, written_time


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("18:30", 18, 30), ("18.30", 18, 30), ("7:05", 7, 5), ("07:05:59", 7, 5), ("7:05:59.5", 7, 5),
        ("18", 18, 0), ("0:00", 0, 0), ("24:00", 0, 0),
        ("2026-03-05T18:30:00+01:00", 18, 30), ("2026-03-05 18:30", 18, 30), ("20260305T1830", 18, 30),
    ],
)  # fmt: skip
def test_times_as_people_and_programs_write_them(text: str, hour: int, minute: int) -> None:
    found = read_time(text)
    assert (found.hour, found.minute) == (hour, minute)


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "24:01", "18:60", "1830", "18:3", "-1:00", "2026-03-05"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_time(text)


@pytest.mark.parametrize(
    ("at", "nominative", "genitive", "english"),
    [
        (time(0, 0), "północ", "północy", "midnight"),
        (time(0, 5), "zerowa zero pięć", "zerowej zero pięć", "twelve oh five a.m."),
        (time(3, 0), "trzecia", "trzeciej", "three a.m."),
        (time(8, 15), "ósma piętnaście", "ósmej piętnaście", "eight fifteen a.m."),
        (time(12, 0), "dwunasta", "dwunastej", "noon"),
        (time(12, 30), "dwunasta trzydzieści", "dwunastej trzydzieści", "twelve thirty p.m."),
        (time(18, 0), "osiemnasta", "osiemnastej", "six p.m."),
        (time(22, 45), "dwudziesta druga czterdzieści pięć", "dwudziestej drugiej czterdzieści pięć",
         "ten forty-five p.m."),
    ],
)  # fmt: skip
def test_n12_times_as_they_are_said(at: time, nominative: str, genitive: str, english: str) -> None:
    assert spoken_time(at, "pl") == nominative
    assert spoken_time(at, "pl", Case.GENITIVE) == genitive
    assert spoken_time(at, "en") == spoken_time(at, "en-GB", Case.GENITIVE) == english


def test_every_minute_of_a_day_is_said_in_words_alone() -> None:
    for language in ("pl", "en"):
        said = {spoken_time(time(*divmod(minute, 60)), language) for minute in range(1440)}
        assert len(said) == 1440
        assert not any(sign.isdigit() for one in said for sign in one)


def test_times_as_they_are_written() -> None:
    assert written_time(time(7, 5), "pl") == "7:05"
    assert written_time(time(18, 0), "pl") == "18:00"
    assert written_time(time(0, 30), "en") == "12:30 am"
    assert written_time(time(12, 0), "en-GB") == "12:00 pm"


def test_a_language_without_tables() -> None:
    with pytest.raises(ValueError, match="no spoken times"):
        spoken_time(time(8), "de")
    with pytest.raises(ValueError, match="no written times"):
        written_time(time(8), "de")
