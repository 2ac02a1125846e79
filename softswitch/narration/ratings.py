"""What callers thought of talks, in words."""

from __future__ import annotations

from softswitch.events import CallRated
from softswitch.narration.phrases import printable
from softswitch.words import Both


def told_of_rating(event: CallRated) -> Both:
    """Return how a talk was rated, in both languages."""
    agent, queue = printable(event.agent), printable(event.queue)
    whom, kogo = (f" with {agent}", f" z {agent}") if event.agent else ("", "")
    where, gdzie = (f" of queue {queue}", f" z kolejki {queue}") if event.queue else ("", "")
    return (
        f"rates the talk{whom}{where} {event.rating} on a scale from {event.lowest} to {event.highest}",
        f"ocenia rozmowę{kogo}{gdzie} na {event.rating} w skali od {event.lowest} do {event.highest}",
    )
