"""The signalling side, in whole switches: accounts, phones of before, TLS, the trace, strangers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509

from softswitch import app, control, signalling
from softswitch.app import Notices, running
from softswitch.bus import EventLog
from softswitch.commands.defence import Phone
from softswitch.config import AccountConfig, Config, SipConfig
from softswitch.errors import StartError
from softswitch.events import CertificateRead, Entry, PhoneUnregistered, SourceSilenced
from softswitch.preflight import Findings
from softswitch.registrar.bindings import Binding
from softswitch.registrar.guard import Shares
from softswitch.schedules.config import SchedulesConfig
from softswitch.schedules.duty import DutyDestination
from softswitch.schedules.figures import HoursFigures
from softswitch.signalling import Signalling
from softswitch.sip.digest import MD5, SHA256, authorize, ha1
from softswitch.sip.hop import Hop
from softswitch.sip.message import Request, Response
from softswitch.sip.parser import parse_datagram
from softswitch.sip.sdes import Protection
from softswitch.sip.uri import SipUri
from softswitch.storage.binding_store import BindingStore
from softswitch.storage.database import Database
from softswitch.storage.place import FILE as DATABASE
from softswitch.trace.config import TraceConfig
from softswitch.trace.hep import parse_hep
from softswitch.trace.messages import Wire
from softswitch.transport import strangers
from softswitch.transport.config import TlsConfig, WebSocketConfig
from tests.fakes.clock import FakeClock
from tests.fakes.home_line import Diary, local
from tests.transport.shown import made

QUESTION = b"\r\n".join(
    (
        b"OPTIONS sip:127.0.0.1 SIP/2.0",
        b"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKq",
        b"From: <sip:anybody@127.0.0.1>;tag=q",
        b"To: <sip:127.0.0.1>",
        b"Call-ID: q",
        b"CSeq: 1 OPTIONS",
        b"Max-Forwards: 70",
        b"Content-Length: 0",
        b"",
        b"",
    )
)


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
    database = await Database.open(f"sqlite:///{tmp_path / DATABASE}")
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


# TLS and WebSocket


async def shown_at(port: int) -> bytes:
    """Return the certificate somebody shows, as DER."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()
    assert isinstance(found, bytes)
    return found


def secured(home: Path, **tls: object) -> Config:
    both = WebSocketConfig(port=0, secure_port=0)
    return local(home, sip=SipConfig(bind="127.0.0.1", port=0, tls=TlsConfig(**tls), websocket=both))  # type: ignore[arg-type]


async def test_a_line_opens_what_it_is_told_to_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    async with running(secured(tmp_path)) as switch:
        assert sorted(switch.ports) == ["TLS", "WS", "WSS"]
        own = ssl.PEM_cert_to_DER_cert((tmp_path / "tls" / "certificate.pem").read_text())
        assert {await shown_at(switch.ports[one]) for one in ("TLS", "WSS")} == {own}


async def test_a_line_without_them_opens_and_makes_nothing(tmp_path: Path) -> None:
    async with running(local(tmp_path)) as switch:
        assert switch.ports == {}
    assert not (tmp_path / "tls").exists()


async def test_certificates_are_read_anew_while_connections_go_on(tmp_path: Path) -> None:
    files, warned = made(tmp_path / "bought", ["a.test"]), []
    config = secured(tmp_path / "home", certificate=files.certificate, key=files.key)
    told: list[Entry] = []
    async with running(config, notices=Notices(event=told.append, warned=warned.append)) as switch:
        before = await shown_at(switch.ports["TLS"])
        warned.clear()  # What the check found before the start is not asked for here.
        files.certificate.write_text("half")
        await switch.renew()
        assert await shown_at(switch.ports["TLS"]) == before
        assert len(warned) == 1
        assert "the old ones go on: " in warned[0]
        assert not [entry for entry in told if isinstance(entry.event, CertificateRead)]
        files.certificate.unlink()
        made(tmp_path / "bought", ["b.test"])
        await switch.renew()
        now = await shown_at(switch.ports["TLS"])
        assert now != before
        assert len(warned) == 1
    (read,) = [entry.event for entry in told if isinstance(entry.event, CertificateRead)]
    until = x509.load_der_x509_certificate(now).not_valid_after_utc
    assert read == CertificateRead(("b.test",), f"{until:%Y-%m-%d}")


