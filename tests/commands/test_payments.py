"""Payments as they are listed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC

from softswitch.commands.payments import show_payments, show_refund
from softswitch.commands.view import View
from softswitch.payments.model import Doing, Method, Order, Payment, State
from tests.commands.test_outbox import printed
from tests.fakes.clock import START

ORDER = Order(12_345, "bank", "FV 7", purpose="FV/7\x1b", receipt_to="jan@firm.example")
OPEN = Payment(
    "01A", ORDER, Method.BLIK, START, START, START, state=State.UNKNOWN, doing=Doing.CODE, reference="P1"
)
OVER = replace(OPEN, id="01B", state=State.REFUSED, doing=Doing.NOTHING, reason="declined")


def test_what_is_open_is_marked():
    text = printed(show_payments([OPEN, OVER], view=View(zone=UTC)))
    assert "123,45 zł" in text
    assert "not known yet" in text
    assert "…" in text
    assert "declined in the" in text
    assert "\x1b" not in text
    polish = printed(show_payments([OVER], view=View(language="pl", zone=UTC)))
    assert "odrzucona" in polish


def test_json_has_all_but_addresses():
    (told,) = json.loads(str(show_payments([OPEN], view=View(as_json=True))))
    assert (told["amount"], told["state"], told["reference"]) == (12_345, "unknown", "P1")
    assert "jan@firm.example" not in json.dumps(told)


def test_nothing_and_money_that_goes_back():
    assert "no payments" in printed(show_payments([], view=View()))
    assert "123,45 zł of payment 01A goes back" in printed(show_refund(OPEN, view=View()))
    assert json.loads(str(show_refund(OPEN, view=View(as_json=True))))["id"] == "01A"
