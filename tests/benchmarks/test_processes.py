import os

import pytest

from benchmarks.processes import (
    Cores,
    child_running,
    choose_cores,
    cpu_seconds,
    preemptions,
    processor,
    resident_kib,
)


@pytest.mark.parametrize(
    ("available", "cores"),
    [
        ({0}, Cores(0, 0, 0)),
        ({0, 1}, Cores(generator=0, signalling=0, worker=1)),
        ({2, 5, 7}, Cores(generator=2, signalling=5, worker=7)),
        ({0, 1, 2, 3}, Cores(generator=0, signalling=2, worker=3)),
    ],
)
def test_the_worker_never_shares_its_core_if_there_are_two(available, cores):
    assert choose_cores(available) == cores


def test_a_process_shows_its_time_and_its_memory():
    times = os.times()
    assert cpu_seconds(os.getpid()) == pytest.approx(times.user + times.system, abs=0.1)
    before = resident_kib(os.getpid())
    ballast = bytearray(os.urandom(20 << 20))
    assert resident_kib(os.getpid()) - before > len(ballast) / 1024 * 0.9
    assert preemptions(os.getpid()) >= 0
    assert str(os.cpu_count()) in processor()


def test_a_child_that_is_not_there_is_said_so():
    with pytest.raises(ProcessLookupError, match="no_such_module"):
        child_running(os.getpid(), "no_such_module")
