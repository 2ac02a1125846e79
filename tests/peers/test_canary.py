"""Digits typed as PIN and BLIK code by a real phone are found in nothing the switch leaves behind.

The control digits, typed the same way where nothing is secret, are found: the search works.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from argon2 import PasswordHasher

from softswitch import back_office
from softswitch.clock import SystemClock
from softswitch.crm.identity_model import KnownFactors
from softswitch.events import CallerVerified, Event, PaymentChanged, StepTaken
from softswitch.ivr.desks.gate import Gate
from softswitch.money_room import build_gate
from softswitch.payments.config import PaymentsConfig
from softswitch.payments.sandbox.bank import charged_twice
from softswitch.payments.sandbox.journal import read_journal
from softswitch.payments.sandbox.server import Options, Sandbox, running
from softswitch.speech import SpeechConfig
from tests.peers import sounds
from tests.peers.canary import Leak, Search, keys_in, leaks
from tests.peers.inside import InsideSwitch
from tests.peers.programs import Ports
from tests.peers.softphone import SoftPhone, start_pjsua2

CONTROL = "8035291647"
PIN = "6174920358"
CODE = "779401"
TREE = """\
tree: canary
language: en
numbers: ["700"]
start: control
branches:
  control:
    - gather: {variable: control, min: 10, max: 10, not_entered: bad}
    - identify: {factors: [customer_number, pin], refused: bad, locked: bad}
    - pay: {amount: "1,23", purpose: canary, refused: bad, aborted: bad, unknown: bad}
    - hangup
  bad: [hangup]
"""
WAIT_SECONDS = 25.0
QUICK_VOICE = SpeechConfig(chains={"en": ("espeak",), "pl": ("espeak",)})


class Known:
    """One customer with a PIN."""

    kept = KnownFactors("17", "Jan", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PIN))

    async def by_customer_number(self, number: str) -> KnownFactors | None:
        return self.kept if number == "1001" else None

    async def by_calling_number(self, number: str) -> KnownFactors | None:
        return None


@contextmanager
def sandbox_beside(journal: Path) -> Iterator[Sandbox]:
    """Run a sandbox in a thread of its own."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), []
    stop = asyncio.Event()

    async def serve() -> None:
        async with running(Options(journal, api_key="key"), SystemClock()) as sandbox:
            found.append(sandbox)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="sandbox")
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@contextmanager
def written_log(path: Path) -> Iterator[None]:
    """Write everything that anybody logs, however small, into a file among the rest."""
    root, handler = logging.getLogger(), logging.FileHandler(path)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


def wait_for(switch: InsideSwitch, fits: Callable[[Event], bool], what: str) -> None:
    """Wait for an event of the running switch."""
    deadline = time.monotonic() + WAIT_SECONDS
    turn = threading.Event()
    while not any(fits(entry.event) for entry in list(switch.entries)):
        assert time.monotonic() < deadline, f"no {what}: {[entry.event for entry in switch.entries][-8:]}"
        turn.wait(0.05)


def type_keys(phone: SoftPhone, digits: str, method: str, folder: Path) -> None:
    """Press keys on the phone by one of the three methods."""
    if method == "inband":
        tones = sounds.key_tones(digits, on=0.1, off=0.1)
        phone.speak(sounds.write_wav(folder / f"keys{digits.strip('#')}.wav", tones), once=True)
    elif method == "info":
        # A phone sends an INFO a key; all at once are more than anybody types, and the switch drops the rest.
        turn = threading.Event()
        for digit in digits:
            phone.press(digit, method)
            turn.wait(0.15)
    else:
        phone.press(digits, method)


