"""Somebody who speaks, without a voice: texts get numbers, and all that is played lasts as long."""

from __future__ import annotations

import asyncio

from media import commands as ask
from media import events as tell
from softswitch.errors import SoftswitchError
from tests.fakes.exchange import Exchange
from tests.fakes.virtual_time import passes

PROMPT_SECONDS = 2.0
"""How long everything that is said lasts."""


class FakeSpeaker:
    """Speaks nothing, and keeps what it was asked to say."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.languages: list[str] = []
        self.private: list[str] = []
        self.rates: list[float] = []
        self.forgotten: list[int] = []
        self.dumb = False
        self.takes = 0.0
        """Seconds to make something audible."""

    async def text(
        self, text: str, *, language: str, voice: str | None, private: bool, rate: float = 1.0
    ) -> int:
        """See Speaker."""
        if self.dumb:
            raise SoftswitchError("no voice")
        if self.takes:
            await passes(self.takes)
        self.said.append(text)
        self.languages.append(language)
        self.rates.append(rate)
        self.private += [text] if private else []
        return 500 + len(self.said)

    def forget(self, number: int) -> None:
        """See Speaker."""
        self.forgotten.append(number)


def let_prompts_end(switch: Exchange) -> None:
    """Let what plays come to its end by itself."""
    loop = asyncio.get_running_loop()

    def sent(command: ask.AnyCommand) -> None:
        if isinstance(command, ask.Play):
            listener = switch.client.legs[command.leg].listener
            ended = tell.PlayEnded(command.leg, command.play, PROMPT_SECONDS, True)
            loop.call_later(PROMPT_SECONDS, listener, ended)

    switch.client.on_send = sent
