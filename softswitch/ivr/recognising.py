"""What follows when a caller turns out to be a customer, whichever step has found it out."""

from __future__ import annotations

from softswitch.events import CustomerIdentified, CustomerNotFound
from softswitch.ivr.desks.book import Known, Looked, Search
from softswitch.ivr.visit import Visit

CUSTOMER, ORDER = "CUSTOMER", "ORDER"
"""Families of variables."""


def recognise(visit: Visit, known: Known, by: str) -> None:
    """Note that the caller is this customer, known ``by`` a field.

    Somebody else than before is not verified, and has orders of his own.
    """
    if known.id != visit.customer:
        visit.mark = ""
        visit.learn(ORDER, {})
    visit.customer, visit.known = known.id, known
    visit.learn(CUSTOMER, known.variables())
    visit.world.record(CustomerIdentified(known.id, by))


def note(visit: Visit, looked: Looked, by: str) -> None:
    """Note what came of a look-up. Who was known before stays known when nobody is found now."""
    if looked.known is not None:
        recognise(visit, looked.known, by)
    elif looked.search in (Search.NOBODY, Search.SEVERAL):
        visit.world.record(CustomerNotFound(by, looked.count))
