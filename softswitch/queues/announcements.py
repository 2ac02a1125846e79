"""What is said to one who waits, and when: a function of the time, the place and what was said last.

The rule for who asks: ask :func:`due` when it says to (``next_at``), and earlier as you like. Play what it
returns, tell :func:`told` what was heard from when to when, and ask again. Ask nothing while something is
played or the caller is in a side menu (and say :func:`elsewhere` of it afterwards): so what falls due in the
meantime is said once, with the figures of then, and never piles up.

Pure: times are seconds of one clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final, TypeAlias

from softswitch.queues.announce_config import AnnounceConfig, ComfortConfig, PositionConfig
from softswitch.queues.wait_range import SpokenWait

LOOK_AGAIN_S: Final = 5.0
"""When it is time and there is nothing to say (no better place, no estimate): until that is looked at again,
since nobody tells when it changes."""


@dataclass(frozen=True, slots=True)
class Place:
    """So many people are ahead; with none the next call is the caller's."""

    ahead: int


@dataclass(frozen=True, slots=True)
class MoreAhead:
    """More than so many people are ahead."""

    than: int


@dataclass(frozen=True, slots=True)
class Wait:
    """How long it may take."""

    wait: SpokenWait


@dataclass(frozen=True, slots=True)
class Comfort:
    """The comfort message with this index in the configuration."""

    index: int


Message: TypeAlias = Place | MoreAhead | Wait | Comfort


@dataclass(frozen=True, slots=True)
class Said:
    """What one caller has been told so far. ``seed`` decides the order of comfort messages, if any does."""

    seed: int = 0
    ended_at: float | None = None
    """When the last announcement ended, or whatever else was heard instead of the music."""
    figures_at: float | None = None
    """When place or wait were last begun to be said."""
    ahead: int | None = None
    """The number of people ahead that was last said."""
    wait: SpokenWait | None = None
    """The wait that was last said."""
    comforts: int = 0
    comfort_began_at: float | None = None
    comfort_ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be said now, in this order, in one go.

    ``next_at`` is when to ask again: never in the past; None where there are messages (ask once they have
    been heard), and when nothing will ever be said.
    """

    messages: tuple[Message, ...]
    next_at: float | None


def due(
    config: AnnounceConfig,
    now: float,
    *,
    entered_at: float,
    ahead: int,
    wait: SpokenWait | None,
    said: Said,
) -> Due:
    """Return what is to be said at ``now`` to who has ``ahead`` people before them since ``entered_at``.

    ``wait`` is the present estimate, None when there is none that can be trusted.
    """
    figures_at = _figures_at(config, entered_at, said)
    comfort_at = _comfort_at(config, entered_at, said)
    messages: tuple[Message, ...] = ()
    if figures_at is not None and figures_at <= now:
        messages = _figures(config, ahead, wait, said)
        figures_at = now + LOOK_AGAIN_S
    if comfort_at is not None and comfort_at <= now:
        messages += (Comfort(comfort_index(config.comfort, said.comforts, said.seed)),)
    if messages:
        return Due(messages, None)
    return Due((), min((at for at in (figures_at, comfort_at) if at is not None), default=None))


def asked(config: AnnounceConfig, *, ahead: int, wait: SpokenWait | None) -> tuple[Message, ...]:
    """Return what is said at once to who has pressed the key for it, whatever the rules: the true number."""
    if wait is None or config.eta.mode == "off":
        return (Place(ahead),)
    return Place(ahead), Wait(wait)


def told(said: Said, messages: Sequence[Message], *, began_at: float, ended_at: float) -> Said:
    """Return what the caller knows once ``messages`` have been heard, to their end or cut short."""
    said = replace(said, ended_at=ended_at)
    for message in messages:
        match message:
            case Place(ahead=ahead):
                said = replace(said, figures_at=began_at, ahead=ahead)
            case MoreAhead(than=limit):
                # As it was heard: one more than the limit, however many there were.
                said = replace(said, figures_at=began_at, ahead=limit + 1)
            case Wait(wait=wait):
                said = replace(said, figures_at=began_at, wait=wait)
            case Comfort():
                said = replace(
                    said,
                    comforts=said.comforts + 1,
                    comfort_began_at=began_at,
                    comfort_ended_at=ended_at,
                )
    return said


def elsewhere(said: Said, *, ended_at: float) -> Said:
    """Return ``said`` for who has heard something else until ``ended_at``: a side menu, an offer, a talk."""
    return replace(said, ended_at=ended_at)


def _figures_at(config: AnnounceConfig, entered_at: float, said: Said) -> float | None:
    """Return when place and wait are next due; None when neither is ever said."""
    position, eta = config.position, config.eta
    if position.mode == "off" and (eta.mode == "off" or (eta.mode == "once" and said.wait is not None)):
        return None
    if said.figures_at is None:
        at = entered_at + position.first_after_s
    else:
        at = said.figures_at + position.every_s
    return _after_gap(config, said, at)


def _comfort_at(config: AnnounceConfig, entered_at: float, said: Said) -> float | None:
    """Return when the next comfort message is due; None when there are none."""
    comfort = config.comfort
    if not comfort.messages:
        return None
    last = said.comfort_ended_at if comfort.relative else said.comfort_began_at
    at = entered_at + comfort.start_s if last is None else last + comfort.every_s
    return _after_gap(config, said, at)


def _after_gap(config: AnnounceConfig, said: Said, at: float) -> float:
    return at if said.ended_at is None else max(at, said.ended_at + config.min_gap_s)


def _figures(config: AnnounceConfig, ahead: int, wait: SpokenWait | None, said: Said) -> tuple[Message, ...]:
    """Return place and wait, as far as the rules let them be said now."""
    position, eta = config.position, config.eta
    if ahead == 0 and not position.to_first:
        return ()
    messages: list[Message] = []
    place = _place(position, ahead)
    if place is not None:
        heard = place.ahead if isinstance(place, Place) else place.than + 1
        if position.only_when_better and said.ahead is not None and heard >= said.ahead:
            return ()
        messages.append(place)
    if wait is not None and (eta.mode == "on" or (eta.mode == "once" and said.wait is None)):
        messages.append(Wait(wait))
    return tuple(messages)


def _place(position: PositionConfig, ahead: int) -> Place | MoreAhead | None:
    if position.mode == "off" or (position.mode == "limit" and ahead > position.limit):
        return None
    if position.mode == "more" and ahead > position.limit:
        return MoreAhead(position.limit)
    return Place(ahead)


def comfort_index(config: ComfortConfig, before: int, seed: int) -> int:
    """Return which message comes after ``before`` others.

    In a random order each message comes once in a round, and none twice running.
    """
    count = len(config.messages)
    if not config.random or count < 2:
        return before % count
    if count == 2:
        return (before + seed) % 2
    turn, place = divmod(before, count)
    order = _shuffled(count, seed, turn)
    if turn and order[0] == _shuffled(count, seed, turn - 1)[-1]:
        order[0], order[1] = order[1], order[0]
    return order[place]


def _shuffled(count: int, seed: int, turn: int) -> list[int]:
    order = list(range(count))
    Random(f"{seed}/{turn}").shuffle(order)
    return order
