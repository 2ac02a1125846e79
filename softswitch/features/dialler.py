"""The dialler of menus: it minds what people wish, and rings groups by their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from softswitch.calls.call import Call
from softswitch.calls.dialling import RING_SECONDS, Dialler
from softswitch.calls.hangup import Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.features.groups import GroupDestination
from softswitch.features.person import TALKING, UNDISTURBED, People


@dataclass(frozen=True, slots=True)
class ConsiderateDialler(Dialler):
    """A dialler that reaches one account as its owner wishes, and of several those who want calls.

    ``groups`` are ring groups by number: one alone rings in its own way, of several each brings its members.
    """

    people: People = field(kw_only=True)
    groups: Mapping[str, GroupDestination] = field(kw_only=True, default_factory=dict)

    def is_busy(self, call: Call, user: str) -> bool:
        """See Dialler."""
        return self.people.engaged.engaged(user, besides=call.facts.id)

    async def reach(
        self,
        call: Call,
        users: Sequence[str],
        *,
        ring_for: float = RING_SECONDS,
        label: str = "",
        by: str | None = None,
    ) -> PhoneLeg | Termination:
        """See Dialler."""
        wanted = list(dict.fromkeys(users))
        if len(wanted) == 1 and wanted[0] in self.groups:
            return await self.groups[wanted[0]].reach(call)
        wanted = [one for user in wanted for one in self._members(user)]
        known = [user for user in dict.fromkeys(wanted) if self.name_of(user) is not None]
        others = [user for user in dict.fromkeys(wanted) if user not in known]
        if len(known) == 1 and not others:
            return await self.people.reach(call, known[0], ring_for=ring_for, label=label)
        willing = self.people.together(known)
        free = [user for user in willing if self.people.takes_another(call, user)]
        if known and not free and not others:
            return TALKING if willing else UNDISTURBED
        # Spelled out: the short form of super finds no class in a slotted dataclass.
        return await Dialler.reach(self, call, [*free, *others], ring_for=ring_for, label=label, by=by)

    def _members(self, user: str) -> tuple[str, ...]:
        group = self.groups.get(user)
        return (user,) if group is None else group.group.members
