"""Phones stay where they were over a restart; those that nobody could reach any more are forgotten."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from softswitch.registrar.bindings import Binding
from softswitch.sip.hop import Hop
from softswitch.sip.uri import parse_uri
from softswitch.storage.binding_store import BindingStore
from softswitch.storage.database import Database
from tests.fakes.clock import START, FakeClock
from tests.storage.conftest import Lock, alter, running, seen

UDP = Hop("UDP", "192.0.2.7", 5062, "192.0.2.1", 5060)
TCP = Hop("TCP", "192.0.2.7", 49152, "192.0.2.1", 5060, connection=3)


def phone(account: str = "1001", *, contact: str = "sip:1001@192.0.2.7:5062", hop: Hop = UDP) -> Binding:
    return Binding(
        account=account,
        contact=parse_uri(contact),
        hop=hop,
        call_id="a1b2@phone",
        cseq=17,
        expires_at=START.timestamp() + 600.5,
        q=700,
        instance="urn:uuid:5e4d",
        user_agent='Phone "X" 1.0',
        behind_nat=False,
    )


@pytest.fixture
def store(database: Database, clock: FakeClock) -> BindingStore:
    return BindingStore(database, clock)


async def test_all_of_a_binding_comes_back_in_its_order(store: BindingStore, database: Database) -> None:
    first = phone(contact="sip:10%3001;x=1@[2001:db8::7]:5062;transport=udp;ob?X=1")
    second = replace(phone(contact="tel:+48221234567"), behind_nat=True, cseq=2**31 - 1, q=0)
    async with running(store.run):
        store.save("1001", (second, first))
        store.save("1002", (phone("1002"),))
        await store.flush()
    assert await BindingStore(database, FakeClock()).load() == {
        "1001": (second, first),
        "1002": (phone("1002"),),
    }


async def test_a_new_set_replaces_the_old_one(store: BindingStore, database: Database) -> None:
    other = phone(contact="sip:1001@192.0.2.8")
    async with running(store.run):
        store.save("1001", (phone(), other))
        await store.flush()
        store.save("1001", (other,))
        await store.flush()
        assert await store.load() == {"1001": (other,)}
        store.save("1001", ())
        await store.flush()
        assert await store.load() == {}
    assert await seen(database, "SELECT * FROM bindings") == []


async def test_only_the_newest_set_is_written(store: BindingStore) -> None:
    for cseq in range(1000):
        store.save("1001", (replace(phone(), cseq=cseq),))
    async with running(store.run):
        await store.flush()
        assert await store.load() == {"1001": (replace(phone(), cseq=999),)}


async def test_a_set_that_comes_while_the_disk_is_away_is_the_one_kept(
    database: Database, clock: FakeClock, file: Path
) -> None:
    lock = Lock(file)

    async def pause(seconds: float) -> None:
        store.save("1001", (replace(phone(), cseq=18),))
        store.save("1002", (phone("1002"),))
        lock.release()

    store = BindingStore(database, clock, pause=pause)
    store.save("1001", (phone(),))
    async with running(store.run):
        await store.flush()
    assert await store.load() == {"1001": (replace(phone(), cseq=18),), "1002": (phone("1002"),)}


async def test_what_expired_meanwhile_is_left_out(store: BindingStore, clock: FakeClock) -> None:
    longer = replace(phone(), expires_at=START.timestamp() + 3600)
    async with running(store.run):
        store.save("1001", (phone(), longer))
        store.save("1002", (phone("1002"),))
        await store.flush()
    clock.advance(601)
    assert await store.load() == {"1001": (longer,)}


async def test_what_cannot_be_read_does_not_hide_the_rest(
    store: BindingStore, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(store.run):
        for account in ("1001", "1002", "1003"):
            store.save(account, (phone(account),))
        await store.flush()
    await alter(database, "UPDATE bindings SET contact = 'nowhere' WHERE account = '1001'")
    await alter(database, "UPDATE bindings SET data = '{}' WHERE account = '1002'")
    assert list(await store.load()) == ["1003"]
    assert caplog.text.count("cannot be read") == 2


async def test_a_binding_that_cannot_be_encoded_costs_only_itself(
    store: BindingStore, caplog: pytest.LogCaptureFixture
) -> None:
    odd = replace(phone(contact="sip:1001@192.0.2.8"), call_id="\udcff")
    async with running(store.run):
        store.save("1001", (odd, phone()))
        store.save("1002", (phone("1002"),))
        await store.flush()
    assert await store.load() == {"1001": (phone(),), "1002": (phone("1002"),)}
    assert caplog.text.count("rows of the registrations refused and lost") == 1
    assert "Traceback" not in caplog.text


async def test_no_stream_number_outlives_the_process(store: BindingStore) -> None:
    listening = phone(contact="sip:1001@192.0.2.7:5070;transport=tcp", hop=TCP)
    async with running(store.run):
        store.save("1001", (listening,))
        store.save("1002", (replace(listening, account="1002", behind_nat=True),))
        await store.flush()
    reopened = replace(TCP, port=5070, connection=None)
    assert await store.load() == {"1001": (replace(listening, hop=reopened),)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    user=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20),
    agent=st.text(st.characters(codec="utf-8"), max_size=40),
)
async def test_whatever_a_phone_calls_itself_comes_back(store: BindingStore, user: str, agent: str) -> None:
    contact = parse_uri("sip:x@192.0.2.7:5062;line=" + "".join(f"%{byte:02X}" for byte in user.encode()))
    binding = replace(phone(), contact=contact, user_agent=agent)
    store.save("1001", (binding,))
    async with running(store.run):
        await store.flush()
    assert await store.load() == {"1001": (binding,)}
