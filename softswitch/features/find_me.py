"""Find me: the account's own phones ring, and beside them its other numbers, one after another."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from softswitch.calls.branch import Branch
from softswitch.calls.call import Call, Reaches, SentOn
from softswitch.calls.confirming import ANSWER_SECONDS, CONFIRM_SECONDS, accepts
from softswitch.calls.dialling import Dialler
from softswitch.calls.forwarding import MOST_FORWARDS
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.identity import spoken_caller
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.race import first_of
from softswitch.features.announce import Announcer
from softswitch.features.config import FindMeConfig
from softswitch.features.texts import Text

ELSEWHERE: Final = Termination(Reason.ANSWERED_ELSEWHERE)
MISSED: Final = Termination(Reason.NO_ANSWER, CALLEE)


@dataclass(frozen=True, slots=True)
class FindMe:
    """Finds people. ``dialler`` rings phones without asking what their owners wish."""

    dialler: Dialler
    announcer: Announcer

    async def reach(
        self, call: Call, user: str, plan: FindMeConfig, *, ring_for: float, label: str
    ) -> PhoneLeg | Termination:
        """Ring an account and its other numbers; return who answers first, or why nobody did.

        Its own phones ring until the last number has been tried. Raises what :meth:`Dialler.reach` does.
        """
        # Once for both: they would open it at the same time.
        await call.caller.open_sound()
        before = list(call.legs)
        branch = Branch(call)
        branch.forwarded.append(user)
        searched = asyncio.Event()
        undecided: asyncio.Future[PhoneLeg] = asyncio.get_running_loop().create_future()
        trying = plan.after + len(plan.numbers) * (plan.ring_s + CONFIRM_SECONDS)

        async def at_home() -> PhoneLeg | Termination:
            reached = await self.dialler.reach(call, [user], ring_for=max(ring_for, trying), label=label)
            if isinstance(reached, Termination) and reached.reason is not Reason.DECLINED:
                await _let_ring(call)  # Elsewhere it rings still.
                await searched.wait()
            return reached

        async def outside() -> PhoneLeg | Termination:
            await asyncio.sleep(plan.after)
            found = await self._search(branch, user, plan)
            if found is not None:
                return found
            searched.set()
            return await undecided  # By this; the account's own phones decide.

        try:
            place, reached = await first_of(at_home(), outside())
        except SentOn:
            _drop_others(call, before, None)
            raise
        _drop_others(call, before, reached if isinstance(reached, PhoneLeg) else None)
        if place == 1 and isinstance(reached, PhoneLeg):
            branch.adopt(reached)
        if not isinstance(reached, Termination):
            return reached
        call.caller.hush()
        # At no phone of its own, but somewhere it did ring.
        return MISSED if reached.reason is Reason.OFFLINE else reached

    async def _search(self, branch: Branch, user: str, plan: FindMeConfig) -> PhoneLeg | None:
        for number in plan.numbers:
            if number in branch.forwarded or len(branch.forwarded) > MOST_FORWARDS:
                continue  # Colleagues who look for each other would be found for ever.
            leg = await self._tried(branch, user, number, plan.ring_s)
            if leg is None:
                branch.fell(MISSED)
                continue
            own = self.dialler.name_of(number) is not None
            if (own and not plan.confirm) or await self._accepts(branch, leg, user):
                return leg
            branch.fell(MISSED)
        return None

    async def _tried(self, branch: Branch, user: str, number: str, ring_s: float) -> PhoneLeg | None:
        """Ring one number with the account's rights; return who answers there, None for nobody."""
        destination = branch.office.destination(number, by=user)
        if not isinstance(destination, Reaches):
            return None
        try:
            async with asyncio.timeout(ring_s) as limit:
                reached = await destination.reach(branch)
        except SentOn:
            return None  # A menu or a queue is nobody.
        except TimeoutError:
            if not limit.expired():
                raise
            return None
        return reached if isinstance(reached, PhoneLeg) else None

    async def _accepts(self, branch: Branch, leg: PhoneLeg, user: str) -> bool:
        """Ask who answered to press a key: a mailbox does not."""
        language = self.announcer.language_of(user)
        caller = spoken_caller(branch.caller, language)

        async def ask() -> str:
            return await self.announcer.ask_key(leg, Text.TAKE_CALL, language, caller, ANSWER_SECONDS)

        return await accepts(branch, leg, ask)


async def _let_ring(call: Call) -> None:
    """Let the caller hear that it rings."""
    await call.caller.ring()
    if call.caller.stream is not None:
        call.caller.voice.hear_loop(call.around.media.ring_back)


def _drop_others(call: Call, before: list[PhoneLeg], winner: PhoneLeg | None) -> None:
    """Tell everybody else that was rung that it was answered elsewhere."""
    for leg in list(call.legs):
        if leg not in before and leg is not winner and leg is not call.caller:
            call.drop(leg, ELSEWHERE)
