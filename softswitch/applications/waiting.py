"""A caller who waits for a computer hears music, and waits no longer than the limit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.media_port import Sound

COMFORT_AFTER_S: Final = 0.6
"""Seconds of silence before there is music: an answer that comes at once needs none, and a scrap of it
would sound like a fault."""


@contextlib.asynccontextmanager
async def music(
    call: Call, *, after: float = COMFORT_AFTER_S, play: Callable[[Sound], None] = Sound.hear_music
) -> AsyncIterator[None]:
    """Let the caller hear music while something is waited for that takes longer than ``after`` seconds.

    One who is not answered hears that it rings. The caller's hanging up cancels what is waited for, as
    everything of the call; a limit is the matter of whoever waits. Raises NoMedia where ringing needs a port
    and there is none.
    """
    await call.caller.ring()
    heard = False

    def begin() -> None:
        nonlocal heard
        caller = call.caller
        if caller.is_up and not caller.over:
            heard = True
            play(caller.voice)

    timer = asyncio.get_running_loop().call_later(after, begin)
    try:
        yield
    finally:
        timer.cancel()
        if heard:
            # Of whoever is the caller now: music goes on for who takes a caller's place.
            call.caller.hush()
