"""What is impossible in schedules, duties and lists, though each part by itself is right."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from softswitch.schedules.callers import range_of
from softswitch.schedules.config import HIDDEN, DutyConfig, SchedulesConfig

Finding = tuple[str, str]
"""Dotted path of the part, and what is wrong with it."""


def schedule_faults(
    config: SchedulesConfig,
    accounts: Collection[str],
    claimed: Mapping[str, str],
    *,
    leads_inside: Collection[str],
    spelling: Callable[[str], str],
) -> Iterator[Finding]:
    """Yield every fault.

    ``claimed`` names what else has a number: ``{"200": "the menu 'demo'"}``. ``leads_inside`` are all numbers
    that lead somewhere without a trunk, ``spelling`` returns what numbers are compared by.
    """
    duties = {duty.number for duty in config.duties.values()}
    inside = {*leads_inside, *duties}
    yield from _keys(config, accounts)
    yield from _numbers(config, claimed)
    for name, duty in config.duties.items():
        yield from _duty(f"duties.{name}", duty, accounts, inside)
    yield from _lists(config, inside)
    yield from _written_twice(config, spelling)


def _keys(config: SchedulesConfig, accounts: Collection[str]) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for name, part in config.schedules.items():
        where = f"schedules.{name}"
        if part.key is not None and taken.setdefault(part.key, name) != name:
            yield f"{where}.key", f"{part.key} is the key of {taken[part.key]} already"
        for user in part.may_switch:
            if user not in accounts:
                yield f"{where}.may_switch", f"there is no account {user}"


def _numbers(config: SchedulesConfig, claimed: Mapping[str, str]) -> Iterator[Finding]:
    """Find numbers that mean two things: only one of them could ever be called."""
    taken = dict(claimed)
    codes = config.schedule_codes.written() if config.schedules else ()
    wanted = [
        *((f"duties.{name}.number", duty.number, f"the duty {name}") for name, duty in config.duties.items()),
        *((f"schedule_codes.{name}", code, f"the code {name}") for name, code in codes),
    ]
    for where, number, what in wanted:
        if number in taken:
            yield where, f"{number} is also the number of {taken[number]}: give one of the two another"
        else:
            taken[number] = what


def _duty(
    where: str, duty: DutyConfig, accounts: Collection[str], inside: Collection[str]
) -> Iterator[Finding]:
    if duty.by is not None and duty.by not in accounts:
        yield f"{where}.by", f"there is no account {duty.by}"
    shifts = [
        *((f"week.{days}", shift) for days, shift in duty.week.items()),
        *((f"days.{days}", shift) for days, shift in duty.days.items()),
    ]
    named = [
        *((f"{place}.main", shift.main) for place, shift in shifts),
        *((f"{place}.spare", shift.spare) for place, shift in shifts),
        ("otherwise", duty.otherwise),
    ]
    for place, number in named:
        if number == duty.number:
            yield f"{where}.{place}", "is the duty itself"
        elif number is not None and number not in inside and duty.by is None:
            reason = (
                f"{number} is no number of the switch: say with whose rights it is called outside "
                "(by: ACCOUNT)"
            )
            yield f"{where}.{place}", reason


def _lists(config: SchedulesConfig, inside: Collection[str]) -> Iterator[Finding]:
    callers = config.callers
    named = [
        *((f"vip.{number}.to", part.to) for number, part in callers.vip.items()),
        *((f"vip.{number}.otherwise", part.otherwise) for number, part in callers.vip.items()),
        *((f"lists.{name}.to", part.to) for name, part in callers.lists.items()),
    ]
    for place, number in named:
        if number is not None and number not in inside:
            yield f"callers.{place}", f"leads to {number}, which is no number of the switch"
    for name, part in callers.lists.items():
        if part.schedule is not None and part.schedule not in config.schedules:
            yield f"callers.lists.{name}.schedule", f"there is no schedule {part.schedule}"


def _written_twice(config: SchedulesConfig, spelling: Callable[[str], str]) -> Iterator[Finding]:
    """Find ranges that are none, and callers who stand in one list twice, written in two ways."""
    callers = config.callers
    places = {
        "callers.blocked": callers.blocked,
        "callers.vip": tuple(callers.vip),
        **{f"callers.lists.{name}.numbers": part.numbers for name, part in callers.lists.items()},
    }
    for where, numbers in places.items():
        seen: dict[str, str] = {}
        for number in numbers:
            try:
                start = range_of(number)
            except ValueError as error:
                yield where, str(error)
                continue
            if start and where == "callers.vip":
                yield where, f"{number} is a range: a consultant of his own has a single caller"
            same = start or (number if number == HIDDEN else spelling(number))
            if same in seen:
                yield where, f"{number} stands here twice, also as {seen[same]}"
            seen[same] = number
