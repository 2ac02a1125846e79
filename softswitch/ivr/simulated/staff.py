"""The people of the firm on simulated calls: who looks after the caller, and who is free."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from softswitch.ivr.desks.staff import KeeperBy, Sought
from softswitch.ivr.simulated.passing import Passing


class StaffGiven(BaseModel):
    """Who works here, as it is throughout the call. Everybody is free who is not ``busy``.

    ``keeper`` says whom each way of looking finds, ``owners`` whose the numbers dialled are, ``known_as``
    how the caller's number is known, ``takes_s`` how long it takes to find that out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    keeper: dict[KeeperBy, str] = Field(default_factory=dict)
    owners: dict[str, str] = Field(default_factory=dict)
    busy: tuple[str, ...] = ()
    known_as: str = ""
    takes_s: float = Field(default=0.0, ge=0.0, le=60.0)


class SimulatedStaff:
    """See :class:`softswitch.ivr.desks.staff.Staff`."""

    def __init__(self, given: StaffGiven, passing: Passing) -> None:
        self._given = given
        self._passing = passing

    async def keeper(self, sought: Sought) -> str:
        """Return whom the scene names."""
        await self._passing(self._given.takes_s)
        return self._given.keeper.get(sought.by, "")

    async def known_as(self, caller: str) -> str:
        """Return what the scene says."""
        await self._passing(self._given.takes_s)
        return self._given.known_as

    def owner(self, number: str) -> str:
        """Return whom the scene names."""
        return self._given.owners.get(number, "")

    def is_free(self, account: str) -> bool:
        """Tell whether the scene calls him busy."""
        return account not in self._given.busy

    def rung_at(self, account: str) -> str:
        """At the account itself."""
        return account
