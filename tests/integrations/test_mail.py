"""Mail against a real server: what it takes, puts off and refuses, and where the line is cut."""

from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from softswitch.integrations.mail import MailChannel
from softswitch.integrations.mail_config import MailboxConfig
from softswitch.outbox.messages import Attachment, Mail, mails, written
from softswitch.outbox.model import Delivery, NotNow, Refused
from tests.fakes.clock import START, FakeClock
from tests.integrations.post import DROP, DROP_AFTER, Post, post_office

KEY = "voicemail:01JABC:mail"
MAIL = Mail(
    to=("biuro@example.com",),
    subject="Wiadomość od 600 100 200: zażółć gęślą jaźń",
    text="Dzień dobry,\nprosimy o telefon.",
    written=START.isoformat(),
)


def box(port: int, **changes: object) -> MailboxConfig:
    given = {"host": "127.0.0.1", "port": port, "security": "none", "from": "centrala@firma.pl"}
    return MailboxConfig.model_validate({**given, "name": "Firma Żółw", "time_limit_s": 5, **changes})


def channel(post: Post, files: Path = Path(), **changes: object) -> MailChannel:
    return MailChannel(box(post.port, **changes), files=files, clock=FakeClock())


def delivery(mail: Mail = MAIL, key: str = KEY) -> Delivery:
    return Delivery(key, "mail:support", written(mail))


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with post_office(Post()) as post:
        sender = channel(post)
        receipt = await sender.deliver(delivery(), 1)
        await sender.close()
    [taken] = post.taken
    assert taken.sender == "centrala@firma.pl"
    assert taken.people == ["biuro@example.com"]
    assert taken.mail["Subject"] == MAIL.subject
    assert taken.mail["From"] == "Firma Żółw <centrala@firma.pl>"
    assert taken.mail.get_content().replace("\r\n", "\n").rstrip() == MAIL.text
    assert "4711" in receipt.reference


async def test_files_go_with_it(tmp_path: Path) -> None:
    (tmp_path / "voicemail").mkdir()
    (tmp_path / "voicemail" / "a.wav").write_bytes(bytes(range(256)) * 50)
    mail = Mail(
        ("a@example.com",),
        "Nagranie",
        "W załączniku.",
        html="<p>W załączniku.</p>",
        attachments=(Attachment("voicemail/a.wav", "wiadomość od Łukasza.wav", "audio/wav"),),
    )
    async with post_office(Post()) as post:
        sender = channel(post, tmp_path)
        await sender.deliver(delivery(mail), 1)
        await sender.close()
    [attached] = post.taken[0].mail.iter_attachments()
    assert attached.get_filename() == "wiadomość od Łukasza.wav"
    assert attached.get_content_type() == "audio/wav"
    assert attached.get_content() == bytes(range(256)) * 50
    shown = post.taken[0].mail.get_body(("html",))
    assert shown is not None
    assert "załączniku" in shown.get_content()


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "gone.wav", "link"])
async def test_no_file_but_the_lines_own_leaves_it(tmp_path: Path, path: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (home / "link").symlink_to(tmp_path / "secret.txt")
    mail = Mail(("a@example.com",), "x", "y", attachments=(Attachment(path),))
    async with post_office(Post()) as post:
        with pytest.raises(Refused, match=r"outside|gone"):
            await channel(post, home).deliver(delivery(mail), 1)
    assert not post.taken


async def test_a_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"x" * 1_000_001)
    mail = Mail(("a@example.com",), "x", "y", attachments=(Attachment("a.wav"),))
    async with post_office(Post()) as post:
        with pytest.raises(Refused, match=r"'a\.wav' has 1000001 octets"):
            await channel(post, tmp_path, largest_megabytes=1).deliver(delivery(mail), 1)


async def test_one_connection_serves_many_mails() -> None:
    async with post_office(Post()) as post:
        sender = channel(post)
        for number in range(5):
            await sender.deliver(delivery(key=f"k{number}"), 1)
        await sender.close()
    assert len(post.taken) == 5
    assert post.connections == 1


