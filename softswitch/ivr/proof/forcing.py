"""What brings each way out of a step about: keys, silence, results of calls and waits, the world round it.

These are the choice points of a call. A :class:`~softswitch.ivr.proof.moves.Move` says in the words of tests
what decides one step; that it does is never believed, the generator runs the call and looks which way out was
taken. So a move may be wrong, or only one of several tried, and costs nothing but time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from softswitch.ivr.actions.connecting import Dial
from softswitch.ivr.actions.digits import Gather
from softswitch.ivr.actions.identifying import Identify
from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.paying import Pay
from softswitch.ivr.actions.queueing import ByAgents, ByWaiting, Queue
from softswitch.ivr.actions.timing import ByHours
from softswitch.ivr.context import DialResult, WaitEnd
from softswitch.ivr.desks.gate import Shown
from softswitch.ivr.desks.hours import Time
from softswitch.ivr.model import Action
from softswitch.ivr.proof.forcing_world import MOVES
from softswitch.ivr.proof.moves import Move
from softswitch.ivr.proof.script import PRESS, SILENT, Doing
from softswitch.ivr.rehearsal import ANSWERED

CODE: Final = "123456"
"""What is typed where six digits are a code."""

NUMBERS: Final = (
    "44051401359",  # a PESEL
    "5260250274",  # a NIP
    "123456785",  # a REGON
    "4539578763621486",  # a card
    "24121980",
    "19801224",
    "61109010140000071219812874",  # an account
    "601200300",
    CODE,
    "00950",
    "1234",
)
"""Numbers of every kind that callers are asked for: one of them is of the wanted kind."""

_WRONG_FIRST: Final = "9876543210*#"
"""Keys in the order in which one that means nothing is looked for."""


def moves_of(action: Action) -> tuple[Move, ...]:
    """Return what can be tried at a step, each way out at least once; nothing where nothing decides it."""
    for kind, moves in _MOVES.items():
        if isinstance(action, kind):
            return tuple(moves(action))
    return ()


def as_usual(action: Action) -> tuple[Doing, ...]:
    """Return what says of a step what comes of it anyway, so that what is said later is not taken for it."""
    return next((said for kind, said in _AS_USUAL.items() if isinstance(action, kind)), ())


def _press(digits: str) -> Doing:
    return Doing(PRESS, digits)


def _menu(menu: Menu) -> Iterator[Move]:
    for digits in menu.keys:
        yield Move((_press(digits),))
    yield from _dialled_in(menu)
    yield Move()
    wrong = next((key for key in _WRONG_FIRST if not any(c.startswith(key) for c in menu.keys)), "")
    if wrong:
        yield Move((_press(wrong),) * (menu.no_match.repeat + 1))
        mixed = min(menu.no_match.repeat, menu.total_max)
        yield Move((_press(wrong),) * mixed + (Doing(SILENT),) * (menu.total_max - mixed))


def _dialled_in(menu: Menu) -> Iterator[Move]:
    extension = "" if menu.direct_dial is None else menu.direct_dial.one_of_them()
    if extension:
        results = (result.value for result in DialResult if result is not DialResult.ENDED_BY_CALLEE)
        yield from (Move((_press(f"{extension}#"), Doing("dial", said))) for said in (ANSWERED, *results))


def _gather(gather: Gather) -> Iterator[Move]:
    for digits in ("1" * gather.min, "1" * min(gather.most, 12), *NUMBERS):
        # What is typed beyond the last digit is for who asks next.
        if gather.min <= len(digits) <= gather.most:
            ended = gather.terminator if len(digits) < gather.most else ""
            right = () if gather.confirm is None else (_press(gather.confirm.right),)
            yield Move((_press(digits + ended), *right))
    yield Move()
    if gather.no_input is not None:
        helps = "" if gather.help is None else gather.help.key
        wrong = gather.terminator or next((key for key in "#*" if key not in (gather.anew, helps)), "")
        yield Move((_press(wrong),) * (gather.repeat + 1) if wrong else ())


def _identify(identify: Identify) -> Iterator[Move]:
    typed = tuple(_press("1234#") for _ in identify.factors)
    for shown in Shown:
        once = (Doing("identity", shown.value), *typed)
        yield Move(once * identify.tries if shown is Shown.WRONG else once)
    yield Move()


def _pay(pay: Pay) -> Iterator[Move]:
    for said in ("paid", "refused", "unknown"):
        yield Move((Doing("pay", said), _press(CODE)))
    yield Move((Doing("pay", "paid"), _press("*")))
    if pay.link:
        yield Move((Doing("pay", "paid"), _press("#")))


def _dial(dial: Dial) -> Iterator[Move]:
    results = (result.value for result in DialResult if result is not DialResult.ENDED_BY_CALLEE)
    # Of those that ring one after another each is told what comes of it, or the second one answers.
    rings = len(dial.target) if dial.in_turn else 1
    yield from (
        Move((Doing("dial", said),) * count)
        for said, count in ((ANSWERED, 1), *((r, rings) for r in results))
    )
    yield Move()


def _queue(queue: Queue) -> Iterator[Move]:
    ends = (how.value for how in WaitEnd if how not in (WaitEnd.TALK_OVER, WaitEnd.KEY))
    yield from (Move((Doing("queue", said),)) for said in (ANSWERED, *ends, "own_key"))
    yield from (Move((Doing("queue", ANSWERED), _press(key))) for key in queue.keys)


def _by_agents(step: ByAgents) -> Iterator[Move]:
    for count in (step.at_least, step.at_least - 1):
        # So many are free, and nobody else is there: either way of counting gives the same.
        yield Move(given={"queues": {step.queue: {"free": count, "logged_in": count}}})


def _by_waiting(step: ByWaiting) -> Iterator[Move]:
    for count in (step.at_most, step.at_most + 1):
        yield Move(given={"queues": {step.queue: {"waiting": count}}})


def _by_hours(step: ByHours) -> Iterator[Move]:
    for time in Time:
        yield Move(given={"hours": {step.schedule: time.value}})


_MOVES: Final[Mapping[type[Action], Callable[[Any], Iterable[Move]]]] = {
    Menu: _menu,
    Gather: _gather,
    Identify: _identify,
    Pay: _pay,
    Dial: _dial,
    Queue: _queue,
    ByAgents: _by_agents,
    ByWaiting: _by_waiting,
    ByHours: _by_hours,
    **MOVES,
}
_AS_USUAL: Final[Mapping[type[Action], tuple[Doing, ...]]] = {
    Dial: (Doing("dial", ANSWERED),),
    Queue: (Doing("queue", ANSWERED),),
}
