"""Whose something is: the customer that a program names for a ticket or an order."""

from __future__ import annotations

from softswitch.crm.errors import NoSuchCustomer
from softswitch.crm.service import Customers
from softswitch.web.errors import Fault, Unacceptable


async def known_customer(customers: Customers, customer: str) -> str:
    """Return the id of a customer who is there, "" for nobody's; raise Unacceptable for any other.

    What names a customer who is not there would be found by nobody, and erased with nobody.
    """
    if not customer:
        return ""
    try:
        return (await customers.get(customer)).id
    except NoSuchCustomer:
        raise Unacceptable(
            "There is no such customer.", faults=(Fault("body.customer", "no customer has this id"),)
        ) from None
