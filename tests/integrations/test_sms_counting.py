"""Limits of text messages that outlast a restart."""

from __future__ import annotations

from datetime import datetime

import pytest

from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.sms_config import SmsConfig
from softswitch.integrations.sms_counting import CountedSms
from softswitch.integrations.sms_rules import SmsRules
from softswitch.outbox.messages import Sms, read, written
from softswitch.outbox.model import Delivery, NotNow, Receipt, Refused
from tests.fakes.clock import FakeClock

HTTP = {"url": "https://sms.example.com/send", "body": {"to": "{{SMS.NUMBER}}", "text": "{{SMS.TEXT}}"}}


class Kept:
    """What has gone, in memory. Implements softswitch.integrations.sms_counting.Counts."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[datetime, str]] = {}

    async def note(self, sender: str, key: str, number: str, at: datetime) -> None:
        """See Counts."""
        self.rows.setdefault(key, (at, number))

    async def take_back(self, sender: str, key: str) -> None:
        """See Counts."""
        self.rows.pop(key, None)

    async def since(self, sender: str, at: datetime) -> tuple[tuple[datetime, str, str], ...]:
        """See Counts."""
        return tuple((when, key, number) for key, (when, number) in self.rows.items() if when >= at)


class Gateway:
    """Counts and takes what it is given, unless it has another answer."""

    def __init__(self, rules: SmsRules, fault: Exception | None = None) -> None:
        self.rules = rules
        self.fault = fault
        self.taken: list[str] = []
        self.closed = False

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """See Channel."""
        try:
            self.rules.count(delivery.key, self.rules.number(read(delivery.body, Sms).to))
        except SmsRefused as error:
            raise Refused(str(error)) from None
        if self.fault is not None:
            raise self.fault
        self.taken.append(delivery.key)
        return Receipt("r")

    async def close(self) -> None:
        """See Sender."""
        self.closed = True


def started(kept: Kept, clock: FakeClock, fault: Exception | None = None) -> tuple[CountedSms, Gateway]:
    """Return a sender as it is after a start: with nothing in its memory."""
    config = SmsConfig.model_validate({"http": HTTP, "per_number": 2})
    rules = SmsRules(config, country="PL", clock=clock)
    gateway = Gateway(rules, fault)
    return CountedSms("default", gateway, rules, kept, clock), gateway


def message(key: str, number: str = "600100200") -> Delivery:
    return Delivery(key, "sms:default", written(Sms(number, "Hi")))


async def test_what_went_before_a_restart_counts_for_a_day() -> None:
    kept, clock = Kept(), FakeClock()
    for run in range(2):
        sender, gateway = started(kept, clock)
        assert await sender.deliver(message(f"m{run}"), 1) == Receipt("r")
        clock.advance(60)
    sender, gateway = started(kept, clock)
    with pytest.raises(Refused, match="2 text messages have gone to this number"):
        await sender.deliver(message("m2"), 1)
    assert (gateway.taken, set(kept.rows)) == ([], {"m0", "m1"})
    # A second try of what may have gone is the same message; another number has a count of its own.
    assert await sender.deliver(message("m1"), 2) == Receipt("r")
    assert await sender.deliver(message("m3", "600100300"), 1) == Receipt("r")
    clock.advance(86_400)
    assert await sender.deliver(message("m4"), 1) == Receipt("r")
    await sender.close()
    assert gateway.closed


async def test_what_is_refused_counts_for_nothing_and_what_may_have_gone_does() -> None:
    kept, clock = Kept(), FakeClock()
    sender, _ = started(kept, clock, Refused("no such number"))
    with pytest.raises(Refused, match="no such number"):
        await sender.deliver(message("m0"), 1)
    assert kept.rows == {}
    sender, _ = started(kept, clock, NotNow("no answer"))
    with pytest.raises(NotNow):
        await sender.deliver(message("m1"), 1)
    assert set(kept.rows) == {"m1"}
    with pytest.raises(Refused, match="no mobile number"):
        await sender.deliver(message("m2", "22 123 45 67"), 1)
    assert set(kept.rows) == {"m1"}
