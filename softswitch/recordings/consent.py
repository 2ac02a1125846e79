"""Telling people that their talk is recorded, and hearing their no.

Who calls is told before anybody is rung, where it is known that the talk will be recorded. Who was not told,
being called himself, or as the recording is asked for in the midst of a talk, is told before it begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.speaking import Speaking, answered
from softswitch.events import RecordingConsent
from softswitch.recordings.config import ConsentKind, RecordingsConfig
from softswitch.recordings.rules import CHOICE
from softswitch.recordings.texts import Text, phrase

KEY_SECONDS: Final = 2.0
"""How long a no is waited for after the question: who has made up his mind has pressed by then."""

NOTICE: Final = "notice"
SILENCE: Final = "silence"
KEY: Final = "key"
UNTOLD: Final = ""
REFUSED: Final = "refused"
"""Of a leg that has said no; the others are how one came to know."""


@dataclass(frozen=True, slots=True)
class Notices:
    """Says it. ``language_of`` is that of an account, "" for none."""

    config: RecordingsConfig
    speaking: Speaking
    language_of: Callable[[str], str]

    def said_to(self, leg: PhoneLeg, text: Text, language: str = "") -> tuple[str, str]:
        """Return what a leg is told, and in which language, unless one is known for it."""
        own = language or ("" if leg.trunk else self.language_of(leg.party))
        return phrase(text, own or self.config.language, self.config)

    async def ask(self, leg: PhoneLeg, kind: ConsentKind, chosen: str = "") -> str:
        """Tell a caller before the talk; return how he came to know, REFUSED, or UNTOLD where no voice spoke.

        He is spoken to in the language ``chosen`` for him, else in his own. Raises LegEnded when he hangs up
        meanwhile.
        """
        prompt = await self.speaking.render(*self.said_to(leg, _text(kind), chosen))
        if prompt is None:
            return UNTOLD
        if kind == CHOICE:
            key = await self.speaking.ask_key_by(leg, prompt, within=KEY_SECONDS)
            if key != self.config.refuse_key:
                return SILENCE
            await self.speaking.say(leg.latest, *self.said_to(leg, Text.REFUSED, chosen))
            return REFUSED
        await answered(leg)
        await self.speaking.hear(leg.latest, prompt)
        return NOTICE

    async def announce(self, customer: PhoneLeg, agent: PhoneLeg, kind: ConsentKind) -> str:
        """Tell two who talk already, in the customer's language; return how he came to know of it, "" if not.

        A no is a key of the talk, which others hear of.
        """
        prompt = await self.speaking.render(*self.said_to(customer, _text(kind)))
        if prompt is None:
            return UNTOLD
        await asyncio.gather(*(self.speaking.hear(leg, prompt) for leg in (customer, agent)))
        if kind != CHOICE:
            return NOTICE
        await asyncio.sleep(KEY_SECONDS)
        return SILENCE

    async def tell_agent(self, agent: PhoneLeg) -> None:
        """Tell an agent that the other side does not want to be recorded."""
        await self.speaking.say(agent, *self.said_to(agent, Text.NO_CONSENT))


def _text(kind: ConsentKind) -> Text:
    return Text.CHOICE if kind == CHOICE else Text.NOTICE


def consent_event(leg: PhoneLeg, how: str) -> RecordingConsent:
    """Return what is written down of somebody's consent."""
    agreed = how != REFUSED
    return RecordingConsent(leg.name, leg.party, agreed, how if agreed else KEY)
