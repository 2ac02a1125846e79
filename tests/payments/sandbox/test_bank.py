"""The sandbox's books: what a journal says is what is so, and a double charge would be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.payments.sandbox.bank import OPEN, Bank, Standing, charged_twice
from softswitch.payments.sandbox.entries import Charged, CodeTaken, Made, Refunded

LINK = Made(at=0, payment="L", key="k2", amount=100, description="", token="secret", until=50)


def made(payment: str, purpose: str = "") -> Made:
    return Made(at=0, payment=payment, key=f"k-{payment}", amount=500, description="d", purpose=purpose)


@pytest.mark.parametrize(
    ("code", "before", "after", "reason"),
    [
        ("770005", Standing.WAITING_FOR_CUSTOMER, Standing.PAID, ""),
        ("110005", Standing.WAITING_FOR_CUSTOMER, Standing.FAILED, "declined"),
        ("220005", Standing.WAITING_FOR_CUSTOMER, Standing.FAILED, "insufficient_funds"),
        ("330000", Standing.WAITING_FOR_CUSTOMER, Standing.FAILED, "expired"),
        ("440005", Standing.WAITING_FOR_CODE, Standing.WAITING_FOR_CODE, "wrong_code"),
        ("999999", Standing.WAITING_FOR_CODE, Standing.WAITING_FOR_CODE, "wrong_code"),
    ],
)
def test_what_becomes_of_codes(code, before, after, reason):
    bank = Bank([made("A")])
    account = bank.accounts["A"]
    bank.apply(bank.take_code(account, code, 10.0))
    assert account.standing is before
    assert not list(bank.due(10.5))
    for entry in list(bank.due(10.0 + 120)):
        bank.apply(entry)
    assert (account.standing, account.reason) == (after, reason)


def test_a_link_runs_out():
    bank = Bank([LINK])
    assert bank.next_due() == 50
    assert bank.by_token("secret") is bank.accounts["L"]
    assert bank.by_token("") is None
    for entry in list(bank.due(50)):
        bank.apply(entry)
    assert bank.accounts["L"].reason == "expired"
    assert bank.next_due() is None


def test_only_what_is_open_is_called_off_and_only_what_is_paid_goes_back():
    bank = Bank([made("A")])
    account = bank.accounts["A"]
    assert bank.refund(account, 1.0) is None
    bank.apply(bank.confirm(account, 1.0))
    assert bank.cancel(account, 2.0) is None
    back = bank.refund(account, 3.0)
    assert back is not None
    bank.apply(back)
    assert account.standing is Standing.REFUNDED
    assert [state for _, state in bank.untold()] == ["refunded"]


def test_a_double_charge_would_be_seen():
    once = [made("A", "order 1"), Charged(at=1, payment="A", amount=500)]
    assert charged_twice(once) == []
    assert charged_twice([*once, Charged(at=2, payment="A", amount=500)]) == ["payment A", "purpose order 1"]
    other = [made("B", "order 1"), Charged(at=3, payment="B", amount=500)]
    assert charged_twice([*once, *other]) == ["purpose order 1"]
    assert charged_twice([*once, Refunded(at=2, payment="A", amount=500), *other]) == []


@given(st.lists(st.tuples(st.sampled_from(["code", "cancel", "refund", "pass"]), st.integers(0, 999_999))))
def test_whatever_is_asked_nobody_is_charged_twice(asked):
    entries = [made("A", "order")]
    bank, now = Bank(entries), 0.0
    account = bank.accounts["A"]
    for what, number in asked:
        now += 1 + number % 60
        new = list(bank.due(now))
        for entry in new:
            bank.apply(entry)
        change = None
        if what == "code" and account.standing is Standing.WAITING_FOR_CODE:
            change = bank.take_code(account, f"{number:06}", now)
        elif what == "cancel":
            change = bank.cancel(account, now)
        elif what == "refund":
            change = bank.refund(account, now)
        if change is not None:
            bank.apply(change)
        entries += [*new, *([change] if change else [])]
    assert charged_twice(entries) == []
    assert account.charges <= 1
    again = Bank(entries).accounts["A"]
    assert (again.standing, again.charges) == (account.standing, account.charges)
    assert (account.standing in OPEN) or bank.next_due() is None


def test_a_code_of_two_minutes_ends_with_them():
    taken = Bank([made("A")]).take_code(Bank([made("A")]).accounts["A"], "330099", 7.0)
    assert isinstance(taken, CodeTaken)
    assert taken.due == 127.0
