"""The desks of a switch that has none: each says so, and the clock is the one there is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from softswitch.errors import SoftswitchError
from softswitch.ivr.desks.bundle import Desks


def test_without_a_zone_the_clock_is_as_it_is() -> None:
    moment = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)
    assert Desks().local(moment) == moment


def test_a_switch_without_desks_knows_no_hours_and_no_outage() -> None:
    desks = Desks()
    assert desks.hours.outage() is None
    with pytest.raises(SoftswitchError, match="office"):
        desks.hours.now("office")
