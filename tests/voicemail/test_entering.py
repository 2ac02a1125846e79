"""Into a box: which one, and its PIN."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from softswitch.events import DigitPressed, MailboxOpened, MailboxPinRefused
from softswitch.voicemail import entering
from softswitch.voicemail.pins import MOST_WRONG
from tests.fakes.virtual_time import passes
from tests.voicemail.office import GREETING, office, without_threads

PIN = "4271"
BOXES = {"1001": {"number": "8001", "pin": PIN}}
LISTEN = {"boxes": BOXES}


async def listening(here, keys: str = "", *, user: str = "1001", number: str = "*97"):
    phone = await here.calls(user, number)
    await here.types(phone, keys)
    return phone


@without_threads
async def test_any_box_is_heard_with_its_pin(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        await here.leaves("2001", 4, "8001")
        phone = await listening(here, "8001#", user="2002", number="*98")
        assert here.said[-1] == "Enter the PIN, then press hash."
        await here.types(phone, f"{PIN}#")
        assert here.said[-1] == "You have one new message."
        keys = "".join(one.digit for one in here.told(DigitPressed))
        assert keys == "8001#*****"
        assert PIN not in repr(here.switch.entries)


@without_threads
async def test_a_wrong_pin_is_refused_and_told(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        phone = await listening(here, "1001#", user="2002", number="*98")
        for wrong in ("1111#", "2222#", "3333#"):
            await here.types(phone, wrong)
            await passes(GREETING)
        await passes(3)
        assert here.said[-1] == "Goodbye."
        assert len(phone.incoming("BYE")) == 1
        assert [one.tries for one in here.told(MailboxPinRefused)] == [1, 2, 3]
        assert here.told(MailboxOpened) == []


@without_threads
async def test_who_guesses_shuts_the_box_for_strangers_but_not_for_its_own_phone(tmp_path: Path) -> None:
    boxes = {"1001": {"pin": PIN, "own_phone": "pin"}}
    async with office(tmp_path, boxes=boxes) as here:
        for _ in range(3):
            phone = await listening(here, "1001#", user="2002", number="*98")
            for wrong in ("1111#", "2222#", "3333#"):
                await here.types(phone, wrong)
                await passes(GREETING)
            await passes(4)
        phone = await listening(here, "1001#", user="2002", number="*98")
        await here.types(phone, f"{PIN}#")
        await passes(GREETING)
        assert here.told(MailboxOpened) == []
        await listening(here, f"{PIN}#")
        assert [one.party for one in here.told(MailboxOpened)] == ["1001"]
        # An hour later the right PIN is taken again.
        await passes(3601)
        phone = await listening(here, "1001#", user="2002", number="*98")
        await here.types(phone, f"{PIN}#")
        assert len(here.told(MailboxOpened)) == 2


@without_threads
async def test_who_guesses_in_many_calls_at_once_guesses_no_more_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at, turn = 0, asyncio.Event()

    async def together(typed: str, *, plain: str, kept: str) -> bool:
        nonlocal looked_at
        looked_at += 1
        if looked_at < len(guesses):
            await turn.wait()
            return False
        turn.set()
        # The right one is looked at last, so that its answer comes after those of the others.
        await passes(0.01)
        return typed == PIN

    guesses = [*(f"{number:04}" for number in range(MOST_WRONG)), PIN]
    monkeypatch.setattr(entering, "is_right", together)
    boxes = {"1001": {"pin": PIN, "own_phone": "pin"}}
    async with office(tmp_path, boxes=boxes) as here:
        phones = [here.switch.phone("2002", f"192.0.2.{100 + number}") for number in range(len(guesses))]
        for phone in phones:
            phone.call("*98")
        await passes(0.5)
        for phone, guess in zip(phones, guesses, strict=True):
            await here.types(phone, f"1001#{guess}#", 0.05)
        await passes(1)
        assert len(here.told(MailboxPinRefused)) == len(guesses)
        assert here.told(MailboxOpened) == []


@without_threads
async def test_a_box_that_is_not_there_asks_for_a_pin_like_any_other(tmp_path: Path) -> None:
    async with office(tmp_path, **LISTEN) as here:
        phone = await listening(here, "777#", user="2002", number="*98")
        assert here.said[-1] == "Enter the PIN, then press hash."
        await here.types(phone, f"{PIN}#")
        assert here.said[-1] == "That is not the right PIN."


@without_threads
async def test_a_box_without_a_pin_is_heard_from_its_own_phone_alone(tmp_path: Path) -> None:
    async with office(tmp_path, boxes={"1001": {"own_phone": "pin"}}) as here:
        phone = await listening(here, "1001#", user="2002", number="*98")
        await here.types(phone, "0000#")
        assert here.told(MailboxOpened) == []
        await listening(here)
        assert len(here.told(MailboxOpened)) == 1
