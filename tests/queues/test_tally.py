"""What each agent had of each queue, read from events alone."""

from __future__ import annotations

from softswitch.events import QueueAnswered, QueueEntered, QueueTalkEnded
from softswitch.queues.tally import Tally


def test_calls_and_talk_are_counted_by_queue_and_agent():
    tally = Tally()
    for queue, agent in (("sales", "1001"), ("sales", "1001"), ("help", "1001"), ("sales", "1002")):
        tally.read(QueueAnswered(queue, agent, "b1", "+48600", 12.0, 3.0))
    tally.read(QueueTalkEnded("sales", "1001", 60.5, "agent"))
    tally.read(QueueTalkEnded("sales", "1001", 30.0, "caller"))
    assert tally.calls("sales", "1001") == 2
    assert tally.calls("help", "1001") == 1
    assert tally.calls("help", "1002") == 0
    assert tally.talk_s("sales", "1001") == 90.5
    assert tally.talk_s("sales", "1002") == 0.0


def test_other_events_count_for_nothing():
    tally = Tally()
    tally.read(QueueEntered("sales", "1001", 0))
    assert tally.calls("sales", "1001") == 0


def test_another_day_begins_at_nothing():
    tally = Tally()
    tally.read(QueueAnswered("sales", "1001", "b1", "", 1.0, 1.0))
    tally.read(QueueTalkEnded("sales", "1001", 60.0, "agent"))
    tally.clear()
    assert (tally.calls("sales", "1001"), tally.talk_s("sales", "1001")) == (0, 0.0)
