"""Listening to one's messages by phone: new ones first, each with its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Reaches, SentOn
from softswitch.calls.hangup import Reason, Termination
from softswitch.clock import Clock
from softswitch.events import MailboxOpened, MessagesDeleted
from softswitch.voicemail.boxes import Boxes
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.entering import LONGEST_NUMBER, Doorkeeper, account_of
from softswitch.voicemail.errors import BoxFull, NoRoom, NotStored
from softswitch.voicemail.model import Message, State
from softswitch.voicemail.options import Options
from softswitch.voicemail.session import Session
from softswitch.voicemail.spoken_time import spoken_moment
from softswitch.voicemail.texts import Sentence, Text, heading, how_many, phrase
from softswitch.voicemail.voice import BoxVoice

SERVED: Final = Termination(Reason.SERVICE_ENDED)
ACTIONS: Final = "1234567890"
"""Keys that do something at any instant, also while a message plays."""
HEARD_SHARE: Final = 0.5
"""Who has heard half of a message has heard it: it is no new one any more."""
UNDO_SECONDS: Final = 2.5
"""How long after deleting a key is waited for before the next message begins."""
MOST_SILENT: Final = 3
"""Times nobody answers before the call ends: a handset that lies beside its phone."""
NO_CALLERS: Final = frozenset({"code", "parking"})
"""Kinds of destinations that nobody calls from: whoever shows a code as his number wants it dialled."""


@dataclass(frozen=True, slots=True)
class Library:
    """What listening needs."""

    config: VoicemailConfig
    boxes: Boxes
    doorkeeper: Doorkeeper
    voice: BoxVoice
    clock: Clock
    name_of: Callable[[str], str]


class Listening:
    """One caller who listens to a box, "" for one that has to be asked for."""

    def __init__(self, library: Library, call: Call, box: str = "") -> None:
        self._library = library
        self._call = call
        self._box = box
        self._language = ""
        self._session = Session(())

    async def serve(self) -> Termination:
        """Let the caller listen, and return how the call ends.

        Raises SentOn where calling back leads to a menu or a queue.
        """
        library, call = self._library, self._call
        self._language = library.doorkeeper.language(call, self._box)
        try:
            typed = self._box or await library.doorkeeper.asked(call)
            box = library.doorkeeper.named(typed)
            if not await library.doorkeeper.admits(call, box or typed):
                return SERVED
            self._box, self._language = box, library.doorkeeper.language(call, box)
            self._session = Session(await library.boxes.messages(box))
        except NotStored:
            await library.voice.say(call, self._say(Text.OUT_OF_ORDER))
            return SERVED
        new, old = self._session.count(State.NEW), self._session.count(State.OLD)
        call.record(MailboxOpened(box, call.caller.party, new, old))
        try:
            await self._through(new, old)
        finally:
            # Until here all that was deleted could be had back.
            if deleted := self._session.deleted:
                call.record(MessagesDeleted(box, call.caller.party, len(deleted)))
                library.boxes.remove(deleted)
        return SERVED

    async def _through(self, new: int, old: int) -> None:
        voice, call = self._library.voice, self._call
        heard = await voice.listen(call, how_many(new, old, self._language), keys=ACTIONS)
        key = heard.key or (await self._play() if self._session.present else "")
        silent = 0
        while silent < MOST_SILENT:
            question = Text.KEYS if self._session.present else Text.AFTER_LAST
            key = key or await voice.ask(call, self._say(question))
            silent = 0 if key else silent + 1
            key = await self._done(key)
        await voice.say(call, self._say(Text.GOODBYE))

    async def _done(self, key: str) -> str:
        """Do what a key asks for; return the key that was pressed meanwhile, "" for none."""
        session = self._session
        if session.present is None and key not in ("4", "0", ""):
            key = "6"
        match key:
            case "1":
                return await self._play()
            case "2":
                session.keep_present()
                await self._set_state(State.OLD)
                return await self._tell(Text.SAVED) or await self._next()
            case "3":
                if session.toggle_deleted():
                    return await self._tell(Text.DELETED) or await self._after_deleting()
                return await self._tell(Text.RESTORED)
            case "4":
                if not session.previous():
                    return await self._tell(Text.FIRST_ONE) or await self._play()
                return await self._play()
            case "6":
                return await self._next()
            case "7":
                return await self._call_back()
            case "5":
                return await self._toggle_urgent()
            case "8":
                return await self._forward()
            case "0":
                return await self._options()
        return ""

    async def _after_deleting(self) -> str:
        """Wait a moment for the key that undoes it, and go on to the next message."""
        press = await self._call.caller.keys.next(UNDO_SECONDS)
        return press.digit if press is not None else await self._next()

    async def _next(self) -> str:
        return await self._play() if self._session.next() else await self._tell(Text.LAST_ONE)

    async def _play(self) -> str:
        """Play the present message with its heading; return the key that cut it short."""
        one = self._session.present
        if one is None:
            return ""
        words = list(self._heading(one))
        if self._session.is_deleted():
            words.append(self._say(Text.IS_DELETED))
        heard = await self._library.voice.listen(self._call, *words, keys=ACTIONS)
        if heard.key:
            return heard.key
        heard = await self._library.voice.listen(self._call, self._library.boxes.path(one), keys=ACTIONS)
        if not heard.audible:
            return await self._tell(Text.CANNOT_PLAY)
        if heard.finished or heard.seconds >= one.seconds * HEARD_SHARE:
            await self._set_state(State.OLD)
        return heard.key

    def _heading(self, one: Message) -> tuple[Sentence, ...]:
        zone = self._library.config.zone
        moment = spoken_moment(
            one.left_at.astimezone(zone), self._library.clock.wall().astimezone(zone), self._language
        )
        return heading(
            is_new=one.state is State.NEW,
            urgent=one.urgent,
            caller=one.caller,
            name=one.caller_name or self._library.name_of(one.caller),
            moment=moment,
            language=self._language,
        )

    async def _set_state(self, state: State) -> None:
        one = self._session.present
        if one is None or one.state is state:
            return
        # What the disk does not take now is new the next time: nothing is lost by it.
        if await self._library.boxes.set_state(one, state):
            self._session.change(state)

    async def _toggle_urgent(self) -> str:
        one = self._session.present
        if one is None or not await self._library.boxes.set_urgent(one, not one.urgent):
            return ""
        self._session.change(urgent=not one.urgent)
        return await self._tell(Text.NOT_URGENT if one.urgent else Text.URGENT)

    async def _call_back(self) -> str:
        """Call who left the message, with the rights of the account that listens."""
        one, call = self._session.present, self._call
        by = account_of(call)
        destination = call.office.destination(one.caller, by=by) if one and one.caller and by else None
        if destination is None or destination.kind in NO_CALLERS:
            return await self._tell(Text.CANNOT_CALL)
        if not isinstance(destination, Reaches):
            raise SentOn(destination)
        reached = await destination.reach(call)
        if isinstance(reached, Termination):
            return await self._tell(Text.NOBODY_ANSWERS)
        await talk(call, reached)
        return ""

    async def _forward(self) -> str:
        one, library = self._session.present, self._library
        typed = await library.voice.ask_digits(self._call, self._say(Text.WHICH_OTHER), most=LONGEST_NUMBER)
        box = library.doorkeeper.named(typed)
        if one is None or not box:
            return await self._tell(Text.NO_SUCH_BOX) if typed else ""
        try:
            await library.boxes.forward(one, box)
        except BoxFull:
            return await self._tell(Text.OTHER_FULL)
        except (NotStored, NoRoom):
            return await self._tell(Text.OUT_OF_ORDER)
        return await self._tell(Text.FORWARDED)

    async def _options(self) -> str:
        library = self._library
        key = await library.voice.ask(self._call, self._say(Text.OPTIONS))
        if key in ("5", "8"):
            return key
        options = Options(library.boxes, library.voice, self._call, self._box, self._language)
        await options.serve(key)
        return ""

    async def _tell(self, text: Text) -> str:
        """Say something; return the key that cut it short, "" for none."""
        return (await self._library.voice.listen(self._call, self._say(text), keys=ACTIONS)).key

    def _say(self, text: Text) -> Sentence:
        return phrase(text, self._language)
