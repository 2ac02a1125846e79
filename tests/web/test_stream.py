"""The hub: who follows gets everything, in order, or is told that it does not keep up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from softswitch.events import CallEnded, LegAnswered
from softswitch.web.errors import Busy
from softswitch.web.resources.events import RingOver
from softswitch.web.stream import BATCH, QUEUE, RING, Hub, Lost, TooSlow, Wanted
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.web.line import NoPast
from tests.web.stories import Story


def hub_of(past: NoPast | None = None, sequence: int = 0) -> Hub:
    return Hub(past=past or NoPast(), most=5, sequence=sequence)


def read(frames: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(frame) for frame in frames]


def over(agent: str) -> RingOver:
    return RingOver(call="C1", leg="b1", agent=agent, answered=True)


@in_virtual_time
async def test_a_follower_of_all_gets_all_in_order() -> None:
    hub, story = hub_of(), Story()
    with hub.follow(Wanted()) as follower:
        for entry in story.arrives():
            hub.read(entry)
        hub.tell("ring_over", "1001", over("1001"))
        await passes(0.1)
        assert follower.news.is_set()
        told = read(hub.at_hand(follower))
    assert [one["type"] for one in told] == ["event"] * 4 + ["ring_over"]
    assert [one["sequence"] for one in told] == [1, 2, 3, 4, 4]
    assert told[0]["kind"] == "CallArrived"
    assert told[0]["data"]["caller"] == "+48600100200"
    assert told[0]["call"] == "C1"
    assert hub.followers == 0
    hub.close()


@in_virtual_time
async def test_a_follower_of_an_agent_gets_that_agents_and_at_once() -> None:
    hub, story = hub_of(), Story()
    with hub.follow(Wanted("1001")) as follower:
        assert hub.is_followed("1001")
        assert not hub.is_followed("1002")
        for entry in story.arrives():
            hub.read(entry)
        hub.tell("ring_over", "1002", over("1002"))
        assert not follower.news.is_set()
        hub.tell("ring_over", "1001", over("1001"))
        assert follower.news.is_set()
        assert [one["data"]["agent"] for one in read(hub.at_hand(follower))] == ["1001"]
        assert hub.at_hand(follower) == []
    assert not hub.is_followed("1001")


@in_virtual_time
async def test_kinds_are_chosen() -> None:
    hub, story = hub_of(), Story()
    wanted = Wanted(kinds=frozenset({LegAnswered.__name__}), without=frozenset({"ring_over"}))
    with hub.follow(wanted) as follower:
        for entry in story.arrives():
            hub.read(entry)
        hub.tell("ring_over", "1001", over("1001"))
        assert [one["kind"] for one in read(hub.at_hand(follower))] == ["LegAnswered"]
    hub.close()


@in_virtual_time
async def test_who_does_not_keep_up_is_told_so() -> None:
    hub, story = hub_of(), Story()
    with hub.follow(Wanted()) as slow, hub.follow(Wanted("1001")) as agent:
        for _ in range(RING // 4 + 1):
            for entry in story.arrives():
                hub.read(entry)
        with pytest.raises(TooSlow):
            hub.at_hand(slow)
        for _ in range(QUEUE + 1):
            hub.tell("ring_over", "1001", over("1001"))
        with pytest.raises(TooSlow):
            hub.at_hand(agent)
    hub.close()


@in_virtual_time
async def test_much_is_taken_in_batches() -> None:
    hub, story = hub_of(), Story()
    with hub.follow(Wanted()) as follower:
        for _ in range(100):
            for entry in story.arrives():
                hub.read(entry)
        sizes = []
        follower.news.set()
        while follower.news.is_set():
            follower.news.clear()
            sizes.append(len(hub.at_hand(follower)))
    assert sizes == [BATCH, BATCH]
    hub.close()


@in_virtual_time
async def test_only_so_many_follow() -> None:
    hub = hub_of()
    held = [hub.follow(Wanted()) for _ in range(5)]
    for one in held:
        one.__enter__()
    with pytest.raises(Busy), hub.follow(Wanted("1001")):
        pass
    for one in held:
        one.__exit__(None, None, None)
    with hub.follow(Wanted("1001")):
        assert hub.followers == 1


async def missed(hub: Hub, after: int, wanted: Wanted | None = None) -> list[int]:
    """Return the numbers of all that a follower who comes back is told, of before and of now."""
    with hub.follow(wanted or Wanted()) as follower:
        told = [one for frames in [x async for x in hub.missed(follower, after)] for one in read(frames)]
        while follower.news.is_set():
            follower.news.clear()
            told += read(hub.at_hand(follower))
        return [one["sequence"] for one in told]


@in_virtual_time
async def test_who_comes_back_gets_what_was_missed_once() -> None:
    past, story = NoPast(), Story()
    for _ in range(300):
        past.entries += story.arrives()
    hub = hub_of(past, sequence=story.sequence)
    for _ in range(10):
        new = story.arrives()
        past.entries += new if story.sequence < 1220 else []  # The last are not on the disk yet.
        for entry in new:
            hub.read(entry)
    last = story.sequence
    for after in (0, 3, 1199, 1200, 1201, last - 1, last, last + 5):
        assert await missed(hub, after) == list(range(after + 1, last + 1)), after
    hub.close()


@in_virtual_time
async def test_who_comes_back_after_a_restart_without_any_news() -> None:
    past, story = NoPast(), Story()
    past.entries += story.arrives()
    hub = hub_of(past, sequence=story.sequence)
    assert await missed(hub, 1) == [2, 3, 4]
    assert await missed(hub, 4) == []


@in_virtual_time
async def test_what_is_neither_kept_nor_written_is_said_to_be_lost() -> None:
    past, story = NoPast(), Story()
    past.entries += story.arrives()
    hub = hub_of(past, sequence=story.sequence)
    for _ in range(RING // 2 + 10):
        for entry in story.ends():
            hub.read(entry)
    with pytest.raises(Lost):
        await missed(hub, 0)
    hub.close()


@in_virtual_time
async def test_kinds_are_chosen_of_the_past_too() -> None:
    past, story = NoPast(), Story()
    past.entries += story.arrives() + story.ends()
    hub = hub_of(past, sequence=story.sequence)
    assert await missed(hub, 0, Wanted(kinds=frozenset({CallEnded.__name__}))) == [6]


@in_virtual_time
async def test_when_the_switch_stops_all_are_woken() -> None:
    hub = hub_of()
    with hub.follow(Wanted()) as one, hub.follow(Wanted("1001")) as other:
        hub.close()
        assert one.news.is_set()
        assert other.news.is_set()
        assert hub.closed
    await asyncio.sleep(0)
