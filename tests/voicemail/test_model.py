"""The plain values of voicemail."""

from __future__ import annotations

from softswitch.voicemail.model import Tally


def test_all_messages_are_the_new_and_the_old() -> None:
    assert Tally(2, 3, 1, 1).all == 5
    assert Tally().all == 0
