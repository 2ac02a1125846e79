"""The log hears of each thing once a minute, whoever causes it however often."""

from __future__ import annotations

import logging

import pytest

from softswitch.transport.complaints import MOST_REMEMBERED, QUIET_SECONDS, Complaints

logger = logging.getLogger("tests.complaints")


class Watch:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def complaints(watch: Watch) -> Complaints:
    return Complaints(logger, watch)


def test_the_same_is_said_again_after_a_minute(
    complaints: Complaints, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(5):
        complaints.say("a", f"first {number}")
        complaints.say("b", "second")
    watch.now += QUIET_SECONDS
    complaints.say("a", "third")
    assert caplog.messages == ["first 0", "second", "third"]


def test_who_invents_reasons_fills_neither_log_nor_memory(
    complaints: Complaints, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3 * MOST_REMEMBERED):
        complaints.say(str(number), "100% new")
    assert len(caplog.messages) == MOST_REMEMBERED
    watch.now += QUIET_SECONDS + 1
    complaints.say("later", "heard again")
    assert caplog.messages[-1] == "heard again"
    assert len(complaints._quiet_until) == 1