async def test_a_kept_connection_that_the_server_has_cut_is_replaced() -> None:
    async with post_office(Post()) as post:
        sender = channel(post)
        await sender.deliver(delivery(key="first"), 1)
        for one in list(post.open):
            assert one.transport is not None
            one.transport.abort()
        await sender.deliver(delivery(key="second"), 1)
        await sender.close()
    assert len(post.taken) == 2
    assert post.connections == 2


async def test_starttls_and_password(server_tls: ssl.SSLContext, trusted: Path) -> None:
    async with post_office(Post(), starttls=server_tls) as post:
        sender = channel(post, security="starttls", user="me", password="secret", authorities=trusted)
        await sender.deliver(delivery(), 1)
        await sender.close()
    assert post.logins == [(b"me", b"secret")]
    assert len(post.taken) == 1


async def test_tls_from_the_first_octet(server_tls: ssl.SSLContext, trusted: Path) -> None:
    async with post_office(Post(), tls=server_tls) as post:
        sender = channel(post, security="tls", user="me", password="secret", authorities=trusted)
        await sender.deliver(delivery(), 1)
        await sender.close()
    assert len(post.taken) == 1


async def test_a_server_without_starttls_gets_no_password() -> None:
    async with post_office(Post()) as post:
        with pytest.raises(NotNow, match="cannot be reached"):
            await channel(post, security="starttls", user="me", password="secret").deliver(delivery(), 1)
    assert not post.logins
    assert not post.taken


async def test_a_certificate_nobody_vouches_for_is_not_believed(server_tls: ssl.SSLContext) -> None:
    async with post_office(Post(), tls=server_tls) as post:
        with pytest.raises(NotNow, match=r"(?i)certificate"):
            await channel(post, security="tls", user="me", password="secret").deliver(delivery(), 1)
    assert not post.logins


async def test_a_wrong_password_waits_for_the_operator_and_is_told_to_nobody(
    server_tls: ssl.SSLContext, trusted: Path
) -> None:
    async with post_office(Post(password=b"another"), starttls=server_tls) as post:
        sender = channel(post, security="starttls", user="me", password="s3cr3t", authorities=trusted)
        with pytest.raises(NotNow, match="does not take user and password") as caught:
            await sender.deliver(delivery(), 1)
        assert "s3cr3t" not in f"{caught.value}{caught.value.__cause__!r}{sender._config!r}"
        assert "s3cr3t" not in repr(box(25, user="me", password="s3cr3t"))
        post.password = b"s3cr3t"
        await sender.deliver(delivery(), 2)
        await sender.close()
    assert len(post.taken) == 1


