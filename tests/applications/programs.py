"""Programs without a network, and a hall of phones whose calls they drive. Time is virtual."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path

from softswitch.applications.config import ApplicationConfig
from softswitch.applications.destination import Means
from softswitch.applications.errors import ProgramFailed
from softswitch.applications.recording import RecordsCaller
from softswitch.applications.service import build_applications
from softswitch.calls.dialling import AccountDestination
from softswitch.ivr.errors import PromptFailed
from softswitch.tree_queues import TreeQueues
from tests.fakes.speaker import FakeSpeaker
from tests.fakes.virtual_time import passes
from tests.queues.hall import hall

SECRET = "a secret of some length"
NUMBER = "700"
FALLBACK = "1002"
LIMIT_S = 5.0


class Script:
    """A program that answers in turn with lists of steps, with octets, or by failing; and keeps questions."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.questions = []
        self.headers = []
        self.takes = 0.0
        self.cancelled = 0

    async def __call__(self, url, headers, body, *, key, limit_s, tries, largest):
        self.questions.append(json.loads(body))
        self.headers.append(dict(headers))
        try:
            await passes(self.takes)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, ProgramFailed):
            raise answer
        return answer if isinstance(answer, bytes) else json.dumps({"steps": answer}).encode()

    @property
    def results(self):
        """What was told of the steps with the last question, without their numbers."""
        told = self.questions[-1]["results"]
        return [{name: value for name, value in one.items() if name != "number"} for one in told]


class Voice(FakeSpeaker):
    """A speaker that plays files too."""

    async def text(
        self, text: str, *, language: str, voice: str | None, private: bool, rate: float = 1.0
    ) -> int:
        """See Voice."""
        if self.dumb:
            raise PromptFailed("no voice")
        return await super().text(text, language=language, voice=voice, private=private)

    async def file(self, path: Path) -> int:
        """See Voice."""
        return await self.text(path.name, language="", voice=None, private=False)


@contextlib.asynccontextmanager
async def driven(*answers, folder=Path("/nowhere"), more=None, **part):
    """Run a hall whose number 700 is driven by a script; gives the hall, the script and the voice."""
    script, voice = Script(*answers), Voice()
    async with hall() as here:
        config = {"url": "https://example.com/calls", "secret": SECRET, "fallback": FALLBACK, **part}
        means = Means(
            voice,
            here.switch.dialler,
            TreeQueues(here.queues),
            lambda number, by: leads_to(here, number, by),
            RecordsCaller(folder, here.switch.clock),
        )
        numbers = {NUMBER: config, **(more or {})}
        here.switch.routes.update(
            build_applications(
                {number: ApplicationConfig.model_validate(one) for number, one in numbers.items()},
                means,
                script,
                here.switch.clock,
            )
        )
        yield here, script, voice


def leads_to(here, number, by):
    """Find where a number leads in a hall."""
    found = here.switch.routes.get(number) or here.queues.numbers.get(number)
    known = here.switch.accounts
    return found or (AccountDestination(here.switch.dialler, number) if number in known else None)
