"""How a waiting time is rounded to what is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.queues.announce_config import EtaConfig
from softswitch.queues.wait_range import Estimate, SpokenWait, spoken, spoken_waits

CONFIG = EtaConfig()


def said(low: float, high: float, config: EtaConfig = CONFIG) -> tuple[int, int | None]:
    wait = spoken(Estimate(low, (low + high) / 2, high), config)
    assert wait.cap_s == config.cap_s
    return wait.low_s, wait.high_s


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 0.0, (0, 60)),
        (10.0, 60.0, (0, 60)),
        (10.0, 61.0, (0, 120)),
        (31.0, 59.0, (60, 60)),
        (70.0, 200.0, (120, 240)),
        (120.0, 240.0, (120, 240)),
        # From ten minutes on, in steps of five.
        (540.0, 601.0, (540, 900)),
        (660.0, 1000.0, (900, 1200)),
        (600.0, 1800.0, (600, 1800)),
        (600.0, 1801.0, (600, None)),
        (1750.0, 9000.0, (1800, None)),
        (1800.0, 1900.0, (1800, None)),
    ],
)
def test_both_ends_are_rounded_up(low: float, high: float, expected: tuple[int, int | None]) -> None:
    assert said(low, high) == expected


def test_the_step_and_the_cap_are_the_queues_own() -> None:
    config = EtaConfig(round_s=120, cap_s=300)
    assert said(130.0, 250.0, config) == (240, 300)
    assert said(300.0, 301.0, config) == (300, None)


ends = st.tuples(st.floats(0.0, 20_000.0), st.floats(0.0, 20_000.0)).map(sorted)
settings_of = st.builds(
    EtaConfig,
    round_s=st.integers(1, 15).map(lambda at: at * 60),
    cap_s=st.integers(15, 240).map(lambda at: at * 60),
)


@given(both=ends, config=settings_of)
def test_the_high_end_is_never_below_the_estimate_and_all_is_listed(
    both: list[float], config: EtaConfig
) -> None:
    low, high = both
    wait = spoken(Estimate(low, low, high), config)
    if wait.high_s is None:
        assert high > config.cap_s or low >= config.cap_s
    else:
        assert high <= wait.high_s
        assert wait.low_s <= wait.high_s
    assert wait in set(spoken_waits(config, most_s=config.cap_s))


def test_a_cap_between_two_steps_is_an_end_too() -> None:
    config = EtaConfig(round_s=120, cap_s=6060)
    assert said(0.0, 6001.0, config) == (0, 6060)
    assert SpokenWait(0, 6060, 6060) in set(spoken_waits(config, most_s=6060))


def test_the_list_begins_with_the_shortest_and_ends_where_it_is_told() -> None:
    listed = list(spoken_waits(CONFIG, most_s=600))
    assert listed[:3] == [SpokenWait(0, 60, 1800), SpokenWait(60, 60, 1800), SpokenWait(0, 120, 1800)]
    assert max(wait.high_s or 0 for wait in listed) == 600
    assert listed[-1] == SpokenWait(1800, None, 1800)
    assert len(set(listed)) == len(listed)
