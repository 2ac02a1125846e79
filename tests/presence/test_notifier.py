"""Subscriptions through the whole exchange: who may, for how long, what comes, how it ends."""

from __future__ import annotations

import logging

import pytest

from softswitch.presence.config import PresenceConfig
from softswitch.presence.mailboxes import Counts
from tests.fakes.exchange import talking
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.presence.watcher import ANNA, BARTEK, CELINA, watched

SUMMARY = "message-summary"


@in_virtual_time
async def test_a_subscription_is_answered_and_told_the_state_at_once() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        assert await anna.subscribe("message-summary;id=4", "1001", "Accept: */*") == 200
        answer = anna.answers[-1]
        assert answer.expires == 600
        assert answer.fields.get("Contact") == "<sip:192.0.2.1:5060>"
        assert "SUBSCRIBE" in (answer.fields.get("Allow") or "")
        (notify,) = anna.notifies
        assert notify.fields.get("Event") == "message-summary;id=4"
        assert notify.fields.get("Subscription-State") == "active;expires=600"
        assert notify.fields.get("Content-Type") == "application/simple-message-summary"
        assert notify.from_.tag == answer.to.tag
        assert notify.to.tag == "1001"
        assert notify.target == anna.contact


@pytest.mark.parametrize(
    ("event", "of", "lines", "status", "field", "value"),
    [
        ("nonsense", "1001", (), 489, "Allow-Events", "message-summary, dialog"),
        (SUMMARY, "1001", ("Accept: text/plain",), 406, "Accept", "application/simple-message-summary"),
        (SUMMARY, "1002", (), 403, "", ""),
        (SUMMARY, "4711", (), 404, "", ""),
        (SUMMARY, "1001", ("Require: eventlist",), 420, "Unsupported", "eventlist"),
        ("dialog;call-id=x;to-tag=y", "1002", (), 403, "", ""),
    ],
)
@in_virtual_time
async def test_what_is_refused(
    event: str, of: str, lines: tuple[str, ...], status: int, field: str, value: str
) -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        assert await anna.subscribe(event, of, *lines) == status
        assert value in (anna.answers[-1].fields.get(field) or "")
        assert anna.notifies == []


@in_virtual_time
async def test_strangers_and_those_without_event_or_contact_are_refused() -> None:
    async with watched() as switch:
        stranger = switch.watcher("4711", ANNA)
        assert await stranger.subscribe("dialog", "1001") == 401
        anna = switch.watcher("1001", ANNA)
        assert await anna.ask("SUBSCRIBE", "1001") == 489
        assert await anna.ask("SUBSCRIBE", "1001", "Event: dialog", contact=False) == 400
        assert await anna.ask("SUBSCRIBE", "gopher:1001", "Event: dialog") == 416


@in_virtual_time
async def test_whose_account_is_private_is_watched_by_his_own_and_by_those_named() -> None:
    async with watched(PresenceConfig(watch={"1002": ("1003",)})) as switch:
        for user, host, status in (("1001", ANNA, 403), ("1002", BARTEK, 200), ("1003", CELINA, 200)):
            assert await switch.watcher(user, host).subscribe("dialog", "1002") == status


@pytest.mark.parametrize(
    ("asked", "status", "granted"), [(None, 200, 600), (86_400, 200, 600), (60, 200, 60), (29, 423, 0)]
)
@in_virtual_time
async def test_how_long_it_lasts(asked: int | None, status: int, granted: int) -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        assert await anna.subscribe("dialog", "1002", expires=asked) == status
        if status == 423:
            assert anna.answers[-1].fields.get("Min-Expires") == "30"
            return
        assert anna.answers[-1].expires == granted
        await passes(granted - 1)
        assert anna.states == ["active"]
        await passes(2)
        assert anna.states == ["active", "terminated;reason=timeout"]
        assert len(switch.presence.notifier) == 0
        assert await anna.subscribe("dialog", "1002", again=True) == 481


@in_virtual_time
async def test_a_refresh_prolongs_it_and_brings_the_state_and_zero_ends_it() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        await anna.subscribe("dialog", "1002", expires=60)
        await passes(50)
        assert await anna.subscribe("dialog", "1002", expires=60, again=True) == 200
        await passes(50)
        assert anna.states == ["active", "active"]
        assert 'version="1"' in anna.bodies[1]
        assert await anna.subscribe("presence", "1002", again=True) == 489
        assert await anna.subscribe("dialog", "1002", expires=20, again=True) == 423
        assert await anna.subscribe("dialog", "1002", expires=0, again=True) == 200
        assert anna.states[2:] == ["terminated;reason=timeout"]
        assert len(switch.presence.notifier) == 0


@in_virtual_time
async def test_other_requests_in_its_dialog_are_refused() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        await anna.subscribe("dialog", "1002")
        answer = anna.answers[-1]
        assert await anna.ask("INFO", "1002", call_id=answer.call_id, to_tag=answer.to.tag) == 405