@pytest.mark.parametrize("step", ["ehlo", "mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("reply", "verdict"),
    [("451 try later", NotNow), ("421 closing", NotNow), ("550 no such thing", Refused), (DROP, NotNow)],
)
async def test_what_the_server_says_at_each_step(step: str, reply: str, verdict: type[Exception]) -> None:
    async with post_office(Post()) as post:
        # EHLO that is refused is followed by HELO, so it is cut there and nowhere else.
        post.says[step] = [DROP if step == "ehlo" else reply]
        sender = channel(post)
        with pytest.raises(NotNow if step == "ehlo" else verdict):
            await sender.deliver(delivery(), 1)
        assert not post.taken
        await sender.deliver(delivery(), 2)
        await sender.close()
    assert len(post.taken) == 1


async def test_a_mail_that_went_unconfirmed_goes_again_as_the_same_letter() -> None:
    async with post_office(Post()) as post:
        post.says["data"] = [DROP_AFTER]
        sender = channel(post)
        with pytest.raises(NotNow):
            await sender.deliver(delivery(), 1)
        await sender.deliver(delivery(), 2)
        await sender.close()
    first, second = post.taken
    assert first.octets == second.octets
    assert len({one.mail["Message-ID"] for one in post.taken}) == 1


async def test_a_server_that_is_down_ten_minutes_gets_it_once() -> None:
    clock = FakeClock()
    post = Post()
    async with post_office(post):
        port = post.port
    sender = MailChannel(box(port), files=Path(), clock=clock)
    mail = Mail(("a@example.com",), "x", "y", written=clock.wall().isoformat())
    down_until = clock.wall() + timedelta(minutes=10)
    tries = 0
    while clock.wall() < down_until:
        tries += 1
        with pytest.raises(NotNow, match="cannot be reached"):
            await sender.deliver(delivery(mail), tries)
        clock.advance(60)
    async with post_office(post, port=port):
        await sender.deliver(delivery(mail), tries + 1)
        await sender.close()
    assert [one.people for one in post.taken] == [["a@example.com"]]


async def test_those_the_server_refuses_do_not_keep_it_from_the_others() -> None:
    mail = Mail(("a@example.com", "gone@example.com", "b@example.com"), "x", "y")
    async with post_office(Post(refuses={"gone@example.com": "550 no such user"})) as post:
        sender = channel(post)
        receipt = await sender.deliver(delivery(mail), 1)
        await sender.close()
    assert [one.people for one in post.taken] == [["a@example.com", "b@example.com"]]
    assert "not to gone@example.com: 550 no such user" in receipt.reference


async def test_of_many_each_gets_it_once_though_one_is_put_off() -> None:
    mail = Mail(("a@example.com", "later@example.com"), "x", "y", written=START.isoformat())
    async with post_office(Post(refuses={"later@example.com": "450 greylisted"})) as post:
        sender = channel(post)
        waiting = []
        for one in mails(KEY, "mail:support", mail):
            try:
                await sender.deliver(one, 1)
            except NotNow:
                waiting.append(one)
        assert [one.people for one in post.taken] == [["a@example.com"]]
        post.refuses.clear()
        for one in waiting:
            await sender.deliver(one, 2)
        await sender.close()
    assert [one.people for one in post.taken] == [["a@example.com"], ["later@example.com"]]
    assert all(one.mail["To"] == "a@example.com, later@example.com" for one in post.taken)


async def test_one_who_is_put_off_puts_off_all_of_one_letter() -> None:
    mail = Mail(("a@example.com", "later@example.com"), "x", "y")
    async with post_office(Post(refuses={"later@example.com": "450 greylisted"})) as post:
        sender = channel(post)
        with pytest.raises(NotNow, match="450 greylisted"):
            await sender.deliver(delivery(mail), 1)
        await sender.close()
    assert not post.taken


@pytest.mark.parametrize(
    "mail",
    [
        Mail((), "x", "y"),
        Mail(("nobody",), "x", "y"),
        Mail(("a@example.com\r\nRCPT TO:<b@example.com>",), "x", "y"),
        Mail(("a@example.com",), "x", "y", reply_to="x@y\r\nBcc: b@example.com"),
    ],
)
async def test_what_cannot_be_addressed_is_refused_at_once(mail: Mail) -> None:
    async with post_office(Post()) as post:
        with pytest.raises(Refused):
            await channel(post).deliver(delivery(mail), 1)
    assert not post.taken


async def test_a_message_that_is_none_is_refused() -> None:
    async with post_office(Post()) as post:
        with pytest.raises(Refused, match="no Mail"):
            await channel(post).deliver(Delivery("k", "mail:x", '{"to": 3}'), 1)


async def test_a_silent_server_costs_no_more_than_the_limit() -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    sender = MailChannel(
        box(server.sockets[0].getsockname()[1], time_limit_s=1), files=Path(), clock=FakeClock()
    )
    began = asyncio.get_running_loop().time()
    with pytest.raises(NotNow, match="cannot be reached"):
        await sender.deliver(delivery(), 1)
    assert asyncio.get_running_loop().time() - began < 5
    await gone.wait()
    server.close()
    await server.wait_closed()
