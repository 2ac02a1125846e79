"""The book of the floor: what is written down, and what is looked at when."""

from __future__ import annotations

import pytest

from softswitch.events import QueueAnswered
from softswitch.queues.book import Book
from softswitch.queues.config import QueuesConfig
from softswitch.queues.errors import QueueError
from softswitch.queues.model import Told


def book(**queue: object) -> Book:
    members = {"members": ["1001"], **queue}
    return Book(QueuesConfig.model_validate({"queues": {"sales": members}}), 100.0)


def test_what_is_not_there_is_named():
    with pytest.raises(QueueError, match="there is no queue help"):
        book().post("help")
    with pytest.raises(QueueError, match="nobody waits with the call c1"):
        book().waiting("c1")


def test_what_is_told_is_counted_and_goes_out():
    one = book()
    event = QueueAnswered("sales", "1001", "b1", "2001", 3.0, 2.0)
    one.tell("c1", event)
    assert one.tally.calls("sales", "1001") == 1
    assert list(one.outputs)[-1] == Told("c1", event)


def test_a_queue_is_without_agents_from_the_moment_the_last_one_cannot_be_reached():
    one = book()
    # No phone is known yet.
    assert one.posts["sales"].unserved_since == 100.0
    one.roster.agent("1001").reachable = True
    one.review_all_of(105.0, "1001")
    assert one.posts["sales"].unserved_since is None
    one.roster.agent("1001").reachable = False
    one.review_all_of(110.0, "1001")
    one.review_all_of(120.0, "1001")
    assert one.posts["sales"].unserved_since == 110.0
