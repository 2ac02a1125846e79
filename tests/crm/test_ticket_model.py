"""What becomes of a ticket that is promised for the case that the caller leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.crm.ticket_model import PROMISES, Promise, Step

ASKED, LEAVING, REACHED, ENDED = (
    Step.ASKED_AT_ONCE,
    Step.ASKED_ON_LEAVING,
    Step.REACHED,
    Step.ENDED,
)


def walked(*steps: Step) -> tuple[Promise, int]:
    """Return where a promise stands after these steps, and how many tickets were made."""
    promise, made = Promise.NONE, 0
    for step in steps:
        after = PROMISES[promise][step]
        made += after is Promise.MADE and promise is not Promise.MADE
        promise = after
    return promise, made


@pytest.mark.parametrize(
    ("steps", "made"),
    [
        ([ASKED, ENDED], 1),
        ([ASKED, REACHED, ENDED], 1),
        ([LEAVING, ENDED], 1),
        ([LEAVING, LEAVING, ENDED], 1),
        ([LEAVING, REACHED, ENDED], 0),
        ([LEAVING, REACHED, LEAVING, ENDED], 1),
        ([REACHED, LEAVING, ENDED], 1),
        ([LEAVING, ASKED, REACHED, ENDED], 1),
        ([REACHED, ENDED], 0),
        # Told twice, as after a fall.
        ([LEAVING, ENDED, LEAVING, ENDED], 1),
        ([ASKED, ASKED, ENDED], 1),
    ],
)
def test_how_many_tickets_are_made(steps: list[Step], made: int) -> None:
    assert walked(*steps)[1] == made


@given(st.lists(st.sampled_from(list(Step)), max_size=12))
def test_never_two_and_every_state_knows_every_step(steps: list[Step]) -> None:
    promise, made = walked(*steps)
    assert made == (promise is Promise.MADE)
    assert all(set(PROMISES[one]) == set(Step) for one in Promise)
