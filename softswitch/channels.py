"""The channels of the outbox, built from the configuration: mail, text messages, webhooks, drops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from softswitch.clock import Clock
from softswitch.config import Config
from softswitch.errors import StartError
from softswitch.integrations.drop import DropChannel, Place
from softswitch.integrations.drop_config import DropConfig
from softswitch.integrations.drop_deliveries import Recorded, deliveries, lane_of
from softswitch.integrations.ftp import FtpPlace
from softswitch.integrations.http_messages import Http
from softswitch.integrations.mail import MailChannel
from softswitch.integrations.manifest import Manifest
from softswitch.integrations.s3 import S3Place
from softswitch.integrations.smpp import SmppChannel
from softswitch.integrations.sms_counting import CountedSms
from softswitch.integrations.sms_http import HttpSmsChannel
from softswitch.integrations.sms_rules import SmsRules
from softswitch.integrations.webhooks import WebhookChannel
from softswitch.outbox.messages import ERASURES
from softswitch.outbox.model import Channel, Delivery, Outlet
from softswitch.storage.database import Database
from softswitch.storage.event_store import EventStore
from softswitch.storage.following import Follower
from softswitch.storage.sms_count_store import SmsCountStore
from softswitch.storage.webhook_store import WebhookStore, channel_of
from softswitch.webhook_payloads import KINDS_TOLD, Finished, happening
from softswitch.withdrawing import Withdrawals

MAIL_WITHIN_S: Final = 300.0
"""A mail with a long recording over a slow line, and a server that looks through it."""
DROP_WITHIN_S: Final = 3600.0
"""A recording of hours."""
RECORDINGS: Final = "recordings"
"""The folder of a line in which its recordings lie."""
MANIFESTS: Final = "drops"
"""The folder of a line in which the lists of its drops lie."""


class Closes(Protocol):
    """A channel that keeps something open."""

    async def close(self) -> None:
        """Close it."""
        ...


@dataclass(frozen=True, slots=True)
class Channels:
    """All channels, what follows from the log for them, and the rules menus ask before a text message."""

    outlets: Mapping[str, Outlet]
    followers: tuple[Follower, ...]
    webhooks: WebhookStore
    sms: Mapping[str, SmsRules]
    _open: tuple[Closes, ...]
    _sessions: tuple[SmppChannel, ...] = ()

    async def run(self) -> None:
        """Keep sessions until cancelled, then take leave of the servers."""
        try:
            async with asyncio.TaskGroup() as group:
                for session in self._sessions:
                    group.create_task(session.run())
                await asyncio.Event().wait()
        finally:
            for one in self._open:
                await one.close()


def build_channels(
    config: Config, *, database: Database, events: EventStore, http: Http, clock: Clock
) -> Channels:
    """Build them; raise StartError for a key that cannot be used and an extra that is not installed."""
    outlets: dict[str, Outlet] = {}
    opened: list[Closes] = []
    rules = {name: SmsRules(one, country=config.country, clock=clock) for name, one in config.sms.items()}

    def add(name: str, channel: _Closing, *, within: float = 60.0, at_once: int = 1) -> None:
        outlets[name] = Outlet(channel, within, at_once)
        opened.append(channel)

    for name, box in config.mail.items():
        add(f"mail:{name}", MailChannel(box, files=config.home, clock=clock), within=MAIL_WITHIN_S)
    counts = SmsCountStore(database)

    def counted(name: str, channel: _Closing) -> CountedSms:
        return CountedSms(name, channel, rules[name], counts, clock)

    sessions: list[SmppChannel] = []
    for name, sms in config.sms.items():
        if sms.http is not None:
            gateway = HttpSmsChannel(sms, sms.http, http=http, rules=rules[name])
            add(
                f"sms:{name}",
                counted(name, gateway),
                within=sms.http.limit_s + 5.0,
                at_once=4,
            )
        elif sms.smpp is not None:
            session = SmppChannel(sms.sender, sms.smpp, rules=rules[name], clock=clock)
            sessions.append(session)
            add(
                f"sms:{name}",
                counted(name, session),
                within=2 * sms.smpp.time_limit_s + 5.0,
                at_once=4,
            )
    webhooks = build_webhooks(config, database, events, clock)
    for name, receiver in config.webhooks.items():

        async def gone(name: str = name) -> None:
            await webhooks.note_gone(name)

        told = WebhookChannel(receiver, http=http, clock=clock, when_gone=gone)
        add(channel_of(name), told, within=receiver.time_limit_s + 5.0)
    for name, drop in config.drops.items():
        add(lane_of(name), _drop(name, drop, config.home, clock), within=DROP_WITHIN_S)
    outlets[ERASURES] = Outlet(Withdrawals(config, database, clock), at_once=1)
    followers = _followers(config, webhooks)
    return Channels(outlets, followers, webhooks, rules, tuple(opened), tuple(sessions))


def build_webhooks(config: Config, database: Database, events: EventStore, clock: Clock) -> WebhookStore:
    """Build what is told to receivers of webhooks, and kept for them."""
    wanted = {name: one.events for name, one in config.webhooks.items()}
    return WebhookStore(database, clock, wanted, tell=happening, of_calls=events.whole_calls)


def recording_drops(config: Config, clock: Clock) -> Callable[[Finished], Sequence[Delivery]]:
    """Return what is to be delivered for a finished recording: for the catalogue's ``when_done``."""
    zone = ZoneInfo(config.time_zone)

    def made(recorded: Finished) -> Sequence[Delivery]:
        dropped = Recorded(
            recorded.id,
            recorded.path,
            recorded.sha256,
            recorded.call,
            recorded.started,
            recorded.queue,
            recorded.agent,
            recorded.caller,
            recorded.called,
            recorded.part,
        )
        return deliveries(config.drops, dropped, clock.wall(), zone)

    return made


class _Closing(Channel, Closes, Protocol):
    """A channel that is closed at the end."""


def _followers(config: Config, webhooks: WebhookStore) -> tuple[Follower, ...]:
    wanted = {kind for one in config.webhooks.values() for kind in one.events}
    kinds = frozenset(cls for kind, cls in KINDS_TOLD.items() if kind in wanted)
    return (Follower("webhooks", kinds, webhooks.follow),) if kinds else ()


def _drop(name: str, config: DropConfig, home: Path, clock: Clock) -> DropChannel:
    manifest = None
    if config.manifest:
        key = None if config.signing_key is None else read_key(config.signing_key)
        manifest = Manifest(home / MANIFESTS / name, key=key)
    # The folder may be a link to a larger disk: files are looked for below where it leads.
    files = home / RECORDINGS
    return DropChannel(config, _place(config), files=files, manifest=manifest, clock=clock)


def _place(config: DropConfig) -> Place:
    limit = config.time_limit_s
    if config.ftp is not None:
        return FtpPlace(config.ftp, time_limit_s=limit)
    if config.sftp is not None:
        # Only here: SSH is large, and few lines drop anything by it.
        from softswitch.integrations.sftp import SftpPlace

        return SftpPlace(config.sftp, time_limit_s=limit)
    assert config.s3 is not None, "a drop has one of the three"
    return S3Place(config.s3, time_limit_s=limit)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in a PEM file; raise StartError where there is none that can be used."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise StartError(f"signing_key: {path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise StartError(f"signing_key: {path} holds no key without a passphrase") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise StartError(f"signing_key: {path} holds another kind of key than Ed25519")
    return key
