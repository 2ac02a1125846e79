"""PINs are kept as hashes that differ each time, and nobody's takes as long as somebody's."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from softswitch.pins import Pins, WrongPin

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def test_a_pin_matches_its_hash_alone():
    pins = Pins(QUICK)
    first, second = await pins.hashed("1234"), await pins.hashed("1234")
    assert first != second
    assert "1234" not in first
    assert await pins.matches(first, "1234")
    assert not await pins.matches(first, "1235")
    assert not await pins.matches(first, "")


@pytest.mark.parametrize("known", ["", "no hash", "$argon2id$v=19$broken"])
async def test_what_is_no_hash_matches_nothing(known):
    pins = Pins(QUICK)
    assert not await pins.matches(known, "1234")
    assert not await pins.matches(known, "")


async def test_nobodys_pin_is_hashed_all_the_same(monkeypatch):
    verified = []

    class Counting(PasswordHasher):
        def verify(self, known: str | bytes, password: str | bytes) -> bool:
            verified.append(known)
            return super().verify(known, password)

    pins = Pins(Counting(time_cost=1, memory_cost=8, parallelism=1))
    for _ in range(2):
        assert not await pins.matches("", "1234")
    assert len(verified) == 2
    assert verified[0].startswith("$argon2id$")


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "١٢٣٤", "1234\n"])
async def test_what_is_no_pin_is_refused_and_not_repeated(pin):
    with pytest.raises(WrongPin, match="4 to 12 digits") as caught:
        await Pins(QUICK).hashed(pin)
    assert not pin or pin not in str(caught.value)


async def test_the_usual_cost_is_argon2id():
    assert (await Pins().hashed("1234")).startswith("$argon2id$")
