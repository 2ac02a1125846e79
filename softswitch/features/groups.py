"""Ring groups: one number, several accounts, four ways to ring them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Destination
from softswitch.calls.forwarding import hand_over
from softswitch.calls.hangup import Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.features.config import GroupConfig
from softswitch.features.person import TALKING, UNDISTURBED, People

Shuffle = Callable[[Sequence[str]], Sequence[str]]
"""Returns its argument in an order drawn anew."""


@dataclass(frozen=True, slots=True)
class GroupDestination:
    """A dialled number that rings a group. ``operator`` tells where a number leads with nobody's rights."""

    number: str
    group: GroupConfig
    people: People
    shuffle: Shuffle
    operator: Callable[[str], Destination | None]
    kind: str = field(default="group")

    @property
    def name(self) -> str:
        """The group's name, or its number."""
        return self.group.name or self.number

    async def __call__(self, call: Call) -> Termination:
        """Ring the group and let the caller talk with who answers."""
        reached = await self.reach(call)
        return reached if isinstance(reached, Termination) else await talk(call, reached)

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Ring the group for the caller, and when nobody answers the number that is named for it.

        Raises SentOn when that number is a menu or a queue.
        """
        reached = await self._ring(call)
        to = self.group.on_no_answer
        if not isinstance(reached, Termination) or to is None:
            return reached
        return await hand_over(call, self.name, to, self.operator(to), why=reached.reason)

    async def _ring(self, call: Call) -> PhoneLeg | Termination:
        group, dialler = self.group, self.people.dialler
        members = [user for user in self.people.together(group.members) if user != call.caller.party]
        if not members:
            return UNDISTURBED
        if not any(self._is_free(call, member) for member in members):
            return TALKING
        if group.strategy == "all":
            free = [member for member in members if self._is_free(call, member)]
            return await dialler.reach(call, free, ring_for=group.ring_s, label=group.label)
        turns = self._turns(call, members)
        return await dialler.reach_in_turn(call, turns, ring_for=group.ring_s, label=group.label)

    def _turns(self, call: Call, members: Sequence[str]) -> Iterator[Sequence[str]]:
        """Yield who rings next, judged when the turn comes: who is engaged by then is passed over."""
        order = self.shuffle(members) if self.group.strategy == "random" else members
        for place, member in enumerate(order):
            if not self._is_free(call, member):
                continue
            so_far = order[: place + 1] if self.group.strategy == "memory" else [member]
            yield [one for one in so_far if self._is_free(call, one)]

    def _is_free(self, call: Call, member: str) -> bool:
        busy = self.people.engaged.engaged(member, besides=call.facts.id)
        return not busy if self.group.skip_busy else self.people.takes_another(call, member)
