"""A switch without schedules has no outage either."""

from __future__ import annotations

import pytest

from softswitch.ivr.desks.hours import NoHours
from softswitch.ivr.errors import NoSuchSchedule


def test_there_is_no_schedule() -> None:
    hours = NoHours()
    assert not hours.names
    assert hours.outage() is None
    with pytest.raises(NoSuchSchedule, match="there is no schedule 'office'"):
        hours.now("office")
