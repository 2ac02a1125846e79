"""The steps of a program on a real call: each done by what does the same step of a menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.applications import steps as say
from softswitch.applications.protocol import Result, name_of
from softswitch.applications.recording import RecordsCaller
from softswitch.applications.steps import Step
from softswitch.calls.call import Call, Destination
from softswitch.calls.hangup import Reason, Termination
from softswitch.events import ApplicationRecorded, StepTaken
from softswitch.ivr.actions.choosing import SetLanguage
from softswitch.ivr.actions.connecting import Dial, Label
from softswitch.ivr.actions.digits import Gather
from softswitch.ivr.actions.menus import Menu, Retry
from softswitch.ivr.actions.queueing import OWN_KEY, Queue
from softswitch.ivr.actions.speaking import Play
from softswitch.ivr.live import LiveLine
from softswitch.ivr.model import Action
from softswitch.ivr.outcome import Next, Taken
from softswitch.ivr.prompts import ANY_LANGUAGE, CountedPrompt, Spoken
from softswitch.ivr.visit import Visit

NO_TARGETS: Final = frozenset({"code", "parking"})
"""Kinds of destinations where nobody would take a call."""

WELL: Final = frozenset(
    {"heard", "interrupted", "nothing_to_say", "entered", "key", "talk_over", "set", "next"}
)
"""Exits after which the list goes on with its next step."""

SAID: Final = "SAID"
"""The variable by which a private text is spoken: its value is written down nowhere."""

LeadsTo = Callable[[str], Destination | None]
"""Finds where a number leads with the rights of the application."""


@dataclass(frozen=True, slots=True)
class Over:
    """The program's part is over: the call ends, or is served by another destination from here on."""

    end: Termination | Destination