async def test_a_port_for_tls_that_is_taken_stops_the_start_unless_it_is_optional(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        sentence = f"cannot listen on 127.0.0.1 port {port}: Address already in use"
        with pytest.raises(StartError, match=rf"^{sentence}.*sip\.tls\.port"):
            async with running(secured(tmp_path, port=port)):
                pass
        monkeypatch.setattr(app, "examine", lambda config: Findings(()))
        with pytest.raises(StartError, match=sentence):
            async with running(secured(tmp_path, port=port)):
                pass
        warned: list[str] = []
        optional = secured(tmp_path, port=port, optional=True)
        async with running(optional, notices=Notices(warned=warned.append)) as switch:
            assert sorted(switch.ports) == ["WS", "WSS"]
        assert warned[0].startswith(f"TLS is left out: {sentence}")


async def test_a_home_where_no_certificate_can_be_laid(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("in the way")
    with pytest.raises(StartError, match=r"^there is no certificate for TLS: .*tls"):
        async with running(secured(tmp_path)):
            pass


def test_addresses_of_ipv6_are_written_as_phones_want_them(tmp_path: Path) -> None:
    switch = Signalling(
        Config(home=tmp_path, sip=SipConfig(bind="::1")), FakeClock(), EventLog(FakeClock()), print
    )
    switch.port = 5060
    assert switch.addresses() == ["[::1]:5060"]


# The trace


async def test_a_line_keeps_a_trace_and_tells_a_collector(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger,
    ):
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(5)
        part = TraceConfig(size_mb=1, hep=f"127.0.0.1:{collector.getsockname()[1]}", hep_id=9)
        async with running(local(tmp_path, trace=part)) as switch:
            stranger.sendto(QUESTION, ("127.0.0.1", switch.port))
            loop = asyncio.get_running_loop()
            copies = [parse_hep(await loop.run_in_executor(None, collector.recv, 65_535)) for _ in range(2)]
    assert [agent for _, agent in copies] == [9, 9]
    assert copies[0][0].data == QUESTION
    messages = Wire(tmp_path).of_user("anybody")
    assert [message.title for message in messages] == ["OPTIONS", "200 OK"]


async def test_a_line_whose_trace_is_off_writes_none(tmp_path: Path) -> None:
    async with running(local(tmp_path, trace=TraceConfig(size_mb=0))):
        pass
    assert not (tmp_path / "trace").exists()


async def test_a_trace_that_cannot_be_kept_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "trace").write_text("in the way")
    with pytest.raises(StartError, match=r"the trace cannot be kept in .*trace: File exists"):
        async with running(local(tmp_path)):
            pass


# Strangers

STRANGER = "127.0.0.77"
FLOOD = 150
"""Twice what a stranger is heard with, and answers for it that a socket's buffer holds."""


class Stranger:
    """A socket at an address that is not this machine's usual one."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((STRANGER, 0))
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._names = count()

    async def ask(self, method: str, fields: str = "") -> Response:
        """Send a request once and return its answer; raise TimeoutError when there is none."""
        name = f"{method}-{next(self._names)}"
        self._socket.send(self._text(method, name, fields))
        async with asyncio.timeout(10.0):
            while True:
                answer = parse_datagram(await asyncio.get_running_loop().sock_recv(self._socket, 65_535))
                if answer.call_id == name and isinstance(answer, Response):
                    return answer

    def flood(self) -> None:
        """Send many requests at once."""
        for number in range(FLOOD):
            self._socket.send(self._text("OPTIONS", f"flood-{number}", ""))

    async def answers(self) -> int:
        """Return how many answers there are until none comes for a while."""
        found = 0
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(1.0):
                    await asyncio.get_running_loop().sock_recv(self._socket, 65_535)
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
    told: list[Entry] = []
    notices = Notices(event=told.append)
    async with running(local(tmp_path / "home"), notices=notices) as switch:
        one, phone = Stranger(switch.port), Stranger(switch.port)
        try:
            one.flood()
            assert Shares().socket.burst <= await one.answers() < FLOOD
            silenced = [entry.event for entry in told if isinstance(entry.event, SourceSilenced)]
            assert [event.source for event in silenced] == [STRANGER]
            assert silenced[0].dropped > 1
            # At the same address another socket is heard, and once its password is known much more.
            challenge = await phone.ask("REGISTER")
            request = Request("REGISTER", "sip:127.0.0.1")
            assert authorize(request, challenge, user="1001", password="x", cnonce="c")
            credentials = f"Authorization: {request.fields.get('Authorization')}\r\n"
            assert (await phone.ask("REGISTER", credentials)).status == 200
            phone.flood()
            assert await phone.answers() == FLOOD
            phones = await asyncio.to_thread(control.ask, tmp_path / "home", "phones", list[Phone])
            assert [one.account for one in phones] == ["1001"]
        finally:
            one.close()
            phone.close()


async def test_a_strangers_stream_ends_and_that_of_a_phone_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strangers, "STRANGER_SECONDS", 1.5)
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
        async with asyncio.timeout(5):
            assert (await stranger.read()).startswith(b"SIP/2.0 200 ")
        # Both were opened at one time; the phone is answered on.
        registers.write(b"\r\n\r\n")
        assert await phone.readexactly(2) == b"\r\n"
        for writer in (asks, registers):
            writer.close()


# Addresses


def test_who_listens_on_all_addresses_names_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signalling, "reachable_addresses", lambda ipv6: ["192.0.2.1", "10.0.0.1"])
    switch = Signalling(Config(home=tmp_path), FakeClock(), EventLog(FakeClock()), print)
    switch.port = 5060
    assert switch.addresses() == ["192.0.2.1:5060", "10.0.0.1:5060"]


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
