"""The operator's configuration: ``softswitch.yaml``, checked whole before anything starts.

Every fault is named with file, line and reason; nothing is guessed.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from yaml.nodes import Node

from softswitch.errors import ConfigError, Problem
from softswitch.ivr.faults import told
from softswitch.ivr.source import Plain, Source
from softswitch.speech import SpeechConfig

Port = Annotated[int, Field(ge=0, le=65_535)]

PORTS_OF_A_CALL: Final = 4
"""RTP and RTCP for the caller and for the phone that is called."""


class Part(BaseModel):
    """Base of all parts: frozen, and no key that means nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SipConfig(Part):
    """Where phones reach us. ``public_address`` is ours as seen from the internet, if a NAT is in front."""

    bind: str = "0.0.0.0"
    port: Port = 5060
    realm: str = "softswitch"
    public_address: str = ""
    shortest_registration: int = Field(default=60, ge=10, le=86_400)
    longest_registration: int = Field(default=3600, ge=60, le=86_400)

    @field_validator("bind", "public_address")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        if value or info.field_name == "bind":
            ipaddress.ip_address(value)
        return value

    @model_validator(mode="after")
    def _any_registration(self) -> SipConfig:
        # Whatever a phone asked for would be too brief.
        if self.shortest_registration > self.longest_registration:
            raise ValueError("shortest_registration must be at most longest_registration")
        return self


class MediaConfig(Part):
    """RTP: the port range (two for each leg), worker processes, and limits in seconds.

    ``cores`` keeps the first worker to the first core named, and so on; ``timings`` is a file for the
    workers' punctuality (see :class:`media.timings.TimingFile`), none unless named.
    """

    ports: str = "10000-19999"
    workers: int = Field(default=1, ge=1, le=64)
    cores: tuple[Annotated[int, Field(ge=0)], ...] = ()
    timings: Path | None = None
    sound_timeout: float = Field(default=30.0, ge=5.0, le=3600.0)

    @property
    def port_range(self) -> tuple[int, int]:
        """First and last port."""
        first, last = self.ports.split("-")
        return int(first), int(last)

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
        if (last - first + 1) // self.workers < PORTS_OF_A_CALL:
            raise ValueError(f"ports are too few: each worker needs {PORTS_OF_A_CALL} for every call")
        return self


class AccountConfig(Part):
    """One phone account: a password, or the HA1 hashes in its place."""

    password: str | None = Field(default=None, min_length=1, repr=False)
    ha1: str | None = Field(default=None, repr=False)
    ha1_sha256: str | None = Field(default=None, repr=False)
    name: str = ""
    language: str = ""

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
    """Limits of calls, in seconds."""

    ring_for: float = Field(default=30.0, ge=5.0, le=300.0)
    longest: float = Field(default=4 * 3600.0, ge=60.0, le=86_400.0)


class Config(Part):
    """The whole configuration. ``trees`` are files or folders, relative to the configuration's own folder."""

    sip: SipConfig = SipConfig()
    media: MediaConfig = MediaConfig()
    calls: CallsConfig = CallsConfig()
    speech: SpeechConfig = SpeechConfig()
    accounts: dict[str, AccountConfig] = Field(default_factory=dict)
    trees: tuple[Path, ...] = ()
    music: Path | None = None
    home: Path = Path()

    @field_validator("accounts")
    @classmethod
    def _users(cls, value: dict[str, AccountConfig]) -> dict[str, AccountConfig]:
        for user in value:
            if not user or not all(letter.isalnum() or letter in "._-+" for letter in user):
                raise ValueError(f"account {user!r}: a user has letters, digits, dots, dashes")
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

    media = config.media.model_copy(update={"timings": placed(config.media.timings)})
    speech = config.speech.model_copy(update={"piper_voices": placed(config.speech.piper_voices)})
    return config.model_copy(
        update={
            "home": base / config.home,
            "media": media,
            "speech": speech,
            "trees": tuple(base / tree for tree in config.trees),
            "music": placed(config.music),
        }
    )


def _checked(data: Plain, root: Node, source: Source) -> Config | None:
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        for line, reason in told(error, Config, root):
            source.report(line, "", reason)
    return None
