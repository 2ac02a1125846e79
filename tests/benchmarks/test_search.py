from dataclasses import replace

from benchmarks.bare import BareCost
from benchmarks.callers import BenchmarkFailed
from benchmarks.figures import Run
from benchmarks.modes import Mode
from benchmarks.ramp import Ramp
from benchmarks.search import GENERATOR, PORTS, SET_UP, SWITCH, Found, search
from tests.benchmarks.test_figures import a_run


class Bench:
    """Bears so many calls; past others it spoils a try, has late phones, or is not brought up at all."""

    mode = Mode.BRIDGE

    def __init__(
        self, bears: int, *, late_from: int = 1 << 30, fails_from: int = 1 << 30, spoils: tuple[int, ...] = ()
    ) -> None:
        self.bears, self.late_from, self.fails_from = bears, late_from, fails_from
        self.spoils = list(spoils)
        self.tried: list[tuple[int, bool]] = []

    def run(self, calls: int, seconds: float, *, bare: bool) -> Run:
        self.tried.append((calls, bare))
        if calls >= self.fails_from:
            raise BenchmarkFailed("nobody answers")
        bad = calls > self.bears
        if calls in self.spoils:
            self.spoils.remove(calls)
            bad = True
        run = a_run(self.mode)
        window = replace(
            run.window,
            reception=replace(
                run.window.reception, lost=int(bad), left_out=0, silent=0, gaps=run.window.reception.gaps * 0
            ),
            generator_late_ms=(100.0 if calls >= self.late_from else 1.0,),
        )
        cost = BareCost(4.0, 3.0) if bare else None
        return replace(run, calls=calls, window=window, lost_inbound=0, bare=cost)


def find(bench: Bench, *, most: int = 4000) -> tuple[Found, list[str]]:
    lines: list[str] = []
    return search(bench, Ramp(first=100, most=most), 5.0, say=lines.append), lines


def test_the_highest_clean_load_is_measured_again_next_to_the_bare_cost():
    bench = Bench(450)
    found, lines = find(bench)
    assert 425 <= found.highest <= 450
    assert bench.tried[-1] == (found.highest, True)
    assert [calls for calls, bare in bench.tried if bare] == [found.highest]
    assert (found.limit, found.as_json()["engine_to_bare"]) == (SWITCH, round(1000 / found.highest, 2))
    assert any("clean" in line for line in lines)
    assert any("not clean" in line for line in lines)


def test_a_load_that_fails_once_is_tried_again():
    bench = Bench(4000, spoils=(200,))
    found, _ = find(bench)
    assert found.highest == 4000
    assert [calls for calls, _ in bench.tried].count(200) == 2
    assert found.limit == PORTS


def test_late_phones_are_named_as_the_limit():
    found, _ = find(Bench(4000, late_from=800))
    assert found.highest < 800
    assert found.limit == GENERATOR


def test_a_load_that_cannot_be_brought_up_is_too_much():
    found, lines = find(Bench(4000, fails_from=300))
    assert 200 <= found.highest < 300
    assert found.limit == SET_UP
    assert any("nobody answers" in line for line in lines)
    assert None in found.steps


def test_all_steps_are_told():
    found, _ = find(Bench(450))
    steps = found.as_json()["steps"]
    assert isinstance(steps, list)
    assert [step["calls"] for step in steps][:4] == [100, 200, 400, 800]
    assert [step["clean"] for step in steps][:4] == [True, True, True, False]


def test_what_bears_nothing_has_no_figures():
    found, _ = find(Bench(0))
    assert (found.highest, found.run) == (0, None)
    assert found.as_json()["engine_to_bare"] is None


def test_a_best_load_that_is_not_clean_once_more_keeps_its_figures_and_gets_the_bare_cost():
    class Tired(Bench):
        def run(self, calls: int, seconds: float, *, bare: bool) -> Run:
            self.bears = 0 if bare else self.bears
            return super().run(calls, seconds, bare=bare)

    found, _ = find(Tired(450))
    assert found.run is not None
    assert found.run.figures().clean
    assert found.run.bare == BareCost(4.0, 3.0)
