"""Many alarms, one timer, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

from softswitch.presence.ticker import AT_ONCE, Ticker
from tests.fakes.virtual_time import LoopClock, in_virtual_time, passes, settled


def ticking() -> tuple[Ticker, list[tuple[float, Hashable]]]:
    loop = asyncio.get_running_loop()
    begin, rung = loop.time(), list[tuple[float, Hashable]]()
    return Ticker(LoopClock(loop), lambda key: rung.append((round(loop.time() - begin, 3), key))), rung


@in_virtual_time
async def test_alarms_ring_when_they_are_due_and_those_moved_or_cleared_do_not() -> None:
    ticker, rung = ticking()
    now = asyncio.get_running_loop().time()
    ticker.set("late", now + 5)
    ticker.set("soon", now + 1)
    ticker.set("moved", now + 2)
    ticker.set("moved", now + 3)
    ticker.set("cleared", now + 2)
    ticker.set("cleared", None)
    assert len(ticker) == 3
    await passes(10)
    assert rung == [(1.0, "soon"), (3.0, "moved"), (5.0, "late")]
    assert len(ticker) == 0


@in_virtual_time
async def test_what_is_due_at_once_rings_after_whoever_asked_has_finished() -> None:
    ticker, rung = ticking()
    ticker.set("now", 0.0)
    assert rung == []
    await settled()
    assert [key for _, key in rung] == ["now"]


@in_virtual_time
async def test_many_give_others_a_turn_in_between() -> None:
    ticker, rung = ticking()
    seen = []
    for number in range(3 * AT_ONCE):
        ticker.set(number, 0.0)
    while len(rung) < 3 * AT_ONCE:
        seen.append(len(rung))
        await asyncio.sleep(0)
    assert {AT_ONCE, 2 * AT_ONCE} <= set(seen)


@in_virtual_time
async def test_a_fault_stops_one_alarm_and_closing_stops_all() -> None:
    loop = asyncio.get_running_loop()
    rung: list[Hashable] = []

    def ring(key: Hashable) -> None:
        if key == "bad":
            raise ValueError("bad")
        rung.append(key)

    faults: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: faults.append(context))
    ticker = Ticker(LoopClock(loop), ring)
    ticker.set("bad", 0.0)
    ticker.set("good", 0.0)
    ticker.set("later", loop.time() + 9)
    await passes(1)
    assert rung == ["good"]
    assert len(faults) == 1
    ticker.close()
    await passes(20)
    assert rung == ["good"]
