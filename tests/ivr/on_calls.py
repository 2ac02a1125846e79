"""Trees on calls without sound: a voice that speaks numbers, and a call into a written tree."""

from __future__ import annotations

import asyncio

from media import commands as ask
from softswitch.ivr.destination import TreeDestination
from softswitch.ivr.errors import PromptFailed
from tests.fakes.virtual_time import passes
from tests.ivr.written import tree_of


class FakeVoice:
    """Makes every text audible under a number of its own, at once or when a test lets it."""

    def __init__(self):
        self.said = []
        self.forgotten = []
        self.rates = []
        self.broken = set()
        self.gate = None

    async def text(self, text, *, language, voice, private, rate=1.0):
        self.rates.append(rate)
        if self.gate is not None:
            await self.gate.wait()
        if text in self.broken:
            raise PromptFailed(f"no voice for {text}")
        self.said.append((text, language, voice, private))
        return 1000 + len(self.said)

    async def file(self, path):
        return await self.text(path.name, language="", voice=None, private=False)

    def forget(self, number):
        self.forgotten.append(number)


async def on_tree(switch, branches, **how):
    """Let a written tree serve whoever dials 100; call it and return the phone and the voice."""
    voice = FakeVoice()
    switch.routes["100"] = TreeDestination(tree_of(branches), voice, switch.dialler)
    anna = switch.phone("1001", "192.0.2.11")
    anna.call("100", **how)
    await passes(0.5)
    return anna, voice


def end_prompts_after(switch, seconds):
    """Let every prompt last so long."""
    loop = asyncio.get_running_loop()

    def asked(command):
        if isinstance(command, ask.Play):
            loop.call_later(seconds, switch.client.finish_play, switch.client.legs[command.leg], seconds)

    switch.client.on_send = asked
