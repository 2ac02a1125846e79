"""Who a card says that calls."""

from __future__ import annotations

from softswitch.crm.card import Card
from softswitch.crm.customer_model import Customer


def test_of_several_customers_nobody_is_taken_for_the_caller() -> None:
    anna, jan = Customer(id="C1"), Customer(id="C2")
    assert Card("+48601", (anna,)).customer == anna
    assert Card("+48601", (anna, jan)).customer is None
    assert Card(None).customer is None
