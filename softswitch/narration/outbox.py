"""What goes to the outside, in words: channels in trouble, deliveries given up."""

from __future__ import annotations

from typing import assert_never

from softswitch.events import ChannelRecovered, ChannelTroubled, DeliveryGivenUp
from softswitch.narration.phrases import LONGEST_TEXT, printable
from softswitch.words import Both

OutboxEvent = ChannelTroubled | ChannelRecovered | DeliveryGivenUp


def told_of_outbox(event: OutboxEvent) -> Both:
    """Return what happened to deliveries, in both languages."""
    channel = printable(event.channel)
    match event:
        case ChannelTroubled(_, reason):
            why = printable(reason, LONGEST_TEXT)
            return (
                f"nothing gets out by {channel}, it is tried again: {why}",
                f"nic nie wychodzi przez {channel}, próby trwają: {why}",
            )
        case ChannelRecovered():
            return f"{channel} works again", f"{channel} znów działa"
        case DeliveryGivenUp(_, key, state, reason):
            what, why = printable(key, LONGEST_TEXT), printable(reason, LONGEST_TEXT)
            if state == "expired":
                return (
                    f"{what} was not delivered by {channel} in time: {why}",
                    f"{what}: nie udało się dostarczyć na czas przez {channel}: {why}",
                )
            return f"{channel} refused {what}: {why}", f"{channel} nie przyjmuje {what}: {why}"
        case _:
            assert_never(event)
