"""Ringing people for the caller of a tree: all together or one after another, and people, not mailboxes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.calls.branch import Branch
from softswitch.calls.call import Call, SentOn
from softswitch.calls.confirming import ANSWER_SECONDS, accepts
from softswitch.calls.dialling import Dialler, telling
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.identity import spoken_caller
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import Speaker, Speaking
from softswitch.ivr.context import Manner
from softswitch.languages import ENGLISH
from softswitch.numerals import grouped

ELSEWHERE: Final = Termination(Reason.ANSWERED_ELSEWHERE)
MISSED: Final = Termination(Reason.NO_ANSWER, CALLEE)
TALKING: Final = Termination(Reason.BUSY, CALLEE)
NOBODY: Final = Termination(Reason.MOVED, CALLEE)
"""A menu, a queue or a mailbox to which somebody sends calls on is not the person who is looked for."""

TAKE_IT: Final[Mapping[str, str]] = {
    ENGLISH: "{label}A call from {caller}. To take it, press one.",
    "pl": "{label}Połączenie od {caller}. Aby je odebrać, naciśnij jeden.",
}


def question(language: str, *, caller: str, label: str) -> tuple[str, str]:
    """Return what whoever answers outside is asked, a number digit by digit, and its language."""
    known = language.partition("-")[0]
    spoken = known if known in TAKE_IT else ENGLISH
    said = grouped(caller, spoken)
    return TAKE_IT[spoken].format(label=f"{label}. " if label else "", caller=said), spoken


@dataclass(frozen=True, slots=True)
class Ringing:
    """Rings for the caller of one call. ``speaker`` asks who answers outside whether he takes it."""

    call: Call
    dialler: Dialler
    speaker: Speaker
    label: str
    manner: Manner

    async def reach(self, targets: Sequence[str], ring_for: float) -> PhoneLeg | Termination:
        """Ring accounts and numbers outside; return who takes the call, or why nobody does.

        Raises SentOn where the one who is rung, and nobody else, sends calls on to a menu or a queue.
        """
        manner, by = self.manner, self.manner.by or None
        if not (manner.in_turn or manner.confirm or manner.music):
            return await self.dialler.reach(self.call, targets, ring_for=ring_for, label=self.label, by=by)
        await self._let_hear()
        wanted = [one for one in dict.fromkeys(targets) if one != self.call.caller.party]
        if manner.in_turn:
            reached = await self._in_turn(wanted, ring_for)
        elif manner.confirm and len(wanted) > 1:
            reached = await self._side_by_side(wanted, ring_for)
        else:
            reached = await self._tried(wanted, ring_for, follows=True)
        if isinstance(reached, Termination):
            self.call.caller.hush()
        return reached

    async def _let_hear(self) -> None:
        """Let the caller hear one ringing, or music, from now on to the answer."""
        caller, music = self.call.caller, self.manner.music
        await caller.open_sound()
        await (caller.early_sound() if music else caller.ring())
        if caller.stream is not None and music:
            caller.voice.hear_music()
        elif caller.stream is not None:
            caller.voice.hear_loop(self.call.around.media.ring_back)

    async def _in_turn(self, targets: Sequence[str], ring_for: float) -> PhoneLeg | Termination:
        failures: list[Termination] = []
        for target in targets:
            # Judged when the turn comes: who is in a call by then is not rung.
            if self.dialler.is_busy(self.call, target):
                failures.append(TALKING)
                continue
            try:
                async with asyncio.timeout(ring_for) as limit:
                    reached = await self._tried([target], ring_for)
            except TimeoutError:
                if not limit.expired():
                    raise
                reached = MISSED
            if isinstance(reached, PhoneLeg):
                return reached
            failures.append(reached)
        return telling(failures)

    async def _side_by_side(self, targets: Sequence[str], ring_for: float) -> PhoneLeg | Termination:
        """Ring all at once, each asked alone: a mailbox that answers first stops nobody else's ringing."""
        tries = [asyncio.ensure_future(self._tried([target], ring_for)) for target in targets]
        failures: list[Termination] = []
        taken: PhoneLeg | None = None
        try:
            for done in asyncio.as_completed(tries):
                reached = await done
                if isinstance(reached, PhoneLeg):
                    taken = reached
                    return taken
                failures.append(reached)
        finally:
            for one in tries:
                one.cancel()
            # Two may take the call at the same moment: the later is told that another was quicker.
            for late in await asyncio.gather(*tries, return_exceptions=True):
                if isinstance(late, PhoneLeg) and late is not taken:
                    self.call.drop(late, ELSEWHERE)
        return telling(failures)

    async def _tried(
        self, targets: Sequence[str], ring_for: float, *, follows: bool = False
    ) -> PhoneLeg | Termination:
        """Ring in a branch, beside what the caller hears; return who takes the call, or why nobody does."""
        branch = Branch(self.call)
        end = ELSEWHERE
        try:
            reached = await self.dialler.reach(
                branch, targets, ring_for=ring_for, label=self.label, by=self.manner.by or None
            )
            end = MISSED
            if isinstance(reached, PhoneLeg):
                # Over a trunk a mailbox may have answered; at a phone of ours a person has.
                if not self.manner.confirm or not reached.trunk or await self._accepts(branch, reached):
                    branch.adopt(reached)
                    return reached
                reached = MISSED
        except SentOn:
            if follows:
                raise
            reached = NOBODY
        finally:
            # Also where it is broken off: who still rings is told why. Nothing for who was adopted.
            branch.fell(self.call.gone or end)
        return reached

    async def _accepts(self, branch: Branch, leg: PhoneLeg) -> bool:
        caller = self.call.caller
        text, language = question(
            self.manner.language,
            caller=spoken_caller(caller, self.manner.language.partition("-")[0]),
            label=caller.guise.cleaned(self.label, caller.party),
        )

        async def ask() -> str:
            return await Speaking(self.speaker).ask_key(
                leg, text, language, within=ANSWER_SECONDS, private=True
            )

        return await accepts(branch, leg, ask)
