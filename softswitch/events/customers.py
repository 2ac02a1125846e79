"""Events of customers: who a caller turned out to be. Ids alone; who that is stands in the database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CustomerIdentified:
    """The caller is the customer of this id, known ``by`` a field: number, pesel, nip, an own one."""

    customer: str
    by: str


@dataclass(frozen=True, slots=True)
class CustomerNotFound:
    """Nobody, or more than one, was found ``by`` a field; ``found`` is how many."""

    by: str
    found: int
