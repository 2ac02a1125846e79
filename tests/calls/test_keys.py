"""Keys: three ways in, one stream out."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.calls.keys import (
    _RELAY,
    DIGITS,
    INBAND,
    INFO,
    MAX_INFO_BODY,
    MAX_WAITING,
    MOST_PRESSES,
    RFC4733,
    SAME_PRESS_SECONDS,
    Keys,
    Press,
    PressFilter,
    digit_of_info,
)
from tests.fakes.virtual_time import in_virtual_time, passes

METHODS = (RFC4733, INFO, INBAND)


@pytest.mark.parametrize(
    ("kind", "body", "digit"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", b"Signal= 5\r\nDuration= 160", "5"),
        ("application/dtmf-relay", b"SIGNAL=b\n", "B"),
        ("application/dtmf-relay", b"Duration=160\r\nSignal=#\r\n", "#"),
        ("application/dtmf-relay", b"Signal=55\r\n", ""),
        ("application/dtmf-relay", b"Signal=!\r\n", ""),
        ("application/dtmf-relay", b"\xff\xfe", ""),
        ("application/dtmf-relay", b"", ""),
        ("application/dtmf", b"*", "*"),
        ("application/dtmf", b"\r\n0\r\n", "0"),
        ("application/dtmf", b"d", "D"),
        ("application/dtmf", b"E", ""),
        ("application/dtmf", b"12", ""),
        ("application/dtmf", b"", ""),
        ("text/plain", b"5", None),
        ("", b"5", None),
    ],
)
def test_what_an_info_says(kind, body, digit):
    assert digit_of_info(kind, body) == digit


@given(st.sampled_from(("application/dtmf", "application/dtmf-relay", "")), st.binary(max_size=60))
def test_no_info_can_hurt(kind, body):
    found = digit_of_info(kind, body)
    assert found is None or found == "" or found in DIGITS


@pytest.mark.parametrize("kind", ["application/dtmf-relay", "application/dtmf"])
def test_a_long_info_is_not_read(kind):
    key = b"Signal=5" if kind.endswith("relay") else b"5"
    assert digit_of_info(kind, key.ljust(MAX_INFO_BODY)) == "5"
    assert digit_of_info(kind, key.ljust(MAX_INFO_BODY + 1)) == ""


def test_an_info_is_read_in_one_pass():
    """Empty lines, of which each was once read anew from every one before it, cost what they weigh."""
    began = time.process_time()
    assert _RELAY.search("\n" * 200_000 + "x") is None
    assert time.process_time() - began < 1.0  # Minutes, before.


def new_press(presses, digit, method, at):
    """Report a press; tell whether it was one of its own."""
    if presses.is_echo(digit, method, at):
        return False
    presses.accept(digit, method, at)
    return True


@st.composite
def typed(draw):
    """Draw what a caller types, and how each method reports it: in order, each within the same delay."""
    count = draw(st.integers(1, 12))
    gaps = draw(st.lists(st.floats(0.06, 3.0), min_size=count, max_size=count))
    digits = draw(st.lists(st.sampled_from("1123#"), min_size=count, max_size=count))
    methods = draw(st.lists(st.sampled_from(METHODS), min_size=1, max_size=3, unique=True))
    delays = {method: draw(st.floats(0, SAME_PRESS_SECONDS - 0.01)) for method in methods}
    at, reports = 0.0, []
    for gap, digit in zip(gaps, digits, strict=True):
        at += gap
        reports += [(at + delays[method], digit, method) for method in methods]
    return "".join(digits), sorted(reports, key=lambda report: report[0])


@given(typed())
def test_whatever_methods_report_it_each_press_counts_once(case):
    digits, reports = case
    presses = PressFilter()
    accepted = [digit for at, digit, method in reports if new_press(presses, digit, method, at)]
    assert sorted(accepted) == sorted(digits)
    first = min(reports)[2]
    if all(method == first for _, _, method in reports):
        assert "".join(accepted) == digits


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from("12"), st.sampled_from(METHODS)), max_size=30))
def test_no_method_is_ever_counted_less_than_it_reports_by_itself(reports):
    """However reports are mixed: as many presses as the most talkative method has of a digit, at least."""
    presses = PressFilter()
    ordered = sorted(reports)
    accepted = [digit for at, digit, method in ordered if new_press(presses, digit, method, at)]
    for digit in "12":
        most = max((sum(r[1:] == (digit, method) for r in ordered) for method in METHODS), default=0)
        assert most <= accepted.count(digit) <= sum(report[1] == digit for report in ordered)


def test_one_method_alone_is_never_filtered():
    presses = PressFilter()
    assert all(new_press(presses, "1", RFC4733, at / 100) for at in range(50))


def test_a_report_that_comes_too_late_is_a_press_of_its_own():
    presses = PressFilter()
    assert new_press(presses, "1", RFC4733, 10.0)
    assert not new_press(presses, "1", INFO, 10.0 + SAME_PRESS_SECONDS)
    assert new_press(presses, "1", INBAND, 10.0 + SAME_PRESS_SECONDS + 0.01)


# The stream


def stream():
    recorded = []
    return Keys(lambda press: recorded.append(press.digit)), recorded


def test_a_key_is_recorded_when_it_is_read_or_thrown_away():
    keys, recorded = stream()
    for number, digit in enumerate("123"):
        keys.press(digit, RFC4733, float(number))
    assert (len(keys), recorded) == (3, [])
    assert keys.take() == Press("1", RFC4733)
    assert recorded == ["1"]
    # What nobody has read may be of a PIN that was typed ahead of its question.
    keys.flush()
    assert (len(keys), recorded, keys.take()) == (0, ["1", "*", "*"], None)


def test_what_nobody_reads_is_recorded_as_it_comes():
    keys, recorded = stream()
    keys.unread = True
    keys.press("1", RFC4733, 0.0)
    assert (len(keys), recorded) == (0, ["1"])


def test_a_stuck_key_does_not_fill_the_memory():
    keys, recorded = stream()
    for number in range(MAX_WAITING + 5):
        keys.press("1", RFC4733, float(number))
    assert (len(keys), len(recorded)) == (MAX_WAITING, 5)


def test_keys_faster_than_anybody_types_are_dropped_and_told_once_a_flood():
    recorded, floods = [], []
    keys = Keys(lambda press: recorded.append(press.digit), flooded=lambda: floods.append(len(recorded)))
    keys.unread = True
    for thousandth in range(3000):
        keys.press("5", INFO, thousandth / 1000)
    assert (len(recorded), floods) == (3 * MOST_PRESSES, [MOST_PRESSES])
    keys.press("6", INFO, 3.5)  # Within the pace, and the flood not yet a second ago.
    for thousandth in range(1000):
        keys.press("7", INFO, 5.0 + thousandth / 1000)
    assert recorded[3 * MOST_PRESSES :] == ["6"] + ["7"] * MOST_PRESSES
    assert len(floods) == 2


def test_a_press_told_by_three_methods_counts_once_towards_the_pace():
    keys, recorded = stream()
    keys.unread = True
    for number in range(MOST_PRESSES):
        for method in METHODS:
            keys.press("*#01"[number % 4], method, number * 0.05)
    assert recorded == list("*#01" * (MOST_PRESSES // 4))


@in_virtual_time
async def test_waiting_for_a_key():
    keys, _ = stream()
    loop = asyncio.get_running_loop()
    assert await keys.next(0) is None
    began = loop.time()
    assert await keys.next(2.0) is None
    assert loop.time() - began == pytest.approx(2.0)
    loop.call_later(1.0, keys.press, "7", INFO, 1.0)
    assert await keys.next(5.0) == Press("7", INFO)
    assert loop.time() - began == pytest.approx(3.0)
    keys.press("8", INFO, 9.0)
    await keys.arrived()  # One waits already.
    assert await keys.next(0) == Press("8", INFO)


@in_virtual_time
async def test_two_keys_in_one_breath_wake_the_reader_once_and_none_is_lost():
    keys, _ = stream()
    waiting = asyncio.ensure_future(keys.next(5.0))
    await passes(0.1)
    keys.press("1", RFC4733, 0.0)
    keys.press("2", RFC4733, 0.1)
    assert (await waiting).digit == "1"
    assert (await keys.next(1.0)).digit == "2"


@in_virtual_time
async def test_a_reader_that_is_cancelled_leaves_the_stream_whole():
    keys, _ = stream()
    waiting = asyncio.ensure_future(keys.arrived())
    await passes(0.1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    keys.press("1", RFC4733, 0.0)
    assert (await keys.next(0)).digit == "1"


@in_virtual_time
async def test_whoever_waits_for_a_key_gets_that_of_the_leg_they_belong_to_now():
    before: list[Press] = []
    after: list[Press] = []
    keys = Keys(before.append)
    keys.press("1", RFC4733, 0.0)
    assert keys.take() == Press("1", RFC4733)
    waiting = asyncio.ensure_future(keys.next(10))
    await passes(0.1)
    keys.belong(after.append, flooded=lambda: None)
    keys.press("2", RFC4733, 1.0)
    assert await waiting == Press("2", RFC4733)
    assert (before, after) == ([Press("1", RFC4733)], [Press("2", RFC4733)])


def test_keys_are_pressed_towards_the_other_side_that_does_not_hear_them_by_itself():
    pressed: list[str] = []
    keys, _ = stream()
    keys.unread, keys.relay = True, pressed.append
    keys.press("1", RFC4733, 0.0)
    keys.press("2", INFO, 1.0)  # Its events have said all.
    assert pressed == []
    keys.relays_all = True
    keys.press("3", RFC4733, 2.0)
    keys.press("3", INFO, 2.1)
    keys.press("4", INFO, 3.0)
    assert pressed == ["3", "4"]
