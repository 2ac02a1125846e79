from __future__ import annotations

import socket

import numpy as np
import pytest

from benchmarks.callers import BenchmarkFailed
from benchmarks.queue_centre import Centre
from benchmarks.queue_plan import Plan
from benchmarks.sip import make_account

FRAMES = np.zeros((3, 160), np.uint8)


@pytest.fixture
def centre():
    plan = Plan(callers=4, agents=2, leaving=0.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.bind(("127.0.0.1", 0))
        accounts = [make_account(f"b{number}", "realm", "pw") for number in range(plan.rows + plan.agents)]
        centre = Centre(switch.getsockname(), accounts, plan, (FRAMES, FRAMES), FRAMES)
        yield centre
        centre.close()


def test_a_switch_that_does_not_answer_is_named(centre, monkeypatch):
    monkeypatch.setattr("benchmarks.queue_centre.GIVE_UP_SECONDS", 0.1)
    with pytest.raises(BenchmarkFailed, match=r"not all registered: 0 wait, 0 talk"):
        centre._until(lambda: centre.phones.registered, "the agents are not all registered", within=0.1)


def test_so_many_call_as_the_plan_has_each_queue_wait_and_nobody_waits_before_the_answer(centre):
    for _ in range(40):
        centre.turn()
    assert sorted(number for _, number in centre._calls.values()) == ["200", "200", "201", "202"]
    assert centre.waiting == 0


def test_who_is_rung_for_and_hangs_up_frees_the_agent(centre):
    for _ in range(40):
        centre.turn()
    row, (call, number) = next(iter(centre._calls.items()))
    centre.rung(call.account.user, "b30")
    centre.answered(call.account.user, 1)
    assert [one for one, _ in centre.callers_ears.waiting] == [row]
    assert centre.talks(call.account.user) in (True, False)
    assert list(centre._missing) == [number]  # Somebody else comes in the caller's place.
    centre._hang_up(row)
    assert set(centre.journal.freed) == {"b30"}
    assert list(centre.callers_ears.waiting) == []
