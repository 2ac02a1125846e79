"""Identity checks: right answers, wrong ones that tell nothing, and the lock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.crm.identity import Answers, Checked, Identity, Policy, Verdict, well_formed
from softswitch.crm.identity_model import LOCKED_FOR, Factor, KnownFactors, Tries
from softswitch.pins import Pins
from tests.fakes.clock import FakeClock

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
FROM = "+48500100200"
JAN = KnownFactors("17", "Jan Kowalski", HASHER.hash("4711"), "44051401359", date(1944, 5, 14))
BARE = KnownFactors("18", "Anna")
ALL = Policy((Factor.CUSTOMER_NUMBER, Factor.PIN, Factor.PESEL_LAST4, Factor.BIRTH_DATE))
RIGHT = {
    Factor.CUSTOMER_NUMBER: "1001",
    Factor.PIN: "4711",
    Factor.PESEL_LAST4: "1359",
    Factor.BIRTH_DATE: "14051944",
}


@dataclass
class Known:
    """Implements :class:`softswitch.crm.identity_model.Factors`."""

    numbers: dict[str, KnownFactors] = field(default_factory=lambda: {"1001": JAN, "1002": BARE})

    async def by_customer_number(self, number: str) -> KnownFactors | None:
        return self.numbers.get(number)

    async def by_calling_number(self, number: str) -> KnownFactors | None:
        return JAN if number == FROM else None


@dataclass
class Counted:
    """Implements :class:`softswitch.crm.identity_model.TriesStore`."""

    rows: dict[str, Tries] = field(default_factory=dict)

    async def load(self, subjects: tuple[str, ...]) -> tuple[Tries, ...]:
        return tuple(self.rows.get(subject, Tries(subject)) for subject in subjects)

    async def failed(self, subjects: Mapping[str, int], now: datetime, lock: timedelta) -> tuple[Tries, ...]:
        after = tuple(one.failed(now, subjects[one.subject], lock) for one in await self.load((*subjects,)))
        self.rows.update({one.subject: one for one in after})
        return after

    async def clear(self, subjects: tuple[str, ...]) -> None:
        for subject in subjects:
            self.rows.pop(subject, None)


class Rig:
    """An identity check with everything round it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.tries = Counted()
        self.identity = Identity(Known(), self.tries, Pins(HASHER), self.clock, pepper=b"pepper")

    async def check(self, policy: Policy = ALL, *, number: str = FROM, **other: str) -> Checked:
        typed = {**RIGHT, **{Factor(name): value for name, value in other.items()}}
        return await self.identity.check(Answers({one: typed[one] for one in policy.factors}, number), policy)


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_right_answers(rig):
    assert await rig.check() == Checked(Verdict.VERIFIED, "17", "Jan Kowalski")
    by_number = Policy((Factor.PIN,))
    assert (await rig.check(by_number)).customer == "17"


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer_number": "9999"},
        {"customer_number": "1002"},
        {"customer_number": ""},
        {"pin": "4712"},
        {"pin": ""},
        {"pesel_last4": "1358"},
        {"pesel_last4": ""},
        {"birth_date": "15051944"},
        {"birth_date": ""},
        {"pin": "0000", "pesel_last4": "0000", "birth_date": "01012000"},
    ],
)
async def test_wrong_answers_say_that_something_is_wrong_and_no_more(rig, wrong):
    assert await rig.check(**wrong) == Checked(Verdict.WRONG)


async def test_what_is_not_known_proves_nothing(rig):
    nothing = dict.fromkeys(("pin", "pesel_last4", "birth_date"), "")
    assert (await rig.check(customer_number="1002", **nothing)).verdict is Verdict.WRONG
    unknown = Policy((Factor.PIN,))
    assert (await rig.check(unknown, number="")).verdict is Verdict.WRONG
    assert (await rig.check(unknown, number="+48999")).verdict is Verdict.WRONG


async def test_a_number_alone_is_no_proof(rig):
    assert (await rig.check(Policy((Factor.CUSTOMER_NUMBER,)))).verdict is Verdict.WRONG
    assert (await rig.check(Policy(()))).verdict is Verdict.WRONG


async def test_m03_the_third_wrong_try_locks_and_the_right_answer_does_not_open(rig):
    verdicts = [(await rig.check(pin="0000")).verdict for _ in range(3)]
    assert verdicts == [Verdict.WRONG, Verdict.WRONG, Verdict.LOCKED]
    rig.clock.advance(60)
    locked = await rig.check()
    assert locked == Checked(Verdict.LOCKED, locked_for=LOCKED_FOR - timedelta(minutes=1))
    assert await rig.identity.locked_for(Answers({}, FROM), ALL) == locked.locked_for
    rig.clock.advance(14 * 60)
    assert (await rig.check()).verdict is Verdict.VERIFIED


