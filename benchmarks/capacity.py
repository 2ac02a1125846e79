"""How many calls one media worker bears, in menus, bridges, queues, recordings or conferences.

``python -m benchmarks.capacity --mode bridge`` searches for the highest clean load, ``--calls N`` measures
one, ``--target HOST:PORT --extension N`` drives any other switch; what the figures mean is in README.md.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.arrivals import PERIOD
from benchmarks.callers import BenchmarkFailed
from benchmarks.drawing import Picture, Series, curves, svg, ticks
from benchmarks.figures import GENERATOR_LATE_MS, Figures, Run, table
from benchmarks.growth import Growth, measure_growth
from benchmarks.measuring import Bench
from benchmarks.modes import Mode
from benchmarks.processes import allow_many_files, available_cores, choose_cores, pin
from benchmarks.ramp import FIRST, Ramp
from benchmarks.raster import png
from benchmarks.rigs import Target
from benchmarks.search import Found, search
from benchmarks.secrecy import Secrecy, measure_secrecy
from benchmarks.sip import Account
from benchmarks.switch import SwitchFailed

SHORTEST_SECONDS: Final = 2.0
"""One whole report of the worker's must lie inside."""
LOAD_SECONDS: Final = 30.0
STEP_SECONDS: Final = 5.0
SIP_PORT: Final = 5060
FAILED, LATE = 1, 3
"""Exit codes: nothing was measured; the generator was late, and the load not the one asked for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when nothing could be measured, 3 when the generator was late."""
    parser = _parser()
    options = parser.parse_args(arguments)
    mode: Mode = options.mode
    if options.target and mode is not Mode.IVR:
        parser.error("with --target everybody dials the extension: what it does there is the target's affair")
    if options.target and not options.extension:
        parser.error("--target needs --extension")
    if options.growth and (options.target or options.calls):
        parser.error("--growth measures its own loads, of a worker that can be seen")
    if options.srtp and (options.target or options.growth):
        parser.error("--srtp measures its own loads, of a worker that can be seen")
    seconds = options.seconds or (LOAD_SECONDS if options.calls else STEP_SECONDS)
    if seconds < SHORTEST_SECONDS or not 0 <= options.calls <= mode.most:
        parser.error(f"{SHORTEST_SECONDS:g} seconds at least, and {mode.most} calls at most")
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    bench = Bench(mode, cores, _target(options))
    try:
        if options.growth:
            return _tell_growth(measure_growth(bench, seconds), options)
        if options.srtp:
            return _tell_secrecy(measure_secrecy(bench, options.calls, seconds), options)
        if options.calls:
            return _tell_run(bench.run(options.calls, seconds, bare=bench.target is None), options)
        ramp = Ramp(first=min(options.first, mode.most), most=mode.most)
        return _tell_found(search(bench, ramp, seconds, say=_progress(options)), options)
    except (BenchmarkFailed, SwitchFailed) as error:
        print(error, file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity", description=__doc__)
    parser.add_argument(
        "--mode", type=Mode, default=Mode.IVR, metavar="{" + ",".join(mode.value for mode in Mode) + "}",
        help="what callers do; ivr goes through a whole switch, the others drive one media worker",
    )  # fmt: skip
    parser.add_argument("--calls", type=int, default=0, help="measure one load; without, search the highest")
    parser.add_argument("--seconds", type=float, default=0.0, help="seconds to measure each load, 2 at least")
    parser.add_argument("--first", type=int, default=FIRST, help="where the search begins")
    parser.add_argument(
        "--growth", action="store_true", help="compare the cost of a call among 200 and 2,000"
    )
    parser.add_argument("--srtp", action="store_true", help="compare the cost of encrypted phones with plain")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw it, and as PNG beside it")
    theirs = parser.add_argument_group("a switch that somebody else runs")
    theirs.add_argument("--target", metavar="HOST[:PORT]", help="its SIP address, UDP; an IPv4 address")
    theirs.add_argument("--extension", help="what everybody dials there")
    theirs.add_argument("--user", default="benchmark", help="the account that calls")
    theirs.add_argument("--password", default="", help="its password; without one nobody registers")
    theirs.add_argument("--pid", type=int, help="its process on this machine, to see what it costs")
    return parser


def _target(options: argparse.Namespace) -> Target | None:
    if not options.target:
        return None
    host, _, port = options.target.partition(":")
    account = Account(options.user, "", options.password)
    return Target((host, int(port or SIP_PORT)), options.extension, account, options.pid)


def _progress(options: argparse.Namespace) -> Callable[[str], None]:
    stream = sys.stderr if options.json else sys.stdout
    return lambda line: print(line, file=stream, flush=True)


def _tell_run(result: Run, options: argparse.Namespace) -> int:
    figures = result.figures()
    series = [
        Series("tick duration, ms", (result.tick_us / 1000).tolist()),
        Series("tick lateness, ms", result.lateness_ms.tolist()),
    ]
    _plot(
        options.plot, ticks(f"{result.calls} {result.mode.title}, tick by tick", series, limit=PERIOD * 1000)
    )
    print(json.dumps(figures.as_json()) if options.json else table(result))
    return _judge([figures])


def _tell_found(found: Found, options: argparse.Namespace) -> int:
    steps = [figures for figures in found.steps if figures is not None]
    lateness = [figures.tick_lateness_p99_ms or 0.0 for figures in steps]
    worker = [figures.worker_cpu_percent or 0.0 for figures in steps]
    across = Series("calls", [float(figures.calls) for figures in steps])
    picture = curves(
        f"{found.mode.title}: calls against load",
        across,
        [
            (Series("worker, % of its core", worker), 100.0),
            (Series("lateness p99, % of a tick", lateness), PERIOD * 1000),
        ],
    )
    _plot(options.plot, picture)
    if options.json:
        print(json.dumps(found.as_json()))
    else:
        print(f"highest clean load: {found.highest}, then limited by {found.limit}")
        if found.run is not None:
            print(table(found.run))
    return 0 if found.highest else FAILED


def _tell_growth(growth: Growth, options: argparse.Namespace) -> int:
    print(json.dumps(growth.as_json()) if options.json else growth.table())
    return _judge(growth.figures)


def _tell_secrecy(secrecy: Secrecy, options: argparse.Namespace) -> int:
    print(json.dumps(secrecy.as_json()) if options.json else secrecy.table())
    return _judge(secrecy.figures)


def _judge(figures: Sequence[Figures]) -> int:
    late = max(one.generator_late_p99_ms for one in figures)
    if late <= GENERATOR_LATE_MS:
        return 0
    print(f"the generator itself was {late:.0f} ms late: measure again on a quieter machine", file=sys.stderr)
    return LATE


def _plot(path: Path | None, picture: Picture) -> None:
    if path is not None:
        path.write_text(svg(picture), encoding="utf-8")
        path.with_suffix(".png").write_bytes(png(picture))


def _end_in_order(number: int, frame: object) -> None:
    """Take a signal to end as a reason to end what was started, too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end_in_order)
    sys.exit(main())
