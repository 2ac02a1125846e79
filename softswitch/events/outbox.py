"""Events of what goes to the outside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelTroubled:
    """Deliveries on a channel do not get through; told once, until they do again."""

    channel: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChannelRecovered:
    """Deliveries on a channel get through again."""

    channel: str


@dataclass(frozen=True, slots=True)
class DeliveryGivenUp:
    """A delivery will not be made: the other side refused it, or it was tried as long as it was of use.

    ``state`` is ``refused`` or ``expired``.
    """

    channel: str
    key: str
    state: str
    reason: str
