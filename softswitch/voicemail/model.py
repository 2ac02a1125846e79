"""Messages, boxes and requests as plain values: what the store keeps and everybody else hands about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from softswitch.outbox.model import Delivery


class State(StrEnum):
    """What has become of a message."""

    LEAVING = "leaving"
    """It is being spoken, or was when the switch ended: no message yet, but its file holds what was said."""
    NEW = "new"
    OLD = "old"
    """It was heard, or saved."""


@dataclass(frozen=True, slots=True)
class Message:
    """A voice message. ``file`` is the name of its WAV file in the folder of its box, ``menu`` the way
    through menus that led to it, ``call`` the call in which it was left.
    """

    id: str
    box: str
    call: str
    left_at: datetime
    caller: str
    caller_name: str = ""
    called: str = ""
    menu: str = ""
    file: str = ""
    seconds: float = 0.0
    urgent: bool = False
    state: State = State.LEAVING
    mail: str = ""
    """The key of the delivery by which it was mailed, "" when it was not."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages a box holds; those that are urgent are among the others."""

    new: int = 0
    old: int = 0
    urgent_new: int = 0
    urgent_old: int = 0

    @property
    def all(self) -> int:
        """New and old ones."""
        return self.new + self.old


class Setting(StrEnum):
    """What is set of a box by phone or by command, beside the configuration."""

    PIN = "pin"
    """The argon2 hash of the PIN."""
    UNAVAILABLE = "greeting.unavailable"
    BUSY = "greeting.busy"
    TEMPORARY = "greeting.temporary"
    """The file of a recorded greeting, in the folder of the box."""


class Taken(StrEnum):
    """What came of handing in a request."""

    TAKEN = "taken"
    KNOWN = "known"
    """Somebody is to call that number for that desk already: nothing was written."""
    TOO_OFTEN = "too_often"
    FULL = "full"


class RequestState(StrEnum):
    """What has become of a request."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants to be called back at ``number``; ``party`` is the number that asked for it.

    ``comparable`` is the number in the one spelling by which numbers are compared. ``done_by`` is who has
    ticked it off. ``ticket`` is what was opened for it elsewhere.
    """

    id: str
    desk: str
    number: str
    comparable: str
    party: str
    call: str
    asked_at: datetime
    name: str = ""
    menu: str = ""
    language: str = ""
    state: RequestState = RequestState.OPEN
    done_at: datetime | None = None
    done_by: str = ""
    note: str = ""
    ticket: str = ""


class Messages(Protocol):
    """Where messages are kept. Every method raises NotStored when the database does not take it."""

    async def begin(self, message: Message) -> None:
        """Note a message that is about to be spoken."""
        ...

    async def keep(
        self,
        message: str,
        *,
        seconds: float,
        urgent: bool,
        name: str = "",
        mail: str = "",
        deliver: Sequence[Delivery] = (),
    ) -> bool:
        """Make a new message of one that was being left, and post what follows, in one transaction.

        Tell whether there was one: who comes second changes nothing.
        """
        ...

    async def add(self, message: Message, deliver: Sequence[Delivery] = ()) -> None:
        """Take in a whole message: one that is forwarded."""
        ...

    async def drop(self, messages: Sequence[str]) -> None:
        """Forget messages."""
        ...

    async def find(self, message: str) -> Message | None:
        """Return the message with an id, or with an end of it that no other has; None for none."""
        ...

    async def of_box(self, box: str) -> tuple[Message, ...]:
        """Return the messages of a box, new before old, urgent ones first, in the order they were left."""
        ...

    async def set_state(self, message: str, state: State) -> None:
        """Note that a message was heard, or is as new."""
        ...

    async def set_urgent(self, message: str, urgent: bool) -> None:
        """Note that a message is urgent, or is not."""
        ...

    async def unfinished(self) -> tuple[Message, ...]:
        """Return the messages that are, or were, being left."""
        ...

    async def mailed(self) -> tuple[Message, ...]:
        """Return the messages for which a mail was written."""
        ...

    async def tallies(self) -> dict[str, Tally]:
        """Return how many messages each box holds that holds any."""
        ...

    async def left_before(self, box: str, at: datetime) -> tuple[Message, ...]:
        """Return the messages of a box that were left before a time."""
        ...

    async def settings(self, box: str) -> dict[str, str]:
        """Return what was set of a box, by :class:`Setting`."""
        ...

    async def set(self, box: str, name: str, value: str) -> None:
        """Set something of a box; "" as the configuration has it."""
        ...


class Requests(Protocol):
    """Where callback requests are kept. Every method raises NotStored as those of :class:`Messages` do."""

    async def take(
        self, request: Request, *, since: datetime, most: int, most_kept: int, deliver: Sequence[Delivery]
    ) -> Taken:
        """Keep a request and post what follows, in one transaction; return whether that was done.

        At most ``most`` for the same number, and ``most`` of the same caller, since a time; ``most_kept``
        open ones of its desk. Beyond that, or where one for that number is open there, nothing is written.
        """
        ...

    async def listed(self, *, desk: str = "", all_of_them: bool = False) -> tuple[Request, ...]:
        """Return the open requests, oldest first; of one desk, or of all; also those that are done."""
        ...

    async def tick_off(self, request: str, *, at: datetime, by: str, note: str) -> Request | None:
        """Note that somebody was called back; return it, None where no single open one has that id or end."""
        ...

    async def without_ticket(self, desks: Sequence[str]) -> tuple[Request, ...]:
        """Return the requests of desks for which no ticket was opened yet."""
        ...

    async def set_ticket(self, request: str, ticket: str) -> None:
        """Note the ticket that was opened for a request."""
        ...

    async def drop_done(self, desk: str, before: datetime) -> int:
        """Forget what was done before a time; return how many."""
        ...
