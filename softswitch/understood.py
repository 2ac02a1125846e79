"""What a check understood of a configuration: every number, way out and door, one short line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from softswitch.config import Config
from softswitch.transport.own_certificate import own_files
from softswitch.trunks.config import EVERYBODY, RouteConfig, TrunkConfig

MOST_NUMBERS: Final = 50
"""Numbers of ours that are named; a firm that has hundreds knows them from its file."""


def understood(config: Config) -> str:
    """Return what stands in a configuration besides menus and people; "" where that is nothing."""
    parts = (_features, _hours, _trunks, _numbers, _routes, _doors)
    return "\n".join(line for part in parts for line in part(config))


def _features(config: Config) -> Iterator[str]:
    for number, group in config.groups.items():
        how = {"all": "together", "hunt": "one after another"}.get(group.strategy, group.strategy)
        yield f"{number} -> group {group.name or number}: {', '.join(group.members)} ({how})"
    for number, room in config.rooms.items():
        yield f"{number} -> room {room.name or number}{', with a PIN' if room.pin else ''}"
    for name, queue in config.queues.items():
        named = f"{queue.number} -> queue {name}" if queue.number else f"queue {name}, without a number"
        yield f"{named}: {', '.join(queue.agents) or 'nobody'} ({queue.strategy.replace('_', ' ')})"
    if config.parking is not None:
        yield f"{config.parking.number} -> parking, {config.parking.slots}"
    codes = ", ".join(f"{code} {name}" for name, code in config.codes.written())
    if codes:
        yield f"codes: {codes}"


def _hours(config: Config) -> Iterator[str]:
    for name, duty in config.duties.items():
        yield f"{duty.number} -> duty {name}"
    for name, schedule in config.schedules.items():
        week = "; ".join(f"{days} {hours}" for days, hours in schedule.week.items())
        holidays = f"; holidays {schedule.holidays}" if schedule.holidays else ""
        special = f"; special days {len(schedule.special)}" if schedule.special else ""
        yield f"schedule {name}: {week} ({schedule.zone}){holidays}{special}"
    callers = config.callers
    if callers.blocked or callers.vip:
        yield f"callers: blocked {len(callers.blocked)}, straight to a consultant {len(callers.vip)}"
    for name, listed in callers.lists.items():
        when = f", while {listed.schedule} is {' or '.join(listed.during)}" if listed.schedule else ""
        yield f"callers of the list {name} ({len(listed.numbers)}) -> {listed.to}{when}"


def _trunks(config: Config) -> Iterator[str]:
    for name, trunk in config.trunks.items():
        shown = f", shows {trunk.number}" if trunk.number else ""
        yield f"trunk {name}: {_server(trunk)}{_proof(trunk)}{shown}"


def _server(trunk: TrunkConfig) -> str:
    port = "" if trunk.port is None else f":{trunk.port}"
    way = "" if trunk.transport is None else f" over {trunk.transport.upper()}"
    return f"{trunk.host}{port}{way}" + "".join(f", else {other}" for other in trunk.failover)


def _proof(trunk: TrunkConfig) -> str:
    if trunk.registers:
        return f", registers as {trunk.username}"
    return f", proves itself as {trunk.username}" if trunk.username else ", without a password"


def _numbers(config: Config) -> Iterator[str]:
    for number, part in list(config.numbers.items())[:MOST_NUMBERS]:
        by = f" (by trunk {part.trunk})" if part.trunk else ""
        yield f"from outside {number} -> {part.to}{by}"
    if (rest := len(config.numbers) - MOST_NUMBERS) > 0:
        yield f"from outside and {rest} more"


def _routes(config: Config) -> Iterator[str]:
    for index, route in enumerate(config.outbound, 1):
        yield f"route {index}: {route.match} -> {', else '.join(route.trunks)}{_conditions(route)}"
    if config.trunks:
        countries = ", ".join(dict.fromkeys([config.country, *config.allowed_countries]))
        yield f"countries: {countries} (accounts with calls: all call everywhere)"
        yield f"emergency: {', '.join(config.emergency) or 'no number'}"


def _conditions(route: RouteConfig) -> str:
    changed = f", without the first {route.strip}" if route.strip else ""
    changed += f", with {route.prepend} in front" if route.prepend else ""
    only = "" if EVERYBODY in route.allow else f", only for {', '.join(route.allow)}"
    return f"{changed}{only}{', also for callers from outside' if route.from_outside else ''}"


def _doors(config: Config) -> Iterator[str]:
    doors = config.sip.doors
    for door in doors:
        yield f"{door.transport} on port {door.port or 'any'}"
    if doors.certified:
        shown = doors.files or (own_files(config.home),)
        yield f"certificate: {', '.join(_from_here(files.certificate) for files in shown)}"
    by_srtp: Mapping[str, list[str]] = {
        setting: [user for user, part in config.accounts.items() if part.srtp == setting]
        for setting in ("required", "off")
    }
    yield from (f"SRTP {setting}: {', '.join(users)}" for setting, users in by_srtp.items() if users)


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
