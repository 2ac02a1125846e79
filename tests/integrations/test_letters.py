"""Mails as octets: read back by the standard library, whatever was put into them."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header
from email.message import EmailMessage
from email.policy import compat32, default
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.integrations.letters import (
    LONGEST_NAME,
    LONGEST_SUBJECT,
    File,
    Letter,
    address,
    message_id,
    one_line,
    write,
)
from tests.fakes.clock import START

HEADERS = {
    "Date",
    "From",
    "To",
    "Message-ID",
    "Subject",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
}


def letter(**changes: object) -> Letter:
    plain = {
        "key": "call.ended:01J:crm",
        "written": START,
        "sender": "centrala@firma.pl",
        "sender_name": "",
        "to": ["a@example.com"],
        "subject": "x",
        "text": "y",
    }
    return Letter(**{**plain, **changes})  # type: ignore[arg-type]


def read(octets: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(octets, policy=default))


def shown_name(octets: bytes) -> str:
    raw = str(message_from_bytes(octets, policy=compat32)["From"])
    pieces = decode_header(raw.rpartition("<")[0].strip().strip('"')) if "<" in raw else []
    return "".join(one if isinstance(one, str) else one.decode(code or "ascii") for one, code in pieces)


@settings(deadline=None)
@given(subject=st.text(max_size=300), name=st.text(max_size=150), text=st.text(max_size=500))
def test_whatever_is_written_is_read_back_and_adds_no_header(subject: str, name: str, text: str) -> None:
    octets = write(letter(subject=subject, sender_name=name, text=text))
    mail = read(octets)
    assert set(mail.keys()) == HEADERS
    assert len(mail.keys()) == len(HEADERS)
    assert mail["Subject"] == one_line(subject, LONGEST_SUBJECT)
    [sender] = mail["From"].addresses
    assert sender.addr_spec == "centrala@firma.pl"
    # The library's own reader of names puts a space between encoded words (against RFC 2047 §6.2).
    assert shown_name(octets) == one_line(name, LONGEST_NAME)
    assert [one.addr_spec for one in mail["To"].addresses] == ["a@example.com"]
    assert not mail.defects
    assert octets.isascii()
    assert all(len(line) <= 78 for line in octets.partition(b"\r\n\r\n")[0].split(b"\r\n"))
    assert b"\n" not in octets.replace(b"\r\n", b"")


@settings(deadline=None)
@given(text=st.text(alphabet="abc ąćęłńóśźż=_-.\n\t€", max_size=3000))
def test_the_text_is_the_same_to_the_letter(text: str) -> None:
    shown = read(write(letter(text=text))).get_content().replace("\r\n", "\n")
    assert shown.rstrip("\n") == text.rstrip("\n")


@settings(deadline=None)
@given(name=st.text(max_size=150), content=st.binary(max_size=300), kind=st.text(max_size=30))
def test_files_are_the_same_to_the_octet_whatever_they_are_called(
    name: str, content: bytes, kind: str
) -> None:
    mail = read(write(letter(files=[File(name, kind, content)])))
    [attached] = mail.iter_attachments()
    assert attached.get_payload(decode=True) == content
    shown = attached.get_filename()
    assert shown
    assert "/" not in shown
    assert set(mail.keys()) <= HEADERS


def test_the_same_message_is_the_same_letter() -> None:
    made = [write(letter(html="<p>y</p>", files=[File("a.wav", "audio/wav", b"1234")])) for _ in range(2)]
    assert made[0] == made[1]


def test_a_letter_of_all_parts() -> None:
    mail = read(
        write(
            letter(
                subject="Faktura nr 7",
                sender_name="Kowalski, Łukasz",
                to=["a@example.com", "b@example.com"],
                reply_to="biuro@firma.pl",
                html="<b>y</b>",
                files=[File("umowa.pdf", "", b"%PDF")],
            )
        )
    )
    assert mail["Subject"] == "Faktura nr 7"
    assert mail["From"].addresses[0].display_name == "Kowalski, Łukasz"
    assert mail["Reply-To"] == "biuro@firma.pl"
    assert mail["Date"].datetime == START
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        ("anna@example.com", "anna@example.com"),
        (" Anna.Nowak+1@Example.COM ", "Anna.Nowak+1@example.com"),
        ("biuro@żółw.pl", "biuro@xn--w-uga1v8h.pl"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_addresses(text: str, wire: str) -> None:
    assert address(text) == wire


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "@example.com",
        "anna@",
        "anna@-example.com",
        "anna@example..com",
        "an na@example.com",
        "łukasz@example.com",
        "a@b@c.pl",
        "a@example.com\nBcc: b@example.com",
        "a@example.com>",
        "a" * 65 + "@example.com",
        "a@" + "b" * 64 + ".pl",
        "a@" + "abc." * 70 + "pl",
        ".a@example.com",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        address(text)


def test_a_message_id_belongs_to_its_key() -> None:
    first = message_id("call.ended:01J:crm", "x@firma.pl")
    assert first == message_id("call.ended:01J:crm", "y@firma.pl")
    assert first.startswith("<call.ended.01J.crm.")
    assert first.endswith("@firma.pl>")
    assert message_id("call.ended:01J.crm", "x@firma.pl") != first
    assert message_id("ż" * 500, "x@firma.pl").isascii()
    assert len(message_id("a" * 500, "x@firma.pl")) < 120
