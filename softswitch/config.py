"""The operator's configuration: ``softswitch.yaml``, checked whole before anything starts.

Every fault is named with file, line and reason; nothing is guessed.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from yaml.nodes import Node

from softswitch.applications.config import ApplicationConfig
from softswitch.crm.config import CustomersConfig
from softswitch.crm.identity_config import IdentityConfig
from softswitch.crm.ticket_config import TicketsConfig
from softswitch.errors import ConfigError, Problem, StartError
from softswitch.features.config import FeaturesConfig, PersonConfig
from softswitch.integrations.channel_config import ChannelsConfig
from softswitch.integrations.http_config import ConnectionConfig, HttpConfig
from softswitch.integrations.shop_config import ShopsConfig
from softswitch.ivr.faults import told
from softswitch.ivr.source import Plain, Source, lines_within
from softswitch.parts import Part
from softswitch.payments.config import PaymentsConfig
from softswitch.presence.config import PresenceConfig, QualifyConfig
from softswitch.queues.config import QueuesConfig
from softswitch.recordings.config import RecordingsConfig
from softswitch.registrar.config import DefenceConfig
from softswitch.registrar.srtp_config import SrtpSetting
from softswitch.schedules.config import SchedulesConfig
from softswitch.speech import SpeechConfig
from softswitch.storage.config import StorageConfig
from softswitch.trace.config import TraceConfig
from softswitch.transport.config import TlsConfig, WebSocketConfig, switched
from softswitch.transport.doors import Doors
from softswitch.trunks.config import OutsideConfig, OutsideRights
from softswitch.voicemail.config import VoicemailConfig
from softswitch.web.config import ApiConfig

Port = Annotated[int, Field(ge=0, le=65_535)]

PORTS_OF_A_CALL: Final = 4
"""RTP and RTCP for the caller and for the phone that is called."""
PORTS_OF_A_WORKER: Final = 2000
"""Five hundred calls: a worker bears more, but more cores are there to be used."""


class SipConfig(Part):
    """Where phones reach us. ``public_address`` is ours as seen from the internet, if a NAT is in front.

    Bound to ``::`` it takes phones over IPv4 as well as over IPv6. ``tls`` and ``websocket`` may be just yes.
    """

    bind: str = "0.0.0.0"
    port: Port = 5060
    realm: str = "softswitch"
    public_address: str = ""
    tls: TlsConfig | None = None
    websocket: WebSocketConfig | None = None
    shortest_registration: int = Field(default=60, ge=10, le=86_400)
    longest_registration: int = Field(default=3600, ge=60, le=86_400)

    @property
    def doors(self) -> Doors:
        """What is listened for beside UDP and TCP."""
        return Doors(self.bind, self.port, self.tls, self.websocket, self.public_address)

    _words = field_validator("tls", "websocket", mode="before")(switched)

    @field_validator("bind", "public_address")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        if value or info.field_name == "bind":
            try:
                ipaddress.ip_address(value)
            except ValueError:
                raise ValueError(f"'{value}' is no IP address such as 192.0.2.1") from None
        return value

    @model_validator(mode="after")
    def _any_registration(self) -> SipConfig:
        # Whatever a phone asked for would be too brief.
        if self.shortest_registration > self.longest_registration:
            raise ValueError("shortest_registration must be at most longest_registration")
        return self


class MediaConfig(Part):
    """RTP: the port range (two for each leg), worker processes, and limits in seconds.

    Unless ``workers`` says how many, there is one for every core but one, which is left to signalling, and
    no more than the ports are worth. ``cores`` keeps the first worker to the first core named, and so on;
    ``timings`` is a file for the workers' punctuality (see :class:`media.timings.TimingFile`).
    """

    ports: str = "10000-19999"
    workers: int | None = Field(default=None, ge=1, le=64)
    cores: tuple[Annotated[int, Field(ge=0)], ...] = ()
    timings: Path | None = None
    sound_timeout: float = Field(default=30.0, ge=5.0, le=3600.0)

    @property
    def port_range(self) -> tuple[int, int]:
        """First and last port."""
        first, last = self.ports.split("-")
        return int(first), int(last)

    def worker_count(self, cores: int) -> int:
        """Return how many workers there are on a machine of so many cores."""
        first, last = self.port_range
        return self.workers or max(min(cores - 1, (last - first + 1) // PORTS_OF_A_WORKER), 1)

    @field_validator("ports")
    @classmethod
    def _range(cls, value: str) -> str:
        written = re.fullmatch("([0-9]{4,5})-([0-9]{4,5})", value)
        if written is None or not 1024 <= int(written[1]) < int(written[2]) <= 65_535:
            raise ValueError("ports must be FIRST-LAST between 1024 and 65535")
        return value

    @model_validator(mode="after")
    def _room_for_calls(self) -> MediaConfig:
        first, last = self.port_range
        if (last - first + 1) // (self.workers or 1) < PORTS_OF_A_CALL:
            raise ValueError(f"ports are too few: each worker needs {PORTS_OF_A_CALL} for every call")
        return self


class AccountConfig(PersonConfig):
    """One phone account: a password, or the HA1 hashes in its place; and its owner's wishes."""

    password: str | None = Field(default=None, min_length=1, repr=False)
    ha1: str | None = Field(default=None, repr=False)
    ha1_sha256: str | None = Field(default=None, repr=False)
    name: str = ""
    language: str = ""
    srtp: SrtpSetting = "offered"
    outside: OutsideRights = OutsideRights()

    @field_validator("ha1", "ha1_sha256")
    @classmethod
    def _hash(cls, value: str | None, info: ValidationInfo) -> str | None:
        digits = 32 if info.field_name == "ha1" else 64
        if value is not None and not re.fullmatch(f"[0-9a-f]{{{digits}}}", value):
            raise ValueError(f"a hash has {digits} hexadecimal digits, in small letters")
        return value

    @field_validator("language")
    @classmethod
    def _two_letters(cls, value: str) -> str:
        if value and not re.fullmatch("[a-z]{2}", value):
            raise ValueError("a language has two small letters, such as pl")
        return value

    @model_validator(mode="after")
    def _provable(self) -> AccountConfig:
        if self.password is None and self.ha1 is None and self.ha1_sha256 is None:
            raise ValueError("an account needs a password, or ha1")
        return self


