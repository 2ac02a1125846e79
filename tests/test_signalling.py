"""The signalling side, in whole switches: accounts, phones of before, strangers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from softswitch import app, control, signalling
from softswitch.app import Notices, running
from softswitch.commands.defence import Phone
from softswitch.config import AccountConfig, Config
from softswitch.events import PhoneUnregistered, SourceSilenced
from softswitch.registrar.bindings import Binding
from softswitch.registrar.guard import Shares
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.duty import DutyDestination
from softswitch.schedules.figures import HoursFigures
from softswitch.sip.digest import MD5, SHA256, authorize, ha1
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.sdes import Protection
from softswitch.sip.uri import SipUri
from softswitch.storage.binding_store import BindingStore
from softswitch.storage.database import Database
from softswitch.storage.place import FILE as DATABASE
from softswitch.transport import strangers
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock
from tests.fakes.home_line import Diary, local
from tests.fakes.patience import PATIENCE
from tests.test_listening import QUESTION

# Accounts


def test_an_account_is_known_by_its_password_or_by_its_hashes() -> None:
    config = Config(
        accounts={
            "1001": AccountConfig(password="secret", name="Anna", language="pl", srtp="required"),
            "1002": AccountConfig(ha1="a" * 32),
            "1003": AccountConfig(ha1="c" * 32, ha1_sha256="b" * 64),
        }
    )
    accounts = signalling._accounts(config)
    assert {algorithm: accounts.secret("1001", algorithm) for algorithm in (MD5, SHA256)} == {
        algorithm: ha1(algorithm, "1001", "softswitch", "secret") for algorithm in (MD5, SHA256)
    }
    assert accounts.get("1002").secrets == {MD5: "a" * 32}  # type: ignore[union-attr]
    assert accounts.get("1003").secrets == {MD5: "c" * 32, SHA256: "b" * 64}  # type: ignore[union-attr]
    anna = accounts.get("1001")
    assert anna is not None
    assert (anna.name, anna.language) == ("Anna", "pl")
    assert accounts.protection("1001") is Protection.REQUIRED
    assert {accounts.protection("1002"), accounts.protection("nobody")} == {Protection.OFFERED}


async def test_phones_of_before_the_restart_are_known_until_they_expire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SWEEP_SECONDS", 0.001)
    clock, diary = FakeClock(), Diary()
    binding = Binding(
        "1001",
        SipUri("192.0.2.9", "1001", 5062),
        Hop("UDP", "192.0.2.9", 5062, "192.0.2.1", 5060),
        "c1",
        1,
        clock.wall().timestamp() + 60,
    )
    database = await Database.open(blank(tmp_path / DATABASE))
    store = BindingStore(database, clock)
    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(store.run())
        store.save("1001", (binding,))
        await store.flush()
        writing.cancel()
    await database.close()
    accounts = {"1001": AccountConfig(password="x")}
    async with running(
        local(tmp_path, accounts=accounts), clock=clock, notices=Notices(event=diary.tell)
    ) as switch:
        # Where it is stays; from where we call it is where we are now.
        hop = Hop("UDP", "192.0.2.9", 5062, "127.0.0.1", switch.port)
        assert switch.signalling.registrar.bindings("1001") == (replace(binding, hop=hop),)
        assert len(switch.signalling.presence.qualifier) == 1
        clock.advance(61)
        expired = (await diary.until(PhoneUnregistered)).event
        assert expired == PhoneUnregistered("1001", "sip:1001@192.0.2.9:5062", "expired")
        assert len(switch.signalling.presence.qualifier) == 0


# Strangers

STRANGER = "127.0.0.77"
FLOOD = 150
"""Twice what a stranger is heard with, and answers for it that a socket's buffer holds."""


class Stranger:
    """A socket at an address that is not this machine's usual one."""

    def __init__(self, port: int, host: str = STRANGER) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._names = count()

    async def ask(self, method: str, fields: str = "") -> Response:
        """Send a request once and return its answer; raise TimeoutError when there is none."""
        name = f"{method}-{next(self._names)}"
        self._socket.send(self._text(method, name, fields))
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = parse_datagram(await asyncio.get_running_loop().sock_recv(self._socket, 65_535))
                if answer.call_id == name and isinstance(answer, Response):
                    return answer

    def flood(self) -> None:
        """Send many requests at once."""
        for number in range(FLOOD):
            self._socket.send(self._text("OPTIONS", f"flood-{number}", ""))

    async def answers(self, then: Stranger) -> int:
        """Return how many answers there are.

        They come one after the other: when ``then``, from elsewhere, has an answer, all are there.
        """
        await then.ask("OPTIONS")
        found = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(65_535)
                found += 1
        return found

    def _text(self, method: str, name: str, fields: str) -> bytes:
        here = "{}:{}".format(*self._socket.getsockname())
        return (
            f"{method} sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {here};rport;branch=z9hG4bK{name}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:1001@127.0.0.1>;tag={name}\r\nTo: <sip:1001@127.0.0.1>\r\n"
            f"Call-ID: {name}\r\nCSeq: 1 {method}\r\nContact: <sip:1001@{here}>\r\n{fields}"
            "Content-Length: 0\r\n\r\n"
        ).encode()

    def close(self) -> None:
        self._socket.close()


