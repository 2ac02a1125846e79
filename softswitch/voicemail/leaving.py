"""Leaving a message: the greeting, the tone, what is said, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from softswitch.bus import LONGEST_WORDING, keepable
from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.race import first_of
from softswitch.events import MessageNotLeft
from softswitch.voicemail.config import GREETINGS, BoxConfig, GreetingConfig
from softswitch.voicemail.drafts import Draft, Drafts
from softswitch.voicemail.entering import number_of
from softswitch.voicemail.errors import BoxFull, NoRoom, NotStored
from softswitch.voicemail.files import Files
from softswitch.voicemail.model import Messages, Setting
from softswitch.voicemail.texts import Sentence, Text, phrase, without_farewell
from softswitch.voicemail.voice import BoxVoice, Tone, Words

END: Final = "#"
MENU: Final = "1234*"
"""Keys about a message that was spoken: send, hear, again, urgent, cancel."""
LONGEST_NAME: Final = 60
"""Letters of a name that came with a call: it is spoken, and whoever calls chooses it."""
MOST_TAKES: Final = 5
"""Times a message is recorded anew before the caller is sent away: who tries still is a machine."""
MOST_ASKED: Final = 2
"""Times the caller is asked what to do with the message; who presses nothing has sent it."""
MOST_KEYS: Final = 20
"""Keys pressed about one message before it is sent."""


class How(StrEnum):
    """How a caller was served."""

    KEPT = "kept"
    CANCELLED = "cancelled"
    TOO_SHORT = "too_short"
    NOTHING_HEARD = "nothing_heard"
    BOX_FULL = "box_full"
    NO_ROOM = "no_room"
    NOT_STORED = "not_stored"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Left:
    """How it went: the ``message`` that was kept, or the ``key`` by which the caller went elsewhere."""

    how: How
    message: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What leaving a message needs. ``name_of`` returns what an account is called, "" for nothing."""

    drafts: Drafts
    store: Messages
    files: Files
    voice: BoxVoice
    name_of: Callable[[str], str]


class Stop(StrEnum):
    """What ended a recording."""

    KEY = "key"
    SILENCE = "silence"
    NEVER_SPOKE = "never_spoke"
    LONGEST = "longest"
    BROKE_OFF = "broke_off"


class Take(StrEnum):
    """What becomes of one recording."""

    KEEP = "keep"
    AGAIN = "again"
    CANCELLED = "cancelled"
    TOO_SHORT = "too_short"
    NOTHING_HEARD = "nothing_heard"
    OTHER_CALLER = "other_caller"
    """Somebody else is in the caller's place, by a transfer: begun from the greeting."""


_WHY_NOT: Final = {Take.NOTHING_HEARD: How.NOTHING_HEARD, Take.AGAIN: How.CANCELLED}