class CallsConfig(Part):
    """Limits of calls, in seconds; ``per_account`` is how many one account may make at once."""

    ring_for: float = Field(default=30.0, ge=5.0, le=300.0)
    longest: float = Field(default=4 * 3600.0, ge=60.0, le=86_400.0)
    per_account: int = Field(default=10, ge=1, le=10_000)


class MusicConfig(Part):
    """Music on hold: sound files and folders of them, played one after another, over and over.

    ``shuffle`` draws their order anew at each start. ``shared`` music is one programme that all who wait
    hear at the same place; otherwise it begins for each of them, and goes on where they last stopped.
    """

    play: tuple[Path, ...] = Field(min_length=1)
    shuffle: bool = False
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """Where a configuration stands: its file, and the line of everything in it by dotted path."""

    path: str = "the configuration"
    lines: Mapping[str, int] = field(default_factory=dict)


class Config(
    FeaturesConfig,
    OutsideConfig,
    QueuesConfig,
    SchedulesConfig,
    TicketsConfig,
    ShopsConfig,
    ChannelsConfig,
    Part,
):
    """The whole configuration. ``trees`` are files or folders, relative to the configuration's own folder.

    ``music`` may be the name of one file or folder, too.
    """

    sip: SipConfig = SipConfig()
    media: MediaConfig = MediaConfig()
    calls: CallsConfig = CallsConfig()
    speech: SpeechConfig = SpeechConfig()
    presence: PresenceConfig = PresenceConfig()
    qualify: QualifyConfig = QualifyConfig()
    defence: DefenceConfig = DefenceConfig()
    trace: TraceConfig = TraceConfig()
    storage: StorageConfig = StorageConfig()
    http: HttpConfig = HttpConfig()
    connections: dict[str, ConnectionConfig] = Field(default_factory=dict)
    recordings: RecordingsConfig = RecordingsConfig()
    customers: CustomersConfig = CustomersConfig()
    applications: dict[str, ApplicationConfig] = Field(default_factory=dict)
    payments: PaymentsConfig = PaymentsConfig()
    identity: IdentityConfig = IdentityConfig()
    voicemail: VoicemailConfig = VoicemailConfig()
    api: ApiConfig | None = None
    accounts: dict[str, AccountConfig] = Field(default_factory=dict)
    trees: tuple[Path, ...] = ()
    music: MusicConfig | None = None
    home: Path = Path()
    _written: Written = PrivateAttr(default_factory=Written)

    @property
    def path(self) -> str:
        """The file it was read from, as shown to people."""
        return self._written.path

    def problem(self, where: str, reason: str) -> Problem:
        """Return what is wrong with the part at the dotted path ``where``, with its file and line."""
        at = where
        while at and at not in self._written.lines:
            at = at.rpartition(".")[0]
        return Problem(self._written.path, self._written.lines.get(at), where, reason)

    def overridden(self, *, bind: str | None = None, port: int | None = None) -> Config:
        """Return it with another address or port to listen on; raise StartError for what is no address."""
        if bind is not None:
            try:
                ipaddress.ip_address(bind)
            except ValueError as error:
                raise StartError(f"cannot listen on {bind!r}: give an IP address of this machine") from error
        told = {name: value for name, value in (("bind", bind), ("port", port)) if value is not None}
        return self.model_copy(update={"sip": self.sip.model_copy(update=told)})

    _api_in_a_word = field_validator("api", mode="before")(switched)

    @field_validator("music", mode="before")
    @classmethod
    def _one_file(cls, value: object) -> object:
        return {"play": [value]} if isinstance(value, str | Path) else value

    @field_validator("accounts")
    @classmethod
    def _users(cls, value: dict[str, AccountConfig]) -> dict[str, AccountConfig]:
        for user in value:
            if not user or not all(letter.isalnum() or letter in "._-+" for letter in user):
                raise ValueError(f"account {user!r}: a user has letters, digits, dots, dashes")
        # A challenge offers what every account can prove, so that it does not tell which accounts there are.
        by_md5 = [user for user, part in value.items() if not part.password and not part.ha1_sha256]
        by_sha256 = [user for user, part in value.items() if not part.password and not part.ha1]
        if by_md5 and by_sha256:
            raise ValueError(
                f"account {by_md5[0]!r} has only ha1 and account {by_sha256[0]!r} only ha1_sha256: "
                "no challenge suits both; give one of them the other hash too, or a password"
            )
        return value