async def test_calls_at_the_same_moment_share_their_three_tries(rig):
    pins = [f"{number:04}" for number in range(40)]
    calls = [rig.check(pin=pin, number=f"+4850000{pin}") for pin in pins]
    verdicts = [one.verdict for one in await asyncio.gather(*calls, rig.check(number="+48600"))]
    assert verdicts.count(Verdict.WRONG) == 2
    assert set(verdicts[2:]) == {Verdict.LOCKED}


async def test_a_lock_that_another_switch_has_set_meanwhile_holds(rig):
    class Elsewhere(Pins):
        async def matches(self, kept: str, pin: str) -> bool:
            right = await super().matches(kept, pin)
            for _ in range(3):
                await rig.tries.failed({"customer:17": 3}, rig.clock.wall(), LOCKED_FOR)
            return right

    identity = Identity(Known(), rig.tries, Elsewhere(HASHER), rig.clock, pepper=b"pepper")
    assert (await identity.check(Answers(RIGHT, FROM), ALL)).verdict is Verdict.LOCKED


async def test_those_who_hide_their_number_have_ten_tries_together(rig):
    verdicts = [
        (await rig.check(pin="0000", number="", customer_number=str(nobody))).verdict for nobody in range(10)
    ]
    assert verdicts == [Verdict.WRONG] * 9 + [Verdict.LOCKED]
    # All of them are shut out, and nobody who shows a number.
    assert (await rig.check(number="")).verdict is Verdict.LOCKED
    assert await rig.identity.locked_for(Answers({}, ""), ALL) == LOCKED_FOR
    assert (await rig.check()).verdict is Verdict.VERIFIED


async def test_three_wrong_keys_of_one_shut_out_nobody_else_who_hides_the_number(rig):
    for _ in range(3):
        await rig.check(pin="0000", number="", customer_number="9999")
    assert (await rig.check(number="")).verdict is Verdict.VERIFIED


async def test_a_customer_is_locked_whoever_calls_from_where(rig):
    for number in ("+481", "+482", "+483"):
        await rig.check(pin="0000", number=number)
    assert (await rig.check(number="+484")).verdict is Verdict.LOCKED
    assert (await rig.check(number="+484", customer_number="9999")).verdict is Verdict.WRONG


async def test_a_calling_number_is_locked_whomever_it_tries(rig):
    for customer in ("2001", "2002", "2003"):
        await rig.check(customer_number=customer)
    assert (await rig.check()).verdict is Verdict.LOCKED
    assert (await rig.check(number="")).verdict is Verdict.VERIFIED, "hidden numbers are nobody's own"


async def test_a_customer_there_is_not_locks_like_one_there_is(rig):
    there = [await rig.check(number="", pin="0000") for _ in range(4)]
    not_there = [await rig.check(number="", customer_number="9999") for _ in range(4)]
    assert there == not_there


async def test_who_shows_it_begins_anew(rig):
    await rig.check(pin="0000")
    await rig.check(pin="0000")
    assert (await rig.check()).verdict is Verdict.VERIFIED
    assert rig.tries.rows.keys() == {f"from:{FROM}"}
    assert (await rig.check(pin="0000", number="")).verdict is Verdict.WRONG
    assert (await rig.check(pin="0000")).verdict is Verdict.LOCKED, "nor is the own PIN a way to try others'"


async def test_nothing_that_was_typed_is_kept(rig):
    await rig.check(customer_number="88776655", pin="0192837465")
    kept = repr(rig.tries.rows)
    assert "88776655" not in kept
    assert "0192837465" not in kept
    assert "4711" not in repr(Answers(RIGHT, FROM))


@pytest.mark.parametrize(
    ("factor", "typed", "good"),
    [
        (Factor.CUSTOMER_NUMBER, "1", True),
        (Factor.CUSTOMER_NUMBER, "", False),
        (Factor.CUSTOMER_NUMBER, "1" * 21, False),
        (Factor.PIN, "1234", True),
        (Factor.PIN, "123", False),
        (Factor.PESEL_LAST4, "1359", True),
        (Factor.PESEL_LAST4, "135", False),
        (Factor.BIRTH_DATE, "29022024", True),
        (Factor.BIRTH_DATE, "29022023", False),
        (Factor.BIRTH_DATE, "2902202", False),
        (Factor.BIRTH_DATE, "00000000", False),
        (Factor.PIN, "12*4", False),
    ],
)
def test_what_can_be_an_answer_at_all(factor, typed, good):
    assert well_formed(factor, typed) is good


@given(st.dictionaries(st.sampled_from(Factor), st.text("0123456789", max_size=12)))
@settings(max_examples=50)
async def test_no_guess_is_right_by_chance(typed):
    rig = Rig()
    found = await rig.identity.check(Answers(typed, FROM), ALL)
    assert (found.verdict is Verdict.VERIFIED) == ({**typed} == RIGHT)
