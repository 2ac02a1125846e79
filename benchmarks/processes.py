"""What the kernel says about processes, and which core each part of a benchmark runs on."""

from __future__ import annotations

import contextlib
import os
import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_USER_TIME, _SYSTEM_TIME = 11, 12
"""Places of utime and stime in ``/proc/PID/stat``, counted behind the command's name (proc(5))."""


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where. On a machine with one core all three are the same, and the figures say little."""

    generator: int
    signalling: int
    worker: int


def choose_cores(available: set[int]) -> Cores:
    """Return the cores of a capacity run.

    The worker has a core of its own, whatever happens: what is measured there is its own lateness.
    Signalling shares the generator's core if there is no third. It is next to idle while calls only
    listen, and what it delays there is the generator, whose lateness is not counted as the switch's.
    """
    cores = sorted(available)
    return Cores(generator=cores[0], signalling=cores[-2] if len(cores) > 2 else cores[0], worker=cores[-1])


def available_cores() -> set[int]:
    """Return the cores this process may run on."""
    return os.sched_getaffinity(0)


def pin(core: int, process: int = 0) -> None:
    """Keep a process (0: this one) and what it starts from now on to one core."""
    os.sched_setaffinity(process, {core})


def allow_many_files() -> None:
    """Raise this process's limit of open files as far as it may: each call is a socket."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def take_precedence() -> None:
    """Run before ordinary programs, as the media worker does, if this process may."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(os.sched_get_priority_min(os.SCHED_RR)))


def cpu_seconds(process: int) -> float:
    """Return the processor time a process has used in all its threads; steps of 10 ms."""
    behind_name = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    return (int(behind_name[_USER_TIME]) + int(behind_name[_SYSTEM_TIME])) / _TICKS_PER_SECOND


def resident_kib(process: int) -> int:
    """Return the memory a process holds, in KiB."""
    return _status(process, "VmRSS")


def preemptions(process: int) -> int:
    """Return how often the main thread of a process had to make room for another program."""
    return _status(process, "nonvoluntary_ctxt_switches")


def _status(process: int, name: str) -> int:
    for line in (_PROC / str(process) / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise ProcessLookupError(f"process {process} has no {name} any more")


def child_running(parent: int, module: str) -> int:
    """Return the process id of the child of ``parent`` that runs ``python -m module``.

    Raises ProcessLookupError when there is none.
    """
    for task in (_PROC / str(parent) / "task").iterdir():
        for child in (task / "children").read_text().split():
            if module in (_PROC / child / "cmdline").read_text().split("\0"):
                return int(child)
    raise ProcessLookupError(f"process {parent} has no child that runs {module}")


def processor() -> str:
    """Return the model of the processor and the number of cores of the machine."""
    model = "unknown processor"
    for line in (_PROC / "cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            model = value.strip()
            break
    return f"{model}, {os.cpu_count()} cores"
