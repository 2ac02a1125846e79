"""Voicemail as a whole: boxes, numbers, and callers who are served by plain functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from softswitch.bus import EventLog
from softswitch.calls.call import Call, Destination
from softswitch.calls.hangup import Termination
from softswitch.clock import Clock
from softswitch.registrar.accounts import Account
from softswitch.voicemail.boxes import Boxes
from softswitch.voicemail.config import LISTEN, OWN_BOX, VoicemailConfig
from softswitch.voicemail.course import KINDS_READ, Courses
from softswitch.voicemail.destination import LeaveDestination, ListenDestination, RequestDestination
from softswitch.voicemail.drafts import Drafts
from softswitch.voicemail.entering import Doorkeeper
from softswitch.voicemail.files import Files
from softswitch.voicemail.lamps import Lamps, Show
from softswitch.voicemail.leaving import Desk, Leaving, Left
from softswitch.voicemail.letters import Customers, Letters
from softswitch.voicemail.listening import Library, Listening
from softswitch.voicemail.model import Messages, Requests
from softswitch.voicemail.requests import Asked, CallRequests, Tickets, can_be_called
from softswitch.voicemail.upkeep import Post, Upkeep
from softswitch.voicemail.voice import BoxVoice

MIB: Final = 20
"""Bits to shift a number of mebibytes by."""


@dataclass(frozen=True, slots=True)
class Means:
    """What voicemail stands on.

    ``account`` finds an account, ``leads_to`` where a number leads with the rights of one, or for None with
    the switch's own. ``wake`` tells the outbox that something was posted. ``accepts`` tells what may be
    called back, ``comparable`` how numbers are compared.
    """

    store: Messages
    requests: Requests
    files: Files
    voice: BoxVoice
    show: Show
    log: EventLog
    clock: Clock
    post: Post
    account: Callable[[str], Account | None]
    leads_to: Callable[[str, str | None], Destination | None]
    wake: Callable[[], None] = lambda: None
    customers: Customers | None = None
    tickets: Tickets | None = None
    accepts: Callable[[str], bool] = can_be_called
    comparable: Callable[[str], str] = lambda number: number


class Voicemail:
    """All boxes and request desks of a switch."""

    def __init__(self, config: VoicemailConfig, means: Means) -> None:
        self.config = config
        self._means = means
        store, files, clock, voice = means.store, means.files, means.clock, means.voice
        letters = Letters(config, files, clock, means.customers)
        self.lamps = Lamps(config, store, means.show)
        self.drafts = Drafts(
            config, store, files,
            letters=letters, lamps=self.lamps, log=means.log, clock=clock, wake=means.wake,
        )  # fmt: skip
        self.boxes = Boxes(
            config, store, files, letters=letters, lamps=self.lamps, clock=clock, wake=means.wake
        )
        self.requests = CallRequests(
            config.requests, means.requests,
            voice=voice, letters=letters, log=means.log, clock=clock, accepts=means.accepts,
            comparable=means.comparable, tickets=means.tickets, wake=means.wake,
        )  # fmt: skip
        self.upkeep = Upkeep(
            config, store, files, self.drafts, self.boxes, self.lamps, self.requests, means.post, clock
        )
        self.courses = Courses()
        means.log.subscribe(self.courses.read, KINDS_READ)
        doorkeeper = Doorkeeper(config, store, voice, clock, self._language_of)
        self._desk = Desk(self.drafts, store, files, voice, self._name_of)
        self._library = Library(config, self.boxes, doorkeeper, voice, clock, self._name_of)

    # Numbers

    @property
    def numbers(self) -> Mapping[str, Destination]:
        """Every number that means the same to all: boxes, desks, and the code for any box."""
        found: dict[str, Destination] = {
            box.number: LeaveDestination(self, name)
            for name, box in self.config.boxes.items()
            if box.number is not None
        }
        for name, desk in self.config.requests.items():
            if desk.number is not None:
                found[desk.number] = RequestDestination(self, name)
        if self.config.boxes and (code := self.config.codes.any):
            # From outside it is reached by a number of ours that leads to it.
            found[code] = ListenDestination(self, code)
        return found

    @property
    def named(self) -> Mapping[str, Destination]:
        """Boxes and desks by their names, for numbers of ours that lead to them from outside."""
        boxes: dict[str, Destination] = {name: LeaveDestination(self, name) for name in self.config.boxes}
        return {**{name: RequestDestination(self, name) for name in self.config.requests}, **boxes}

    def personal(self, number: str, account: Account) -> Destination | None:
        """Return where a number leads that means another box to each account, None for none of these."""
        codes, boxes, user = self.config.codes, self.config.boxes, account.user
        if user and number == codes.own:
            box = user if user in boxes else self._shared(user)
            return ListenDestination(self, number, user, box) if box else None
        if user in boxes and number in (OWN_BOX, codes.leave):
            return LeaveDestination(self, user)
        if codes.leave and number.startswith(codes.leave):
            name = self._library.doorkeeper.named(number.removeprefix(codes.leave))
            return LeaveDestination(self, name) if name else None
        return None

    def key_leads_to(self, box: str, key: str) -> tuple[str, Destination | None]:
        """Return the number to which a key of a box leads, and where that is: with its owner's rights."""
        to = self.config.boxes[box].keys.get(key, "")  # type: ignore[call-overload]
        if to in ("", LISTEN):
            return to, None
        owner = box if self._means.account(box) is not None else None
        return to, self._means.leads_to(to, owner)

    # Callers

    async def take_message(self, call: Call, box: str, *, language: str = "", goes_on: bool = False) -> Left:
        """Let the caller leave a message in a box; return how it went. Raises NoSuchBox.

        ``language`` is that of the call, "" for the box's own; its own greeting stays as it is. Where the
        call ``goes_on`` afterwards no good-bye is said.
        """
        way = self.courses.of(call.facts.id)
        plan = self.boxes.plan(box)
        leaving = Leaving(
            self._desk, call, box, plan, why=way.why, menu=way.menu, language=language, goes_on=goes_on
        )
        return await leaving.serve()

    async def listen(self, call: Call, box: str = "") -> Termination:
        """Let the caller listen to a box, "" for one that is asked for; return how the call is to end."""
        return await Listening(self._library, call, box).serve()

    async def ask_for_call(
        self, call: Call, desk: str, *, language: str = "", goes_on: bool = False
    ) -> Asked:
        """Let the caller ask to be called back when somebody is there; return how it went.

        ``language`` is that of the call, "" for the caller's own or the desk's; ``goes_on`` as for messages.
        """
        account = self._means.account(call.caller.party)
        language = language or (account.language if account is not None else "")
        return await self.requests.ask(
            call, desk, menu=self.courses.of(call.facts.id).menu, language=language, goes_on=goes_on
        )

    # Life

    async def run(self) -> None:
        """Show the lamps, keep what a kill has cut off, and look after everything until cancelled."""
        if self.config.boxes or self.config.requests:
            await self.upkeep.run()

    async def refresh(self) -> None:
        """Show on lamps what was changed behind our back."""
        await self.lamps.refresh()

    async def close(self) -> None:
        """Wait until every message and request that was being taken is on the disk."""
        await self.drafts.close()
        await self.requests.close()
        await self.boxes.close()

    def _shared(self, user: str) -> str:
        """Return the first box whose lamp an account shows, "" for none."""
        return next((name for name, box in self.config.boxes.items() if user in box.lamps), "")

    def _name_of(self, user: str) -> str:
        account = self._means.account(user)
        return account.name if account is not None else ""

    def _language_of(self, user: str) -> str:
        account = self._means.account(user)
        return account.language if account is not None else ""
