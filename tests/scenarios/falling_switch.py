"""A switch that kills itself with SIGKILL at a chosen point: ``softswitch run``, with one function wrapped.

:func:`run` is what its process does. See :class:`Fall` for how a point is written, and ``kill_points`` for
the points. The product knows nothing of it.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import typer.main

from softswitch.cli import app

When = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Fall:
    """Where a process dies: ``module:Class.method``, before it is entered or after it has returned.

    It is the first call in whose arguments or result all of ``seen`` stands, as their ``repr`` has it;
    ``later`` is so many seconds after that. With ``whole`` all processes of the switch die with it, as they
    do when a service is killed or the power fails; else its main process alone.
    """

    where: str
    when: When = "after"
    seen: tuple[str, ...] = ()
    later: float = 0.0
    whole: bool = False

    def arm(self) -> None:
        """Wrap the function. Raises AttributeError and ImportError for one that is not there."""
        module, _, path = self.where.partition(":")
        owner: Any = importlib.import_module(module)
        *outer, name = path.split(".")
        for part in outer:
            owner = getattr(owner, part)
        setattr(owner, name, self._wrapped(inspect.getattr_static(owner, name)))

    def _wrapped(self, function: Callable[..., Any]) -> Callable[..., Any]:
        falling = False

        def passed(*values: object) -> None:
            nonlocal falling
            if not falling and all(any(word in repr(value) for value in values) for word in self.seen):
                falling = True
                self._fall()

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def awaited(*args: Any, **kwargs: Any) -> Any:
                if self.when == "before":
                    passed(*args, *kwargs.values())
                result = await function(*args, **kwargs)
                if self.when == "after":
                    passed(*args, *kwargs.values(), result)
                return result

            return awaited

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            if self.when == "before":
                passed(*args, *kwargs.values())
            result = function(*args, **kwargs)
            if self.when == "after":
                passed(*args, *kwargs.values(), result)
            return result

        return called

    def _fall(self) -> None:
        if self.later:
            threading.Timer(self.later, self._die).start()
        else:
            self._die()

    def _die(self) -> None:
        if self.whole:
            for process in descendants(os.getpid()):
                with contextlib.suppress(ProcessLookupError):  # One may end together with another.
                    os.kill(process, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Process:
    """A process, which no later one of the same number is."""

    number: int
    since: str


def born(number: int) -> Process | None:
    """Return the process of a number, None where there is none or nothing is left of it but its number."""
    fields = _fields(number)
    return None if fields is None or fields[0] == "Z" else Process(number, fields[19])


def _fields(number: int) -> list[str] | None:
    """Return what /proc tells of a process, from its state on (proc(5), ``stat``)."""
    try:
        # The name of a program stands in parentheses, and may hold some itself.
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def descendants(process: int) -> list[int]:
    """Return the processes that one has started, and those that they have, by /proc."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    told = {number: _fields(number) for number in numbers}
    parents = {number: int(fields[1]) for number, fields in told.items() if fields is not None}
    found = [process]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


@functools.cache
def command() -> Callable[[list[str]], object]:
    """Return the command line, which calls functions where they stand when it is called."""
    return typer.main.get_command(app)


def run(config: str, log: str, fall: Fall | None) -> None:
    """Arm the point, if one is named, and run the switch; what it prints goes into the file ``log``."""
    os.setsid()
    with open(log, "ab", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if fall is not None:
        fall.arm()
    command()(["run", "--config", config])
