"""Where numbers lead that have to do with voicemail: to leave a message, to listen, to ask for a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from softswitch.calls.bridge import talk
from softswitch.calls.call import Call, Destination
from softswitch.calls.forwarding import hand_over
from softswitch.calls.hangup import Reason, Termination
from softswitch.voicemail.config import LISTEN
from softswitch.voicemail.entering import account_of
from softswitch.voicemail.leaving import How, Left
from softswitch.voicemail.requests import Asked

SERVED: Final = Termination(Reason.SERVICE_ENDED)


class Serves(Protocol):
    """Voicemail, as far as numbers lead into it."""

    async def take_message(self, call: Call, box: str, *, language: str = "", goes_on: bool = False) -> Left:
        """Let the caller leave a message."""
        ...

    async def listen(self, call: Call, box: str = "") -> Termination:
        """Let the caller listen to a box, "" for one that has to be asked for."""
        ...

    async def ask_for_call(self, call: Call, desk: str) -> Asked:
        """Let the caller ask to be called back."""
        ...

    def key_leads_to(self, box: str, key: str) -> tuple[str, Destination | None]:
        """Return the number to which a key of a box leads, and where that is."""
        ...


async def led_on(voicemail: Serves, call: Call, box: str, key: str) -> Termination:
    """Lead a caller where a key of a box leads; return how the call is to end."""
    to, destination = voicemail.key_leads_to(box, key)
    if to == LISTEN:
        return await voicemail.listen(call, box)
    reached = await hand_over(call, box, to, destination, why=Reason.MOVED)
    return reached if isinstance(reached, Termination) else await talk(call, reached)


@dataclass(frozen=True, slots=True)
class LeaveDestination:
    """A number that leads to a box; ``box`` is its name."""

    voicemail: Serves
    name: str
    kind: str = "voicemail"

    async def __call__(self, call: Call) -> Termination:
        """Let the caller leave a message, or go where a key leads; return how the call is to end."""
        left = await self.voicemail.take_message(call, self.name)
        if left.how is not How.KEY:
            return SERVED
        return await led_on(self.voicemail, call, self.name, left.key)


@dataclass(frozen=True, slots=True)
class ListenDestination:
    """A code or number for listening; ``user`` is whose own box it is, "" for any that is then asked for."""

    voicemail: Serves
    name: str
    user: str = ""
    box: str = ""
    kind: str = "code"

    async def __call__(self, call: Call) -> Termination:
        """Let the caller listen; return how the call is to end."""
        # Whoever is sent to a code by a transfer uses nobody's rights by it.
        if self.user and account_of(call) != self.user:
            return Termination(Reason.UNKNOWN_NUMBER)
        return await self.voicemail.listen(call, self.box)


@dataclass(frozen=True, slots=True)
class RequestDestination:
    """A number at which callers ask to be called back; ``name`` is the desk that will."""

    voicemail: Serves
    name: str
    kind: str = "request"

    async def __call__(self, call: Call) -> Termination:
        """Let the caller ask; return how the call is to end."""
        await self.voicemail.ask_for_call(call, self.name)
        return SERVED
