"""Who calls: blocked callers, callers with a consultant of their own, lists of callers. In memory, no I/O.

Numbers are compared in one spelling (E.164 where it is one), however they were written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from softswitch.schedules.config import HIDDEN, CallerListConfig, CallersConfig
from softswitch.schedules.errors import ScheduleError, UnknownSchedule
from softswitch.schedules.model import ListedCaller, State
from softswitch.schedules.preview import state_word

BLOCKED: Final = "blocked"
VIP: Final = "vip"
ANY: Final = "*"
"""Ends the beginning of numbers: ``+4812*``."""
SHORTEST_RANGE: Final = 3
"""Letters of the shortest beginning: ``+48``. A shorter one would be half the world."""

Spelling = Callable[[str], str]
"""Returns what a number is compared by."""
Changed = Callable[[str, str, ListedCaller | None], None]
"""Told of every change, to be kept: which list, which number, and the entry, or None where it is off."""


@dataclass(frozen=True, slots=True)
class BlockedCaller:
    """His calls are refused."""


@dataclass(frozen=True, slots=True)
class Vip:
    """He is put straight through ``to`` his consultant, else to ``otherwise``, "" for as all others."""

    to: str
    otherwise: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Led:
    """The list named leads him ``to`` another number."""

    list: str
    to: str


Found = BlockedCaller | Vip | Led


def range_of(written: str) -> str:
    """Return the beginning of numbers that a range means, "" for a single number; raise ValueError."""
    if not written.endswith(ANY):
        return ""
    start = "".join(letter for letter in written.removesuffix(ANY) if letter.isdigit() or letter == "+")
    if not start.startswith("+") or len(start) < SHORTEST_RANGE:
        raise ValueError(f"'{written}' is no range: write it with the country's code, +4812*")
    return start


class Numbers:
    """A set of callers: single numbers, beginnings of numbers, and those who hide theirs."""

    def __init__(self, written: Iterable[str], spelling: Spelling) -> None:
        self._spelling = spelling
        self._exact: set[str] = set()
        self._starts: tuple[str, ...] = ()
        for one in written:
            if start := range_of(one):
                self._starts += (start,)
            else:
                self._exact.add(spelling(one))

    def holds(self, number: str) -> bool:
        """Tell whether a number, in the one spelling, is among them."""
        return number in self._exact or (bool(self._starts) and number.startswith(self._starts))


class CallerBook:
    """All lists of callers: those of the configuration, and what was put on them while the switch runs.

    ``state`` says what a schedule says now, ``hidden`` is the number of callers who hide theirs.
    """

    def __init__(
        self,
        config: CallersConfig,
        *,
        spelling: Spelling,
        hidden: str,
        state: Callable[[str], State],
        changed: Changed = lambda name, number, entry: None,
        restored: Iterable[ListedCaller] = (),
    ) -> None:
        self._config = config
        self._state = state
        self._changed = changed

        def spelled(number: str) -> str:
            return hidden if number == HIDDEN else spelling(number)

        self._spelled = spelled
        self._blocked = Numbers(config.blocked, spelled)
        self._vips: dict[str, Vip] = {
            spelled(number): Vip(part.to, part.otherwise or "", part.name)
            for number, part in config.vip.items()
        }
        self._lists: Mapping[str, tuple[CallerListConfig, Numbers, frozenset[str]]] = {
            name: (part, Numbers(part.numbers, spelled), frozenset(map(spelled, part.at)))
            for name, part in config.lists.items()
        }
        self._added: dict[tuple[str, str], ListedCaller] = {
            (one.list, one.number): one for one in restored if one.list in self.names
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The lists there are."""
        return (BLOCKED, VIP, *self._config.lists)

    def look_up(self, caller: str, called: str) -> Found | None:
        """Return what is to become of a caller who has dialled ``called``, None for nothing particular."""
        number = self._spelled(caller)
        if self._blocked.holds(number) or (BLOCKED, number) in self._added:
            return BlockedCaller()
        added = self._added.get((VIP, number))
        vip = self._vips.get(number) if added is None else Vip(added.to, added.otherwise, added.name)
        if vip is not None:
            return vip
        return next(self._led(number, self._spelled(called)), None)

    def _led(self, number: str, called: str) -> Iterator[Led]:
        for name, (part, numbers, at) in self._lists.items():
            if at and called not in at:
                continue
            if not numbers.holds(number) and (name, number) not in self._added:
                continue
            if part.schedule is None or state_word(self._state(part.schedule)) in part.during:
                yield Led(name, part.to)

    def entries(self, name: str) -> tuple[ListedCaller, ...]:
        """Return what was put on a list while the switch runs. Raises UnknownSchedule."""
        self._check(name)
        return tuple(one for (of, _), one in self._added.items() if of == name)

    def add(self, entry: ListedCaller) -> ListedCaller:
        """Put a number on a list, however it is written; return it as it is kept.

        Raises UnknownSchedule, and ScheduleError for what is no single number or a VIP without a consultant.
        """
        self._check(entry.list)
        number = self._spelled(entry.number)
        if not number or ANY in number:
            raise ScheduleError(f"'{entry.number[:40]}' is no single number")
        if (entry.list == VIP) != bool(entry.to):
            raise ScheduleError("a VIP needs the number of his consultant, and nobody else has one")
        kept = ListedCaller(entry.list, number, entry.by, entry.at, entry.name, entry.to, entry.otherwise)
        self._added[kept.list, kept.number] = kept
        self._changed(kept.list, kept.number, kept)
        return kept

    def remove(self, name: str, number: str) -> bool:
        """Take off a number that was put on a list; tell whether it was there. Raises UnknownSchedule."""
        self._check(name)
        found = self._added.pop((name, self._spelled(number)), None)
        if found is not None:
            self._changed(name, found.number, None)
        return found is not None

    def _check(self, name: str) -> None:
        if name not in self.names:
            raise UnknownSchedule(f"there is no list of callers '{name[:40]}', only {', '.join(self.names)}")
