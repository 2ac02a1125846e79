"""What people changed by hand in schedules, duties and lists of callers, kept over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from softswitch.clock import Clock
from softswitch.schedules.model import DutyDay, HandSwitch, ListedCaller, Mode, Shift, SpecialDay
from softswitch.storage.database import Database
from softswitch.storage.moments import read, read_or_never, written, written_or_never
from softswitch.storage.tables import DEFAULT_TENANT
from softswitch.storage.tables.schedules import (
    duty_days,
    listed_callers,
    schedule_switches,
    special_days,
)
from softswitch.storage.write_behind import MAX_QUEUED, Pause, WriteBehind

_KEYS = {
    schedule_switches.name: ("schedule",),
    duty_days.name: ("duty", "day"),
    special_days.name: ("schedule", "day"),
    listed_callers.name: ("list", "number"),
}
"""What a row is known by, besides its tenant."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What a row is to hold from now on; no values where it is to be gone."""

    table: Table
    key: tuple[str, ...]
    values: dict[str, str] | None


class ScheduleStore:
    """Keeps the last state of each. ``save_…`` return at once; :meth:`run` writes behind, in order."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        tenant: str = DEFAULT_TENANT,
        limit: int = MAX_QUEUED,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._behind: WriteBehind[_Change] = WriteBehind(
            database, self._write, what="the schedules", clock=clock, limit=limit, pause=pause
        )

    def save_switch(self, schedule: str, switch: HandSwitch | None) -> None:
        """Let a schedule be switched so from now on, None: not by hand."""
        values = None
        if switch is not None:
            values = {
                "mode": switch.mode.value,
                "by": switch.by,
                "at": written(switch.at),
                "until": written_or_never(switch.until),
                "note": switch.note,
            }
        self._behind.add(_Change(schedule_switches, (schedule,), values))

    def save_duty_day(self, duty: str, day: date, put_in: DutyDay | None) -> None:
        """Let a day of a duty be somebody's from now on, None: as the roster has it."""
        values = None
        if put_in is not None:
            shift = {"main": put_in.shift.main, "spare": put_in.shift.spare}
            values = {**shift, "by": put_in.by, "at": written(put_in.at)}
        self._behind.add(_Change(duty_days, (duty, day.isoformat()), values))

    def save_special_day(self, schedule: str, day: date, put_in: SpecialDay | None) -> None:
        """Let a day of a schedule have these hours from now on, None: those of the configuration."""
        values = None
        if put_in is not None:
            said = {"hours": put_in.hours, "name": put_in.name}
            values = {**said, "by": put_in.by, "at": written(put_in.at)}
        self._behind.add(_Change(special_days, (schedule, day.isoformat()), values))

    def save_caller(self, name: str, number: str, entry: ListedCaller | None) -> None:
        """Let a number be on a list from now on, None: not any more."""
        values = None
        if entry is not None:
            values = {
                "name": entry.name,
                "leads_to": entry.to,
                "otherwise": entry.otherwise,
                "by": entry.by,
                "at": written(entry.at),
            }
        self._behind.add(_Change(listed_callers, (name, number), values))

    async def run(self) -> None:
        """Write until cancelled, then write what is queued. Owned by a task of the composition root."""
        await self._behind.run()

    async def flush(self) -> None:
        """Wait until everything saved so far is on disk."""
        await self._behind.flush()

    async def switches(self) -> tuple[HandSwitch, ...]:
        """Return all hand switches."""
        return tuple(
            HandSwitch(
                row["schedule"],
                Mode(row["mode"]),
                row["by"],
                read(row["at"]),
                read_or_never(row["until"]),
                row["note"],
            )
            for row in await self._rows(schedule_switches)
        )

    async def duty_days(self) -> tuple[DutyDay, ...]:
        """Return all days that were put in."""
        return tuple(
            DutyDay(
                row["duty"],
                date.fromisoformat(row["day"]),
                Shift(row["main"], row["spare"]),
                row["by"],
                read(row["at"]),
            )
            for row in await self._rows(duty_days)
        )

    async def special_days(self) -> tuple[SpecialDay, ...]:
        """Return all days that were given other hours."""
        return tuple(
            SpecialDay(
                row["schedule"],
                date.fromisoformat(row["day"]),
                row["hours"],
                row["by"],
                read(row["at"]),
                row["name"],
            )
            for row in await self._rows(special_days)
        )

    async def callers(self) -> tuple[ListedCaller, ...]:
        """Return all numbers that were put on lists."""
        return tuple(
            ListedCaller(
                row["list"],
                row["number"],
                row["by"],
                read(row["at"]),
                row["name"],
                row["leads_to"],
                row["otherwise"],
            )
            for row in await self._rows(listed_callers)
        )

    async def _rows(self, table: Table) -> list[dict[str, str]]:
        query = select(table).where(table.c.tenant == self._tenant)
        async with self._database.reading() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def _write(self, connection: AsyncConnection, changes: Sequence[_Change]) -> None:
        latest = {(change.table.name, change.key): change for change in changes}
        for table in (schedule_switches, duty_days, special_days, listed_callers):
            names = _KEYS[table.name]
            mine = [change for change in latest.values() if change.table is table]
            if not mine:
                continue
            columns = tuple_(*(table.c[name] for name in names))
            old = table.delete().where(
                table.c.tenant == self._tenant, columns.in_([change.key for change in mine])
            )
            await connection.execute(old)
            fresh = [
                {"tenant": self._tenant, **dict(zip(names, change.key, strict=True)), **change.values}
                for change in mine
                if change.values is not None
            ]
            if fresh:
                await connection.execute(table.insert(), fresh)
