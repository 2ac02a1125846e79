"""People: an account's phones, rung as its owner wishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call
from softswitch.calls.dialling import RING_SECONDS, Dialler
from softswitch.calls.engaged import Engaged
from softswitch.calls.forwarding import forward
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.features.config import PersonConfig
from softswitch.features.find_me import FindMe
from softswitch.features.settings import SettingsBook

UNDISTURBED = Termination(Reason.DO_NOT_DISTURB, CALLEE)
TALKING = Termination(Reason.BUSY, CALLEE)


@dataclass(frozen=True, slots=True)
class People:
    """Reaches people as they wish. ``dialler`` rings phones whatever their owners wish."""

    dialler: Dialler
    settings: SettingsBook
    engaged: Engaged
    plans: Mapping[str, PersonConfig]
    find_me: FindMe
    ring_for: float = RING_SECONDS

    async def reach(
        self, call: Call, user: str, *, ring_for: float | None = None, label: str = ""
    ) -> PhoneLeg | Termination:
        """Ring an account for the caller, or whoever takes its calls; return who answers, or why nobody.

        ``ring_for`` is how long its phones ring unless its own forwarding says how long; ``label`` stands
        before the caller's name there. Raises SentOn when a forwarding leads to a menu or a queue.
        """
        settings = self.settings.of(user)
        if settings.always:
            return await forward(call, user, settings.always, why=Reason.MOVED)
        seconds = settings.after if settings.no_answer else ring_for or self.ring_for
        if settings.dnd:
            ended = UNDISTURBED
        elif not self.takes_another(call, user):
            ended = TALKING
        else:
            reached = await self._ring(call, user, seconds, label)
            if not isinstance(reached, Termination):
                return reached
            ended = reached
        to = settings.follows(ended.reason)
        return await forward(call, user, to, why=ended.reason) if to else ended

    def takes_another(self, call: Call, user: str) -> bool:
        """Tell whether an account's phones may ring now: it talks with nobody, or has call waiting."""
        plan = self.plans.get(user)
        waits = plan is None or plan.call_waiting
        return waits or not self.engaged.engaged(user, besides=call.facts.id)

    def together(self, users: Iterable[str]) -> list[str]:
        """Return whom to ring of several who are called together, each once.

        Left out is who is not to be disturbed. In the place of who forwards everything to another account
        stands that one; a forwarding to any other number does not count here, as a mailbox there would take
        the call from all others.
        """
        places = dict.fromkeys(self._stands_at(user) for user in users)
        return [user for user in places if not self.settings.of(user).dnd]

    def _stands_at(self, user: str) -> str:
        at, seen = user, {user}
        while (to := self.settings.of(at).always) not in seen and self.dialler.name_of(to) is not None:
            at = to
            seen.add(to)
        return at

    async def _ring(self, call: Call, user: str, seconds: float, label: str) -> PhoneLeg | Termination:
        plan = self.plans.get(user)
        if plan is None or plan.find_me is None or user in call.forwarded:
            return await self.dialler.reach(call, [user], ring_for=seconds, label=label)
        return await self.find_me.reach(call, user, plan.find_me, ring_for=seconds, label=label)


@dataclass(frozen=True, slots=True)
class PersonDestination:
    """A dialled number that is somebody's own."""

    people: People
    user: str
    kind: str = "account"

    @property
    def name(self) -> str:
        """The account."""
        return self.user

    async def __call__(self, call: Call) -> Termination:
        """Reach the account and let the caller talk with who answers."""
        reached = await self.reach(call)
        return reached if isinstance(reached, Termination) else await talk(call, reached)

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Reach the account for the caller."""
        return await self.people.reach(call, self.user)
