"""Simulated payments end as the script says, in virtual time."""

from __future__ import annotations

from softswitch.ivr.desks.gate import Shown, Shows
from softswitch.ivr.desks.till import Bill, Standing
from softswitch.ivr.simulated.till import Identified, Pays, SimulatedGate, SimulatedTill, identified, pays

BILL = Bill(100)


async def test_a_payment_of_which_nothing_was_said_is_confirmed_in_the_end():
    now = 0.0
    till = SimulatedTill([], lambda: now)
    charge = await till.begin(BILL)
    assert charge.standing is Standing.WANTS_CODE
    assert (await till.look(charge.id)).standing is Standing.WANTS_CODE
    assert (await till.submit(charge.id, "770000")).standing is Standing.CONFIRMING
    now = 8.0
    assert (await till.look(charge.id)).standing is Standing.PAID
    assert (await till.abort(charge.id, "caller")).standing is Standing.PAID
    till.let_go(charge.id)
    assert not till.names


async def test_wrong_codes_and_what_is_called_off():
    till = SimulatedTill([pays(wrong_codes=1)], lambda: 0.0)
    charge = await till.begin(BILL)
    assert (await till.submit(charge.id, "1")).reason == "wrong_code"
    assert (await till.submit(charge.id, "1")).standing is Standing.CONFIRMING
    assert (await till.abort(charge.id, "caller")).standing is Standing.ABORTED
    assert (await till.look(charge.id)).standing is Standing.ABORTED
    assert (await till.link(BILL)).standing is Standing.CONFIRMING


async def test_identity_as_the_script_says():
    gate = SimulatedGate([identified(Shown.LOCKED)])
    assert (await gate.check(("pin",), Shows({}))).minutes == 15
    assert (await gate.check(("pin",), Shows({}))).shown is Shown.VERIFIED
    assert await gate.locked("1") is None
    assert gate.well_formed("pin", "12")
    assert not gate.well_formed("pin", "1*")


def test_what_is_never_used_is_named():
    assert str(Pays()) == "a payment: paid after 8 s"
    assert str(Identified()) == "an identity check: verified"
