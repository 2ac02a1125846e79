"""Channels as a switch has them: from the log through followers and outbox to real servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from softswitch.bus import EventLog
from softswitch.channels import Channels, build_channels, read_key, recording_drops
from softswitch.config import Config
from softswitch.errors import StartError
from softswitch.events import CallArrived, CallEnded, QueueEntered, QueueLeft
from softswitch.integrations.verification import digest, verify
from softswitch.integrations.webhook_signing import key_of
from softswitch.outbox.dispatcher import Dispatcher
from softswitch.outbox.messages import Mail, Sms, mails, written
from softswitch.outbox.model import Delivery, State
from softswitch.signatures import is_signed
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Following
from softswitch.storage.outbox_store import OutboxStore
from tests.fakes.blank import blank
from tests.fakes.clock import FakeClock, at_once
from tests.fakes.recording import Recording
from tests.integrations.places import PASSWORD, USER, ftp_server
from tests.integrations.post import DROP_AFTER, Post, post_office
from tests.integrations.servers import Server, client, serving
from tests.storage.conftest import running

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class World:
    """The servers of others, and the line's own folder and database, which outlast a killed switch."""

    home: Path
    root: Path
    clock: FakeClock
    post: Post
    crm: Server
    gateway: Server
    ftp: int

    def config(self) -> Config:
        return Config.model_validate(
            {
                "home": self.home,
                "mail": {
                    "support": {
                        "host": "127.0.0.1",
                        "port": self.post.port,
                        "security": "none",
                        "from": "centrala@firma.pl",
                    }
                },
                "sms": {
                    "default": {
                        "http": {
                            "url": f"{self.gateway.url}/send",
                            "limit_s": 30,
                            "body": {
                                "to": "{{SMS.NUMBER}}",
                                "text": "{{SMS.TEXT}}",
                                "idx": "{{SMS.REFERENCE}}",
                            },
                        }
                    }
                },
                "webhooks": {
                    "crm": {
                        "url": f"{self.crm.url}/hook",
                        "secrets": [SECRET],
                        "time_limit_s": 30,
                        "events": ["call.ended", "queue.left"],
                    }
                },
                "drops": {
                    "archive": {
                        "ftp": {
                            "host": "127.0.0.1",
                            "port": self.ftp,
                            "tls": "none",
                            "user": USER,
                            "password": PASSWORD,
                        }
                    }
                },
            }
        )


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    home, root = tmp_path / "home", tmp_path / "server"
    for folder in (home, root):
        folder.mkdir()
    async with AsyncExitStack() as stack:
        post = await stack.enter_async_context(post_office(Post()))
        crm = await stack.enter_async_context(serving())
        gateway = await stack.enter_async_context(serving())
        ftp = await stack.enter_async_context(ftp_server(root))
        yield World(home, root, FakeClock(), post, crm, gateway, ftp)


@dataclass
class Run:
    """One run of a switch, as far as it concerns channels."""

    log: EventLog
    events: EventStore
    outbox: OutboxStore
    following: Following
    dispatcher: Dispatcher
    channels: Channels

    async def goes_on(self, clock: FakeClock, minutes: int) -> None:
        """Let time pass, a minute at a time, and what is due then be tried."""
        await self.events.flush()
        await self.following.caught_up()
        for _ in range(minutes):
            self.dispatcher.wake()
            # Real servers answer over real sockets: they get their turns of the loop.
            for _ in range(300):
                await asyncio.sleep(0)
            # On a busy machine an answer may still be on its way: time stands until it is there.
            for _ in range(300):
                if not await self.outbox.latest(states=[State.SENDING]):
                    break
            clock.advance(60)

    async def settled(self, clock: FakeClock) -> None:
        """Let time pass until nothing is open."""
        while True:
            await self.goes_on(clock, 1)
            if not await self.outbox.latest(states=[State.WAITING, State.SENDING]):
                return


@asynccontextmanager
async def switch(world: World) -> AsyncIterator[Run]:
    """Run a switch; leaving it is the fall: nothing is finished, all tasks are cancelled where they are."""
    async with AsyncExitStack() as stack:
        database = await Database.open(blank(world.home / "softswitch.db"))
        stack.push_async_callback(database.close)
        http = await stack.enter_async_context(client(clock=world.clock))
        events, outbox = EventStore(database, world.clock), OutboxStore(database, world.clock)
        channels = build_channels(
            world.config(), database=database, events=events, http=http, clock=world.clock
        )
        log = EventLog(world.clock, first_sequence=await events.last_sequence() + 1)
        log.subscribe(events.store)
        following = Following(database, events, pause=at_once)
        for follower in channels.followers:
            await following.add(follower)
        dispatcher = Dispatcher(outbox, channels.outlets, world.clock, log.append, lambda: 0.5)
        for run in (events.run, following.run, dispatcher.run, channels.run):
            await stack.enter_async_context(running(run))
        yield Run(log, events, outbox, following, dispatcher, channels)


def everything(world: World) -> list[Delivery]:
    """Return a delivery for each kind of channel."""
    path = world.home / "recordings" / "1.wav"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes(range(256)) * 100)
    config, now = world.config(), world.clock.wall()
    recorded = Recording("01REC", "01CALL", 1, now, path="1.wav", sha256=digest(path))
    mail = Mail(("a@example.com", "b@example.com"), "Nagranie", "W załączniku.", written=now.isoformat())
    return [
        *mails("voicemail:1", "mail:support", mail),
        Delivery("sms:1", "sms:default", written(Sms("600100200", "Cześć"))),
        *recording_drops(config, world.clock)(recorded),
    ]


