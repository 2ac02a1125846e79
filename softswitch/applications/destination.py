"""A number whose calls a program drives: it is asked, its steps are done, and it is asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from softswitch.applications.course import Course, Over
from softswitch.applications.errors import ENDLESS, ProgramFailed
from softswitch.applications.program import Program
from softswitch.applications.protocol import About, Result
from softswitch.applications.recording import RecordsCaller
from softswitch.applications.steps import Step
from softswitch.applications.waiting import music
from softswitch.calls.call import Call, Destination, SentOn
from softswitch.calls.dialling import Dialler
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import ApplicationAsked, ApplicationFailed
from softswitch.ivr.context import World
from softswitch.ivr.destination import facts_of
from softswitch.ivr.live import LiveLine, QueueDoor, Voice
from softswitch.ivr.visit import Visit

MOST_TURNS: Final = 300
"""Questions of one call: hours of menus."""
MOST_QUICK_TURNS: Final = 10
"""Answers in a row that took no time to do: nobody hears anything of such a program."""
QUICK_S: Final = 0.5
MOST_VISITS: Final = 20
"""How often one call may be led to programs: two that lead to each other go round for ever."""


@dataclass(frozen=True, slots=True)
class Means:
    """What an application stands on. ``leads_to`` finds where a number leads with an account's rights."""

    voice: Voice
    dialler: Dialler
    queues: QueueDoor
    leads_to: Callable[[str, str | None], Destination | None]
    records: RecordsCaller
    visits: WeakKeyDictionary[Call, int] = field(default_factory=WeakKeyDictionary)
    """How often each call was led to a program."""


@dataclass(frozen=True, slots=True)
class ApplicationDestination:
    """One number and its program. ``by`` is the account whose rights it has, None for the caller's own."""

    name: str
    program: Program
    fallback: str
    language: str
    means: Means
    by: str | None = None
    kind: str = "application"

    async def __call__(self, call: Call) -> Termination:
        """Let the program drive the call; return how it ends.

        Raises SentOn where it transfers the call, and where the program fails: then to the fallback.
        """
        try:
            return await self.drive(call)
        except ProgramFailed as error:
            return await self._fall_back(call, error)

    async def drive(self, call: Call, values: Mapping[str, str] | None = None) -> Termination:
        """Let the program drive the call, and return how it ends; ``values`` are told it with each question.

        Raises SentOn where it transfers the call; ProgramFailed where it fails, which nobody has told yet.
        """
        means = self.means
        visits = means.visits[call] = means.visits.get(call, 0) + 1
        line = self._line(call)
        visit = self._visit(call, line)
        course = Course(
            call,
            line,
            visit,
            leads_to=lambda number: self._leads_to(call, number),
            records=means.records,
            name=self.name,
        )
        turn = 0
        try:
            if visits > MOST_VISITS:
                raise ProgramFailed(ENDLESS, "programs lead the call to each other again and again")
            results: Sequence[Result] = ()
            quick = 0
            while True:
                turn += 1
                if turn > MOST_TURNS or quick > MOST_QUICK_TURNS:
                    raise ProgramFailed(ENDLESS, "it goes on and on, and nobody hears anything of it")
                steps = await self._ask(call, visit, turn, results, values or {})
                began = call.around.clock.monotonic()
                results, over = await course.follow(turn, steps)
                if over is not None:
                    return _ended(over)
                quick = quick + 1 if call.around.clock.monotonic() - began < QUICK_S else 0
        except ProgramFailed as error:
            error.turn = turn
            raise
        finally:
            line.mask_keys(False)

    async def _ask(
        self, call: Call, visit: Visit, turn: int, results: Sequence[Result], values: Mapping[str, str]
    ) -> tuple[Step, ...]:
        clock = call.around.clock
        facts = visit.world.facts
        about = About(
            id=facts.call,
            caller=facts.caller,
            caller_name=facts.caller_name,
            called=facts.called,
            account=facts.account,
            language=visit.language,
            answered=visit.world.line.answered,
            values=values,
        )
        began = clock.monotonic()
        async with music(call):
            steps = await self.program.ask(turn, about, results)
        taken = round((clock.monotonic() - began) * 1000)
        call.record(ApplicationAsked(self.name, turn, taken, len(steps)))
        return steps

    def tell_failure(self, call: Call, error: ProgramFailed, *, fallback: str) -> None:
        """Write down that the program has failed, and where the call goes on: "" for the menu before it."""
        call.record(ApplicationFailed(self.name, error.turn, error.code, error.detail, fallback))

    async def _fall_back(self, call: Call, error: ProgramFailed) -> Termination:
        """Tell of the failure and lead the call on; where there is nowhere to lead it, it ends audibly."""
        self.tell_failure(call, error, fallback=self.fallback)
        again = self.means.visits[call] <= MOST_VISITS
        destination = self._leads_to(call, self.fallback)
        if destination is not None and again:
            raise SentOn(destination)
        await self._line(call).busy_tone()
        return Termination(
            Reason.MENU_ENDLESS_LOOP if not again else Reason.NOBODY_THERE, detail=self.fallback
        )

    def _leads_to(self, call: Call, number: str) -> Destination | None:
        # Who calls from outside has no account, and leads nowhere outside.
        return self.means.leads_to(number, self.by or call.facts.account.user or None)

    def _line(self, call: Call) -> LiveLine:
        return LiveLine(call, self.means.voice, self._dialler(), self.means.queues)

    def _dialler(self) -> Dialler:
        return self.means.dialler if self.by is None else self.means.dialler.acting_for(self.by)

    def _visit(self, call: Call, line: LiveLine) -> Visit:
        facts = facts_of(call)
        world = World(
            line=line,
            facts=facts,
            clock=call.around.clock,
            record=call.record,
            queues=self.means.queues,
        )
        return Visit(world, tree=self.name, language=facts.language or self.language, default_text="")


def _ended(over: Over) -> Termination:
    if isinstance(over.end, Termination):
        return over.end
    raise SentOn(over.end)
