"""The command line: what it refuses, what it prints, and how it ends."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks import capacity
from benchmarks.capacity import LATE, main
from benchmarks.figures import Run
from benchmarks.measuring import Bench
from benchmarks.modes import Mode
from benchmarks.processes import Cores
from tests.benchmarks.test_figures import a_run


@pytest.fixture
def late_ms() -> float:
    return 1.0


@pytest.fixture(autouse=True)
def no_load(monkeypatch: pytest.MonkeyPatch, late_ms: float) -> list[Bench]:
    """Measure nothing, and leave this process where it runs; return the benches that were asked."""
    asked: list[Bench] = []

    def run(bench: Bench, calls: int, seconds: float, *, bare: bool) -> Run:
        asked.append(bench)
        seen = a_run(bench.mode)
        reception = replace(seen.window.reception, lost=int(calls > 300), left_out=0, silent=0)
        window = replace(
            seen.window, reception=replace(reception, gaps=reception.gaps * 0), generator_late_ms=(late_ms,)
        )
        return replace(seen, calls=calls, window=window, lost_inbound=0)

    monkeypatch.setattr(Bench, "run", run)
    monkeypatch.setattr(capacity, "pin", lambda core: None)
    monkeypatch.setattr(capacity, "choose_cores", lambda available: Cores(0, 0, 0))
    return asked


@pytest.mark.parametrize(
    "arguments",
    [
        "--mode opera",
        "--calls 10 --seconds 1",
        "--calls 7000",
        "--calls -1",
        "--mode bridge --calls 3500",
        "--target 127.0.0.1",
        "--target 127.0.0.1 --extension 100 --mode bridge",
        "--growth --calls 10",
        "--srtp --growth",
        "--srtp --target 127.0.0.1 --extension 1",
    ],
)
def test_what_makes_no_sense_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        main(arguments.split())
    assert "error" in capsys.readouterr().err


def test_one_load_is_told_as_json_with_the_generators_lateness(capsys):
    assert main(["--mode", "queue", "--calls", "100", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["calls"], figures["generator_late_p99_ms"]) == (100, 1.0)
    assert figures["bare_us_per_call_tick"] > figures["bare_connected_us_per_call_tick"]


@pytest.mark.parametrize("late_ms", [25.0])
@pytest.mark.parametrize("arguments", ["--calls 100", "--growth", "--srtp"])
def test_a_late_generator_is_an_exit_code_of_its_own(arguments, capsys, late_ms):
    assert main([*arguments.split(), "--json"]) == LATE
    said = capsys.readouterr()
    assert "25 ms late" in said.err
    assert json.loads(said.out)["generator_late_p99_ms"] == 25.0


def test_the_search_prints_its_steps_as_it_goes_and_draws_them(capsys, tmp_path):
    picture = tmp_path / "ramp.svg"
    assert main(["--mode", "bridge", "--plot", str(picture)]) == 0
    said = capsys.readouterr().out
    assert "   250  clean" in said
    assert "   500  not clean" in said
    assert "highest clean load: " in said
    assert picture.read_text().startswith("<svg")
    assert picture.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


def test_the_search_as_json_has_all_steps(capsys):
    assert main(["--mode", "record", "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert 280 <= found["highest_clean_calls"] <= 300
    assert len(found["steps"]) > 4
    assert "   250  clean" in said.err


def test_ticks_are_drawn(tmp_path):
    picture = tmp_path / "ticks.svg"
    assert main(["--calls", "100", "--plot", str(picture)]) == 0
    assert "tick lateness, ms" in picture.read_text()


def test_a_target_is_dialled_with_its_account(no_load):
    arguments = "--target 127.0.0.1:5080 --extension 600 --user anna --password pw --pid 1 --calls 2"
    assert main(arguments.split()) == 0
    target = no_load[0].target
    assert target is not None
    assert (target.address, target.extension, target.process) == (("127.0.0.1", 5080), "600", 1)
    assert (target.account.user, target.account.password) == ("anna", "pw")
    assert no_load[0].mode is Mode.IVR


def test_encrypted_phones_are_measured_beside_plain_ones(
    no_load: list[Bench], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--srtp", "--mode", "bridge", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["srtp_ratio"] == 1.0
    assert [bench.srtp for bench in no_load] == [False, True, True, False]
