"""The dispatcher in virtual time: order, pauses, channels that are down, and what is given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from softswitch.clock import Clock
from softswitch.events import ChannelRecovered, ChannelTroubled, DeliveryGivenUp
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.model import Channel, Delivery, NotNow, Outlet, Posted, Receipt, Refused, State
from tests.fakes.virtual_time import LoopClock, in_virtual_time, passes

Answer = Receipt | Exception


@dataclass
class Memory:
    """An outbox in memory: the Protocol's, and nothing more."""

    clock: Clock
    rows: dict[str, Posted] = field(default_factory=dict)
    broken: bool = False
    slow: float = 0.0
    """Seconds from the reading of what is due to its coming back."""

    def put(self, *keys: str, channel: str = "mail", lane: str = "", expires: float = 72 * 3600) -> None:
        now = self.clock.wall()
        for key in keys:
            delivery = Delivery(key, channel, "{}", lane=lane)
            end = now + timedelta(seconds=expires)
            self.rows[key] = Posted(f"{len(self.rows):04d}", delivery, State.WAITING, now, now, end)

    def _open(self, channel: str) -> list[Posted]:
        if self.broken:
            raise OSError("the database is gone")
        return [one for one in self.rows.values() if one.settled is None and one.delivery.channel == channel]

    def _next(self, channel: str) -> list[Posted]:
        found, lanes = [], set[str]()
        for one in self._open(channel):
            if not one.delivery.lane or one.delivery.lane not in lanes:
                found.append(one)
            lanes.add(one.delivery.lane)
        return found

    async def due(self, channel: str) -> list[Posted]:
        found = [one for one in self._next(channel) if one.due <= self.clock.wall()]
        await passes(self.slow)
        return sorted(found, key=lambda one: (one.due, one.id))

    async def next_due(self, channel: str) -> datetime | None:
        return min((one.due for one in self._next(channel)), default=None)

    async def claim(self, posted: Posted) -> bool:
        row = self.rows[posted.delivery.key]
        if row.settled is not None or row.attempts != posted.attempts:
            return False
        self._set(posted, state=State.SENDING, attempts=posted.attempts + 1)
        return True

    async def put_off(self, posted: Posted, due: datetime, trouble: str) -> None:
        self._set(posted, state=State.WAITING, due=due, trouble=trouble)

    async def settle(self, posted: Posted, state: State, *, reference: str = "", trouble: str = "") -> None:
        self._set(posted, state=state, reference=reference, trouble=trouble, settled=self.clock.wall())

    def _set(self, posted: Posted, **changes: object) -> None:
        key = posted.delivery.key
        self.rows[key] = replace(self.rows[key], **changes)  # type: ignore[arg-type]

    def states(self) -> dict[str, State]:
        return {key: one.state for key, one in self.rows.items()}


class Server(Channel):
    """A channel that answers as it is told, and writes down what it was asked when."""

    def __init__(self, clock: Clock, answer: Callable[[str, int], Answer], takes: float = 0.0) -> None:
        self._clock = clock
        self._answer = answer
        self._takes = takes
        self._began = clock.monotonic()
        self.asked: list[tuple[float, str, int]] = []
        self.most_at_once = 0
        self._now = 0

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        self.asked.append((round(self._clock.monotonic() - self._began, 1), delivery.key, attempt))
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await passes(self._takes)
        finally:
            self._now -= 1
        answer = self._answer(delivery.key, attempt)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Rig:
    """A dispatcher over one outbox in memory; ``told`` is what went into the log."""

    def __init__(
        self, answer: Callable[[str, int], Answer] = lambda key, attempt: Receipt(f"r-{key}"), **how: float
    ) -> None:
        self.clock = LoopClock(asyncio.get_running_loop())
        self.outbox = Memory(self.clock)
        self.server = Server(self.clock, answer, how.get("takes", 0.0))
        self.told: list[object] = []
        outlet = Outlet(self.server, within=how.get("within", 60.0), at_once=int(how.get("at_once", 4)))
        self.outlets = {"mail": outlet}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Dispatcher]:
        dispatcher = Dispatcher(self.outbox, self.outlets, self.clock, self.told.append, lambda: 0.0)
        task = asyncio.create_task(dispatcher.run())
        try:
            yield dispatcher
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@in_virtual_time
async def test_what_is_written_goes_out_at_once_and_once() -> None:
    rig = Rig()
    async with rig.running() as dispatcher:
        await passes(1)
        rig.outbox.put("a", "b")
        dispatcher.wake()
        await passes(0.1)
    assert rig.server.asked == [(1.0, "a", 1), (1.0, "b", 1)]
    assert rig.outbox.states() == {"a": State.DELIVERED, "b": State.DELIVERED}
    assert rig.outbox.rows["a"].reference == "r-a"
    assert rig.told == []


@in_virtual_time
async def test_what_another_process_wrote_is_found_without_a_word() -> None:
    rig = Rig()
    async with rig.running():
        await passes(1)
        rig.outbox.put("a")
        await passes(31)
    assert [key for _, key, _ in rig.server.asked] == ["a"]


@in_virtual_time
async def test_what_fails_is_tried_again_later_and_holds_up_nobody() -> None:
    rig = Rig(lambda key, attempt: NotNow("the box is locked") if key == "bad" and attempt < 3 else Receipt())
    rig.outbox.put("bad", "good")
    async with rig.running():
        await passes(60)
    assert rig.server.asked == [(0.0, "bad", 1), (0.0, "good", 1), (5.0, "bad", 2), (20.0, "bad", 3)]
    assert rig.outbox.states() == {"bad": State.DELIVERED, "good": State.DELIVERED}
    assert rig.told == []


