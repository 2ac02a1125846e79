"""The last order of a customer, asked of several shops side by side within one limit.

A shop that is slow or down takes nothing from the others: what the rest knows counts, and who asks is told
which ones did not answer. Answers are kept for a moment, as a menu asks for the same order several times.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol

from softswitch.clock import Clock
from softswitch.crm.order_model import Buyer, Order
from softswitch.crm.ticket_errors import TicketError
from softswitch.errors import SoftswitchError

logger = logging.getLogger(__name__)

LIMIT_S: Final = 3.0
"""Seconds that all shops together may take: a caller waits for them."""
KEPT_S: Final = 60.0
MOST_KEPT: Final = 1000
MOST_GLANCES: Final = 50
"""At once: more would only wait for each other."""

_NO_CENTS: Final = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
_MILLS: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies without a smaller unit, and with one of a thousandth (ISO 4217); all others have cents."""
LARGEST_SUM: Final = Decimal(10) ** 15


class Shop(Protocol):
    """A shop that knows the orders of its customers. Raises a SoftswitchError where it cannot be asked."""

    async def last(self, buyer: Buyer) -> Order | None:
        """Return the newest order of a customer, None for none."""
        ...


@dataclass(frozen=True, slots=True)
class LastOrder:
    """The newest ``order`` of all that was answered, None for none; ``silent`` are shops that did not."""

    order: Order | None
    silent: tuple[str, ...] = ()


class Orders:
    """Asks the shops, by their names."""

    def __init__(
        self, shops: Mapping[str, Shop], clock: Clock, *, limit_s: float = LIMIT_S, kept_s: float = KEPT_S
    ) -> None:
        self._shops = dict(shops)
        self._clock = clock
        self._limit_s = limit_s
        self._kept_s = kept_s
        self._kept: dict[tuple[Buyer, tuple[str, ...]], tuple[float, LastOrder]] = {}
        self._glances: dict[Buyer, asyncio.Task[LastOrder]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The shops there are."""
        return tuple(self._shops)

    async def last(self, buyer: Buyer, shops: Sequence[str] = ()) -> LastOrder:
        """Return the last order of a customer in these shops, all unless named. Raises TicketError.

        Takes no longer than the limit, whatever the shops do.
        """
        names = tuple(dict.fromkeys(shops)) or self.names
        for name in names:
            if name not in self._shops:
                known = ", ".join(self.names) or "none"
                raise TicketError(f"there is no shop '{name[:40]}', only {known}")
        now, key = self._clock.monotonic(), (buyer, names)
        kept = self._kept.get(key)
        if kept is not None and now < kept[0] + self._kept_s:
            return kept[1]
        found = await self._ask(buyer, names)
        if not found.silent:
            self._keep(key, found)
        return found

    async def glance(self, buyer: Buyer, *, within: float) -> LastOrder:
        """Return the last order of a customer as far as it is known within so many seconds. Never raises.

        Asking goes on by itself: shops that take longer are ``silent``, and known the next time.
        """
        looking = self._glances.get(buyer)
        if looking is None:
            if len(self._glances) >= MOST_GLANCES:
                return LastOrder(None, self.names)
            looking = asyncio.create_task(self.last(buyer), name="looks for a customer's last order")
            self._glances[buyer] = looking
            looking.add_done_callback(lambda _: self._glances.pop(buyer, None))
        done, _ = await asyncio.wait((looking,), timeout=within)
        return looking.result() if done and not looking.cancelled() else LastOrder(None, self.names)

    async def close(self) -> None:
        """Give up what is asked for at a glance."""
        glances = list(self._glances.values())
        for task in glances:
            task.cancel()
        await asyncio.gather(*glances, return_exceptions=True)

    def _keep(self, key: tuple[Buyer, tuple[str, ...]], found: LastOrder) -> None:
        now = self._clock.monotonic()
        if len(self._kept) >= MOST_KEPT:
            self._kept = {one: kept for one, kept in self._kept.items() if now < kept[0] + self._kept_s}
        if len(self._kept) < MOST_KEPT:
            self._kept[key] = (now, found)

    async def _ask(self, buyer: Buyer, names: Sequence[str]) -> LastOrder:
        asking = {name: asyncio.ensure_future(self._shops[name].last(buyer)) for name in names}
        try:
            await asyncio.wait(asking.values(), timeout=self._limit_s) if asking else None
        finally:
            late = [task for task in asking.values() if task.cancel()]
            # A shop that is given up is waited for: what it had open is closed by then.
            await asyncio.gather(*late, return_exceptions=True)
        orders, silent = [], []
        for name, task in asking.items():
            if task.cancelled():
                logger.warning("the shop %s did not answer within %g s", name, self._limit_s)
                silent.append(name)
            elif (fault := task.exception()) is not None:
                if not isinstance(fault, SoftswitchError):
                    logger.error("the shop %s cannot be asked", name, exc_info=fault)
                else:
                    logger.warning("the shop %s cannot be asked: %s", name, fault)
                silent.append(name)
            elif (order := task.result()) is not None:
                orders.append(order)
        return LastOrder(max(orders, key=lambda one: one.placed, default=None), tuple(silent))


def order_variables(order: Order, local: Callable[[datetime], datetime]) -> dict[str, str]:
    """Return what menus may say of an order: ``ORDER.NUMBER``, ``ORDER.STATUS`` and so on.

    ``local`` returns a moment as clocks on the wall show it.
    """
    total = "" if order.total is None else written_sum(order.total, order.currency)
    return {
        "ORDER.SHOP": order.shop,
        "ORDER.NUMBER": order.number,
        "ORDER.STATUS": order.status,
        "ORDER.DATE": f"{local(order.placed):%Y-%m-%d}",
        "ORDER.TOTAL": total,
        "ORDER.CURRENCY": order.currency if total else "",
    }


def smallest_units(text: str, currency: str) -> int:
    """Return a sum such as ``123.45`` in the smallest unit of its currency; raise ValueError."""
    try:
        value = Decimal(text.strip())
        units = value.scaleb(_places(currency))
    except InvalidOperation:
        raise ValueError("is no sum of money") from None
    if not value.is_finite() or abs(value) > LARGEST_SUM or units != units.to_integral_value():
        raise ValueError("is no sum of money")
    return int(units)


def written_sum(units: int, currency: str) -> str:
    """Return a sum in the smallest unit as it is written: ``123.45``."""
    places = _places(currency)
    return f"{Decimal(units).scaleb(-places):.{places}f}"


def _places(currency: str) -> int:
    return 0 if currency in _NO_CENTS else 3 if currency in _MILLS else 2
