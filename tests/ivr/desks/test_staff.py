"""What a switch without people tells of them."""

from __future__ import annotations

from softswitch.crm.service import KeeperBy as CrmKeeperBy
from softswitch.ivr.desks.staff import KeeperBy, NoStaff, Sought


async def test_a_switch_that_knows_nobody_has_nobody():
    staff = NoStaff()
    assert await staff.keeper(Sought("600100200")) == ""
    assert await staff.known_as("600100200") == ""
    assert (staff.owner("100"), staff.is_free("1001"), staff.rung_at("1001")) == ("", False, "1001")


def test_t10_trees_know_every_way_of_finding_a_keeper():
    assert {one.value for one in KeeperBy} == {one.value for one in CrmKeeperBy}
