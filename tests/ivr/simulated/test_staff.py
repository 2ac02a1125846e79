"""People on simulated calls: as the scene has them, and in virtual time."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.ivr.desks.staff import KeeperBy, Sought
from softswitch.ivr.simulated.staff import SimulatedStaff, StaffGiven
from tests.ivr.simulated.passed import Passed


async def test_the_scene_says_who_looks_after_a_caller_and_how_long_it_takes_to_find_out():
    passed = Passed()
    given = StaffGiven.model_validate(
        {
            "keeper": {"last_talk": 1002},
            "owners": {100: 1003},
            "busy": [1002],
            "known_as": "ACME",
            "takes_s": 1.5,
        }
    )
    staff = SimulatedStaff(given, passed)
    assert await staff.keeper(Sought("600", by=KeeperBy.LAST_TALK)) == "1002"
    assert await staff.keeper(Sought("600")) == ""
    assert await staff.known_as("600") == "ACME"
    assert passed == [1.5, 1.5, 1.5]
    assert (staff.owner("100"), staff.owner("200")) == ("1003", "")
    assert (staff.is_free("1002"), staff.is_free("1003"), staff.rung_at("1003")) == (False, True, "1003")


def test_a_way_of_looking_that_there_is_not_is_told():
    with pytest.raises(ValidationError, match="crm"):
        StaffGiven.model_validate({"keeper": {"astrology": "1001"}})