@in_virtual_time
async def test_a_server_down_for_ten_minutes_gets_everything_within_a_minute_after() -> None:
    rig = Rig()
    rig.server._answer = lambda key, attempt: (
        NotNow("refuses connections", whole=True) if rig.server.asked[-1][0] < 600 else Receipt()
    )
    rig.outbox.put(*(f"m{number}" for number in range(50)))
    async with rig.running():
        await passes(599)
        tried = {key for _, key, _ in rig.server.asked}
        # One delivery finds out for all, but for those that were under way when the trouble began.
        assert len(rig.server.asked) < 20
        assert len(tried) <= 5
        await passes(62)
    assert set(rig.outbox.states().values()) == {State.DELIVERED}
    assert rig.told == [ChannelTroubled("mail", "refuses connections"), ChannelRecovered("mail")]


@in_virtual_time
async def test_what_is_refused_is_given_up_and_told() -> None:
    rig = Rig(lambda key, attempt: Refused("no such address"))
    rig.outbox.put("a")
    async with rig.running():
        await passes(100_000)
    assert len(rig.server.asked) == 1
    assert rig.outbox.states() == {"a": State.REFUSED}
    assert rig.told == [DeliveryGivenUp("mail", "a", "refused", "no such address")]


@in_virtual_time
async def test_what_is_of_use_no_longer_is_given_up_with_the_last_reason() -> None:
    rig = Rig(lambda key, attempt: NotNow("busy"))
    rig.outbox.put("a", expires=100)
    async with rig.running():
        await passes(3600)
    assert [at for at, _, _ in rig.server.asked] == [0.0, 5.0, 20.0, 65.0]
    assert rig.told == [DeliveryGivenUp("mail", "a", "expired", "busy")]


@in_virtual_time
async def test_a_lane_goes_in_order_one_at_a_time() -> None:
    rig = Rig(lambda key, attempt: NotNow("not yet") if (key, attempt) == ("1", 1) else Receipt(), takes=1.0)
    rig.outbox.put("1", "2", "3", lane="crm")
    rig.outbox.put("x", "y")
    async with rig.running():
        await passes(60)
    assert [key for _, key, _ in rig.server.asked if key in "123"] == ["1", "1", "2", "3"]
    assert {"x", "y"} == {key for at, key, _ in rig.server.asked if at == 0.0} - {"1"}


@in_virtual_time
async def test_no_more_go_at_once_than_the_outlet_allows() -> None:
    rig = Rig(takes=2.0, at_once=3)
    rig.outbox.put(*map(str, range(9)))
    async with rig.running():
        await passes(7)
    assert rig.server.most_at_once == 3
    assert set(rig.outbox.states().values()) == {State.DELIVERED}


@in_virtual_time
async def test_a_try_that_takes_too_long_is_cut_off() -> None:
    rig = Rig(takes=100.0, within=10.0)
    rig.outbox.put("a")
    async with rig.running():
        await passes(12)
    assert rig.outbox.rows["a"].trouble == "no answer within 10 s"
    assert rig.outbox.rows["a"].state is State.WAITING


@in_virtual_time
async def test_a_fault_of_ours_costs_only_that_try(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig(lambda key, attempt: KeyError("subject") if key == "a" else Receipt())
    rig.outbox.put("a", "b")
    async with rig.running():
        await passes(1)
    assert rig.outbox.rows["a"].trouble == "a fault of ours: KeyError"
    assert rig.outbox.rows["b"].state is State.DELIVERED
    assert "delivery a by mail failed for a fault of ours" in caplog.text


@in_virtual_time
async def test_a_database_that_cannot_be_asked_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.outbox.put("a")
    rig.outbox.broken = True
    async with rig.running():
        await passes(6)
        assert rig.server.asked == []
        rig.outbox.broken = False
        await passes(6)
    assert rig.outbox.states() == {"a": State.DELIVERED}
    assert "cannot be looked up" in caplog.text


@in_virtual_time
async def test_what_was_under_way_at_the_end_is_tried_again_under_its_key() -> None:
    rig = Rig(takes=30.0)
    rig.outbox.put("a")
    async with rig.running():
        await passes(1)
    assert rig.outbox.rows["a"].state is State.SENDING
    async with rig.running():
        await passes(40)
    assert [(key, attempt) for _, key, attempt in rig.server.asked] == [("a", 1), ("a", 2)]
    assert rig.outbox.states() == {"a": State.DELIVERED}


@in_virtual_time
async def test_channels_do_not_wait_for_each_other() -> None:
    rig = Rig(lambda key, attempt: NotNow("down", whole=True))
    other = Server(rig.clock, lambda key, attempt: Receipt())
    rig.outlets["sms"] = Outlet(other)
    rig.outbox.put("m")
    rig.outbox.put("s", channel="sms")
    async with rig.running():
        await passes(1)
    assert rig.outbox.states() == {"m": State.WAITING, "s": State.DELIVERED}


@in_virtual_time
async def test_what_ends_while_the_list_is_read_is_not_sent_again() -> None:
    rig = Rig(takes=1.5)
    rig.outbox.slow = 1.0
    async with rig.running() as dispatcher:
        rig.outbox.put("a")
        dispatcher.wake()
        await passes(2.0)
        # The next list is read while "a" is under way, and comes back when it has arrived.
        rig.outbox.put("b")
        dispatcher.wake()
        await passes(60)
    assert sorted(key for _, key, _ in rig.server.asked) == ["a", "b"]
