"""The mails that tell of messages and of requests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import soundfile

from softswitch.errors import SoftswitchError
from softswitch.outbox.messages import Mail, read
from softswitch.voicemail.config import VoicemailConfig
from softswitch.voicemail.files import Files
from softswitch.voicemail.letters import Letters, length
from softswitch.voicemail.model import Message, Request
from tests.fakes.clock import FakeClock
from tests.voicemail.office import speak_into

AT = datetime(2026, 3, 29, 10, 5, tzinfo=UTC)
MESSAGE = Message(
    "01KMSG", "sales", "call", AT, "+48600100200", "Jan Kowalski", "+48221234567", "bank: gate > cards",
    file="01KMSG.wav", seconds=8.2,
)  # fmt: skip


class Known:
    """Customers who are known by their numbers."""

    def __init__(self, fault: Exception | None = None, *, slow: bool = False) -> None:
        self.fault, self.slow = fault, slow

    async def name_of(self, number: str) -> str:
        """See Customers."""
        if self.slow:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        return f"customer {number}"


def letters(home: Path, customers: Any = None, **box: object) -> Letters:
    config = VoicemailConfig.model_validate(
        {
            "boxes": {"sales": {"mail": "sales@example.com", **box}},
            "requests": {"desk": {"mail": ["a@example.com", "b@example.com"], "name": "Sprzedaż",
                                  "language": "pl"}, "quiet": {}},
            "mail_by": "office",
        }
    )  # fmt: skip
    return Letters(config, Files(home, 1), FakeClock(), customers)


async def mail_of(home: Path, message: Message = MESSAGE, **box: object) -> Mail:
    speak_into(home / "voicemail" / "boxes" / "sales" / message.file, 8.2)
    key, (delivery,) = await letters(home, **box).of_message(message)
    assert delivery.key == key == f"voicemail:{message.id}:mail"
    assert delivery.channel == "mail:office"
    return read(delivery.body, Mail)


async def test_caller_time_length_and_the_way_through_menus(tmp_path: Path) -> None:
    mail = await mail_of(tmp_path, name="Sales")
    assert mail.to == ("sales@example.com",)
    assert mail.subject == "Voice message from Jan Kowalski (+48600100200) (0:08)"
    assert mail.text.splitlines() == [
        "For: Sales",
        "From: Jan Kowalski (+48600100200)",
        "When: 2026-03-29 12:05",  # summer time has begun that morning in Warsaw
        "Length: 0:08",
        "Dialled number: +48221234567",
        "Way through menus: bank: gate > cards",
    ]


async def test_in_polish_and_urgent(tmp_path: Path) -> None:
    from dataclasses import replace

    mail = await mail_of(tmp_path, replace(MESSAGE, urgent=True, caller="", caller_name=""), language="pl")
    assert mail.subject == "PILNE: Wiadomość głosowa od nieznany numer (0:08)"
    assert "Droga przez menu: bank: gate > cards" in mail.text


@pytest.mark.parametrize(
    ("form", "kind"), [("wav", "audio/wav"), ("flac", "audio/flac"), ("mp3", "audio/mpeg")]
)
async def test_the_message_goes_with_it(tmp_path: Path, form: str, kind: str) -> None:
    (attached,) = (await mail_of(tmp_path, attach=form)).attachments
    assert attached.type == kind
    assert attached.name == f"2026-03-29_1205_48600100200.{form}"
    path = tmp_path / attached.path
    assert path == tmp_path / "voicemail" / "outgoing" / f"01KMSG.{form}"
    assert soundfile.info(str(path)).duration == pytest.approx(8.2, abs=0.2)


async def test_a_message_may_stay_in_the_switch(tmp_path: Path) -> None:
    assert (await mail_of(tmp_path, attach="none")).attachments == ()


async def test_a_mail_goes_also_where_the_file_cannot_be_had(tmp_path: Path) -> None:
    _, (delivery,) = await letters(tmp_path).of_message(MESSAGE)
    assert read(delivery.body, Mail).attachments == ()


async def test_each_reader_gets_a_letter_of_his_own(tmp_path: Path) -> None:
    key, deliveries = await letters(tmp_path, mail=["a@x.pl", "b@x.pl"], attach="none").of_message(MESSAGE)
    assert [one.key for one in deliveries] == [f"{key}:a@x.pl", f"{key}:b@x.pl"]


async def test_a_box_without_an_address_sends_none(tmp_path: Path) -> None:
    assert await letters(tmp_path, mail=[]).of_message(MESSAGE) == ("", ())


async def test_a_request_names_whom_to_call(tmp_path: Path) -> None:
    request = Request(
        "01KREQ", "desk", "600100200", "+48600100200", "221234567", "call", AT, name="Jan Kowalski"
    )
    first, second = letters(tmp_path).of_request(request)
    assert (first.key, second.key) == (
        "callback:01KREQ:mail:a@example.com",
        "callback:01KREQ:mail:b@example.com",
    )
    mail = read(first.body, Mail)
    assert mail.subject == "Prośba o oddzwonienie: 600100200 (Jan Kowalski)"
    assert mail.text.splitlines() == [
        "Dla: Sprzedaż",
        "Oddzwonić na: 600100200",
        "Klient: Jan Kowalski",
        "Dzwonił z numeru: 221234567",
        "Kiedy: 2026-03-29 12:05",
        "Numer zgłoszenia: 01KREQ",
    ]
    assert letters(tmp_path).of_request(Request("1", "quiet", "1", "1", "1", "c", AT)) == ()


async def test_customers_are_asked_but_never_waited_for(tmp_path: Path) -> None:
    assert await letters(tmp_path, Known()).name_of("600") == "customer 600"
    assert await letters(tmp_path, Known()).name_of("") == ""
    assert await letters(tmp_path, Known(SoftswitchError("gone"))).name_of("600") == ""
    assert await letters(tmp_path, Known(RuntimeError("a fault"))).name_of("600") == ""
    assert await letters(tmp_path, Known(slow=True)).name_of("600") == ""
    assert await letters(tmp_path).name_of("600") == ""


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (8.4, "0:08"), (59.6, "1:00"), (185, "3:05")])
def test_lengths(seconds: float, shown: str) -> None:
    assert length(seconds) == shown
