"""Where callers go on whose wait is over: queues that lead to each other, with a pause and without."""

from __future__ import annotations

import pytest

from softswitch.events import CallForwarded, QueueEntered, QueueRefused
from softswitch.queues.texts import Text
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.queues.hall import hall, pick_up

QUIET = {"announce": {"position": "off", "eta": "off"}}


def two_queues(**parts: object) -> dict[str, dict[str, object]]:
    """Return two queues that send their callers to each other, ``parts`` for both."""
    return {
        "days": {"number": "600", "members": ["1001"], **QUIET, **parts},
        "nights": {"number": "601", "members": ["1001"], **QUIET, **parts},
    }


def each_to_the_other(setting: str, **parts: object) -> dict[str, dict[str, object]]:
    """Return two queues of which each names the other in a setting."""
    queues = two_queues(**parts)
    queues["days"][setting], queues["nights"][setting] = "601", "600"
    return queues


@in_virtual_time
async def test_who_really_waits_in_each_may_go_from_queue_to_queue_as_long_as_it_takes():
    async with hall(queues=each_to_the_other("on_max_wait", max_wait_s=30)) as here:
        (caller,) = await here.callers("2001")
        await passes(600)
        entered = here.told(QueueEntered)
        assert [one.queue for one in entered][:4] == ["days", "nights", "days", "nights"]
        assert len(entered) == 21
        assert entered[-1].waited == 600
        anna = here.phone("1001")
        await passes(1)
        pick_up(anna)
        await passes(1)
        assert caller.sound.hears == f"leg {anna.sound.leg.number}"
        caller.hang_up()
        await passes(1)


@pytest.mark.parametrize(
    ("setting", "parts"),
    [("on_full", {"most_waiting": 1}), ("on_empty", {"refuse_when_all": ["unregistered"]})],
)
@in_virtual_time
async def test_who_goes_round_without_waiting_is_told_so_and_the_call_says_why(setting, parts):
    async with hall(queues=each_to_the_other(setting, **parts)) as here:
        if setting == "on_full":
            await here.dials(here.phone("2002"), "600")
            await here.dials(here.phone("2003"), "601")
        before = len(here.told(CallForwarded))
        (caller,) = await here.callers("2001")
        await passes(5)
        text = Text.FULL if setting == "on_full" else Text.NOBODY_THERE
        assert here.speaker.said[-1] == text.value[0]
        assert caller.statuses() == [100, 200]
        assert here.switch.ended.reason == ("queue_full" if setting == "on_full" else "queue_empty")
        assert len(here.told(CallForwarded)) - before <= 5
        assert len([one for one in here.told(QueueRefused) if one.party == "2001"]) <= 6
        here.switch.board.close()
        await passes(1)


@in_virtual_time
async def test_waits_too_short_to_be_any_do_not_go_round_for_ever():
    async with hall(queues=each_to_the_other("on_max_wait", max_wait_s=0.001)) as here:
        await here.callers("2001")
        await passes(5)
        assert len(here.told(QueueEntered)) <= 6
        assert here.speaker.said[-1] == Text.TOO_LONG.value[0]
        assert here.switch.ended.reason == "queue_max_wait"
