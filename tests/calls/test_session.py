"""The clock of a session: it rings for a refresh, or for one that has not come (RFC 4028 §10)."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.session import SessionClock
from softswitch.sip.session_timer import OWN, SessionTimer
from tests.fakes.virtual_time import in_virtual_time, passes


class Listener:
    """What the clock rang for, and when."""

    def __init__(self):
        self.heard = []
        self._began = asyncio.get_running_loop().time()
        self.clock = SessionClock(refresh=lambda: self._hear("refresh"), over=lambda: self._hear("over"))

    def _hear(self, what):
        self.heard.append((what, round(asyncio.get_running_loop().time() - self._began, 3)))


@pytest.mark.parametrize(
    ("timer", "rings"),
    [
        (SessionTimer(600, ours=True), ("refresh", 300.0)),
        (SessionTimer(90, ours=True), ("refresh", 45.0)),
        (SessionTimer(600, ours=False), ("over", 568.0)),
        (SessionTimer(90, ours=False), ("over", 60.0)),
        (OWN, ("refresh", 900.0)),
    ],
)
@in_virtual_time
async def test_it_rings_for_what_was_agreed(timer, rings):
    listener = Listener()
    listener.clock.agree(timer)
    assert listener.clock.timer == timer
    await passes(rings[1] - 0.1)
    assert listener.heard == []
    await passes(0.2)
    assert listener.heard == [rings]


@pytest.mark.parametrize("ours", [True, False])
@in_virtual_time
async def test_every_agreement_begins_anew(ours):
    listener = Listener()
    for _ in range(10):
        listener.clock.agree(SessionTimer(90, ours))
        await passes(44)
    assert listener.heard == []
    # The roles may change with it, and the interval.
    listener.clock.agree(SessionTimer(1800, not ours))
    await passes(800)
    assert listener.heard == []
    await passes(1000)
    assert listener.heard[0] == (("over", 440.0 + 1768.0) if ours else ("refresh", 440.0 + 900.0))


@in_virtual_time
async def test_a_refresh_that_comes_to_nothing_is_due_again_before_the_session_is_over():
    # RFC 4028 §10: "retry if possible", but not continuously.
    listener = Listener()
    listener.clock.agree(SessionTimer(1800, ours=True))
    await passes(1801)
    assert listener.heard == [("refresh", 900.0), ("refresh", 1350.0), ("refresh", 1800.0)]
    listener.clock.agree(SessionTimer(1800, ours=True))
    await passes(899)
    assert len(listener.heard) == 3
    listener.clock.stop()
    await passes(10_000)
    assert len(listener.heard) == 3


@in_virtual_time
async def test_a_refresh_that_does_not_come_is_told_once():
    listener = Listener()
    listener.clock.agree(SessionTimer(90, ours=False))
    await passes(10_000)
    assert listener.heard == [("over", 60.0)]


@in_virtual_time
async def test_it_can_be_stopped_before_and_after_it_has_begun():
    listener = Listener()
    listener.clock.stop()
    assert listener.clock.timer is None
    listener.clock.agree(SessionTimer(90, ours=False))
    listener.clock.stop()
    listener.clock.stop()
    await passes(1000)
    assert listener.heard == []
