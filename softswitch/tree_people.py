"""Joins voice menus with the people of the firm: customers' keepers, agents, duties, extensions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from softswitch.calls.call import Destination, Reaches
from softswitch.crm.service import CARD_WITHIN, Customers
from softswitch.crm.service import KeeperBy as By
from softswitch.ivr.desks.staff import Sought
from softswitch.ivr.live import OnDuty
from softswitch.ivr.visit import short_name
from softswitch.schedules.duty import DutyDestination

logger = logging.getLogger(__name__)

KEEPER_WITHIN_S: Final = 2.0
"""How long a caller waits, with music, for word of who looks after him."""

EXTENSION_KINDS: Final = frozenset({"account", "group"})
"""What callers from outside may dial through: people. Rooms, codes, boxes and menus are none of theirs."""


class Agents(Protocol):
    """The agents of the queues (see :class:`~softswitch.queues.queues.Queues`)."""

    def owner(self, number: str) -> str:
        """Return the agent whose number it is, "" where it is nobody's."""
        ...

    def could_take_a_call(self, agent: str) -> bool | None:
        """Tell whether an agent is at work and free; None for who is no agent."""
        ...

    def rung_at(self, agent: str) -> str:
        """Return the account or the number outside at which an agent is rung."""
        ...


class TreeStaff:
    """Implements :class:`~softswitch.ivr.desks.staff.Staff`.

    ``is_reachable`` tells of an account that no queue knows whether it could be rung and is in no call.
    """

    def __init__(self, customers: Customers, agents: Agents, is_reachable: Callable[[str], bool]) -> None:
        self._customers = customers
        self._agents = agents
        self._is_reachable = is_reachable

    async def keeper(self, sought: Sought) -> str:
        """See :class:`~softswitch.ivr.desks.staff.Staff`."""
        try:
            async with asyncio.timeout(KEEPER_WITHIN_S):
                customer = await self._customers.get(sought.customer) if sought.customer else None
                return await self._customers.keeper(
                    sought.caller, By(sought.by.value), customer=customer, days=sought.days
                )
        except Exception as error:  # noqa: BLE001 - told, without what a statement of the database held
            logger.error("the keeper of a caller cannot be told: %s", type(error).__name__)
            return ""

    async def known_as(self, caller: str) -> str:
        """See :class:`~softswitch.ivr.desks.staff.Staff`."""
        try:
            async with asyncio.timeout(CARD_WITHIN):
                found = (await self._customers.find_by_number(caller)).one
        except Exception as error:  # noqa: BLE001 - told, without what a statement of the database held
            logger.error("the name of a caller cannot be told: %s", type(error).__name__)
            return ""
        return "" if found is None else short_name(found.company_name, found.first_name, found.last_name)

    def owner(self, number: str) -> str:
        """See :class:`~softswitch.ivr.desks.staff.Staff`."""
        return self._agents.owner(number)

    def is_free(self, account: str) -> bool:
        """See :class:`~softswitch.ivr.desks.staff.Staff`."""
        as_agent = self._agents.could_take_a_call(account)
        return self._is_reachable(account) if as_agent is None else as_agent

    def rung_at(self, account: str) -> str:
        """See :class:`~softswitch.ivr.desks.staff.Staff`."""
        return self._agents.rung_at(account)


@dataclass(frozen=True, slots=True)
class TreePeople:
    """Implements :class:`~softswitch.ivr.live.People`: ``numbers`` is where all numbers inside lead."""

    numbers: Mapping[str, Destination]

    def extension(self, number: str) -> Reaches | None:
        """See :class:`~softswitch.ivr.live.People`."""
        found = self.numbers.get(number)
        if found is None or found.kind not in EXTENSION_KINDS or not isinstance(found, Reaches):
            return None
        return found

    def duty(self, name: str) -> OnDuty | None:
        """See :class:`~softswitch.ivr.live.People`."""
        duties = (one for one in self.numbers.values() if isinstance(one, DutyDestination))
        return next((one for one in duties if one.name == name), None)
