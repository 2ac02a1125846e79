"""What callers chose: answered from memory, written behind, gone when others have erased it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from softswitch.crm.choice_model import Choice
from softswitch.crm.choices import RENEWED_AFTER, CallerChoices
from tests.fakes.clock import START, FakeClock

ANNA, JAN = "+48600100200", "+48600999999"


def normal(text: str) -> str | None:
    return None if text in ("anonymous", "") else f"+48{text.removeprefix('+48')}"


class Table:
    """A table in memory; ``broken`` raises in place of reading."""

    def __init__(self, *rows: Choice) -> None:
        self.rows = {one.number: one for one in rows}
        self.loaded = 0
        self.broken = False
        self.settled = True

    def save(self, choice: Choice) -> None:
        self.rows[choice.number] = choice

    def renew(self, number: str, at: datetime) -> None:
        if number in self.rows:
            self.rows[number] = replace(self.rows[number], at=at)

    async def load(self, most: int) -> Sequence[Choice]:
        self.loaded += 1
        return sorted(self.rows.values(), key=lambda one: one.at, reverse=True)[:most]

    async def stamp(self) -> tuple[int, datetime | None]:
        if self.broken:
            raise OSError("gone")
        return len(self.rows), max((one.at for one in self.rows.values()), default=None)


class Line:
    def __init__(self, *rows: Choice, most: int = 10) -> None:
        self.table, self.clock = Table(*rows), FakeClock()
        self.over = asyncio.Event()
        self.waits = asyncio.Event()
        self.choices = CallerChoices(self.table, normal, self.clock, most=most, pause=self._pause)

    async def _pause(self, seconds: float) -> None:
        self.waits.set()
        await self.over.wait()
        self.over.clear()

    async def look(self) -> None:
        """Let the half minute be over."""
        self.waits.clear()
        self.over.set()
        await self.waits.wait()


async def test_n27_what_is_kept_is_known_in_every_spelling_and_each_part_leaves_the_other() -> None:
    line = Line()
    await line.choices.begin()
    assert line.choices.of(ANNA) is None
    assert line.choices.keep("600100200", language="en")
    assert line.choices.keep(ANNA, pace=0.85)
    assert line.choices.of("600100200") == Choice(ANNA, line.clock.wall(), "en", 0.85)
    assert line.table.rows[ANNA] == line.choices.of(ANNA)
    assert line.choices.of(JAN) is None


async def test_n27_of_a_hidden_number_nothing_is_kept() -> None:
    line = Line()
    for hidden in ("anonymous", ""):
        assert not line.choices.keep(hidden, language="en", pace=0.7)
        assert line.choices.of(hidden) is None
    assert line.table.rows == {}


async def test_a_restart_forgets_nothing() -> None:
    line = Line(Choice(ANNA, START, "en"), Choice(JAN, START, "", 0.7))
    await line.choices.begin()
    assert line.choices.of(ANNA) == Choice(ANNA, START, "en")
    assert line.choices.of(JAN) == Choice(JAN, START, "", 0.7)


async def test_what_is_used_is_renewed_now_and_then_and_what_was_erased_stays_so() -> None:
    line = Line(Choice(ANNA, START, "en"), Choice(JAN, START, "pl"))
    await line.choices.begin()
    line.clock.advance(RENEWED_AFTER / timedelta(seconds=1))
    assert line.choices.of(ANNA) == Choice(ANNA, START, "en")
    line.clock.advance(1)
    later = line.clock.wall()
    assert line.choices.of(ANNA) == Choice(ANNA, later, "en")
    assert line.table.rows[ANNA].at == later
    del line.table.rows[JAN]
    assert line.choices.of(JAN) == Choice(JAN, later, "pl")
    assert JAN not in line.table.rows


async def test_n27_what_another_process_erases_or_writes_is_followed() -> None:
    line = Line(Choice(ANNA, START, "en"), Choice(JAN, START, "pl"))
    await line.choices.begin()
    following = asyncio.create_task(line.choices.run())
    await asyncio.sleep(0)
    line.choices.keep(ANNA, pace=0.7)
    await line.look()
    assert line.table.loaded == 1
    del line.table.rows[ANNA]
    line.table.settled = False
    await line.look()
    assert line.choices.of(ANNA) is not None  # What is on its way is waited for.
    line.table.settled = True
    await line.look()
    assert (line.choices.of(ANNA), line.table.loaded) == (None, 2)
    line.table.rows[ANNA] = Choice(ANNA, line.clock.wall() + timedelta(seconds=5), "uk")
    await line.look()
    assert line.choices.of(ANNA) == line.table.rows[ANNA]
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_a_table_that_cannot_be_read_is_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    line = Line(Choice(ANNA, START, "en"))
    await line.choices.begin()
    following = asyncio.create_task(line.choices.run())
    await asyncio.sleep(0)
    line.table.broken = True
    await line.look()
    assert line.choices.of(ANNA) == Choice(ANNA, START, "en")
    assert "cannot be read now: OSError" in caplog.text
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_only_the_newest_are_held_in_memory_and_that_alone_is_no_change() -> None:
    rows = [Choice(f"+4860000000{place}", START + timedelta(hours=place), "en") for place in range(5)]
    line = Line(*rows, most=3)
    await line.choices.begin()
    following = asyncio.create_task(line.choices.run())
    await asyncio.sleep(0)
    await line.look()
    assert line.table.loaded == 1
    assert line.choices.of(rows[0].number) is None
    assert line.choices.of(rows[4].number) == rows[4]
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
