"""One tiny real run of each mode that has a media worker of its own; menus are run in the scenarios."""

import pytest

from benchmarks.measuring import Bench, speech_of
from benchmarks.modes import Mode
from benchmarks.processes import available_cores, choose_cores
from media.g711 import ALAW, DECODE


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode is not Mode.IVR])
def test_a_few_calls_pass_unharmed_and_are_seen_whole(mode):
    calls = 6 // mode.legs_per_call
    run = Bench(mode, choose_cores(available_cores())).run(calls, 2.0, bare=False)
    figures = run.figures()
    assert figures.legs == 6
    assert run.window.reception.packets >= 6 * 2 * 50 - 12
    assert run.timings
    assert figures.engine_us_per_call_tick is not None
    assert run.broken == run.window.reception.lost == run.lost_inbound == 0
    assert (figures.recorder_cpu_percent is not None) is (mode is Mode.RECORD)


def test_who_waits_in_a_queue_is_quiet():
    noise = DECODE[ALAW][speech_of(Mode.QUEUE)]
    assert 0 < abs(noise).max() < 100
    assert abs(DECODE[ALAW][speech_of(Mode.BRIDGE)]).max() > 1000
