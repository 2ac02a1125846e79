"""The outbox on both databases: once for each key, in order, with its cause or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from softswitch.outbox.model import Delivery, Posted, State
from softswitch.storage.database import Database
from softswitch.storage.outbox_store import KEPT_TRYING, OutboxStore, posting, put
from tests.fakes.clock import START, FakeClock

MAIL = "mail:support"


@pytest.fixture
def store(database: Database, clock: FakeClock) -> OutboxStore:
    return OutboxStore(database, clock)


def mail(key: str, **rest: object) -> Delivery:
    return Delivery(key, MAIL, '{"to": "a@example.com"}', **rest)  # type: ignore[arg-type]


async def keys(store: OutboxStore) -> list[str]:
    return [one.delivery.key for one in await store.due(MAIL)]


async def test_what_is_posted_is_due_in_its_order_on_its_channel(
    store: OutboxStore, clock: FakeClock
) -> None:
    for key in ("c", "a", "b"):
        await store.post([mail(key), Delivery(f"other-{key}", "sms:main", "")])
        clock.advance(0.001)
    found = await store.due(MAIL)
    assert [one.delivery.key for one in found] == ["c", "a", "b"]
    assert found[0].delivery.body == '{"to": "a@example.com"}'
    assert (found[0].state, found[0].attempts, found[0].created) == (State.WAITING, 0, START)
    assert found[0].expires == START + KEPT_TRYING


async def test_what_is_posted_at_once_keeps_its_order(store: OutboxStore) -> None:
    wanted = [f"k{number}" for number in range(50)]
    await store.post([mail(key) for key in wanted])
    assert await keys(store) == wanted


async def test_what_follows_from_something_is_written_with_it(
    store: OutboxStore, database: Database, clock: FakeClock
) -> None:
    follow = posting(lambda number: [mail(f"k{number}"), mail(f"l{number}")], clock)
    async with database.writing() as connection:
        await follow(connection, 7)
    assert await keys(store) == ["k7", "l7"]


async def test_a_key_that_is_known_is_not_written_again_whatever_became_of_it(store: OutboxStore) -> None:
    await store.post([mail("a"), mail("a")])
    await store.settle((await store.due(MAIL))[0], State.DELIVERED)
    await store.post([mail("a"), mail("b")])
    assert await keys(store) == ["b"]


async def test_it_is_written_with_its_cause_or_not_at_all(
    store: OutboxStore, database: Database, clock: FakeClock
) -> None:
    with pytest.raises(RuntimeError):
        await half_way(database, clock)
    assert await keys(store) == []
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM settings"))).scalar_one() == 0


async def half_way(database: Database, clock: FakeClock) -> None:
    async with database.writing() as connection:
        await connection.execute(text("INSERT INTO settings (account, name, value) VALUES ('a', 'b', 'c')"))
        await put(connection, [mail("a")], clock)
        raise RuntimeError("half way")


async def test_what_is_not_due_yet_waits(store: OutboxStore, clock: FakeClock) -> None:
    assert await store.next_due(MAIL) is None
    await store.post([mail("later", due=START + timedelta(minutes=5))])
    assert await keys(store) == []
    assert await store.next_due(MAIL) == START + timedelta(minutes=5)
    clock.advance(300)
    assert await keys(store) == ["later"]


async def test_of_a_lane_only_the_first_is_due_until_it_is_over(store: OutboxStore, clock: FakeClock) -> None:
    for key in ("1", "2"):
        await store.post([mail(key, lane="crm")])
        clock.advance(0.001)
    await store.post([mail("x")])
    assert await keys(store) == ["1", "x"]
    first = (await store.due(MAIL))[0]
    await store.put_off(first, clock.wall() + timedelta(minutes=1), "down")
    assert await keys(store) == ["x"]
    await store.settle((await store.due(MAIL))[0], State.DELIVERED)
    # What waits behind the first does not count, or it would be looked for over and over.
    assert await store.next_due(MAIL) == clock.wall() + timedelta(minutes=1)
    await store.settle(first, State.REFUSED, trouble="no")
    assert await keys(store) == ["2"]


async def test_what_was_read_before_a_try_ended_cannot_be_claimed(store: OutboxStore) -> None:
    await store.post([mail("a"), mail("b")])
    a, b = await store.due(MAIL)
    assert await store.claim(a)
    assert not await store.claim(a)
    await store.settle(a, State.DELIVERED)
    assert not await store.claim(a)
    assert await store.claim(b)


async def test_a_claim_is_seen_after_a_fall(store: OutboxStore) -> None:
    await store.post([mail("a")])
    await store.claim((await store.due(MAIL))[0])
    again = (await store.due(MAIL))[0]
    assert (again.state, again.attempts) == (State.SENDING, 1)


async def test_what_was_delivered_keeps_no_text_and_what_was_refused_does(store: OutboxStore) -> None:
    await store.post([mail("a"), mail("b")])
    for one in await store.due(MAIL):
        state = State.DELIVERED if one.delivery.key == "a" else State.REFUSED
        await store.settle(
            one, state, reference="250 ok", trouble="" if state is State.DELIVERED else "no box"
        )
    done, refused = await found(store, "a"), await found(store, "b")
    assert (done.delivery.body, done.reference, done.settled) == ("", "250 ok", START)
    assert refused.delivery.body
    assert refused.trouble == "no box"


async def found(store: OutboxStore, key: str) -> Posted:
    one = await store.find(key)
    assert one is not None
    return one


async def test_what_is_over_is_not_changed_by_a_late_word(store: OutboxStore) -> None:
    await store.post([mail("a")])
    one = (await store.due(MAIL))[0]
    await store.settle(one, State.DELIVERED)
    await store.put_off(one, START, "late")
    assert (await found(store, "a")).state is State.DELIVERED


async def test_what_was_given_up_can_be_tried_anew(store: OutboxStore) -> None:
    await store.post([mail("a")])
    await store.settle((await store.due(MAIL))[0], State.REFUSED, trouble="no")
    assert await store.revive("a")
    assert await keys(store) == ["a"]
    assert not await store.revive("a")
    assert not await store.revive("unknown")


async def test_the_newest_are_listed_by_state_and_channel(store: OutboxStore, clock: FakeClock) -> None:
    for key in ("a", "b"):
        await store.post([mail(key)])
        clock.advance(1)
    await store.settle((await store.due(MAIL))[0], State.DELIVERED)
    assert [one.delivery.key for one in await store.latest()] == ["b", "a"]
    assert [one.delivery.key for one in await store.latest(states=[State.DELIVERED])] == ["a"]
    assert await store.latest(channel="sms:main") == []


async def test_what_was_settled_long_ago_is_forgotten_in_portions(
    store: OutboxStore, clock: FakeClock
) -> None:
    await store.post([mail(str(number)) for number in range(5)])
    for one in (await store.due(MAIL))[:4]:
        await store.settle(one, State.DELIVERED)
    clock.advance(10)
    assert await store.forget(clock.wall(), limit=3) == 3
    assert await store.forget(clock.wall(), limit=3) == 1
    assert len(await store.latest()) == 1


async def test_firms_do_not_see_each_other(database: Database, clock: FakeClock) -> None:
    ours, theirs = OutboxStore(database, clock, tenant="ours"), OutboxStore(database, clock, tenant="theirs")
    await ours.post([mail("a")])
    assert await theirs.due(MAIL) == []
    assert await theirs.find("a") is None
    await theirs.post([mail("a")])
    await theirs.settle((await theirs.due(MAIL))[0], State.DELIVERED)
    assert await keys(ours) == ["a"]