class Leaving:
    """One caller who leaves a message in ``box``; ``why`` the phones behind it were not reached.

    What the switch itself says is in ``language``, "" for that of the box. Where the call ``goes_on`` behind
    it, as in a menu, no good-bye is said.
    """

    def __init__(
        self,
        desk: Desk,
        call: Call,
        box: str,
        plan: BoxConfig,
        *,
        why: str = "",
        menu: str = "",
        language: str = "",
        goes_on: bool = False,
    ) -> None:
        self._desk = desk
        self._call = call
        self._box = box
        self._plan = plan
        self._why = why
        self._menu = menu
        self._language = language or plan.language
        self._goes_on = goes_on
        self._urgent = False

    async def serve(self) -> Left:
        """Let the caller leave a message; return how it went.

        Who hangs up after the tone has sent what was said.
        """
        left = await self._served()
        if left.how not in (How.KEPT, How.KEY):
            self._call.record(MessageNotLeft(self._box, number_of(self._call), left.how.value))
        return left

    async def _served(self) -> Left:
        take = Take.OTHER_CALLER
        for _ in range(MOST_TAKES):
            try:
                draft = await self._begin()
            except BoxFull:
                return await self._sorry(How.BOX_FULL, Text.BOX_FULL)
            except NoRoom:
                return await self._sorry(How.NO_ROOM, Text.CANNOT_TAKE)
            except NotStored:
                return await self._sorry(How.NOT_STORED, Text.CANNOT_TAKE)
            try:
                if take is Take.OTHER_CALLER and (key := await self._greet()):
                    self._desk.drafts.drop(draft)
                    return Left(How.KEY, key=key)
                take = await self._taken(draft)
                if take is Take.KEEP:
                    return await self._kept(draft)
            except NotStored:
                self._desk.drafts.leave(draft, urgent=self._urgent)
                return await self._sorry(How.NOT_STORED, Text.NOT_CERTAIN)
            except BaseException:
                # Who hangs up has sent what was said; who had not come to the tone has said nothing.
                self._desk.drafts.leave(draft, urgent=self._urgent)
                raise
            self._desk.drafts.drop(draft)
            if take is Take.CANCELLED:
                return await self._sorry(How.CANCELLED, Text.CANCELLED)
            self._urgent = False
        return await self._sorry(_WHY_NOT.get(take, How.TOO_SHORT), Text.NO_MESSAGE)

    async def _begin(self) -> Draft:
        facts, caller = self._call.facts, self._call.caller
        name = caller.display or (facts.caller_name if caller is self._call.first else "")
        number = number_of(self._call)
        return await self._desk.drafts.begin(
            self._box,
            call=facts.id,
            caller=number,
            name=keepable(name, LONGEST_NAME) if number else "",
            called=keepable(facts.met_at),
            menu=keepable(self._menu, LONGEST_WORDING),
        )

    async def _greet(self) -> str:
        """Play greeting and tone; return the key that leads elsewhere, "" for none."""
        keys = "".join(self._plan.keys)
        heard = await self._desk.voice.listen(self._call, *await self._greeting(), keys=END + keys)
        if heard.key and heard.key != END:
            return heard.key
        return ""

    async def _greeting(self) -> tuple[Words, ...]:
        try:
            recorded = await self._desk.store.settings(self._box)
        except NotStored:
            recorded = {}
        kinds = ["temporary", "busy", "unavailable"] if self._is_busy else ["temporary", "unavailable"]
        for kind in kinds:
            if file := recorded.get(Setting[kind.upper()].value):
                return (self._desk.files.message(self._box, file),)
            greeting: GreetingConfig | None = getattr(self._plan, kind) if kind in GREETINGS else None
            if greeting is not None:
                return (greeting.play or Sentence(greeting.text, self._plan.language),)
        name = self._plan.name or self._desk.name_of(self._box)
        if self._is_busy:
            return (self._say(Text.GREETING_BUSY_OF if name else Text.GREETING_BUSY, name),)
        return (self._say(Text.GREETING_OF if name else Text.GREETING, name),)

    @property
    def _is_busy(self) -> bool:
        return self._why == Reason.BUSY.value

    async def _taken(self, draft: Draft) -> Take:
        """Record a message and ask what to do with it. Raises NotStored."""
        leg, stop = await self._recorded(draft)
        if self._call.caller is not leg:
            return Take.OTHER_CALLER
        if stop is Stop.NEVER_SPOKE:
            await self._tell(Text.NOTHING_HEARD, Text.AFTER_TONE)
            return Take.NOTHING_HEARD
        if await self._desk.drafts.finish(draft) < self._plan.shortest_s:
            await self._tell(Text.TOO_SHORT, Text.AFTER_TONE)
            return Take.TOO_SHORT
        if stop is Stop.BROKE_OFF:
            await self._tell(Text.CUT_OFF)
            return Take.KEEP
        if stop is Stop.LONGEST:
            await self._tell(Text.TIME_IS_UP)
        return await self._reviewed(draft) if self._plan.review else Take.KEEP

    async def _recorded(self, draft: Draft) -> tuple[PhoneLeg, Stop]:
        """Play the tone and record until something ends it; return who spoke, and what ended it."""
        voice, call = self._desk.voice, self._call
        await voice.listen(call, Tone(), keys="")
        leg = call.caller
        self._desk.drafts.record(draft, leg)
        try:
            async with asyncio.timeout(self._plan.longest_s) as limit:
                _, stop = await first_of(self._over(draft), self._end_key(), self._silence(leg))
        except TimeoutError:
            if not limit.expired():
                raise
            return leg, Stop.LONGEST
        return leg, stop

    async def _end_key(self) -> Stop:
        while True:
            keys = self._call.caller.keys
            await keys.arrived()
            press = keys.take()
            if press is not None and press.digit == END:
                return Stop.KEY

    async def _silence(self, leg: PhoneLeg) -> Stop:
        if not self._plan.silence_s:
            await asyncio.Event().wait()
        spoke = await leg.voice.until_silent(self._plan.silence_s)
        return Stop.SILENCE if spoke else Stop.NEVER_SPOKE

    async def _over(self, draft: Draft) -> Stop:
        await draft.over.wait()
        return Stop.BROKE_OFF

    async def _reviewed(self, draft: Draft) -> Take:
        """Ask what to do with the message until that is said; who presses nothing has sent it."""
        path, key, asked = self._desk.files.message(self._box, draft.message.file), "", 0
        for _ in range(MOST_KEYS):
            key = key or await self._desk.voice.ask(self._call, self._say(Text.REVIEW))
            pressed, key = key, ""
            match pressed:
                case "1":
                    return Take.KEEP
                case "2":
                    key = (await self._desk.voice.listen(self._call, path, keys=MENU)).key
                case "3":
                    await self._tell(Text.AFTER_TONE)
                    return Take.AGAIN
                case "4":
                    self._urgent = not self._urgent
                    await self._tell(Text.URGENT if self._urgent else Text.NOT_URGENT)
                case "*":
                    return Take.CANCELLED
                case "":
                    asked += 1
                    if asked == MOST_ASKED:
                        break
        return Take.KEEP

    async def _kept(self, draft: Draft) -> Left:
        try:
            kept = await self._desk.drafts.keep(draft, urgent=self._urgent)
        except NotStored:
            return await self._sorry(How.NOT_STORED, Text.NOT_CERTAIN)
        if not kept:
            return await self._sorry(How.TOO_SHORT, Text.NO_MESSAGE)
        await self._tell(Text.KEPT)
        return Left(How.KEPT, message=draft.message.id)

    async def _sorry(self, how: How, text: Text) -> Left:
        await self._tell(text)
        return Left(how)

    async def _tell(self, *texts: Text) -> None:
        await self._desk.voice.say(self._call, *(self._say(text) for text in texts))

    def _say(self, text: Text, name: str = "") -> Sentence:
        said = phrase(text, self._language, name=name)
        if self._goes_on:
            said = without_farewell(said)
        # What a box is called is no secret, and the same for all callers: it is kept.
        return Sentence(said.text, said.language)
