"""Whole payments on real calls, in virtual time: a menu, the service, a bank, and callers who hang up."""

from __future__ import annotations

import pytest

from softswitch.events import DigitPressed, PaymentBegan, PaymentChanged, PaymentSettled, StepTaken
from softswitch.ivr.desks.bundle import Desks
from softswitch.ivr.destination import TreeDestination
from softswitch.payments.model import State
from softswitch.payments.paper import paper
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.service import Payments
from softswitch.tree_desks import TreeTill
from tests.fakes.exchange import exchange
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.ivr.on_calls import FakeVoice, end_prompts_after
from tests.ivr.written import tree_of
from tests.payments.ledger import BankProvider, MemoryLedger

TREE = """
a:
  - pay: {amount: "123,45", purpose: "FV/7", receipt: "mail:office", receipt_to: "jan@firm.example"}
  - say: "Done"
  - hangup
"""


class Cash:
    """A switch whose number 100 takes money, and what is behind it."""

    def __init__(self, switch):
        self.switch = switch
        self.ledger = MemoryLedger()
        self.bank = BankProvider(switch.clock)
        self.payments = Payments(
            self.ledger,
            {"bank": self.bank},
            switch.clock,
            record=lambda event, call: switch.log.append(event, call=call),
            paper=paper(),
        )
        self.voice = FakeVoice()
        desks = Desks(TreeTill(self.payments))
        switch.routes["100"] = TreeDestination(tree_of(TREE), self.voice, switch.dialler, desks=desks)
        end_prompts_after(switch, 1.0)

    async def called(self):
        """Call it and wait until it asks for a code; return the phone."""
        phone = self.switch.phone("1001", "192.0.2.11")
        phone.call("100")
        await passes(0.5)
        self.switch.client.sound(phone.sound, "192.0.2.11", 4000)
        await passes(1.5)
        return phone

    def type(self, phone, digits):
        for digit in digits:
            self.switch.client.digit(phone.sound, digit)

    @property
    def payment(self):
        (found,) = self.ledger.rows.values()
        return found


@in_virtual_time
async def test_m01_n11_a_caller_pays_and_hears_music_while_the_bank_asks():
    async with exchange() as switch:
        cash = Cash(switch)
        anna = await cash.called()
        cash.type(anna, "770010")
        await passes(5)
        assert anna.sound.hears.startswith("loop")
        await passes(10)
        assert cash.payment.state is State.PAID
        assert [one[0] for one in cash.voice.said][-1] == "Done"
        assert anna.sound.hears == "nothing"
        assert {event.digit for event in switch.events(DigitPressed)} == {"*"}
        assert [event.state for event in switch.events(PaymentChanged)] == [
            "waiting_for_code",
            "waiting_for_customer",
            "paid",
        ]
        assert len(switch.events(PaymentBegan)) == 1
        assert f"payment:{cash.payment.id}:paid" in cash.ledger.outbox


@in_virtual_time
@pytest.mark.parametrize(
    ("typed", "state"), [("", State.ABORTED), ("77", State.ABORTED), ("770030", State.PAID)]
)
async def test_m01_a_caller_who_hangs_up_is_charged_only_for_what_was_confirmed(typed, state):
    async with exchange() as switch:
        cash = Cash(switch)
        anna = await cash.called()
        cash.type(anna, typed)
        await passes(2.5)
        anna.hang_up()
        await passes(1)
        for _ in range(8):
            await cash.payments.reconcile()
            await passes(10)
        assert cash.payment.state is state
        (settled,) = switch.events(PaymentSettled)
        assert settled.state == state
        assert (f"payment:{cash.payment.id}:paid" in cash.ledger.outbox) == (state is State.PAID)
        assert {event.digit for event in switch.events(DigitPressed)} <= {"*"}
        assert charged_twice(cash.bank.entries) == []


@in_virtual_time
async def test_a_provider_that_falls_silent_leaves_it_unknown_and_is_asked_after_the_call():
    async with exchange() as switch:
        cash = Cash(switch)
        anna = await cash.called()
        cash.bank.mute |= {"submit", "look", "cancel"}
        cash.type(anna, "770000")
        await passes(145)
        (step,) = switch.events(StepTaken)
        assert (step.step, step.exit) == ("1 pay", "not_known")
        assert "Do not pay again" in [one[0] for one in cash.voice.said][-1]
        cash.bank.mute.clear()
        await passes(5)
        for _ in range(3):
            await cash.payments.reconcile()
            await passes(60)
        assert cash.payment.state is State.PAID
        assert charged_twice(cash.bank.entries) == []
