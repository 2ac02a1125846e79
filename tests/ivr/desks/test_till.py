"""A switch without a provider takes no money, and says so."""

from __future__ import annotations

import pytest

from softswitch.ivr.desks.till import Bill, NoTill
from softswitch.ivr.errors import NoSuchTill


async def test_nobody_can_pay_there():
    till = NoTill()
    till.let_go("")
    assert not till.names
    for asked in (
        till.begin(Bill(1)),
        till.link(Bill(1)),
        till.submit("x", "1"),
        till.look("x"),
        till.abort("x", "caller"),
    ):
        with pytest.raises(NoSuchTill, match="no payment provider"):
            await asked
