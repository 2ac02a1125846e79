"""The gateway that comes with the lines to try: it prints what it takes, and refuses what it cannot take."""

from __future__ import annotations

import json
import re
import signal
import smtplib
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from softswitch.demo import TREES
from softswitch.demo_lines import GATEWAY

PROGRAM = [sys.executable, str(TREES / GATEWAY)]


class Gateway:
    """The running program, and what it prints."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "--texts", "0", "--mails", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        where = re.fullmatch(r"text messages at 127.0.0.1:(\d+), mails at 127.0.0.1:(\d+)", self.line())
        assert where is not None
        self.texts, self.mails = int(where[1]), int(where[2])

    def line(self) -> str:
        """Return the next line that is printed."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def post(self, body: bytes) -> int:
        """Hand over a text message; return the status."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.texts}/messages", data=body, method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    # Ctrl-C ends it without a word.
    made.process.send_signal(signal.SIGINT)
    assert made.process.communicate(timeout=10) == ("", "")
    assert made.process.returncode == 0


def test_it_prints_text_messages_and_refuses_what_is_none(gateway: Gateway) -> None:
    told = {"to": "+48600100200", "from": "Maszyny", "text": "Łąka", "id": "7"}
    assert gateway.post(json.dumps(told).encode()) == 204
    assert gateway.line() == "text message to +48600100200 from Maszyny: Łąka"
    for wrong in (b"", b"to=1", b"[]", b'{"to": "1"}'):
        with pytest.raises(urllib.error.HTTPError, match="400") as refused:
            gateway.post(wrong)
        refused.value.close()


def test_it_prints_mails_with_their_words_and_files(gateway: Gateway) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "c@d.example", "Wiadomość głosowa"
    mail.set_content("Dzień dobry.\n.z kropką\n")
    mail.add_attachment(b"x" * 3000, maintype="audio", subtype="mpeg", filename="glos.mp3")
    with smtplib.SMTP("127.0.0.1", gateway.mails, timeout=5) as server:
        server.send_message(mail)
    assert [gateway.line() for _ in range(4)] == [
        "mail to c@d.example: Wiadomość głosowa",
        "    Dzień dobry.",
        "    .z kropką",
        "    with glos.mp3",
    ]


def test_a_port_that_is_taken_is_told_in_a_sentence(gateway: Gateway) -> None:
    second = subprocess.run(
        [*PROGRAM, "--texts", str(gateway.texts), "--mails", "0"], capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert second.stderr.startswith("cannot listen on 127.0.0.1, port ")
    assert second.stderr.count("\n") == 1
