"""The usual scanner, SIPVicious, asks us for accounts and guesses a password, and finds neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.commands.defence import Phone, ShutOut
from softswitch.control import ask
from softswitch.events import CredentialsRefused, SourceShutOut
from softswitch.registrar.guesses import MOST_WRONG
from tests.peers import hearing
from tests.peers.programs import LOOPBACK, PeerSilent, Program, require
from tests.peers.room import Room

pytestmark = pytest.mark.peers

ECHO = "600"
SCAN_SECONDS = 20.0
GUESSING_SECONDS = 10.0
"""In ten as in sixty: after the first wrong ones a minute's ban lets none of the others be judged."""
GUESSES_BEFORE = 50
"""Wrong ones before the right one: more than are judged, fewer than are sent in a second."""
GUESSES = 5000


class Scanner:
    """A program of SIPVicious, which keeps its sessions in a folder of its own."""

    def __init__(self, name: str, folder: Path, *words: str) -> None:
        self.program = Program(
            [require(name), *words], log=folder / f"{name}.log", environment={"HOME": str(folder)}
        )

    def ends(self, seconds: float) -> bool:
        """Tell whether it ends by itself in so many seconds."""
        try:
            self.program.wait_end(seconds)
        except PeerSilent:
            return False
        return True

    @property
    def text(self) -> str:
        """Everything it has said."""
        return "\n".join(self.program.lines)


def test_no_account_is_found(room: Room) -> None:
    target = ("-e", "999-1004", "-p", str(room.line.port), LOOPBACK)
    for method in ("REGISTER", "INVITE", "OPTIONS"):
        scanner = Scanner("svwar", room.folder, "--force", "-m", method, *target)
        try:
            assert scanner.ends(SCAN_SECONDS), scanner.text
        finally:
            scanner.program.close()
        assert "found nothing" in scanner.text
        assert "reqauth" not in scanner.text
        assert "noauth" not in scanner.text


def test_no_password_is_found_and_a_phone_at_the_same_address_is_served(own_room: Room) -> None:
    line = own_room.line
    words = own_room.folder / "passwords"
    wrong = [f"guess{number}" for number in range(GUESSES)]
    words.write_text("\n".join([*wrong[:GUESSES_BEFORE], line.password, *wrong[GUESSES_BEFORE:]]) + "\n")
    phone = own_room.pjsua2("1002", speaks=440.0)
    target = ("-p", str(line.port), LOOPBACK)
    scanner = Scanner("svcrack", own_room.folder, "-u", "1001", "-d", str(words), *target)
    try:
        line.wait_event(SourceShutOut, source=LOOPBACK, wrong=MOST_WRONG)
        # The phone knows its password and has registered from its socket: it goes on as if nothing were.
        phone.call(ECHO)
        heard = hearing.read(phone.listen(own_room.folder / "echo.wav", 3.0))
        assert hearing.seconds_heard(heard) > 1.0
        phone.hang_up()
        phone.register()
        scanner.ends(GUESSING_SECONDS)
    finally:
        scanner.program.close()
    assert line.password not in scanner.text
    assert len(line.of_kind(CredentialsRefused)) == MOST_WRONG
    [ban] = ask(line.home, "bans", list[ShutOut])
    assert (ban.source, ban.times) == (LOOPBACK, 1)
    assert [phone.account for phone in ask(line.home, "phones", list[Phone])] == ["1002"]
    # Who was shut out with him can be let in by hand.
    assert ask(line.home, "lift", bool, source=LOOPBACK)
    assert ask(line.home, "bans", list[ShutOut]) == []
    own_room.pjsua2("1001").call(ECHO)