def a_call(log: EventLog, call: str) -> None:
    log.append(CallArrived("a", "+48600100200", "", "300", "", ""), call=call)
    log.append(QueueEntered("sales", "+48600100200", 0), call=call)
    log.append(QueueLeft("sales", "+48600100200", "hung_up", 3.0, 0), call=call)
    log.append(CallEnded("answered", "caller_hung_up", 200, 16, "caller"), call=call)


async def test_everything_arrives_once(world: World) -> None:
    async with switch(world) as run:
        await run.outbox.post(everything(world))
        for number in range(5):
            a_call(run.log, f"CALL{number}")
        await run.settled(world.clock)
        assert {one.state for one in await run.outbox.latest()} == {State.DELIVERED}
    assert sorted(person for one in world.post.taken for person in one.people) == [
        "a@example.com",
        "b@example.com",
    ]
    assert len(world.gateway.bodies) == 1
    assert verify(world.root).faults == []
    assert verify(world.root).files == 1
    told = [json.loads(body) for body in world.crm.bodies]
    assert [one["number"] for one in told] == list(range(1, 11))
    assert [one["type"] for one in told] == ["queue.left", "call.ended"] * 5
    assert [one["data"]["call"] for one in told if one["type"] == "call.ended"] == [
        f"CALL{number}" for number in range(5)
    ]
    for request, body in zip(world.crm.asked, world.crm.bodies, strict=True):
        heads = request.headers
        assert is_signed(
            key_of(SECRET),
            heads["webhook-id"],
            heads["webhook-timestamp"],
            heads["webhook-signature"],
            body,
            float(heads["webhook-timestamp"]),
        )


async def test_a_switch_that_falls_while_it_sends_sends_the_same_again(world: World) -> None:
    world.crm.gate = asyncio.Event()
    world.gateway.gate = asyncio.Event()
    async with switch(world) as run:
        await run.outbox.post(everything(world))
        a_call(run.log, "CALL")
        await run.events.flush()
        await run.following.caught_up()
        run.dispatcher.wake()
        # Both have the request, and nobody has an answer: here the switch falls.
        await world.crm.arrived.wait()
        await world.gateway.arrived.wait()
    world.crm.gate.set()
    world.gateway.gate.set()
    async with switch(world) as run:
        await run.settled(world.clock)
    told = [json.loads(body) for body in world.crm.bodies]
    assert {one["id"] for one in told} == {"webhook:crm:queue-left:3", "webhook:crm:call-ended:CALL"}
    assert len({json.loads(body)["idx"] for body in world.gateway.bodies}) == 1
    assert len({one.mail["Message-ID"] for one in world.post.taken}) == 2
    assert verify(world.root).faults == []
    assert verify(world.root).files == 1


async def test_servers_that_are_down_ten_minutes_get_everything_once(world: World) -> None:
    world.crm.answers = [(503, b"", {})]
    world.gateway.answers = [(503, b"", {})]
    world.post.says["data"] = ["451 later"] * 2
    async with switch(world) as run:
        await run.outbox.post(everything(world))
        a_call(run.log, "CALL")
        await run.goes_on(world.clock, 10)
        world.crm.answers = world.gateway.answers = []
        failed = len(world.crm.bodies), len(world.gateway.bodies)
        await run.settled(world.clock)
        assert {one.state for one in await run.outbox.latest()} == {State.DELIVERED}
    assert failed[0] >= 3
    assert failed[1] >= 3
    assert len(world.crm.bodies) == failed[0] + 2
    assert len(world.gateway.bodies) == failed[1] + 1
    assert sorted(person for one in world.post.taken for person in one.people) == [
        "a@example.com",
        "b@example.com",
    ]
    assert verify(world.root).faults == []


async def test_a_mail_that_nobody_confirmed_goes_again_as_the_same_letter(world: World) -> None:
    world.post.says["data"] = [DROP_AFTER]
    async with switch(world) as run:
        [delivery] = mails(
            "k", "mail:support", Mail(("a@example.com",), "x", "y", written="2026-01-05T09:00:00+00:00")
        )
        await run.outbox.post([delivery])
        await run.settled(world.clock)
    assert len(world.post.taken) == 2
    assert len({one.octets for one in world.post.taken}) == 1


async def test_a_receiver_that_is_gone_is_told_nothing_more(world: World) -> None:
    world.crm.answers = [(410, b"", {})]
    async with switch(world) as run:
        a_call(run.log, "CALL1")
        await run.settled(world.clock)
        a_call(run.log, "CALL2")
        await run.settled(world.clock)
        [receiver] = await run.channels.webhooks.receivers()
        assert receiver.gone is not None
        assert receiver.last == 4
    assert len(world.crm.bodies) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "cannot be read"),
        (b"nonsense", "no key"),
        (
            generate_private_key(SECP256R1()).private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
            "another kind",
        ),
    ],
)
def test_a_signing_key_that_is_none_is_said(tmp_path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(StartError, match=reason):
        read_key(tmp_path / "key.pem")


def test_a_signing_key_is_read(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    assert read_key(tmp_path / "key.pem").public_key() == key.public_key()
