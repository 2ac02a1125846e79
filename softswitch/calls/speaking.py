"""Speaking to one leg and listening to its keys."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol

from softswitch.calls.call import Call
from softswitch.calls.media_port import Played
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.race import first_of
from softswitch.calls.tongue import USUAL_PACE
from softswitch.errors import SoftswitchError

logger = logging.getLogger(__name__)

BETWEEN_KEYS: Final = 5.0
"""Seconds after which no further key is waited for: who reads a number from paper is faster."""
END_KEY: Final = "#"
LONGEST_QUOTE: Final = 40
"""Letters of a text in a warning: enough to know it by."""

UNHEARD: Final = Played(0.0, finished=False)

Words = Callable[[str], tuple[str, str]]
"""What is said to a party: text and language."""


class Speaker(Protocol):
    """Makes texts audible: gives the number under which the media room knows one.

    Raises a SoftswitchError when it cannot.
    """

    async def text(
        self, text: str, *, language: str, voice: str | None, private: bool, rate: float = USUAL_PACE
    ) -> int:
        """Return the number of a spoken text; ``rate`` is the pace, 1.0 being the voice's own."""
        ...

    def forget(self, number: int) -> None:
        """Drop a private text everywhere."""
        ...


class Speaking:
    """Says texts to legs and asks for keys. What cannot be spoken is left out and logged.

    A leg hears everything at the pace that its party has chosen.

    A ``private`` text is somebody's own affair: it is kept in no cache, quoted in no log, and forgotten once
    it was heard.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    # What is said

    async def render(
        self, text: str, language: str, *, private: bool = False, pace: float = USUAL_PACE
    ) -> int | None:
        """Make a text audible before it is due; return its number for :meth:`hear`, None if it cannot be.

        Whoever has a private one made calls :meth:`forget` for it, or takes :meth:`rendered`.
        """
        try:
            return await self._speaker.text(text, language=language, voice=None, private=private, rate=pace)
        except SoftswitchError as error:
            quote = "a private text" if private else repr(text[:LONGEST_QUOTE])
            logger.warning("an announcement cannot be spoken: %s (%s)", error, quote)
            return None

    def forget(self, prompt: int | None) -> None:
        """Drop a private text that nobody is to hear any more."""
        if prompt is not None:
            self._speaker.forget(prompt)

    @contextlib.asynccontextmanager
    async def rendered(
        self, text: str, language: str, *, private: bool = False, pace: float = USUAL_PACE
    ) -> AsyncIterator[int | None]:
        """Make a text audible and give its number like :meth:`render`; forget a private one at the end."""
        prompt = await self.render(text, language, private=private, pace=pace)
        try:
            yield prompt
        finally:
            if private:
                self.forget(prompt)

    # Who hears it

    async def hear(self, leg: PhoneLeg, *prompts: int | None) -> Played:
        """Let a leg hear what was rendered, one after another; return how far it came.

        Nothing is heard of None, and by a leg that was replaced meanwhile, and hung up. Raises LegEnded for
        a leg without sound: one that is neither up nor has early sound.
        """
        audible = [prompt for prompt in prompts if prompt is not None]
        return UNHEARD if not audible or leg.over else await leg.voice.play(audible)

    async def say(self, leg: PhoneLeg, text: str, language: str, *, private: bool = False) -> Played:
        """Say something to one leg, to its end, and not to who takes its place; return how far it came."""
        async with self.rendered(text, language, private=private, pace=leg.tongue.pace) as prompt:
            return await self.hear(leg, prompt)

    async def tell(self, call: Call, words: Words, *, private: bool = False) -> None:
        """Answer a call and say something to its end; whoever takes the caller's place hears it too."""
        while True:
            caller = call.caller
            text, language = words(caller.party)
            # Spoken before the answer, so that nobody listens to silence while a voice is loaded.
            async with self.rendered(text, language, private=private, pace=caller.tongue.pace) as prompt:
                await answered(call.caller)
                await self.hear(caller, prompt)
            if call.caller is caller:
                return

    # What is asked

    async def ask_key(
        self, leg: PhoneLeg, text: str, language: str, *, within: float, private: bool = False
    ) -> str:
        """Say something until a key is pressed; return it, "" when none came ``within`` seconds after.

        Whoever takes the leg's place is asked from the beginning. A key typed ahead is the answer.
        """
        async with self.rendered(text, language, private=private, pace=leg.tongue.pace) as prompt:
            await answered(leg)
            await self._heard_until_key(leg, prompt)
        return await _next_key(leg, within)

    async def ask_key_by(self, leg: PhoneLeg, prompt: int, *, within: float) -> str:
        """Ask by what was rendered, otherwise as :meth:`ask_key`."""
        await answered(leg)
        await self._heard_until_key(leg, prompt)
        return await _next_key(leg, within)

    async def ask_digits(
        self,
        leg: PhoneLeg,
        text: str,
        language: str,
        *,
        most: int,
        within: float = BETWEEN_KEYS,
        private: bool = False,
    ) -> str:
        """Ask for digits, which end with a hash, by their number ``most``, or by a pause; return them.

        ``within`` is how many seconds each is waited for.
        """
        digits = await self.ask_key(leg, text, language, within=within, private=private)
        while digits and not digits.endswith(END_KEY) and len(digits) < most:
            digit = await _next_key(leg, within)
            if not digit:
                break
            digits += digit
        return digits.removesuffix(END_KEY)

    async def _heard_until_key(self, leg: PhoneLeg, prompt: int | None) -> None:
        if prompt is None:
            return
        while not len((one := leg.latest).keys):
            await first_of(_until_key(one), self._heard(one, prompt))
            if leg.latest is one:
                return

    async def _heard(self, leg: PhoneLeg, prompt: int) -> None:
        await self.hear(leg, prompt)


async def answered(leg: PhoneLeg) -> None:
    """Answer a leg, if it waits still, and wait until it can hear; whoever has its place counts for it."""
    one = leg.latest
    if not one.is_up and not one.over:
        await one.answer()
        await one.latest.ready()


async def _until_key(leg: PhoneLeg) -> None:
    await leg.keys.arrived()


async def _next_key(leg: PhoneLeg, within: float) -> str:
    """Read a key of whoever has the leg's place; its keys have passed to that one."""
    one = leg.latest
    press = None if one.over else await one.keys.next(within)
    return press.digit if press is not None else ""
