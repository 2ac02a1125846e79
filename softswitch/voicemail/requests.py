"""Callback requests after hours: asked for, stored, told by mail and by ticket, and ticked off by people."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, Protocol

from softswitch.bus import LONGEST_WORDING, EventLog, keepable
from softswitch.calls.call import Call
from softswitch.calls.number_dialogue import NumberDialogue, NumberTexts
from softswitch.calls.speaking import answered
from softswitch.clock import Clock
from softswitch.errors import SoftswitchError
from softswitch.events import CallNotRequested, CallRequested
from softswitch.ids import make_id
from softswitch.voicemail.config import RequestsConfig
from softswitch.voicemail.entering import number_of
from softswitch.voicemail.errors import NoSuchDesk, NotStored, VoicemailError
from softswitch.voicemail.letters import Letters
from softswitch.voicemail.model import Request, Requests, Taken
from softswitch.voicemail.texts import Sentence, Text, language_of, phrase, without_farewell
from softswitch.voicemail.voice import BoxVoice

logger = logging.getLogger(__name__)

CERTAIN_WITHIN: Final = 5.0
"""Seconds a caller waits to hear whether the request is stored; beyond, nobody may promise it."""
_NUMBER: Final = re.compile(r"\+?[0-9]{3,15}\Z")
"""What can be called back: digits of a number (ITU-T E.164 §6.2.1), inner ones too."""


class Tickets(Protocol):
    """Where a request becomes somebody's task."""

    async def open(self, request: Request) -> str:
        """Open a ticket for a request and return its number; for a request that has one return that.

        Raises a SoftswitchError where it cannot be opened now.
        """
        ...


class AskedHow(StrEnum):
    """How a caller was served who asked to be called back."""

    TAKEN = "taken"
    KNOWN = "known"
    CANCELLED = "cancelled"
    TOO_MANY = "too_many"
    NOT_STORED = "not_stored"


@dataclass(frozen=True, slots=True)
class Asked:
    """How it went, and the ``request`` that was stored, "" for none."""

    how: AskedHow
    request: str = ""


_TOLD: Final[Mapping[Taken, tuple[AskedHow, Text]]] = {
    Taken.TAKEN: (AskedHow.TAKEN, Text.CALL_TAKEN),
    Taken.KNOWN: (AskedHow.KNOWN, Text.CALL_KNOWN),
    Taken.TOO_OFTEN: (AskedHow.TOO_MANY, Text.CALL_TOO_MANY),
    Taken.FULL: (AskedHow.TOO_MANY, Text.CALL_NOT_NOW),
}


def can_be_called(number: str) -> bool:
    """Tell whether that looks like a number one can call."""
    return _NUMBER.match(number) is not None


class CallRequests:
    """Takes requests for all desks.

    ``accepts`` tells what may be called, ``comparable`` how numbers are compared.
    """

    def __init__(
        self,
        desks: Mapping[str, RequestsConfig],
        store: Requests,
        *,
        voice: BoxVoice,
        letters: Letters,
        log: EventLog,
        clock: Clock,
        accepts: Callable[[str], bool] = can_be_called,
        comparable: Callable[[str], str] = lambda number: number,
        tickets: Tickets | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._desks = desks
        self._store = store
        self._voice = voice
        self._letters = letters
        self._log = log
        self._clock = clock
        self._accepts = accepts
        self._comparable = comparable
        self._tickets = tickets
        self._wake = wake
        self._tasks: set[asyncio.Task[Any]] = set()

    async def ask(
        self, call: Call, desk: str, *, menu: str = "", language: str = "", goes_on: bool = False
    ) -> Asked:
        """Ask the caller where to call back, and store it; "we have taken it" is said after that alone.

        Where the call ``goes_on`` afterwards no good-bye is said. Raises NoSuchDesk.
        """
        said = partial(_said, goes_on=goes_on)
        plan = self._desks.get(desk)
        if plan is None:
            raise NoSuchDesk(desk)
        language = language_of(language or plan.language)
        await answered(call.caller)
        number = await self._dialogue(call, plan, language).number(accepts=self._accepts)
        if not number:
            return await self._told(call, desk, AskedHow.CANCELLED, said(Text.CALL_NOT_TAKEN, language))
        at = self._clock.wall()
        request = Request(
            id=make_id(at), desk=desk, number=number, comparable=self._comparable(number),
            party=number_of(call), call=call.facts.id, asked_at=at,
            menu=keepable(menu, LONGEST_WORDING), language=language,
        )  # fmt: skip
        # Whoever hangs up now has asked for it all the same.
        taking = self._start(self._taken(request))
        try:
            async with asyncio.timeout(CERTAIN_WITHIN):
                taken = await asyncio.shield(taking)
        except (TimeoutError, NotStored) as error:
            logger.warning("a callback request for %s is not stored: %s", desk, error or "not in time")
            return await self._told(call, desk, AskedHow.NOT_STORED, said(Text.CALL_NOT_STORED, language))
        how, text = _TOLD[taken]
        return await self._told(call, desk, how, said(text, language), request.id)

    async def open_tickets(self) -> None:
        """Open the tickets that are wanted and not there yet; one that fails is tried again later."""
        if self._tickets is None:
            return
        wanted = [name for name, plan in self._desks.items() if plan.ticket]
        for request in await self._store.without_ticket(wanted) if wanted else ():
            try:
                ticket = await self._tickets.open(request)
            except SoftswitchError as error:
                logger.warning("no ticket could be opened for the request %s: %s", request.id, error)
                continue
            await self._store.set_ticket(request.id, ticket)

    async def forget_old(self) -> None:
        """Forget what was done long ago. Raises NotStored."""
        now = self._clock.wall()
        for name, plan in self._desks.items():
            await self._store.drop_done(name, now - timedelta(days=plan.keep_days))

    async def close(self) -> None:
        """Wait until everything that was begun is done."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _taken(self, request: Request) -> Taken:
        plan = self._desks[request.desk]
        name = await self._letters.name_of(request.number)
        request = replace(request, name=name)
        taken = await self._store.take(
            request,
            since=request.asked_at - timedelta(hours=plan.within_hours),
            most=plan.most_per_number,
            most_kept=plan.most_kept,
            deliver=self._letters.of_request(request),
        )
        if taken is Taken.TAKEN:
            self._log.append(
                CallRequested(request.desk, request.id, request.number, request.party), call=request.call
            )
            self._wake()
            self._start(self.open_tickets())
        return taken

    async def _told(self, call: Call, desk: str, how: AskedHow, said: Sentence, request: str = "") -> Asked:
        if how not in (AskedHow.TAKEN, AskedHow.KNOWN):
            call.record(CallNotRequested(desk, number_of(call), how.value))
        await self._voice.say(call, said)
        return Asked(how, request if how is AskedHow.TAKEN else "")

    def _dialogue(self, call: Call, plan: RequestsConfig, language: str) -> NumberDialogue:
        texts = NumberTexts(
            language=language,
            read_back=lambda number: phrase(Text.CALL_TO, language, number=number).text,
            is_it_right=phrase(Text.CALL_RIGHT, language).text,
            which=phrase(Text.CALL_WHICH, language).text,
            cannot=phrase(Text.CALL_BAD_NUMBER, language).text,
        )
        return NumberDialogue(call, self._voice.speaking, texts, confirms=plan.confirm_number)

    def _start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None and not isinstance(fault, VoicemailError):
            logger.error("a callback request could not be dealt with", exc_info=fault)


def _said(text: Text, language: str, *, goes_on: bool) -> Sentence:
    said = phrase(text, language)
    return without_farewell(said) if goes_on else said
