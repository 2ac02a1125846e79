from dataclasses import replace

from benchmarks.figures import Run
from benchmarks.growth import measure_growth
from benchmarks.modes import Mode
from tests.benchmarks.test_figures import a_run


class Bench:
    """Costs 8 µs a call among few, and as much more among many as it is told."""

    def __init__(self, mode: Mode, more: float) -> None:
        self.mode = mode
        self.more = more
        self.loads: list[int] = []

    def run(self, calls: int, seconds: float, *, bare: bool) -> Run:
        self.loads.append(calls)
        run = a_run(self.mode)
        legs = calls * self.mode.legs_per_call
        used = legs * 10.0 / 0.02 * (8e-6 if legs < 1000 else 8e-6 * self.more)
        window = replace(run.window, usage=replace(run.window.usage, worker=used))
        return replace(run, calls=calls, window=window)


def test_the_growth_is_that_of_the_cost_per_call():
    growth = measure_growth(Bench(Mode.QUEUE, 1.05), 5.0).as_json()
    assert growth["growth_percent"] == 5.0
    assert growth["engine_us_per_call_tick_at_200"] == 8.0
    assert growth["bare_growth_percent"] == 0.0


def test_few_and_many_take_turns_and_pairs_are_legs():
    bench = Bench(Mode.RECORD, 1.0)
    table = measure_growth(bench, 5.0).table()
    assert bench.loads == [100, 1000, 1000, 100]
    assert "growth_percent" in table
