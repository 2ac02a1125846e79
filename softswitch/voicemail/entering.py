"""Into a box: which one, and the PIN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from softswitch.bus import keepable
from softswitch.calls.call import Call
from softswitch.calls.origin import known_party
from softswitch.clock import Clock
from softswitch.events import MailboxPinRefused
from softswitch.voicemail.config import LONGEST_PIN, BoxConfig, VoicemailConfig
from softswitch.voicemail.model import Messages, Setting
from softswitch.voicemail.pins import Wrong, is_right
from softswitch.voicemail.texts import Text, phrase
from softswitch.voicemail.voice import BoxVoice

MOST_TRIES: Final = 3
LONGEST_NUMBER: Final = 32
"""Digits of a number that is typed."""


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Lets people into their boxes."""

    config: VoicemailConfig
    store: Messages
    voice: BoxVoice
    clock: Clock
    language_of: Callable[[str], str]
    wrong: Wrong = field(default_factory=Wrong)

    def named(self, number: str) -> str:
        """Return the box that people mean by a number: its own name or its number; "" for none."""
        boxes = self.config.boxes
        if number in boxes:
            return number
        return next((name for name, box in boxes.items() if number and box.number == number), "")

    def language(self, call: Call, box: str) -> str:
        """Return what a listener is spoken to in: the account's language, that of the box, or the first's."""
        plan = self.config.boxes.get(box)
        own = self.language_of(account_of(call))
        return own or (plan.language if plan is not None else self._usual)

    async def asked(self, call: Call) -> str:
        """Ask for a box; return what was typed, which may be no box."""
        question = phrase(Text.WHICH_BOX, self.language(call, ""))
        return await self.voice.ask_digits(call, question, most=LONGEST_NUMBER)

    async def admits(self, call: Call, box: str) -> bool:
        """Tell whether the caller may listen to a box, asking for its PIN where that is needed.

        For a box that there is not, a PIN is asked for in the same way: who tries numbers learns nothing.
        The PIN of a box that has none is never right, but a phone of its own needs none. Raises NotStored.
        """
        plan = self.config.boxes.get(box)
        kept = (await self.store.settings(box)).get(Setting.PIN, "") if plan is not None else ""
        own = plan is not None and account_of(call) in self.config.lamps(box)
        has_pin = plan is not None and bool(kept or plan.pin or plan.pin_hash)
        if own and plan is not None and (plan.own_phone == "no_pin" or not has_pin):
            return True
        if await self._proved(call, box, plan, kept, own):
            return True
        await self.voice.say(call, phrase(Text.GOODBYE, self.language(call, box)))
        return False

    async def _proved(self, call: Call, box: str, plan: BoxConfig | None, kept: str, own: bool) -> bool:
        language = self.language(call, box)
        # A stranger who guesses shuts out strangers, and not the box's own people at their phones.
        place = f"own:{box}" if own else f"any:{box}"
        call.caller.masked = True
        for tries in range(1, MOST_TRIES + 1):
            typed = await self.voice.ask_digits(call, phrase(Text.WHICH_PIN, language), most=LONGEST_PIN)
            now = self.clock.monotonic()
            # Asked all the same where none is taken: who guesses is not told that he may as well stop.
            is_shut = self.wrong.shut(place, now)
            plain, hashed = (plan.pin, kept or plan.pin_hash) if plan is not None else ("", "")
            right = bool(typed) and await is_right(typed, plain=plain, kept=hashed)
            # Others may have guessed at the same moment, and been found wrong while this one was looked at.
            is_shut = is_shut or self.wrong.shut(place, self.clock.monotonic())
            if right and not is_shut:
                self.wrong.forgive(place)
                # What is left of it unread would be taken for keys of the menu.
                call.caller.keys.flush()
                call.caller.masked = False
                return True
            if typed:
                call.record(MailboxPinRefused(box[:64], call.caller.name, tries))
                if not is_shut:
                    self.wrong.add(place, now)
            if tries < MOST_TRIES:
                await self.voice.say(call, phrase(Text.WRONG_PIN, language))
        return False

    @property
    def _usual(self) -> str:
        """The language of the first box: who asks for one has not said yet which."""
        return next((box.language for box in self.config.boxes.values()), "en")


def account_of(call: Call) -> str:
    """Return the account whose phone the caller speaks at, "" for somebody outside or sent here.

    Whoever is sent here by a transfer uses nobody's rights by it.
    """
    return call.facts.account.user if call.caller is call.first and call.facts.outside is None else ""


def number_of(call: Call) -> str:
    """Return the caller's number, "" for who hides it."""
    return known_party(keepable(call.caller.party))