async def test_a_strangers_flood_is_dropped_and_told_and_a_password_ends_his_being_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "SWEEP_SECONDS", 0.05)
    diary = Diary()
    async with running(local(tmp_path / "home"), notices=Notices(event=diary.tell)) as switch:
        one, phone, other = (Stranger(switch.port, host) for host in (STRANGER, STRANGER, "127.0.0.1"))
        try:
            one.flood()
            assert Shares().socket.burst <= await one.answers(other) < FLOOD
            await diary.until(SourceSilenced)
            silenced = [entry.event for entry in diary.entries if isinstance(entry.event, SourceSilenced)]
            assert [event.source for event in silenced] == [STRANGER]
            assert silenced[0].dropped > 1
            # At the same address another socket is heard, and once its password is known much more.
            challenge = await phone.ask("REGISTER")
            request = Request("REGISTER", "sip:127.0.0.1")
            assert authorize(request, challenge, user="1001", password="x", cnonce="c")
            credentials = f"Authorization: {request.fields.get('Authorization')}\r\n"
            assert (await phone.ask("REGISTER", credentials)).status == 200
            phone.flood()
            assert await phone.answers(other) == FLOOD
            phones = await asyncio.to_thread(control.ask, tmp_path / "home", "phones", list[Phone])
            assert [one.account for one in phones] == ["1001"]
        finally:
            for socket_of in (one, phone, other):
                socket_of.close()


async def test_a_strangers_stream_ends_and_that_of_a_phone_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "STRANGER_SECONDS", 3.0)
    async with running(local(tmp_path / "home")) as switch:
        (stranger, asks), (phone, registers) = [
            await asyncio.open_connection("127.0.0.1", switch.port, local_addr=(STRANGER, 0)) for _ in "ab"
        ]
        over_tcp = QUESTION.replace(b"/UDP", b"/TCP")
        asks.write(over_tcp)
        registers.write(over_tcp.replace(b"OPTIONS", b"REGISTER"))
        challenge = parse_datagram(await phone.readuntil(b"\r\n\r\n"))
        assert isinstance(challenge, Response)
        request = Request("REGISTER", "sip:127.0.0.1")
        assert authorize(request, challenge, user="1001", password="x", cnonce="c")
        proof = f"Authorization: {request.fields.get('Authorization')}\r\nContent-Length".encode()
        again = over_tcp.replace(b"OPTIONS", b"REGISTER").replace(b"anybody", b"1001")
        again = again.replace(b"To: <sip:", b"To: <sip:1001@").replace(b"CSeq: 1", b"CSeq: 2")
        registers.write(again.replace(b"z9hG4bKq", b"z9hG4bKr").replace(b"Content-Length", proof))
        assert (await phone.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200 ")
        async with asyncio.timeout(PATIENCE):
            assert (await stranger.read()).startswith(b"SIP/2.0 200 ")
        # Both were opened at one time; the phone is answered on.
        registers.write(b"\r\n\r\n")
        assert await phone.readexactly(2) == b"\r\n"
        for writer in (asks, registers):
            writer.close()


# Opening hours


async def test_a_schedule_switched_by_hand_is_so_after_a_restart(tmp_path: Path) -> None:
    parts = {
        "schedules": {"office": {"week": {"mon-sun": "always"}}},
        "duties": {"doctor": {"number": "540", "week": {"mon-sun": "1001"}}},
        "callers": {"vip": {"600 100 200": "1001"}},
    }
    config = local(tmp_path).model_copy(update=dict(SchedulesConfig.model_validate(parts)))
    async with running(config) as switch:
        asked = {"schedule": "office", "mode": "night", "by": "1001"}
        night = await asyncio.to_thread(control.ask, config.home, "schedule_switch", HoursFigures, **asked)
        assert night.schedules[0].state == "closed"
        assert isinstance(switch.signalling.leads_to("540", None), DutyDestination)
        assert "540" in switch._numbers()
    async with running(config) as switch:
        again = await asyncio.to_thread(control.ask, config.home, "schedules", HoursFigures)
        assert (again.schedules[0].state, again.schedules[0].calendar) == ("closed", "open")
        assert again.duties[0].main == "1001"
