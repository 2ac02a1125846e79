"""Pages and desk phones on a whole switch: WebSocket and TLS, both families at once, real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from softswitch.app import Notices, Switch, running
from softswitch.config import AccountConfig, Config, SipConfig
from softswitch.events import CallEnded, Entry, PhoneRegistered, PhoneUnregistered
from softswitch.sip.hop import uri_host
from softswitch.sip.parser import KEEP_ALIVE
from softswitch.sip.sdp import parse_sdp
from softswitch.transport.config import TlsConfig, WebSocketConfig
from softswitch.transport.own_certificate import own_files
from tests.fakes.patience import PATIENCE
from tests.scenarios.wire_phone import WirePhone, desk_phone, page
from tests.transport.shown import believing

PASSWORD = "only-for-tests"


@dataclass
class Line:
    """A running switch and what it has told."""

    switch: Switch = field(init=False)
    entries: list[Entry] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.news.set()

    async def until(self, kind: type, **facts: object) -> object:
        """Return the last event of a kind with these facts, once there is one."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for entry in reversed(self.entries):
                    if isinstance(entry.event, kind) and all(
                        getattr(entry.event, name) == value for name, value in facts.items()
                    ):
                        return entry.event
                self.news.clear()
                await self.news.wait()

    def phone(self, user: str, transport: str, host: str) -> AbstractAsyncContextManager[WirePhone]:
        """Return a phone of an account over TLS, WS or WSS, that believes the line's own certificate."""
        files = own_files(self.switch.config.home)
        port = self.switch.ports[transport]
        if transport == "TLS":
            return desk_phone(user, PASSWORD, host, port, believing(files))
        return page(user, PASSWORD, host, port, believing(files) if transport == "WSS" else None)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    sip = SipConfig(bind="::", port=0, tls=TlsConfig(), websocket=WebSocketConfig(port=0, secure_port=0))
    accounts = {user: AccountConfig(password=PASSWORD) for user in ("1001", "1002")}
    told = Line()
    config = Config(home=tmp_path, sip=sip, accounts=accounts)
    async with running(config, notices=Notices(event=told.tell)) as told.switch:
        yield told


@pytest.mark.parametrize(
    ("caller", "callee"),
    [
        (("WSS", "::1"), ("WS", "127.0.0.1")),
        (("TLS", "127.0.0.1"), ("WSS", "::1")),
        (("WS", "::1"), ("TLS", "::1")),
    ],
    ids=lambda way: "-".join(way),
)
async def test_phones_over_streams_call_each_other(
    line: Line, caller: tuple[str, str], callee: tuple[str, str]
) -> None:
    async with line.phone("1001", *caller) as anna, line.phone("1002", *callee) as bartek:
        for phone, (transport, _) in ((anna, caller), (bartek, callee)):
            registered = await phone.register()
            assert [str(contact.uri) for contact in registered.contacts] == [str(phone.contact.uri)]
            told = await line.until(PhoneRegistered, account=phone.user)
            assert isinstance(told, PhoneRegistered)
            assert (told.transport, told.behind_nat) == (transport, False)
        ringing = asyncio.ensure_future(bartek.pick_up())
        reply = await anna.call("1002")
        invite = (await ringing).request
        # The phone that is called sees the switch as it knows it: its transport, its family, its port.
        assert invite.target == str(bartek.contact.uri)
        for message, phone, (transport, host) in ((invite, bartek, callee), (reply.response, anna, caller)):
            kind = "tls" if transport == "TLS" else "ws"
            port = line.switch.ports[transport]
            assert str(message.contacts[0].uri) == f"sip:{uri_host(host)}:{port};transport={kind}", phone.user
            assert parse_sdp(message.body).host == host
        assert (invite.via.transport, invite.via.host) == (callee[0], uri_host(callee[1]))
        await bartek.acknowledged()
        await anna.hang_up(reply)
        await bartek.hung_up()
        ended = await line.until(CallEnded)
        assert isinstance(ended, CallEnded)
        assert ended.reason == "caller_hung_up"


async def test_a_phone_is_gone_with_its_stream_and_back_with_the_next(line: Line) -> None:
    async with line.phone("1001", "TLS", "::1") as phone:
        await phone.register()
        assert len(line.switch.signalling.registrar.bindings("1001")) == 1
    left = await line.until(PhoneUnregistered, account="1001")
    assert isinstance(left, PhoneUnregistered)
    assert left.reason == "connection closed"
    assert line.switch.signalling.registrar.bindings("1001") == ()
    async with line.phone("1001", "WSS", "127.0.0.1") as phone:
        await phone.register()
        assert len(line.switch.signalling.registrar.bindings("1001")) == 1


async def test_keep_alives_of_phones_are_answered_over_each_transport(line: Line) -> None:
    for transport in ("TLS", "WS", "WSS"):
        async with line.phone("1001", transport, "127.0.0.1") as phone:
            await phone.register()
            await phone._send(KEEP_ALIVE)
            async with asyncio.timeout(PATIENCE):
                assert await phone.pongs.get() == b"\r\n"
