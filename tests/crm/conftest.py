"""Customers in a database of the test's own, and the service that asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from softswitch.crm.service import Customers
from softswitch.storage.contact_store import ContactStore
from softswitch.storage.customer_store import CustomerStore
from softswitch.storage.database import Database
from tests.crm.reading_rules import RULES
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(blank(tmp_path / "softswitch.db"))
    yield opened
    await opened.close()


@pytest.fixture
def store(database: Database) -> CustomerStore:
    return CustomerStore(database)


@pytest.fixture
def history(database: Database) -> ContactStore:
    return ContactStore(database)


@pytest.fixture
async def customers(
    store: CustomerStore, history: ContactStore, clock: FakeClock
) -> AsyncIterator[Customers]:
    service = Customers(store, history, RULES, clock)
    yield service
    await service.close()
