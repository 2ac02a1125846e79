"""What an owner sets by phone: greetings and the PIN."""

from __future__ import annotations

from pathlib import Path

from softswitch.events import DigitPressed
from softswitch.voicemail.pins import matches
from tests.fakes.virtual_time import passes
from tests.voicemail.office import GREETING, office, without_threads

BOXES = {"1001": {"number": "8001", "pin": "4271"}}


async def options(here, key: str):
    phone = await here.calls("1001", "*97")
    await here.types(phone, "0")
    await here.types(phone, key)
    return phone


@without_threads
async def test_a_greeting_is_spoken_heard_and_used(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await options(here, "1")
        await passes(2 * GREETING + 3)
        assert here.recorder.running == 1
        await here.types(phone, "#")
        (file,) = here.files("1001")
        assert here.sounds.heard[-1].name == file
        await passes(GREETING)
        await here.types(phone, "1")
        assert here.said[-1] == "The greeting is in use."
        assert here.messages.kept["1001"] == {"greeting.unavailable": file}
        phone.hang_up()
        await here.calls("2001", "8001")
        assert here.sounds.heard[-1].name == file
        # The next one takes its place, and the usual one that of both.
        phone = await options(here, "1")
        await passes(2 * GREETING + 3)
        await here.types(phone, "#3")
        await passes(1)
        assert here.messages.kept["1001"] == {}
        await passes(3)
        assert here.files("1001") == []


@without_threads
async def test_who_hangs_up_while_speaking_changes_nothing(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await options(here, "3")
        await passes(2 * GREETING + 3)
        phone.hang_up()
        await passes(1)
        assert here.messages.kept.get("1001", {}) == {}


@without_threads
async def test_the_pin_is_changed_and_kept_as_a_hash(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await options(here, "4")
        await here.types(phone, "9082#")
        assert here.said[-1] == "Enter it once more."
        await here.types(phone, "9082#")
        assert here.said[-1] == "The PIN is changed."
        kept = here.messages.kept["1001"]["pin"]
        assert kept.startswith("$argon2id$")
        assert "9082" not in kept
        assert matches("9082", kept)
        assert "".join(one.digit for one in here.told(DigitPressed)) == "04**********"
        phone.hang_up()
        await passes(1)
        phone = await here.calls("2001", "*98")
        await here.types(phone, "1001#")
        await here.types(phone, "4271#")
        assert here.said[-1] == "That is not the right PIN."
        await passes(GREETING)
        await here.types(phone, "9082#")
        assert here.said[-1] == "You have no messages."


@without_threads
async def test_weak_pins_and_those_that_differ_are_not_taken(tmp_path: Path) -> None:
    async with office(tmp_path, boxes=BOXES) as here:
        phone = await options(here, "4")
        await here.types(phone, "1234#")
        assert here.said[-1].startswith("That PIN is too easy")
        await passes(GREETING)
        await here.types(phone, "9082#")
        await here.types(phone, "9083#")
        assert here.said[-1] == "The two were not the same."
        await passes(GREETING)
        await here.types(phone, "#")
        assert here.said[-1] == "Nothing was changed."
        assert here.messages.kept.get("1001", {}) == {}
