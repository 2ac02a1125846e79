import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ramp import RESOLUTION, SMALLEST_STEP, Ramp


def climb(bears: int, *, first: int = 250, most: int = 6000) -> tuple[Ramp, list[int]]:
    """Search on something that bears so many calls; return the ramp and what it tried."""
    ramp, tried = Ramp(first=first, most=most), []
    while (load := ramp.next) is not None:
        tried.append(load)
        ramp.take(clean=load <= bears)
    return ramp, tried


def test_loads_double_until_one_is_too_much_and_then_close_in():
    ramp, tried = climb(2100)
    assert tried == [250, 500, 1000, 2000, 4000, 3000, 2500, 2250, 2125, 2062]
    assert ramp.clean == 2062


@given(bears=st.integers(1, 7000), first=st.integers(1, 1000))
def test_the_highest_load_is_found_within_the_resolution(bears, first):
    ramp, tried = climb(bears, first=first)
    assert len(tried) < 30
    if ramp.exhausted:
        assert bears >= 6000
    else:
        assert ramp.clean <= bears <= ramp.clean + max(ramp.clean * RESOLUTION, SMALLEST_STEP)


def test_nothing_above_the_most_is_tried():
    ramp, tried = climb(10_000, most=1500)
    assert tried == [250, 500, 1000, 1500]
    assert ramp.exhausted


@pytest.mark.parametrize("first", [1, 250])
def test_what_bears_nothing_ends_the_search(first):
    ramp, _ = climb(0, first=first)
    assert ramp.clean == 0


def test_when_it_is_over_it_stays_over():
    ramp, _ = climb(0, first=1)
    ramp.take(clean=True)
    assert (ramp.next, ramp.clean) == (None, 0)
