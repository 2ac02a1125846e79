"""The last order of a customer, as a tree sees it: a Protocol and plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LastOrder:
    """The last order of a customer by its variables (``ORDER.NUMBER``), empty for none.

    ``silent`` are the shops that did not answer in time.
    """

    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    silent: tuple[str, ...] = ()


class Shops(Protocol):
    """Who knows the orders of customers. Takes no longer than a caller waits; silence is an answer."""

    @property
    def names(self) -> Collection[str]:
        """The names of all shops."""
        ...

    async def last(self, customer: str, shops: Sequence[str]) -> LastOrder:
        """Return the last order of a customer, by id, in these shops; in all where none is named."""
        ...


class NoShops:
    """The :class:`Shops` of a switch that knows no orders."""

    @property
    def names(self) -> Collection[str]:
        """None."""
        return ()

    async def last(self, customer: str, shops: Sequence[str]) -> LastOrder:
        """Find none."""
        return LastOrder()
