"""The people of the firm, as a tree sees them: who looks after a caller, and who could take a call now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class KeeperBy(StrEnum):
    """How somebody is chosen who looks after a caller."""

    CRM = "crm"
    """The keeper of the customer, else of the customer's company."""
    LAST_CAMPAIGN = "last_campaign"
    """Who called the customer last in a campaign, whether it was answered or not."""
    LAST_TALK = "last_talk"
    """Who talked with the customer last."""
    EXTERNAL = "external"
    """Whom another system names."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Whose keeper is looked for: the ``customer`` (an id) where the tree knows one, else whoever calls."""

    caller: str
    customer: str = ""
    by: KeeperBy = KeeperBy.CRM
    days: int = 7
    """How far back talks and campaigns count."""


class Staff(Protocol):
    """Who works here. No method takes longer than a caller waits, and none raises for others' silence."""

    async def keeper(self, sought: Sought) -> str:
        """Return the account of who looks after a caller, "" for nobody or where it cannot be told."""
        ...

    async def known_as(self, caller: str) -> str:
        """Return how a caller's number is known: the company, or initial and surname; "" for nobody."""
        ...

    def owner(self, number: str) -> str:
        """Return the account of whose number was dialled, "" where it is nobody's."""
        ...

    def is_free(self, account: str) -> bool:
        """Tell whether somebody could take a call now: at work, on no break, in no call, and reachable."""
        ...

    def rung_at(self, account: str) -> str:
        """Return the account or the number outside at which somebody is rung."""
        ...


class NoStaff:
    """The :class:`Staff` of a switch that knows nobody."""

    async def keeper(self, sought: Sought) -> str:
        """Nobody."""
        return ""

    async def known_as(self, caller: str) -> str:
        """Nobody."""
        return ""

    def owner(self, number: str) -> str:
        """Nobody."""
        return ""

    def is_free(self, account: str) -> bool:
        """Nobody is."""
        return False

    def rung_at(self, account: str) -> str:
        """At the account itself."""
        return account
