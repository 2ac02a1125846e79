"""What queueing theory says of a call centre: Erlang B, C and A, as sums that neither overflow nor cancel.

All take the offered ``load`` in erlangs, that is arrivals a second times seconds of talk, and a number of
``agents``. Arrivals are Poisson, talks exponential. In C callers wait for ever (M/M/n), in A their patience
is exponential, too (M/M/n+M, Palm 1957). Formulas: Gans, Koole and Mandelbaum, "Telephone call centers:
tutorial, review, and research prospects" (2003); the density of the offered wait: Zeltyn and Mandelbaum,
"Call centers with impatient customers" (2005).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, exp, expm1, fsum, inf, log
from typing import Final

SMALLEST_TERM: Final = 1e-15
"""A sum ends where a further term is less of it than a float can tell."""
STEPS: Final = 400
STEPS_A_CHANGE: Final = 8
"""Of Simpson's rule, at least; and in the time in which one agent gets free. Its error is far below what any
simulation can see."""
PATIENCES: Final = 40
"""Nobody waits so many times as long as the mean."""


@dataclass(frozen=True, slots=True)
class Theory:
    """What is expected: shares of all callers, and seconds.

    ``waiting`` do not get an agent at once, ``abandoned`` get none, ``answered_in_time`` get one within the
    time of the service level. ``mean_wait`` is that of all, until answer or abandonment.
    """

    waiting: float
    mean_wait: float
    answered_in_time: float
    abandoned: float


def erlang_b(load: float, agents: int) -> float:
    """Return the share of callers who find all agents busy where nobody waits.

    Raises ValueError for a load that is not positive, or a negative number of agents.
    """
    if load <= 0 or agents < 0:
        raise ValueError(f"no call centre has {agents} agents and a load of {load} erlangs")
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(load: float, agents: int, talk_s: float, within_s: float) -> Theory:
    """Return what callers of endless patience meet.

    Raises ValueError where the agents do not bear the load: the line would grow without end.
    """
    if load >= agents:
        raise ValueError(f"{agents} agents never catch up with a load of {load} erlangs")
    blocked = erlang_b(load, agents)
    waiting = blocked / (1 - load / agents * (1 - blocked))
    # Who waits does so for an exponential time of this rate.
    rate = (agents - load) / talk_s
    return Theory(waiting, waiting / rate, 1 - waiting * exp(-rate * within_s), 0.0)


def erlang_a(load: float, agents: int, talk_s: float, patience_s: float, within_s: float) -> Theory:
    """Return what callers meet who wait for an exponential time of this mean at most. Any load is borne.

    Raises ValueError for a load that is not positive, and where there is no agent.
    """
    if agents < 1:
        raise ValueError("without agents nobody is answered")
    blocked = erlang_b(load, agents)
    arrivals, served, given_up = load / talk_s, agents / talk_s, 1 / patience_s
    # Logarithms of the probabilities of nobody, one, two … in the line while all agents are busy, to that of
    # nobody: at a great load the middle ones are too great for a float, so all are taken to the greatest.
    logs, greatest = [0.0], 0.0
    while logs[-1] > greatest + log(SMALLEST_TERM):
        logs.append(logs[-1] + log(arrivals / (served + len(logs) * given_up)))
        greatest = max(greatest, logs[-1])
    line = [exp(one - greatest) for one in logs]
    # Those of all states up to nobody in the line are 1 / B together.
    all_states = (exp(-greatest) / blocked if blocked else inf) - exp(-greatest) + fsum(line)
    waiting = fsum(line) / all_states
    mean_line = fsum(number * one for number, one in enumerate(line)) / all_states

    # The offered wait has a density of exp(arrivals H(x) - served x), with H(x) the sum up to x of the share
    # of callers whose patience lasts. At 0 it is the arrivals that find one agent free, or as many as go.
    begin = log(served / all_states) - greatest if all_states < inf else -inf

    def answered_at(seconds: float) -> float:
        lasting = -expm1(-seconds * given_up) / given_up
        return exp(begin + arrivals * lasting - seconds * (served + given_up))

    return Theory(
        waiting,
        mean_line / arrivals,  # Little's law.
        1 - waiting + _integral(answered_at, min(within_s, PATIENCES * patience_s), served),
        mean_line * given_up / arrivals,
    )


def _integral(function: Callable[[float], float], end: float, rate: float) -> float:
    """Return the integral from 0 to ``end`` by Simpson's rule, of what changes at a rate a second."""
    steps = 2 * ceil(max(STEPS, STEPS_A_CHANGE * rate * end) / 2)
    step = end / steps
    inner = fsum((4 if number % 2 else 2) * function(number * step) for number in range(1, steps))
    return step / 3 * (function(0.0) + inner + function(end))
