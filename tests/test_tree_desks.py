"""Menus joined with payments and identity checks: what each says becomes what the other understands."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from softswitch import tree_desks
from softswitch.crm.identity import Answers, Checked, Policy, Verdict
from softswitch.crm.identity_model import Factor
from softswitch.ivr.desks.gate import Person, Shown, Shows
from softswitch.ivr.desks.till import Bill, Standing
from softswitch.payments.model import State
from softswitch.tree_desks import TreeGate, TreeTill
from tests.payments.test_service import Rig

BILL = Bill(12_345, description="FV 7", purpose="FV/7", call="01C", sms="sms:main", sms_to="+48500100200")


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_a_payment_from_code_to_paid(rig):
    till = TreeTill(rig.service)
    assert list(till.names) == ["bank"]
    charge = await till.begin(BILL)
    assert charge.standing is Standing.WANTS_CODE
    wrong = await till.submit(charge.id, "440000")
    assert (wrong.standing, wrong.reason) == (Standing.WANTS_CODE, "wrong_code")
    assert (await till.submit(charge.id, "770000")).standing is Standing.CONFIRMING
    rig.clock.advance(1)
    assert (await till.look(charge.id)).standing is Standing.PAID
    till.let_go(charge.id)
    again = await till.begin(BILL)
    assert (again.standing, again.id) == (Standing.ALREADY_PAID, "")


async def test_what_another_call_is_paying_for_is_not_ended_here(rig):
    till = TreeTill(rig.service)
    first = await till.begin(BILL)
    assert (await till.begin(BILL)).standing is Standing.ALREADY_OPEN
    assert (await rig.ledger.find(first.id)).state is State.WAITING_FOR_CODE
    assert (await till.abort(first.id, "caller")).standing is Standing.ABORTED


async def test_links(rig):
    charge = await TreeTill(rig.service).link(BILL)
    assert charge.standing is Standing.CONFIRMING
    assert f"payment:{charge.id}:link" in rig.ledger.outbox


@pytest.mark.parametrize(
    ("bill", "reason"), [(Bill(1), "amount"), (Bill(1000, provider="other"), "no_provider")]
)
async def test_what_is_not_taken(rig, bill, reason):
    charge = await TreeTill(rig.service).begin(bill)
    assert (charge.standing, charge.reason, charge.id) == (Standing.NOT_TAKEN, reason, "")


async def test_a_provider_or_a_disk_that_takes_too_long_leaves_it_unknown(rig, monkeypatch, caplog):
    till = TreeTill(rig.service)
    charge = await till.begin(BILL)
    monkeypatch.setattr(tree_desks, "PAID_WITHIN_S", 0.01)

    async def forever(*_: object) -> object:
        await asyncio.Event().wait()

    monkeypatch.setattr(rig.bank, "submit", forever)
    assert (await till.submit(charge.id, "770000")).standing is Standing.UNKNOWN

    async def away(*_: object) -> object:
        raise OSError("disk: 770000")

    monkeypatch.setattr(rig.ledger, "find", away)
    assert (await till.look(charge.id)).standing is Standing.UNKNOWN
    assert "770000" not in caplog.text


def test_every_state_has_its_standing():
    assert tree_desks._STANDINGS.keys() == set(State)


class Checker:
    """An identity check that answers as it is told."""

    def __init__(self, answer: Checked | Exception, locked: timedelta = timedelta()) -> None:
        self.answer = answer
        self.locked = locked
        self.asked: list[tuple[Answers, Policy]] = []

    async def check(self, answers: Answers, policy: Policy) -> Checked:
        self.asked.append((answers, policy))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def locked_for(self, answers: Answers, policy: Policy) -> timedelta:
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.locked


@pytest.mark.parametrize(
    ("answer", "person"),
    [
        (Checked(Verdict.VERIFIED, "17", "Jan"), Person(Shown.VERIFIED, "17", "Jan")),
        (Checked(Verdict.WRONG), Person(Shown.WRONG)),
        (
            Checked(Verdict.LOCKED, locked_for=timedelta(seconds=61)),
            Person(Shown.LOCKED, minutes=2),
        ),
        (OSError("4711"), Person(Shown.UNAVAILABLE)),
    ],
)
async def test_checks(answer, person, caplog):
    checker = Checker(answer)
    gate = TreeGate(checker, Policy(most=5))
    assert await gate.check(("pin",), Shows({"pin": "4711"}, "+48")) == person
    (answers, policy) = checker.asked[0]
    assert (policy.factors, policy.most) == ((Factor.PIN,), 5)
    assert answers.typed == {Factor.PIN: "4711"}
    assert "4711" not in caplog.text
    assert await gate.locked("+48") is None


async def test_a_lock_is_known_before_anything_is_asked():
    gate = TreeGate(Checker(Checked(Verdict.WRONG), timedelta(minutes=14, seconds=1)), Policy())
    assert await gate.locked("+48") == Person(Shown.LOCKED, minutes=15)
    assert gate.well_formed("pesel_last4", "1234")
    assert not gate.well_formed("pesel_last4", "123")
