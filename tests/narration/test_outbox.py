"""Deliveries in words of both languages."""

from __future__ import annotations

import pytest

from softswitch.events import ChannelRecovered, ChannelTroubled, DeliveryGivenUp
from softswitch.narration.outbox import OutboxEvent, told_of_outbox


@pytest.mark.parametrize(
    ("event", "english", "polish"),
    [
        (
            ChannelTroubled("mail:support", "refused\x1b[2J"),
            "nothing gets out by mail:support, it is tried again: refused",
            "nic nie wychodzi przez mail:support, próby trwają: refused",
        ),
        (ChannelRecovered("sms:main"), "sms:main works again", "sms:main znów działa"),
        (
            DeliveryGivenUp("mail:a", "voicemail:7", "expired", "no answer"),
            "voicemail:7 was not delivered by mail:a in time: no answer",
            "voicemail:7: nie udało się dostarczyć na czas przez mail:a: no answer",
        ),
        (
            DeliveryGivenUp("mail:a", "voicemail:7", "refused", "no such box"),
            "mail:a refused voicemail:7: no such box",
            "mail:a nie przyjmuje voicemail:7: no such box",
        ),
    ],
)
def test_sentences(event: OutboxEvent, english: str, polish: str) -> None:
    told = told_of_outbox(event)
    assert told[0].startswith(english)
    assert told[1].startswith(polish)
    assert "\x1b" not in "".join(told)
