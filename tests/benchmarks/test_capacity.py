import numpy as np

from benchmarks.capacity import Figures, Run, Window, table
from benchmarks.switch import Timing
from benchmarks.talk import Reception

GAPS = np.zeros(1000, np.int64)
GAPS[200], GAPS[450] = 999, 1


def a_run() -> Run:
    window = Window(
        begin=100.0,
        end=110.0,
        worker_cpu=4.0,
        signalling_cpu=0.1,
        reception=Reception(packets=500_000, lost=1, left_out=2, gaps=GAPS, longest_ms=45.0),
        generator_late_ms=(0.1, 0.2),
        preemptions=7,
    )
    seconds = tuple(Timing(100.0 + n, 1000, 0, (0.5,) * 49 + (9.0,), (5000.0,) * 50) for n in range(10))
    return Run(1000, window, seconds, bare_us=4.0, rss_kib=18_500, lost_inbound=3, repeated=0)


def test_the_figures_follow_from_what_was_seen():
    assert a_run().figures() == Figures(
        calls=1000,
        frames_lost=6,
        gaps_over_40ms_percent=0.1,
        tick_lateness_p99_ms=9.0,
        worker_cpu_percent=40.0,
        signalling_cpu_percent=1.0,
        engine_us_per_call_tick=8.0,
        bare_us_per_call_tick=4.0,
        worker_rss_kib_per_call=18.5,
    )


def test_the_table_says_where_frames_were_lost():
    text = table(a_run())
    assert "1 / 2 / 3" in text
    assert "engine to bare" in text
    assert "2.00" in text
