"""Who asked for what, on disk."""

from __future__ import annotations

from dataclasses import replace

from softswitch.ids import make_id
from softswitch.storage.audit_store import AuditStore
from softswitch.storage.database import Database
from softswitch.web.model import AuditEntry
from tests.fakes.clock import FakeClock
from tests.storage.conftest import running


def entry(clock: FakeClock, token: str = "T") -> AuditEntry:
    at = clock.wall()
    return AuditEntry(make_id(at), at, token, "crm", "", "127.0.0.1", "GET", "/v1/me", 200, "")


async def test_entries_are_read_newest_first_and_by_what_is_asked(
    database: Database, clock: FakeClock
) -> None:
    store = AuditStore(database, clock)
    kept = []
    for number in range(6):
        kept.append(entry(clock, token="T" if number % 2 else "U"))
        clock.advance(60)
    async with running(store.run):
        for one in kept:
            store.keep(one)
        await store.flush()
        assert await store.latest(limit=10) == kept[::-1]
        assert await store.latest(token="T", limit=10) == [kept[5], kept[3], kept[1]]
        assert await store.latest(since=kept[2].at, until=kept[3].at, limit=10) == [kept[3], kept[2]]
        assert await store.latest(before=kept[2].id, limit=1) == [kept[1]]
        other = AuditStore(database, clock, tenant="other")
        assert await other.latest(limit=10) == []


async def test_what_is_old_is_forgotten(database: Database, clock: FakeClock) -> None:
    store = AuditStore(database, clock)
    async with running(store.run):
        old = entry(clock)
        store.keep(old)
        clock.advance(3600)
        new = replace(entry(clock), status=404, code="not_found")
        store.keep(new)
        await store.flush()
        assert await store.forget(new.at) == 1
        assert await store.forget(new.at) == 0
        assert await store.latest(limit=10) == [new]
