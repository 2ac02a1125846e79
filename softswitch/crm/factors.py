"""What customers prove by who they are, and who is meant by a number that was typed or is called from.

The check itself, with its tries and locks, is made elsewhere, of what is handed out here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from softswitch.clock import Clock
from softswitch.crm.customer_model import CUSTOMER_NUMBER, Customer
from softswitch.crm.errors import FieldFault, WrongCustomer
from softswitch.crm.service import Customers
from softswitch.pins import LONGEST_PIN, SHORTEST_PIN, Pins, WrongPin

Known = TypeVar("Known")


class KeptPins(Protocol):
    """Keeps hashes of PINs; see :class:`softswitch.storage.pin_store.PinStore`."""

    async def hash_of(self, customer: str) -> str:
        """Return the hash of a customer's PIN, "" for none."""
        ...

    async def keep(self, customer: str, hashed: str, at: datetime) -> None:
        """Let a customer have a PIN; raise NoSuchCustomer."""
        ...

    async def remove(self, customer: str) -> bool:
        """Let a customer have none; return whether there was one."""
        ...


class CustomerFactors(Generic[Known]):
    """Hands out what is known of one customer, in the form that ``known`` makes of it and a PIN's hash."""

    def __init__(
        self,
        customers: Customers,
        pins: KeptPins,
        clock: Clock,
        known: Callable[[Customer, str], Known],
        *,
        hasher: Pins | None = None,
    ) -> None:
        self._customers = customers
        self._pins = pins
        self._clock = clock
        self._known = known
        self._hasher = hasher or Pins()

    async def by_customer_number(self, number: str) -> Known | None:
        """Return what is known of the customer with this number, None for nobody."""
        return await self._told((await self._customers.find(CUSTOMER_NUMBER, number)).one)

    async def by_calling_number(self, number: str) -> Known | None:
        """Return what is known of the one customer who calls from here; None for nobody, or several."""
        return await self._told((await self._customers.find_by_number(number)).one)

    async def set_pin(self, customer: str, pin: str) -> None:
        """Give a customer a PIN, in place of one before; raise WrongCustomer or NoSuchCustomer."""
        try:
            hashed = await self._hasher.hashed(pin)
        except WrongPin as error:
            polish = f"PIN ma od {SHORTEST_PIN} do {LONGEST_PIN} cyfr"
            raise WrongCustomer([FieldFault("pin", str(error), polish)]) from error
        await self._pins.keep(customer, hashed, self._clock.wall())

    async def remove_pin(self, customer: str) -> bool:
        """Take a customer's PIN away; return whether there was one."""
        return await self._pins.remove(customer)

    async def _told(self, customer: Customer | None) -> Known | None:
        if customer is None:
            return None
        return self._known(customer, await self._pins.hash_of(customer.id))
