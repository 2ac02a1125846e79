import numpy as np
import pytest

from benchmarks.talk import FRAME, PHASES, Arrivals, Talk

MILLISECOND = 1_000_000


def header(sequence: int, timestamp: int) -> list[int]:
    return [0x80080000 | sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 1]


def take(arrivals: Arrivals, *packets: tuple[int, int, float], row: int = 0) -> None:
    """Take packets of one phone: sequence number, timestamp in frames, time in ms."""
    for sequence, frame, at in packets:
        headers = np.array([header(sequence, frame * FRAME)], np.uint32)
        arrivals.take(headers, np.array([row]), np.array([round(at * MILLISECOND)]))


def test_an_even_stream_has_lost_nothing():
    arrivals = Arrivals(1)
    take(arrivals, (65534, 0, 0), (65535, 1, 20), (0, 2, 40), (1, 3, 60))
    result = arrivals.result()
    assert (result.packets, result.lost, result.left_out, result.late_gaps_percent) == (4, 0, 0, 0.0)
    assert result.longest_ms == pytest.approx(20)


def test_a_hole_in_the_numbers_is_a_loss():
    arrivals = Arrivals(1)
    take(arrivals, (10, 0, 0), (11, 1, 20), (14, 4, 80))
    result = arrivals.result()
    assert (result.lost, result.left_out) == (2, 0)
    assert result.late_gaps_percent == pytest.approx(50)


def test_a_hole_in_the_timestamps_alone_is_what_was_never_sent():
    arrivals = Arrivals(1)
    take(arrivals, (10, 0, 0), (11, 3, 60), (12, 4, 80))
    result = arrivals.result()
    assert (result.lost, result.left_out) == (0, 2)


def test_timestamps_wrap_and_packets_overtake_each_other_without_harm():
    arrivals = Arrivals(1)
    last = 2**32 // FRAME
    take(arrivals, (1, last - 1, 0), (3, last + 1, 20), (2, last, 21), (4, last + 2, 40))
    result = arrivals.result()
    assert (result.packets, result.lost, result.left_out) == (4, 0, 0)


def test_each_phone_has_its_own_account_and_silent_ones_have_none():
    arrivals = Arrivals(3)
    take(arrivals, (1, 0, 0), (3, 2, 40), row=0)
    take(arrivals, (500, 9, 1), (501, 10, 21), row=2)
    result = arrivals.result()
    assert (result.packets, result.lost) == (4, 1)


def test_pauses_of_the_set_up_are_not_counted():
    arrivals = Arrivals(1)
    take(arrivals, (1, 0, 0), (2, 1, 500))
    arrivals.restart_gaps()
    take(arrivals, (3, 2, 520))
    assert arrivals.result().late_gaps_percent == 0.0


def test_two_sides_hear_each_other():
    speech = np.arange(10 * FRAME).reshape(10, FRAME).astype(np.uint8)
    talk, far = Talk(4, "127.0.0.1", speech), Talk(4, "127.0.0.1", speech)
    for row in range(4):
        talk.connect(row, ("127.0.0.1", far.port(row)))
        far.connect(row, ("127.0.0.1", talk.port(row)))
    talk.hush(3)
    for _ in range(5 * PHASES):
        talk.step()
        far.step()
    talk.listen()
    far.listen()
    assert talk.arrivals.result().packets == 20
    assert far.arrivals.result().packets == 15
    assert (talk.arrivals.result().lost, far.arrivals.result().left_out) == (0, 0)
    talk.close()
    far.close()