class Course:
    """Does the steps of one program for one call."""

    def __init__(
        self,
        call: Call,
        line: LiveLine,
        visit: Visit,
        *,
        leads_to: LeadsTo,
        records: RecordsCaller,
        name: str,
    ) -> None:
        self._call = call
        self._line = line
        self._visit = visit
        self._leads_to = leads_to
        self._records = records
        self._name = name
        self._recordings = 0

    async def follow(self, turn: int, steps: Sequence[Step]) -> tuple[list[Result], Over | None]:
        """Do steps one after another, until one does not end well; return what came of them.

        Raises what talks and legs raise; the caller's hanging up cancels.
        """
        results: list[Result] = []
        # Menus look up how often their place was entered: each list of steps is a new place.
        self._visit.branch = str(turn)
        self._visit.entered[self._visit.branch] = 1
        for number, step in enumerate(steps, start=1):
            self._visit.key_wanted_later = any(one.listens for one in steps[number:])
            done = await self._do(number, step)
            if isinstance(done, Over):
                return results, done
            results.append(done)
            if not done.well:
                break
        return results, None

    async def _do(self, number: int, step: Step) -> Result | Over:
        match step:
            case say.Say():
                return self._result(number, step, await self._say(step))
            case say.Play():
                return await self._act(
                    number, step, Play.model_construct(file=step.file, barge_in=step.barge_in)
                )
            case say.Gather():
                return await self._gather(number, step)
            case say.Menu():
                return await self._menu(number, step)
            case say.Queue():
                return await self._queue(number, step)
            case say.Dial():
                return await self._act(number, step, Dial(target=step.to, ring_s=step.ring_s))
            case say.Transfer():
                return self._transfer(number, step)
            case say.Record():
                return await self._record(number, step)
            case say.HangUp():
                return await self._hang_up(number, step)
            case say.SetLanguage():
                return await self._act(number, step, SetLanguage(language=step.language))
            case say.Label():
                return await self._act(number, step, Label.model_construct(text={ANY_LANGUAGE: step.text}))
        raise AssertionError(f"a step that nobody does: {name_of(step)}")

    # Steps that speak

    async def _say(self, step: say.Say) -> Taken:
        text = step.text
        if step.private:
            self._visit.set_variable(SAID, self._visit.fill(step.text).text, private=True)
            text = f"{{{{VARIABLE.{SAID}}}}}"
        spoken = Spoken(text={"": text}, language=step.language, voice=step.voice)
        heard = await self._visit.hear((spoken,), barge_in=step.barge_in and self._visit.key_wanted_later)
        return Taken(heard.value, Next())

    async def _gather(self, number: int, step: say.Gather) -> Result:
        line, visit = self._line, self._visit
        if not step.sensitive:
            return await self._entered(number, step)
        line.mask_keys(True)
        try:
            return await self._entered(number, step)
        finally:
            # What was typed beyond the number is a part of the secret still.
            visit.flush_keys()
            line.mask_keys(False)

    async def _entered(self, number: int, step: say.Gather) -> Result:
        visit = self._visit
        taken = Taken("not_entered", Next())
        for attempt in range(step.repeat + 1):
            taken = await _gathering(step, attempt).run(visit)
            # The step of menus shows keys again at its end; here the secret ends later.
            self._line.mask_keys(step.sensitive)
            digits = visit.fill(f"{{{{VARIABLE.{step.variable}}}}}").text if taken.exit == "entered" else ""
            if digits and (not step.choices or digits in step.choices):
                return self._result(number, step, taken, digits=digits)
            if digits:
                taken = Taken(
                    "not_entered", Next(), "" if step.sensitive else f"none of the choices: {digits}"
                )
                visit.set_variable(step.variable, "")
                visit.flush_keys()
            if step.wrong is not None and attempt < step.repeat:
                await visit.hear((Spoken(text={"": step.wrong}),), barge_in=False)
        return self._result(number, step, taken)

    async def _menu(self, number: int, step: say.Menu) -> Result:
        again = Retry(repeat=step.repeat, prompt=None if step.wrong is None else _growing((step.wrong,)))
        menu = Menu(
            prompt=_growing(step.prompt),
            keys={key: key for key in step.keys},
            first_digit_s=step.first_digit_s,
            inter_digit_s=step.inter_digit_s,
            barge_in=step.barge_in,
            no_input=again.model_copy(update={"prompt": None}),
            no_match=again,
            total_max=2 * (step.repeat + 1),
        )
        taken = await menu.run(self._visit)
        return self._keyed(number, step, taken)

    # Steps that connect

    async def _queue(self, number: int, step: say.Queue) -> Result | Over:
        queue = Queue(
            name=step.name, answer=step.answer, priority=step.priority, keys={key: key for key in step.keys}
        )
        taken = await queue.run(self._visit)
        waited = self._line.waited
        if taken.exit == OWN_KEY and waited is not None:
            self._told(number, step, taken)
            return Over(await waited.go_on())
        return self._keyed(number, step, taken)

    def _transfer(self, number: int, step: say.Transfer) -> Result | Over:
        destination = self._leads_to(step.to)
        if destination is None or destination.kind in NO_TARGETS:
            return self._result(number, step, Taken("unknown", Next(), step.to))
        self._told(number, step, Taken("next", Next(), step.to))
        return Over(destination)

    async def _hang_up(self, number: int, step: say.HangUp) -> Over:
        self._told(number, step, Taken("next", Next(), ""))
        if step.reason == "busy":
            await self._line.busy_tone()
            return Over(Termination(Reason.MENU_BUSY))
        return Over(Termination(Reason.MENU_HUNG_UP))

    async def _record(self, number: int, step: say.Record) -> Result:
        self._recordings += 1
        done = await self._records.record(self._call, self._visit, step, self._recordings)
        if done.file:
            self._call.record(ApplicationRecorded(self._name, done.file, round(done.seconds, 1)))
        exit_name = {"key": "recorded", "limit": "recorded"}.get(done.exit, done.exit)
        told = {"file": done.file, "seconds": round(done.seconds, 2)} if done.file else {}
        if done.key:
            told["key"] = done.key
        self._told(number, step, Taken(exit_name, Next()))
        return Result(name_of(step), number, exit_name, exit_name == "recorded", told)

    # What came of them

    async def _act(self, number: int, step: Step, action: Action) -> Result:
        return self._result(number, step, await action.run(self._visit))

    def _keyed(self, number: int, step: Step, taken: Taken) -> Result:
        """Return the result of a step whose exits name keys: ``key 1``."""
        kind, _, key = taken.exit.partition(" ")
        if kind == "key" and key:
            self._told(number, step, taken)
            return Result(name_of(step), number, "key", True, {"key": key})
        return self._result(number, step, taken)

    def _result(self, number: int, step: Step, taken: Taken, **told: str) -> Result:
        self._told(number, step, taken)
        return Result(name_of(step), number, taken.exit, taken.exit in WELL, told)

    def _told(self, number: int, step: Step, taken: Taken) -> None:
        self._call.record(
            StepTaken(self._name, self._visit.branch, f"{number} {name_of(step)}", taken.exit, taken.detail)
        )


def _growing(texts: Sequence[str], first: int = 0) -> tuple[CountedPrompt, ...]:
    """Return prompts of which each is used one time later, from the one at ``first`` on."""
    rest = texts[min(first, len(texts) - 1) :]
    return tuple(CountedPrompt(count=count, text={"": text}) for count, text in enumerate(rest, start=1))


def _gathering(step: say.Gather, attempt: int) -> Gather:
    return Gather(
        prompt=None if step.prompt is None else _growing(step.prompt, attempt)[:1],
        variable=step.variable,
        min=step.min,
        max=step.max,
        first_digit_s=step.first_digit_s,
        inter_digit_s=step.inter_digit_s,
        terminator=step.terminator,
        barge_in=step.barge_in,
        sensitive=step.sensitive,
    )
