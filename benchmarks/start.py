"""What it costs to start: commands, and a line until it is ready: ``python -m benchmarks.start``.

Processor time is compared, for a machine that does other things makes everything late. Bytecode is kept from
a first start, which is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.processes import cpu_seconds, resident_kib

ROUNDS: Final = 5
READY: Final = "ready\n"
TREE: Final = Path(__file__).resolve().parent.parent / "ivr_trees" / "demo.yaml"
LINE: Final = (
    "sip: {bind: 127.0.0.1, port: 0}\nhome: home\naccounts: {1001: {password: long-enough-for-it}}\n"
)
COMMANDS: Final[Sequence[tuple[str, ...]]] = (
    ("--version",),
    ("--help",),
    ("simulate", str(TREE)),
    ("test", str(TREE)),
    ("draw", str(TREE)),
    ("check", str(TREE)),
    ("check",),
    ("phones",),
    ("phone", "--help"),
    ("calls",),
    ("run", "--help"),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """One start: seconds by the clock and of the processor, and the memory, of its main process."""

    seconds: float
    processor_seconds: float
    memory_mib: float


def command_cost(words: Sequence[str], folder: Path) -> Cost:
    """Run a command to its end, whatever it says."""
    began = time.monotonic()
    with _started(words, folder, subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def line_cost(folder: Path) -> Cost:
    """Serve a line until it says that it is ready, and stop it. Raises RuntimeError when it never says so."""
    began = time.monotonic()
    with _started(("run",), folder, subprocess.PIPE) as process:
        assert process.stdout is not None
        if READY not in iter(process.stdout.readline, ""):
            raise RuntimeError("the line could not start")
        cost = Cost(time.monotonic() - began, cpu_seconds(process.pid), resident_kib(process.pid) / 1024)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    return cost


def _started(words: Sequence[str], folder: Path, output: int) -> subprocess.Popen[str]:
    command = (sys.executable, "-m", "softswitch", *words)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(TREE.parent.parent)
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=output, stderr=subprocess.DEVNULL, text=True
    )


def middle(measure: Callable[[], Cost], rounds: int) -> Cost:
    """Return the median of each figure; one more start is made before those that count."""
    measure()
    costs = [measure() for _ in range(rounds)]
    return Cost(
        round(median(one.seconds for one in costs), 2),
        round(median(one.processor_seconds for one in costs), 2),
        round(median(one.memory_mib for one in costs), 1),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "softswitch.yaml").write_text(LINE, encoding="utf-8")
        found = {
            " ".join(Path(word).name for word in words): middle(
                partial(command_cost, words, folder), options.rounds
            )
            for words in COMMANDS
        }
        found["run, until it is ready"] = middle(partial(line_cost, folder), options.rounds)
    if options.json:
        print(json.dumps({name: asdict(cost) for name, cost in found.items()}))
        return
    print(f"{'':24} {'seconds':>10} {'processor':>10} {'MiB':>8}")
    for name, cost in found.items():
        print(f"{name:24} {cost.seconds:>10.2f} {cost.processor_seconds:>10.2f} {cost.memory_mib:>8.1f}")


if __name__ == "__main__":
    main()