@in_virtual_time
async def test_the_state_can_be_fetched_once() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        assert await anna.subscribe("presence", "1002", expires=0) == 200
        assert anna.answers[-1].expires == 0
        assert anna.states == ["terminated;reason=timeout"]
        assert "closed" in anna.bodies[0]
        assert len(switch.presence.notifier) == 0


@in_virtual_time
async def test_changes_are_told_once_a_second_and_the_last_counts() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        await anna.subscribe(SUMMARY, "1001")
        for number in range(1, 11):
            switch.presence.mailboxes.set("1001", Counts(new=number))
            await passes(0.25)
        await passes(2)
        counted = [body.split("Voice-Message: ")[1].split("/")[0] for body in anna.bodies]
        assert counted[0] == "0"
        assert counted[-1] == "10"
        assert len(counted) <= 5
        assert all(later - before >= 1 for before, later in zip(anna.at, anna.at[1:], strict=False))


@in_virtual_time
async def test_one_notify_is_out_at_a_time_and_a_phone_that_is_gone_ends_its_subscription() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        await anna.subscribe(SUMMARY, "1001")
        anna.status["NOTIFY"] = None
        for number in (1, 2, 3):
            switch.presence.mailboxes.set("1001", Counts(new=number))
            await passes(5)
        assert len(anna.notifies) == 2
        await passes(30)
        assert len(switch.presence.notifier) == 0
        switch.presence.mailboxes.set("1001", Counts(new=4))
        await passes(5)
        assert len(anna.notifies) == 2


@in_virtual_time
async def test_a_phone_that_has_forgotten_its_subscription_ends_it() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        await anna.subscribe(SUMMARY, "1001")
        anna.status["NOTIFY"] = 481
        switch.presence.mailboxes.set("1001", Counts(new=1))
        await passes(2)
        assert len(switch.presence.notifier) == 0
        assert switch.stack.sizes()["dialogs"] == 0


@in_virtual_time
async def test_a_phone_that_is_starting_is_told_again() -> None:
    async with watched() as switch:
        anna = switch.watcher("1001", ANNA)
        anna.status["NOTIFY"] = 500
        await anna.subscribe(SUMMARY, "1001")
        anna.status["NOTIFY"] = 200
        await passes(6)
        assert anna.states == ["active", "active"]


@in_virtual_time
async def test_there_are_only_so_many_for_one_and_for_all() -> None:
    async with watched(PresenceConfig(per_account=2, in_all=3)) as switch:
        anna, bartek = switch.watcher("1001", ANNA), switch.watcher("1002", BARTEK)
        assert [await anna.subscribe("dialog", "1002") for _ in range(3)] == [200, 200, 403]
        assert [await bartek.subscribe("dialog", "1001") for _ in range(2)] == [200, 503]
        assert bartek.answers[-1].fields.get("Retry-After") == "5"
        await passes(700)
        assert await anna.subscribe("dialog", "1002") == 200


@in_virtual_time
async def test_when_the_switch_stops_everybody_is_told_to_come_again() -> None:
    async with watched() as switch:
        anna, bartek = switch.watcher("1001", ANNA), switch.watcher("1002", BARTEK)
        await anna.subscribe("dialog", "1002")
        # Also who has not answered yet.
        bartek.status["NOTIFY"] = None
        await bartek.subscribe("presence", "1001")
        bartek.status["NOTIFY"] = 200
        switch.presence.close()
        await passes(0.1)
        assert anna.states[-1] == bartek.states[-1] == "terminated;reason=deactivated"
        assert await anna.subscribe("dialog", "1002") == 503


@in_virtual_time
async def test_a_fault_in_a_document_ends_one_subscription(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    async with watched() as switch:
        anna, bartek = switch.watcher("1001", ANNA), switch.watcher("1002", BARTEK)
        await anna.subscribe(SUMMARY, "1001")
        await bartek.subscribe("presence", "1001")
        broken = switch.presence.notifier._packages[SUMMARY]
        object.__setattr__(broken, "counts_of", lambda user: 1 / 0)
        switch.presence.mailboxes.set("1001", Counts(new=1))
        await passes(2)
        assert len(switch.presence.notifier) == 1
        assert "message-summary ends for a fault" in caplog.text


@in_virtual_time
async def test_a_hundred_lamps_change_with_a_call() -> None:
    async with watched() as switch:
        celina = switch.watcher("1003", CELINA)
        for _ in range(100):
            assert await celina.subscribe("dialog", "1002") == 200
        before = len(celina.notifies)
        anna, _ = await talking(switch)
        await passes(3)
        assert len(celina.notifies) - before >= 200
        assert all("<state>confirmed</state>" in body for body in celina.bodies[-100:])
        anna.hang_up()
        await passes(3)
        assert all("<state>terminated</state>" in body for body in celina.bodies[-100:])
