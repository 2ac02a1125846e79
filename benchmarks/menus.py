"""Many live callers in one menu at once, each pressing keys all the time: whether a frame is lost or a key.

``python -m benchmarks.menus``; what the figures mean is in README.md.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import yaml

from benchmarks.callers import BenchmarkFailed, Callers
from benchmarks.capacity import FAILED, LATE
from benchmarks.figures import GENERATOR_LATE_MS, LATE_GAPS_PERCENT
from benchmarks.measuring import SETTLE_SECONDS, observe, speech_of, turn
from benchmarks.modes import Mode
from benchmarks.processes import Cores, allow_many_files, available_cores, choose_cores, pin
from benchmarks.rigs import ACCOUNTS, LastWord, Processes
from benchmarks.switch import HOST, SwitchFailed, SwitchUnderTest, Timing
from benchmarks.talk import Talk
from softswitch.events import DigitPressed

CALLS: Final = 500
SECONDS: Final = 30.0
SHORTEST_SECONDS: Final = 2.0
KEY_EVERY_S: Final = 4.0
"""How often each caller presses a key: an answer to every question, heard about half."""
TAKEN_SECONDS: Final = 2.0
"""In which the last keys are taken, and written down."""
NUMBER: Final = "100"
KEYS: Final = "10"
QUESTIONS: Final = {
    "main": "Welcome. For deliveries press one. For invoices press two. For anything else please hold.",
    "deliveries": "Deliveries. To hear of a parcel press one. To go back to the beginning press zero.",
}
TREE: Final = {
    "tree": "walk",
    "language": "en",
    "numbers": [NUMBER],
    "start": "main",
    "self_service": True,
    "branches": {
        "main": [{"menu": {"prompt": QUESTIONS["main"], "keys": {"1": "deliveries", "2": "main"}}}],
        "deliveries": [{"menu": {"prompt": QUESTIONS["deliveries"], "keys": {"0": "main", "1": "main"}}}],
    },
}
"""Callers go round in it for as long as they press keys."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The menu: parts of the configuration with its trees, its number, the keys that go round in it."""

    parts: Mapping[str, object]
    number: str = NUMBER
    keys: str = KEYS


@dataclass(frozen=True, slots=True)
class Figures:
    """What is printed. ``frames_lost``: to the callers, and of them by the switch."""

    calls: int
    seconds: float
    frames_lost: int
    gaps_over_40ms_percent: float
    keys_pressed: int
    keys_taken: int
    tick_lateness_p99_ms: float
    worker_cpu_percent: float
    signalling_cpu_percent: float
    generator_late_p99_ms: float
    faults: int

    @property
    def clean(self) -> bool:
        """Tell whether no frame and no key was lost, and the switch met no fault of its own."""
        late = self.gaps_over_40ms_percent >= LATE_GAPS_PERCENT
        return not (self.frames_lost or late or self.faults or self.keys_taken != self.keys_pressed)


class WalkRig:
    """Callers of a switch who press keys in its menu, each at times of their own. See :class:`~rigs.Rig`."""

    def __init__(self, switch: SwitchUnderTest, walk: Walk, calls: int) -> None:
        self._switch = switch
        self._callers = Callers(switch.address, switch.accounts, walk.number)
        self._keys = walk.keys
        self._calls = calls
        self.pressed = 0
        self._began: float | None = None

    @property
    def processes(self) -> Processes:
        """Return the two processes of the switch."""
        return Processes(self._switch.worker, self._switch.signalling)

    @property
    def repeated(self) -> int:
        """Return the requests that were repeated."""
        return self._callers.phones.repeated

    def bring_up(self, talk: Talk, calls: int) -> None:
        """Register and dial."""
        self._callers.register(talk)
        self._callers.dial(talk, calls)

    def begin(self) -> None:
        """Press keys from now on."""
        self._began = time.monotonic()

    def rest(self) -> None:
        """Press no more."""
        self._began = None

    def turn(self, talk: Talk) -> None:
        """Let everybody talk for one phase, and those press whose turn it is."""
        if self._began is not None:
            due = (time.monotonic() - self._began) * self._calls / KEY_EVERY_S
            while self.pressed < due:
                round_, row = divmod(self.pressed, self._calls)
                talk.press(row, self._keys[round_ % len(self._keys)])
                self.pressed += 1
        self._callers.turn(talk)

    def bring_down(self, talk: Talk) -> None:
        """Hang up."""
        self._callers.hang_up(talk)

    def timings(self) -> list[Timing]:
        """Return the switch's own timings."""
        return self._switch.timings()

    def stop(self) -> LastWord:
        """Stop the switch; it tells the packets it missed in its records."""
        self._switch.stop()
        return LastWord(lost=self._switch.packets_lost())

    def close(self) -> None:
        """Close the phones."""
        self._callers.phones.close()