def load_config(path: Path) -> Config:
    """Read a configuration file; raise ConfigError with every fault in it.

    Relative paths in it are taken from the file's own folder.
    """
    source = Source(str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "is not UTF-8 text"
        raise ConfigError([Problem(str(path), None, "", reason)]) from error
    root = source.parse(text)
    if root is None:
        raise ConfigError(source.problems)
    data = source.plain(root, "")
    config = _checked(data, root, source)
    if config is None or source.problems:
        raise ConfigError(source.problems)
    base = path.resolve().parent

    def placed(path: Path | None) -> Path | None:
        return None if path is None else base / path

    music = config.music
    if music is not None:
        music = music.model_copy(update={"play": tuple(base / place for place in music.play)})
    media = config.media.model_copy(update={"timings": placed(config.media.timings)})
    sip = config.sip
    if sip.tls is not None:
        sip = sip.model_copy(update={"tls": sip.tls.placed(base)})
    speech = config.speech.model_copy(update={"piper_voices": placed(config.speech.piper_voices)})
    whole = config.model_copy(
        update={
            "home": base / config.home,
            "sip": sip,
            "media": media,
            "speech": speech,
            "http": config.http.placed(base),
            "applications": {number: one.placed(base) for number, one in config.applications.items()},
            **config.channels_placed(base),
            "trunks": {
                name: trunk.model_copy(update={"tls_authorities": placed(trunk.tls_authorities)})
                for name, trunk in config.trunks.items()
            },
            "queues": {name: queue.placed(base) for name, queue in config.queues.items()},
            "voicemail": config.voicemail.placed(base),
            "trees": tuple(base / tree for tree in config.trees),
            "music": music,
            "api": None if config.api is None else config.api.placed(base),
        }
    )
    whole._written = Written(str(path), lines_within(root))
    return whole


def _checked(data: Plain, root: Node, source: Source) -> Config | None:
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        for line, reason in told(error, Config, root):
            source.report(line, "", reason)
    return None
