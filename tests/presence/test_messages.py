"""Messages between phones: who sends is who proved it, what is said is nobody's business (RFC 3428)."""

from __future__ import annotations

import logging

import pytest

from softswitch.presence.messages import LONGEST_BODY, MOST_PENDING, PATIENCE
from tests.fakes.virtual_time import in_virtual_time, passes
from tests.presence.watcher import ANNA, BARTEK, CELINA, WatchedExchange, Watcher, watched

PLAIN = "Content-Type: text/plain"


def plugged(switch: WatchedExchange, user: str, *hosts: str) -> list[Watcher]:
    """Plug in registered phones."""
    phones = [switch.watcher(user, host) for host in hosts]
    for phone in phones:
        phone.bind()
    return phones


@in_virtual_time
async def test_a_message_reaches_every_phone_of_the_account_unread() -> None:
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        desk, mobile = plugged(switch, "1002", BARTEK, CELINA)
        body = "zażółć \x00 gęślą\r\njaźń"
        kind = "Content-Type: message/cpim; charset=utf-8"
        lines = (kind, "Subject: Hej", "X-Secret: no", "P-Asserted-Identity: <sip:boss@firm>")
        assert await anna.ask("MESSAGE", "1002", *lines, body=body, contact=False) == 200
        assert len(anna.answers) == 1
        assert anna.answers[0].fields.get("Contact") is None
        for phone in (desk, mobile):
            (message,) = phone.got("MESSAGE")
            assert message.body == body.encode()
            assert str(message.content_type) == "message/cpim;charset=utf-8"
            assert message.fields.get("Subject") == "Hej"
            assert message.target == phone.contact
            assert (str(message.from_.uri), message.from_.display) == ("sip:1001@192.0.2.1:5060", "Anna")
            assert message.fields.get("Max-Forwards") == "69"
            for absent in ("Contact", "X-Secret", "P-Asserted-Identity"):
                assert message.fields.get(absent) is None


@in_virtual_time
async def test_nobody_writes_in_anothers_name() -> None:
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        (bartek,) = plugged(switch, "1002", BARTEK)
        # The exchange believes the From's user as if he had proved it; a display name proves nothing.
        await anna.ask("MESSAGE", "1002", PLAIN, "Reply-To: <sip:boss@firm>", body="hello", contact=False)
        (message,) = bartek.got("MESSAGE")
        assert message.fields.get(
            "From",
        ).startswith('"Anna" <sip:1001@192.0.2.1:5060>')  # type: ignore[union-attr]
        assert message.fields.get("Reply-To") is None
        stranger = switch.watcher("4711", CELINA)
        assert await stranger.ask("MESSAGE", "1002", PLAIN, body="hello") == 401
        assert len(bartek.got("MESSAGE")) == 1


@pytest.mark.parametrize(
    ("to", "lines", "body", "forwards", "status"),
    [
        ("4711", (PLAIN,), "x", 70, 404),
        ("1003", (PLAIN,), "x", 70, 480),
        ("1002", (PLAIN,), "x" * LONGEST_BODY, 70, 200),
        ("1002", (PLAIN,), "x" * (LONGEST_BODY + 1), 70, 413),
        ("1002", (PLAIN,), "x", 0, 483),
        ("1002", (PLAIN,), "x", None, 200),
        ("1002", (), "x", 70, 400),
        ("1002", (), "", 70, 200),
        ("1002", (PLAIN, "Require: nosuch"), "x", 70, 420),
        ("gopher:1002", (PLAIN,), "x", 70, 416),
    ],
)
@in_virtual_time
async def test_what_is_passed_on_and_what_is_not(
    to: str, lines: tuple[str, ...], body: str, forwards: int | None, status: int
) -> None:
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        (bartek,) = plugged(switch, "1002", BARTEK)
        assert await anna.ask("MESSAGE", to, *lines, body=body, forwards=forwards, contact=False) == status
        assert len(bartek.got("MESSAGE")) == (status == 200)


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        (200, 486, 200),
        (486, 202, 200),
        (415, 480, 415),
        (401, 408, 480),
        (302, 481, 480),
        (603, 415, 603),
        (415, 603, 603),
    ],
)
@in_virtual_time
async def test_one_phone_that_takes_it_is_enough(one: int, other: int, status: int) -> None:
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        desk, mobile = plugged(switch, "1002", BARTEK, CELINA)
        desk.status["MESSAGE"], mobile.status["MESSAGE"] = one, other
        assert await anna.ask("MESSAGE", "1002", PLAIN, body="x", contact=False) == status
        assert len(anna.answers) == 1


@in_virtual_time
async def test_the_sender_hears_in_time_that_nobody_answers() -> None:
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        (bartek,) = plugged(switch, "1002", BARTEK)
        bartek.status["MESSAGE"] = None
        assert await anna.ask("MESSAGE", "1002", PLAIN, body="x", contact=False) == 0
        await passes(PATIENCE - 1)
        assert anna.answers == []
        await passes(1)
        assert [one.status for one in anna.answers] == [480]
        await passes(20)
        assert len(anna.answers) == 1


@in_virtual_time
async def test_a_silent_phone_does_not_hide_what_another_said() -> None:
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        desk, mobile = plugged(switch, "1002", BARTEK, CELINA)
        desk.status["MESSAGE"], mobile.status["MESSAGE"] = 415, None
        await anna.ask("MESSAGE", "1002", PLAIN, body="x", contact=False)
        await passes(PATIENCE)
        assert [one.status for one in anna.answers] == [415]


@in_virtual_time
async def test_one_account_has_so_many_on_their_way() -> None:
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        (bartek,) = plugged(switch, "1002", BARTEK)
        bartek.status["MESSAGE"] = None
        for _ in range(MOST_PENDING):
            assert await anna.ask("MESSAGE", "1002", PLAIN, body="x", contact=False) == 0
        assert await anna.ask("MESSAGE", "1002", PLAIN, body="x", contact=False) == 480
        assert anna.answers[-1].fields.get("Retry-After") == "2"
        bartek.status["MESSAGE"] = 200
        await passes(40)
        assert await anna.ask("MESSAGE", "1002", PLAIN, body="x", contact=False) == 200


@in_virtual_time
async def test_who_writes_to_himself_means_his_other_phones() -> None:
    async with watched() as switch:
        desk, mobile = plugged(switch, "1001", ANNA, CELINA)
        assert await desk.ask("MESSAGE", "1001", PLAIN, body="x", contact=False) == 200
        assert desk.got("MESSAGE") == []
        assert len(mobile.got("MESSAGE")) == 1


@in_virtual_time
async def test_no_word_of_a_message_is_written_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with watched() as switch:
        (anna,) = plugged(switch, "1001", ANNA)
        (bartek,) = plugged(switch, "1002", BARTEK)
        for status in (200, 500, None):
            bartek.status["MESSAGE"] = status
            await anna.ask("MESSAGE", "1002", PLAIN, "Subject: hush", body="hush", contact=False)
        await passes(40)
        assert "hush" not in caplog.text
        assert "hush" not in repr(switch.entries)
