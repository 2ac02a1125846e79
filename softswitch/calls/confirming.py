"""Asking who has answered whether it is a person who takes the call: a mailbox presses no key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from softswitch.calls.branch import Branch
from softswitch.calls.errors import LegEnded
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.race import first_of

ACCEPT: Final = "1"
TIMES_ASKED: Final = 2
ANSWER_SECONDS: Final = 4.0
"""How long after each question a key is waited for: with the question twice, some fifteen seconds in all. A
mailbox that answers has begun to record by then, and holds a message of an unknown voice."""
CONFIRM_SECONDS: Final = TIMES_ASKED * 2 * ANSWER_SECONDS
"""How long the asking may take: a question lasts about as long as its answer is waited for."""

Ask = Callable[[], Awaitable[str]]
"""Puts the question once, and returns the key that answered it, "" when none came."""


async def accepts(branch: Branch, leg: PhoneLeg, ask: Ask) -> bool:
    """Tell whether who answered in a branch takes the call: by the key :data:`ACCEPT`.

    The question is put :data:`TIMES_ASKED` times; another key is a no, and so is hanging up, which ends the
    question at once. The leg is left as it is, for the branch to drop. One leg of a branch is asked at a
    time, as the branch hears for one whether it hangs up. Cancelling stops the question.
    """
    place, accepted = await first_of(confirmed(ask), _gone(branch, leg))
    # Whoever presses the key and hangs up in the same moment takes nothing.
    return place == 0 and accepted and not leg.over


async def confirmed(ask: Ask) -> bool:
    """Tell whether a question was answered by the key :data:`ACCEPT`, put as often as by :func:`accepts`.

    For whom hanging up ends the call, and with it the question: see ``originate.Origination.confirm``.
    """
    try:
        for _ in range(TIMES_ASKED):
            if key := await ask():
                return key == ACCEPT
    except LegEnded:
        return False  # It hung up before it could hear.
    return False


async def _gone(branch: Branch, leg: PhoneLeg) -> bool:
    await branch.until_over(leg)
    return False
