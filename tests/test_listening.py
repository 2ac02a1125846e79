"""Ports, certificates, the trace and addresses, in whole switches."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from softswitch import app, listening
from softswitch.app import Notices, running
from softswitch.bus import EventLog
from softswitch.config import Config, SipConfig
from softswitch.errors import StartError
from softswitch.events import CertificateRead, Entry
from softswitch.features.person import PersonDestination
from softswitch.listening import Listening
from softswitch.preflight.examining import Findings
from softswitch.trace.config import TraceConfig
from softswitch.trace.hep import parse_hep
from softswitch.trace.messages import Wire
from softswitch.transport.config import TlsConfig, WebSocketConfig
from softswitch.voicemail.destination import LeaveDestination
from tests.fakes.clock import FakeClock
from tests.fakes.home_line import local
from tests.fakes.patience import PATIENCE
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
    switch = Listening(
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
        collector.settimeout(PATIENCE)
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


# Addresses


def test_who_listens_on_all_addresses_names_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "reachable_addresses", lambda ipv6: ["192.0.2.1", "10.0.0.1"])
    switch = Listening(Config(home=tmp_path), FakeClock(), EventLog(FakeClock()), print)
    switch.port = 5060
    assert switch.addresses() == ["192.0.2.1:5060", "10.0.0.1:5060"]


# Numbers of ours


async def test_a_number_of_ours_rings_a_phone_though_its_box_has_the_same_name(tmp_path: Path) -> None:
    room = {"boxes": {"1001": {"language": "pl"}, "team": {"language": "pl"}}}
    lead = {"+48221234567": {"to": "1001"}, "+48221234568": {"to": "team"}}
    config = Config.model_validate({**dict(local(tmp_path)), "voicemail": room, "numbers": lead})
    async with running(config) as switch:
        to = switch.signalling.leads_to
        assert to("+48221234567", None) is to("1001", None)
        assert isinstance(to("+48221234567", None), PersonDestination)
        assert isinstance(to("+48221234568", None), LeaveDestination)