def run(walk: Walk, calls: int, seconds: float, cores: Cores) -> Figures:
    """Measure once. Raises BenchmarkFailed or SwitchFailed when the calls cannot be brought up."""
    with SwitchUnderTest(
        accounts=ACCOUNTS, prompt_seconds=1.0, signalling=None, worker=cores.worker, parts=walk.parts
    ) as switch:
        rig, talk = WalkRig(switch, walk, calls), Talk(calls, HOST, speech_of(Mode.IVR))
        try:
            rig.bring_up(talk, calls)
            turn(rig, talk, SETTLE_SECONDS)
            rig.begin()
            window = observe(rig, talk, seconds)
            rig.rest()
            turn(rig, talk, TAKEN_SECONDS)
            rig.bring_down(talk)
        finally:
            talk.close()
            rig.close()
        lost = rig.stop().lost
        # Reports of seconds that lie wholly inside.
        inside = [one for one in rig.timings() if window.begin + 1 <= one.at <= window.end]
        lateness = [late for one in inside for late in one.lateness_ms]
        return Figures(
            calls=calls,
            seconds=seconds,
            frames_lost=window.reception.missing + lost,
            gaps_over_40ms_percent=round(window.reception.late_gaps_percent, 4),
            keys_pressed=rig.pressed,
            keys_taken=switch.happened(DigitPressed),
            tick_lateness_p99_ms=_p99(lateness),
            worker_cpu_percent=round(100 * (window.usage.worker or 0.0) / window.seconds, 1),
            signalling_cpu_percent=round(100 * (window.usage.signalling or 0.0) / window.seconds, 1),
            generator_late_p99_ms=_p99(window.generator_late_ms),
            faults=len(switch.faults()),
        )


def _p99(values: Sequence[float]) -> float:
    return round(float(np.percentile(values, 99)), 2) if len(values) else 0.0


def walk_of(options: argparse.Namespace, folder: Path) -> Walk:
    """Return the menu that was asked for: a configuration of one's own with its trees, or the one above.

    Of a configuration the trees and all that is beside them count; ports and media are ours, and who calls.
    """
    if options.config is None:
        tree = folder / "walk.yaml"
        tree.write_text(yaml.safe_dump(TREE), encoding="utf-8")
        return Walk({"trees": [str(tree)], "speech": {"chains": {"en": ["espeak"]}}})
    file: Path = options.config
    read = yaml.safe_load(file.read_text(encoding="utf-8"))
    parts = {name: value for name, value in read.items() if name not in _OURS}
    parts["trees"] = [str(file.parent.resolve() / tree) for tree in read["trees"]]
    return Walk(parts, options.number, options.keys)


_OURS: Final = frozenset({"sip", "media", "calls", "home"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return 1 when the bar is missed, 3 when the generator was late."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.menus", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="how many call at once")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long is measured")
    parser.add_argument("--config", type=Path, help="a line's configuration, whose trees are called")
    parser.add_argument("--number", default=NUMBER, help="what is dialled there")
    parser.add_argument("--keys", default=KEYS, help="the keys that go round in its menu")
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    options = parser.parse_args(arguments)
    if options.seconds < SHORTEST_SECONDS or options.calls < 1:
        parser.error(f"{SHORTEST_SECONDS:g} seconds and a call at least")
    cores = choose_cores(available_cores())
    allow_many_files()
    pin(cores.generator)
    try:
        with tempfile.TemporaryDirectory(prefix="softswitch-benchmark-") as folder:
            figures = run(walk_of(options, Path(folder)), options.calls, options.seconds, cores)
    except (BenchmarkFailed, SwitchFailed) as error:
        print(error, file=sys.stderr)
        return FAILED
    told = asdict(figures)
    print(json.dumps(told) if options.json else "\n".join(f"{name}: {value}" for name, value in told.items()))
    if figures.generator_late_p99_ms > GENERATOR_LATE_MS:
        print("the phones themselves were late: measure again on a quieter machine", file=sys.stderr)
        return LATE
    return 0 if figures.clean else FAILED


def _end_in_order(number: int, frame: object) -> None:
    """Take a signal to end as a reason to end what was started, too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end_in_order)
    sys.exit(main())
