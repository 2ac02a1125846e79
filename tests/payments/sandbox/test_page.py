"""The page of a pay-link tells the sum and takes nothing of it as HTML."""

from __future__ import annotations

import pytest

from softswitch.payments.sandbox.bank import Account, Standing
from softswitch.payments.sandbox.entries import Made
from softswitch.payments.sandbox.page import link_page, over_page

MADE = Made(at=0, payment="A", key="k", amount=123_450, description='"><script>', token="t", until=1)


def test_one_sum_two_buttons_and_no_script():
    page = link_page(Account(MADE, Standing.WAITING_FOR_CUSTOMER))
    assert "1234,50 zł" in page
    assert page.count("<button") == 2
    assert "<script" not in page


@pytest.mark.parametrize("standing", [one for one in Standing if not one.startswith("waiting")])
def test_every_end_is_told(standing):
    page = over_page(Account(MADE, standing))
    assert "<b></b>" not in page
    assert "<button" not in page
