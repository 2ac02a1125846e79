"""Identifiers sort by time, never repeat, and can be read aloud."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from softswitch.ids import (
    ALPHABET,
    BLOCK_TOKENS,
    ID_LENGTH,
    RANDOM_BITS,
    TOKEN_OCTETS,
    Tokens,
    make_id,
)
from tests.fakes.clock import START

LOWEST, HIGHEST = (lambda bits: 0), (lambda bits: (1 << bits) - 1)
MOMENTS = st.integers(0, 2**47)
"""Milliseconds since 1970, to the year 6429."""


def at(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def moment_of(name: str) -> int:
    """Return the milliseconds since 1970 that an identifier holds."""
    value = 0
    for letter in name:
        value = value * len(ALPHABET) + ALPHABET.index(letter)
    return value >> RANDOM_BITS


@given(MOMENTS, st.integers(0, (1 << RANDOM_BITS) - 1))
def test_an_identifier_holds_its_moment_whatever_chance_adds(moment: int, chance: int) -> None:
    name = make_id(at(moment), lambda bits: chance)
    assert len(name) == ID_LENGTH
    assert set(name) <= set(ALPHABET)
    # Seconds as a float are exact to a fraction of a millisecond, which may fall on either side of it.
    assert abs(moment_of(name) - moment) <= 1


@given(MOMENTS, st.integers(2, 10**9))
def test_the_later_one_sorts_behind_even_if_chance_is_against_it(moment: int, after: int) -> None:
    assert make_id(at(moment), HIGHEST) < make_id(at(moment + after), LOWEST)


def test_one_moment_gives_many_identifiers() -> None:
    assert len({make_id(START) for _ in range(1000)}) == 1000


def test_the_zone_of_the_clock_makes_no_difference() -> None:
    there = START.astimezone(timezone(timedelta(hours=-7)))
    assert make_id(START, LOWEST) == make_id(there, LOWEST)


def test_no_letter_looks_like_another() -> None:
    assert not set("ILOU") & set(ALPHABET)
    assert sorted(ALPHABET) == list(ALPHABET)


def test_tokens_come_from_the_system_in_blocks_and_each_is_given_out_once() -> None:
    asked: list[int] = []

    def source(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    tokens = Tokens(source)
    given = [tokens() for _ in range(3 * BLOCK_TOKENS)]
    assert asked == [TOKEN_OCTETS * BLOCK_TOKENS] * 3
    assert len(set(given)) == len(given)
    assert {len(token) for token in given} == {2 * TOKEN_OCTETS}
    assert all(bytes.fromhex(token) for token in given)
