"""What the owner of a box sets by phone: greetings and the PIN."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Final

from softswitch.calls.call import Call
from softswitch.voicemail.boxes import Boxes
from softswitch.voicemail.config import LONGEST_GREETING, LONGEST_PIN
from softswitch.voicemail.errors import VoicemailError
from softswitch.voicemail.model import Setting
from softswitch.voicemail.pins import is_weak
from softswitch.voicemail.texts import Sentence, Text, phrase
from softswitch.voicemail.voice import BoxVoice, Tone

GREETING_KEYS: Final = {"1": Setting.UNAVAILABLE, "2": Setting.BUSY, "3": Setting.TEMPORARY}
PIN_KEY: Final = "4"
MOST_TAKES: Final = 5
MOST_TRIES: Final = 3
SAVED_WITHIN: Final = 10.0
"""Seconds the recorder may take to finish a greeting while its owner listens."""


class Options:
    """The options of one box, for one call."""

    def __init__(self, boxes: Boxes, voice: BoxVoice, call: Call, box: str, language: str) -> None:
        self._boxes = boxes
        self._voice = voice
        self._call = call
        self._box = box
        self._language = language

    async def serve(self, key: str) -> None:
        """Do what a key of the options asks for; another key changes nothing."""
        try:
            if key in GREETING_KEYS:
                await self._greeting(GREETING_KEYS[key])
            elif key == PIN_KEY:
                await self._pin()
        except VoicemailError:
            await self._say(Text.OUT_OF_ORDER)

    async def _greeting(self, kind: Setting) -> None:
        for _ in range(MOST_TAKES):
            path = await self._boxes.greeting_path(self._box, kind)
            in_use = False
            try:
                if not await self._recorded(path):
                    return await self._say(Text.OUT_OF_ORDER)
                match await self._chosen(path):
                    case "1":
                        await self._boxes.set_greeting(self._box, kind, path.name)
                        in_use = True
                        return await self._say(Text.GREETING_SET)
                    case "3":
                        await self._boxes.set_greeting(self._box, kind, "")
                        return await self._say(Text.GREETING_USUAL)
                    case "2":
                        continue
                return await self._say(Text.UNCHANGED)
            finally:
                if not in_use:
                    self._boxes.discard(self._box, path.name)
        return None

    async def _recorded(self, path: Path) -> bool:
        """Record until a hash or the longest greeting; tell whether there is one."""
        voice, call = self._voice, self._call
        await voice.listen(call, self._phrase(Text.SPEAK_GREETING), keys="#")
        await voice.listen(call, Tone(), keys="")
        over = asyncio.Event()
        recording = call.caller.voice.record(path, lambda report: over.set(), layout="mono")
        if recording is None:
            return False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_GREETING):
                while (press := await call.caller.keys.next(LONGEST_GREETING)) is not None:
                    if press.digit == "#":
                        break
        recording.stop()
        try:
            async with asyncio.timeout(SAVED_WITHIN):
                await over.wait()
        except TimeoutError:
            return False
        return True

    async def _chosen(self, path: Path) -> str:
        heard = await self._voice.listen(self._call, path, keys="123*")
        return heard.key or await self._voice.ask(self._call, self._phrase(Text.KEEP_GREETING))

    async def _pin(self) -> None:
        caller = self._call.caller
        caller.masked = True
        try:
            for _ in range(MOST_TRIES):
                first = await self._digits(Text.NEW_PIN)
                if not first:
                    return await self._say(Text.UNCHANGED)
                if is_weak(first, self._box):
                    await self._say(Text.PIN_WEAK)
                elif await self._digits(Text.PIN_AGAIN) != first:
                    await self._say(Text.PIN_DIFFERS)
                else:
                    await self._boxes.set_pin(self._box, first)
                    return await self._say(Text.PIN_SET)
            return await self._say(Text.UNCHANGED)
        finally:
            # What is left of it unread is thrown away while it is masked still, also when the call ends.
            self._call.caller.keys.flush()
            caller.masked = self._call.caller.masked = False

    async def _digits(self, text: Text) -> str:
        return await self._voice.ask_digits(self._call, self._phrase(text), most=LONGEST_PIN)

    async def _say(self, text: Text) -> None:
        await self._voice.say(self._call, self._phrase(text))

    def _phrase(self, text: Text) -> Sentence:
        return phrase(text, self._language)
