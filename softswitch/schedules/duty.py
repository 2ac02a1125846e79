"""A number that rings who is on duty: the main phone, then the spare one, round after round."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from softswitch.calls.branch import Branch
from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Destination, Reaches, SentOn
from softswitch.calls.confirming import ANSWER_SECONDS, accepts
from softswitch.calls.forwarding import hand_over
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.identity import spoken_caller
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import Speaking
from softswitch.schedules.roster import Roster
from softswitch.schedules.texts import Text, phrase, spoken

MISSED: Final = Termination(Reason.NO_ANSWER, CALLEE)
ROUND_SECONDS: Final = 5.0
"""How long a round lasts at least: phones that are off or busy refuse at once, and would be asked without
rest for as long as the caller holds on."""
OUTSIDE: Final = "outside"
"""The kind of destinations where a mailbox may answer."""

LeadsTo = Callable[[str, str | None], Destination | None]
"""Finds where a number leads with the rights of an account, or for None with the switch's own."""


@dataclass(frozen=True, slots=True)
class DutyDestination:
    """The number of a duty."""

    roster: Roster
    leads_to: LeadsTo
    now: Callable[[], datetime]
    speaking: Speaking
    language_of: Callable[[str], str]
    kind: str = "duty"

    @property
    def name(self) -> str:
        """The duty."""
        return self.roster.name

    async def __call__(self, call: Call) -> Termination:
        """Ring who is on duty and let the caller talk with who answers."""
        reached = await self.reach(call)
        return reached if isinstance(reached, Termination) else await talk(call, reached)

    async def reach(self, call: Call) -> PhoneLeg | Termination:
        """Ring who is on duty; return who answers, or why nobody did. Raises SentOn as :func:`hand_over`."""
        reached = await self.ring(call)
        to = self.roster.config.otherwise
        if isinstance(reached, PhoneLeg) or to is None or self._mark in call.forwarded:
            return reached
        return await hand_over(
            call, self.name, to, self.leads_to(to, self.roster.config.by), why=MISSED.reason
        )

    async def ring(self, call: Call) -> PhoneLeg | Termination:
        """Ring who is on duty and nobody else; return who answers, or why nobody did."""
        if self._mark in call.forwarded:
            return MISSED  # Somebody on duty forwards to the duty.
        reached = await self._rounds(call)
        if reached is None:
            call.caller.hush()
        return reached or MISSED

    @property
    def _mark(self) -> str:
        return f"duty {self.name}"

    async def _rounds(self, call: Call) -> PhoneLeg | None:
        """Ring in rounds under one ringing, until the limit; return who takes the call."""
        loop = asyncio.get_running_loop()
        limit = self.roster.config.limit_s
        until = loop.time() + limit if limit else None
        await call.caller.open_sound()
        await _let_ring(call)
        while until is None or loop.time() < until:
            began = loop.time()
            if self._nobody_comes(None if until is None else until - began):
                return None
            for number in self._numbers():
                left = self.roster.config.ring_s if until is None else until - loop.time()
                leg = (
                    await self._tried(call, number, min(self.roster.config.ring_s, left))
                    if left > 0
                    else None
                )
                if leg is not None:
                    return leg
            rest = began + ROUND_SECONDS - loop.time()
            if rest > 0:
                await asyncio.sleep(rest if until is None else max(min(rest, until - loop.time()), 0))
        return None

    def _numbers(self) -> tuple[str, ...]:
        """Return whom to ring now: the duty may have changed since the last round."""
        shift = self.roster.on_duty(self.now())
        return () if shift is None else tuple(number for number in (shift.main, shift.spare) if number)

    def _nobody_comes(self, within: float | None) -> bool:
        """Tell whether nobody is on duty, nor will be ``within`` seconds: no phone rings for the caller."""
        now = self.now()
        if self.roster.on_duty(now) is not None:
            return False
        change = self.roster.changes_at(now)
        soon = within is not None and (change - now).total_seconds() < within
        return not soon or self.roster.on_duty(change) is None

    async def _tried(self, call: Call, number: str, ring_s: float) -> PhoneLeg | None:
        """Ring one number for so many seconds; return who takes the call there, None for nobody."""
        destination = self.leads_to(number, self.roster.config.by)
        if not isinstance(destination, Reaches):
            return None
        # A branch of its own for each: how often somebody has sent the call on is counted anew.
        branch = Branch(call)
        branch.forwarded.append(self._mark)
        leg = await self._answering(branch, destination, ring_s)
        if leg is not None:
            asked = destination.kind == OUTSIDE and self.roster.config.confirm
            if not asked or await self._accepts(branch, leg):
                branch.adopt(leg)
                return leg
        branch.fell(MISSED)
        return None

    async def _answering(self, branch: Branch, destination: Reaches, ring_s: float) -> PhoneLeg | None:
        try:
            async with asyncio.timeout(ring_s) as limit:
                reached = await destination.reach(branch)
        except SentOn:
            return None  # A menu or a queue is nobody on duty.
        except TimeoutError:
            if not limit.expired():
                raise
            return None
        return reached if isinstance(reached, PhoneLeg) else None

    async def _accepts(self, branch: Branch, leg: PhoneLeg) -> bool:
        """Ask who answered to press a key: a mailbox does not."""
        language = self.language_of(self.roster.config.by or "")
        caller = spoken_caller(branch.caller, language)
        text = phrase(Text.TAKE_DUTY_CALL, language, name=self.roster.shown, number=caller)

        async def ask() -> str:
            return await self.speaking.ask_key(
                leg, text, spoken(language), within=ANSWER_SECONDS, private=True
            )

        return await accepts(branch, leg, ask)


async def _let_ring(call: Call) -> None:
    """Let the caller hear that it rings, from now on to the answer."""
    await call.caller.ring()
    if call.caller.stream is not None:
        call.caller.voice.hear_loop(call.around.media.ring_back)
