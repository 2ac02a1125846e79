"""Feature codes: what people dial to change their own settings, and which code a number is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.hangup import Reason, Termination
from softswitch.features.announce import Announcer
from softswitch.features.config import CodesConfig
from softswitch.features.settings import SettingsBook, When
from softswitch.features.texts import Text

SERVED: Final = Termination(Reason.SERVICE_ENDED)
LONGEST_NUMBER: Final = 32
"""Digits of a number that is typed: E.164 has fifteen, and what goes before them."""

FORWARDS: Final[Mapping[str, tuple[When, bool]]] = {
    "forward_always": (When.ALWAYS, True),
    "forward_always_off": (When.ALWAYS, False),
    "forward_busy": (When.BUSY, True),
    "forward_busy_off": (When.BUSY, False),
    "forward_no_answer": (When.NO_ANSWER, True),
    "forward_no_answer_off": (When.NO_ANSWER, False),
    "forward_unreachable": (When.UNREACHABLE, True),
    "forward_unreachable_off": (When.UNREACHABLE, False),
}
PICKUP_AT: Final = "pickup_at"
TAKES_NUMBER: Final = frozenset({name for name, (_, on) in FORWARDS.items() if on} | {PICKUP_AT})
"""Codes that a number follows."""

NO_TARGETS: Final = frozenset({"code", "parking"})
"""Kinds of destinations that calls are not sent on to: nobody would take them there."""

_SAID: Final = {
    When.ALWAYS: Text.FORWARD_ALWAYS,
    When.BUSY: Text.FORWARD_BUSY,
    When.NO_ANSWER: Text.FORWARD_NO_ANSWER,
    When.UNREACHABLE: Text.FORWARD_UNREACHABLE,
}


def find_code(codes: CodesConfig, dialled: str) -> tuple[str, str] | None:
    """Return (name, number that follows) of the code that was dialled, None when it is none.

    A code alone goes before one that a number follows, and of those the longest.
    """
    written = dict(codes.written())
    for name, code in written.items():
        if dialled == code:
            return name, ""
    prefixes = [
        (len(code), name)
        for name, code in written.items()
        if name in TAKES_NUMBER and dialled.startswith(code)
    ]
    if not prefixes:
        return None
    length, name = max(prefixes)
    return name, dialled[length:]


@dataclass(frozen=True, slots=True)
class SetForward:
    """Sends an account's calls on to ``number``, asks for one when it is "", or with None no more."""

    code: str
    user: str
    when: When
    number: str | None
    settings: SettingsBook
    announcer: Announcer
    kind: str = "code"

    @property
    def name(self) -> str:
        """The code."""
        return self.code

    async def __call__(self, call: Call) -> Termination:
        """Do it for the caller, and say what holds now."""
        if not dialled_by(call, self.user):
            return Termination(Reason.UNKNOWN_NUMBER)
        number = self.number
        if number == "":
            number = await self.announcer.ask_digits(call, Text.WHICH_NUMBER, most=LONGEST_NUMBER)
        if number is None:
            self.settings.set_forward(self.user, self.when, None)
            await self.announcer.tell(call, Text.FORWARD_OFF)
        elif fault := self._fault(call, number):
            await self.announcer.tell(call, fault, number if fault is Text.NO_SUCH_NUMBER else "")
        else:
            self.settings.set_forward(self.user, self.when, number)
            await self.announcer.tell(call, _SAID[self.when], number)
        return SERVED

    def _fault(self, call: Call, number: str) -> Text | None:
        if not number:
            return Text.NO_NUMBER
        if number == self.user:
            return Text.TO_YOURSELF
        destination = call.office.destination(number, by=self.user)
        return Text.NO_SUCH_NUMBER if destination is None or destination.kind in NO_TARGETS else None


@dataclass(frozen=True, slots=True)
class SetDoNotDisturb:
    """Keeps all calls from an account, or lets them through again."""

    code: str
    user: str
    on: bool
    settings: SettingsBook
    announcer: Announcer
    kind: str = "code"

    @property
    def name(self) -> str:
        """The code."""
        return self.code

    async def __call__(self, call: Call) -> Termination:
        """Do it for the caller, and say so."""
        if not dialled_by(call, self.user):
            return Termination(Reason.UNKNOWN_NUMBER)
        self.settings.set_dnd(self.user, self.on)
        await self.announcer.tell(call, Text.DND_ON if self.on else Text.DND_OFF)
        return SERVED


def dialled_by(call: Call, user: str) -> bool:
    """Tell whether the account itself has dialled: whoever is sent to a code uses nobody's rights by it."""
    return call.caller is call.first and call.caller.party == user