@pytest.mark.peers
@pytest.mark.parametrize("method", ["rfc4733", "info", "inband"])
def test_n10_what_is_typed_in_secret_is_kept_nowhere(
    method: str, tmp_path: Path, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, phones = tmp_path / "home", tmp_path / "phones"
    search = Search(home)
    home.mkdir()
    phones.mkdir()
    tree = tmp_path / "canary.yaml"
    tree.write_text(TREE, encoding="utf-8")

    async def gate(config: object, footing: object, _: object) -> Gate:
        return await build_gate(config, footing, Known())  # type: ignore[arg-type]

    monkeypatch.setattr(back_office, "build_gate", gate)
    with sandbox_beside(home / "bank" / "journal") as sandbox, written_log(home / "debug.log"):
        bank = {"kind": "blik", "url": sandbox.url, "api_key": "key"}
        payments = PaymentsConfig.model_validate({"providers": {"bank": bank}})
        with InsideSwitch(home, trees=(tree,), payments=payments, speech=QUICK_VOICE) as switch:
            phone = start_pjsua2("1001", switch.password, switch.server, ports=ports, folder=phones, sound="")
            try:
                phone.register()
                phone.call("700")
                type_keys(phone, CONTROL, method, phones)
                wait_for(switch, lambda e: isinstance(e, StepTaken) and "gather" in e.step, "control")
                type_keys(phone, f"1001#{PIN}#", method, phones)
                wait_for(switch, lambda e: isinstance(e, CallerVerified), "verified caller")
                waits = "waiting_for_code"
                wait_for(switch, lambda e: isinstance(e, PaymentChanged) and e.state == waits, waits)
                type_keys(phone, CODE, method, phones)
                wait_for(switch, lambda e: isinstance(e, PaymentChanged) and e.state == "paid", "paid")
            finally:
                phone.close()
            # While it runs: what lies in the WAL alone is looked at, too.
            assert search.leaks(PIN, CODE) == {PIN: [], CODE: []}
    there = search.leaks(PIN, CODE, CONTROL)
    assert there[PIN] == there[CODE] == []
    found = {leak.how for leak in there[CONTROL]}
    assert "raw" in found
    assert "one key an event, table events" in found
    assert charged_twice(read_journal(home / "bank" / "journal")) == []


# --- the search itself ---


@pytest.mark.parametrize(
    ("name", "content", "how"),
    [
        ("a.log", b"typed 6174920358 here", "raw"),
        ("a.json", b'["6", "1", "7", "4", "9", "2", "0", "3", "5", "8"]', "apart"),
        ("a.txt", b"6-1-7-4-9-2-0-3-5-8", "apart"),
        (
            "a.wire",
            b"".join(b"Signal=%c\r\nDuration=160\r\n" % digit for digit in PIN.encode()),
            "one key an event",
        ),
        (
            "a.lines",
            b"\n".join(b"caller pressed %c (info)" % digit for digit in PIN.encode()),
            "one key an event",
        ),
        ("pl", "sześć jeden siedem cztery dziewięć dwa zero trzy pięć osiem".encode(), "words (pl)"),
        ("en", b"six, one, seven, four, nine, two, zero, three, five, eight", "words (en)"),
    ],
)
def test_every_way_to_write_them_is_seen(name: str, content: bytes, how: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"before\n" + content + b"\nafter")
    assert how in {leak.how for leak in leaks(tmp_path, PIN)}


def test_a_database_and_its_wal_are_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE events (sequence INTEGER PRIMARY KEY, data TEXT)")
        for digit in PIN:
            database.execute("INSERT INTO events (data) VALUES (?)", (f'{{"digit":"{digit}"}}',))
        database.commit()
        assert "one key an event, table events" in {leak.how for leak in leaks(tmp_path, PIN)}


def test_a_recording_is_listened_to(tmp_path: Path) -> None:
    path = sounds.write_wav(tmp_path / "talk.wav", sounds.key_tones(PIN, on=0.1, off=0.1))
    assert PIN in keys_in(path)[0]
    assert [leak.how for leak in leaks(tmp_path, PIN)] == ["tones"]
    sounds.write_wav(path, sounds.key_tones("123", on=0.1, off=0.1))
    assert leaks(tmp_path, PIN) == []


def test_what_is_heard_of_one_is_what_is_heard_of_it_among_many(tmp_path: Path) -> None:
    keys = ["12", "8035291647", "", "559#", PIN, "0"]
    one_by_one = [
        sounds.write_wav(tmp_path / f"{number}.wav", sounds.key_tones(each, on=0.07, off=0.08))
        for number, each in enumerate(keys)
    ]
    left, right = (sounds.key_tones(each, on=0.1, off=0.1) for each in ("4711", "9*83"))
    soundfile.write(tmp_path / "both.flac", np.stack([left, right], axis=1), sounds.RATE)
    together = keys_in(*one_by_one, tmp_path / "both.flac")
    assert together == [*(f"{each} " for each in keys), "4711 9*83 "]
    assert together == [heard for path in (*one_by_one, tmp_path / "both.flac") for heard in keys_in(path)]
    assert keys_in() == []


def test_a_sound_that_has_changed_is_heard_again(tmp_path: Path) -> None:
    search = Search(tmp_path)
    assert search.leaks(PIN) == {PIN: []}
    path = sounds.write_wav(tmp_path / "talk.wav", sounds.key_tones(CONTROL, on=0.1, off=0.1))
    assert search.leaks(PIN, CONTROL) == {PIN: [], CONTROL: [Leak("talk.wav", "tones")]}
    sounds.write_wav(path, sounds.key_tones(PIN, on=0.1, off=0.1))
    assert search.leaks(PIN, CONTROL) == {PIN: [Leak("talk.wav", "tones")], CONTROL: []}


def test_times_and_longer_numbers_are_no_leak(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(
        "2026-05-04T12:00:00.617492 99617492035899 0.6174920358", encoding="utf-8"
    )
    assert leaks(tmp_path, PIN) == []
    assert leaks(tmp_path, "617492") == []
