"""Joins voice menus with programs of others and voicemail: a step leads into them, and the tree goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from softswitch.applications.destination import ApplicationDestination
from softswitch.applications.errors import ProgramFailed
from softswitch.calls.call import Call, SentOn
from softswitch.calls.hangup import Termination
from softswitch.ivr.desks.rooms import CallbackEnd, MessageEnd, ProgramEnd
from softswitch.ivr.errors import NoSuchRoom
from softswitch.ivr.live_rooms import Served
from softswitch.voicemail.destination import Serves, led_on
from softswitch.voicemail.errors import NoSuchBox, NoSuchDesk
from softswitch.voicemail.leaving import How
from softswitch.voicemail.requests import Asked, AskedHow

_LEFT: Final[Mapping[How, MessageEnd]] = {
    How.KEPT: MessageEnd.SAVED,
    How.CANCELLED: MessageEnd.CANCELLED,
    How.TOO_SHORT: MessageEnd.TOO_SHORT,
    How.NOTHING_HEARD: MessageEnd.TOO_SHORT,
    How.BOX_FULL: MessageEnd.FULL,
    How.NO_ROOM: MessageEnd.NOT_STORED,
    How.NOT_STORED: MessageEnd.NOT_STORED,
    How.KEY: MessageEnd.KEY,
}
_ASKED: Final[Mapping[AskedHow, CallbackEnd]] = {
    AskedHow.TAKEN: CallbackEnd.ACCEPTED,
    AskedHow.KNOWN: CallbackEnd.ACCEPTED,
    AskedHow.CANCELLED: CallbackEnd.CANCELLED,
    AskedHow.TOO_MANY: CallbackEnd.TOO_MANY,
    AskedHow.NOT_STORED: CallbackEnd.NOT_STORED,
}


class Voicemail(Serves, Protocol):
    """Voicemail, as far as trees need it."""

    async def ask_for_call(
        self, call: Call, desk: str, *, language: str = "", goes_on: bool = False
    ) -> Asked:
        """Let the caller ask to be called back, in a language unless the desk's own will do."""
        ...


class TreeRooms:
    """Implements :class:`~softswitch.ivr.live_rooms.Rooms`; ``programs`` are by their numbers."""

    def __init__(self, programs: Mapping[str, ApplicationDestination], voicemail: Voicemail) -> None:
        self._programs = programs
        self._voicemail = voicemail

    async def program(self, call: Call, number: str, values: Mapping[str, str]) -> Served[ProgramEnd]:
        """See :class:`~softswitch.ivr.live_rooms.Rooms`."""
        program = self._programs.get(number)
        if program is None:
            raise NoSuchRoom(number)
        try:
            end: Termination | SentOn = await program.drive(call, values)
        except SentOn as sent:
            end = sent
        except ProgramFailed as error:
            program.tell_failure(call, error, fallback="")
            return Served(ProgramEnd.DOWN)

        async def go_on() -> Termination:
            if isinstance(end, SentOn):
                raise end
            return end

        return Served(ProgramEnd.OVER, go_on)

    async def leave_message(self, call: Call, box: str, language: str) -> Served[MessageEnd]:
        """See :class:`~softswitch.ivr.live_rooms.Rooms`."""
        try:
            left = await self._voicemail.take_message(call, box, language=language, goes_on=True)
        except NoSuchBox as error:
            raise NoSuchRoom(box) from error

        async def go_on() -> Termination:
            return await led_on(self._voicemail, call, box, left.key)

        return Served(_LEFT[left.how], go_on if left.how is How.KEY else None)

    async def ask_for_call(self, call: Call, desk: str, language: str) -> Served[CallbackEnd]:
        """See :class:`~softswitch.ivr.live_rooms.Rooms`."""
        try:
            asked = await self._voicemail.ask_for_call(call, desk, language=language, goes_on=True)
        except NoSuchDesk as error:
            raise NoSuchRoom(desk) from error
        return Served(_ASKED[asked.how])
