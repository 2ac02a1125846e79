"""What is known of a recording."""

from __future__ import annotations

import pytest

from softswitch.recordings.model import Recorded, State
from tests.fakes.clock import START


@pytest.mark.parametrize("state", State)
def test_only_what_is_done_can_be_heard(state: State) -> None:
    recorded = Recorded("X-1", "X", 1, START, "2001", "1001", state=state)
    assert recorded.is_there is (state is State.DONE)
