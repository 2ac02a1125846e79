"""What the sandbox's bank does with a code.

The first two digits say what, the last two after how many seconds. The two in the middle are free, so that
every test can have a code of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CODE_LIVES_S: Final = 120.0
"""A code, and the request in the bank's app, end after two minutes."""


class Fate(StrEnum):
    """What becomes of a code."""

    ACCEPTED = "accepted"
    """The customer confirms in the bank's app."""
    DECLINED = "declined"
    """The customer declines there."""
    INSUFFICIENT_FUNDS = "insufficient_funds"
    """The customer confirms, and the bank refuses."""
    EXPIRED = "expired"
    """The customer does nothing until the time is over."""
    WRONG = "wrong_code"
    """No bank knows the code."""
    ANSWER_LOST = "answer_lost"
    """It is taken and confirmed, but the sandbox's answer never arrives."""
    REQUEST_LOST = "request_lost"
    """It never reaches the bank, and there is no answer."""
    BUSY = "busy"
    """The sandbox answers 503, and nothing was done; the next try goes well."""


FATES: Final[Mapping[str, Fate]] = {
    "77": Fate.ACCEPTED,
    "11": Fate.DECLINED,
    "22": Fate.INSUFFICIENT_FUNDS,
    "33": Fate.EXPIRED,
    "44": Fate.WRONG,
    "55": Fate.ANSWER_LOST,
    "66": Fate.REQUEST_LOST,
    "88": Fate.BUSY,
}
"""By the first two digits; every other code is a wrong one."""

MEANINGS: Final[Mapping[Fate, str]] = {
    Fate.ACCEPTED: "the customer confirms after as many seconds as the last two digits say",
    Fate.DECLINED: "the customer declines after as many seconds",
    Fate.INSUFFICIENT_FUNDS: "the bank refuses after as many seconds: not enough money",
    Fate.EXPIRED: "the customer does nothing; after two minutes it is over",
    Fate.WRONG: "no bank knows the code, as with every code that is not named here",
    Fate.ANSWER_LOST: "the code is taken and confirmed after as many seconds, but no answer comes",
    Fate.REQUEST_LOST: "the code never arrives and no answer comes",
    Fate.BUSY: "the first try is answered with 503 and does nothing, the next one goes well",
}


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the bank does with one code, and after how many seconds."""

    fate: Fate
    after_s: float


def behaviour(code: str) -> Behaviour:
    """Return what becomes of six digits."""
    fate = FATES.get(code[:2], Fate.WRONG)
    return Behaviour(fate, CODE_LIVES_S if fate is Fate.EXPIRED else float(code[4:]))


def explained() -> str:
    """Return the table of codes for people."""
    rows = [f"  {digits}xxNN  {MEANINGS[fate]}" for digits, fate in FATES.items()]
    return "\n".join(("codes of the sandbox (x is any digit, NN are seconds):", *rows))
