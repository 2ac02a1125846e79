"""What the operator says of lines to the outside: trunks, numbers, routes, permissions and limits."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    field_validator,
    model_validator,
)

from softswitch.parts import Part
from softswitch.sip.networks import network_of
from softswitch.trunks.numbers import Form, bare, is_country
from softswitch.trunks.patterns import parse_own, parse_pattern

HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\Z"
)
_SERVER: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?\Z")
ANONYMOUS: Final = "anonymous"
"""The user of who does not want to be known (RFC 3323 §4.1.1.3)."""
EVERYBODY: Final = "everybody"
"""In ``allow``: every account."""


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _as_text(value: object) -> object:
    # YAML reads a number without quotes as a whole number.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _network(value: str) -> str:
    if network_of(value).prefixlen == 0:
        raise ValueError(f"'{value}' is everybody: name the provider's own addresses")
    return value


def _server(value: str) -> str:
    server_of(value)
    return value


def _own_pattern(value: str) -> str:
    parse_own(value)
    return value


def _dialled(value: str) -> str:
    if bare(value) != value:
        raise ValueError(f"'{value}' is no number that can be dialled")
    return value


def _known_country(value: str) -> str:
    code = value.upper()
    if not is_country(code):
        raise ValueError(f"'{value}' is no country: two letters are wanted here, such as PL")
    return code


Name = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=64)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_list)]


class CallerIdField(StrEnum):
    """The header field in which a trunk wants our number besides From."""

    NONE = "none"
    ASSERTED = "p-asserted-identity"
    PREFERRED = "p-preferred-identity"
    REMOTE_PARTY = "remote-party-id"


class From(StrEnum):
    """What stands in From towards a trunk: the number, or the name of our own account there."""

    NUMBER = "number"
    USERNAME = "username"


class TrunkConfig(Part):
    """One provider, or another switch.

    With ``username`` and ``register: true`` the line registers there; ``addresses`` are those that calls come
    from without any proof. ``failover`` are servers that are tried, in order, where ``host`` fails. Times are
    in seconds; ``qualify: 0`` never asks whether it lives. ``number`` is ours on this trunk, shown where the
    account has none of its own; ``numbers_as`` is how the trunk wants numbers written, ``trust_caller``
    whether it may tell by P-Asserted-Identity or Remote-Party-ID who calls. ``domain`` stands in From and To
    where the provider wants another name there than its server's. With ``srtp: required`` no call is made
    without, with ``offered`` it is proposed over TLS and taken where the trunk proposes it. Over TLS the
    server must prove its name by a certificate of the system's authorities, or of those in a PEM file.
    """

    host: str
    port: int | None = Field(default=None, ge=1, le=65_535)
    transport: Literal["udp", "tcp", "tls"] | None = None
    username: str = Field(default="", max_length=128)
    auth_username: str = Field(default="", max_length=128)
    password: str = Field(default="", repr=False)
    domain: str = ""
    registers: bool = Field(default=False, alias="register")
    expires: int = Field(default=600, ge=60, le=86_400)
    addresses: Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_as_list)] = ()
    failover: Annotated[tuple[Annotated[str, AfterValidator(_server)], ...], BeforeValidator(_as_list)] = ()
    qualify: float = Field(default=30.0, ge=0.0, le=3600.0)
    answer_within: float = Field(default=6.0, ge=1.0, le=32.0)
    number: Annotated[str, BeforeValidator(_as_text)] = ""
    numbers_as: Form = Form.E164
    from_user: From = From.NUMBER
    caller_id: CallerIdField = CallerIdField.ASSERTED
    trust_caller: bool = True
    own_numbers_only: bool = True
    max_calls: int = Field(default=100, ge=1, le=10_000)
    srtp: Literal["off", "offered", "required"] = "offered"
    tls_authorities: Path | None = None
    tls_verify: bool = True
    codecs: tuple[Literal["pcma", "pcmu"], ...] = ("pcma", "pcmu")

    @field_validator("host", "domain")
    @classmethod
    def _host(cls, value: str) -> str:
        if value and not is_host(value):
            raise ValueError(f"'{value}' is neither a name nor an address of a server")
        return value

    @field_validator("number")
    @classmethod
    def _number(cls, value: str) -> str:
        return _own_number(value)

    @field_validator("codecs")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("name at least one codec: pcma or pcmu")
        return value

    @model_validator(mode="after")
    def _provable(self) -> TrunkConfig:
        if self.registers and not (self.username and self.password):
            raise ValueError("to register, a trunk needs username and password")
        if self.password and not self.username:
            raise ValueError("a password without a username proves nothing")
        if self.from_user is From.USERNAME and not self.username:
            raise ValueError("from_user: username needs a username")
        return self

    def certified_names(self) -> tuple[str, ...]:
        """Return the hosts that TLS may be spoken to: of others DNS cannot tell us to."""
        if self.transport == "tls":
            return tuple(host for host, _ in self.servers())
        unsaid = self.transport is None
        return tuple(
            host for host, port in self.servers() if unsaid and port is None and not is_literal(host)
        )

    def servers(self) -> tuple[tuple[str, int | None], ...]:
        """Return host (an IPv6 one bare) and port of all servers, in the order they are tried."""
        first = (self.host.strip("[]"), self.port)
        return (first, *(server_of(one) for one in self.failover))


class Level(StrEnum):
    """Where an account may call. Each level has what is above it, too."""

    NONE = "none"
    HOME = "home"
    LISTED = "listed"
    ALL = "all"


class OutsideRights(Part):
    """What one account may do outside: ``calls`` says where to, ``premium`` whether numbers that cost extra.

    ``group`` is a name that routes can allow; ``number`` is what called people see, unless ``hide_number``.
    """

    calls: Level = Level.LISTED
    premium: bool = False
    group: str = ""
    number: Annotated[str, BeforeValidator(_as_text)] = ""
    hide_number: bool = False
    calls_at_once: int | None = Field(default=None, ge=1, le=10_000)
    minutes_a_day: int | None = Field(default=None, ge=0, le=1_000_000)

    @field_validator("number")
    @classmethod
    def _number(cls, value: str) -> str:
        return _own_number(value)


class RouteConfig(Part):
    """A way out: numbers that fit ``match`` go to the first of ``trunks`` that takes them.

    Without a ``+``, ``match`` looks at what was dialled, with one at the number's E.164 form. ``strip`` takes
    so many signs from the front, ``prepend`` puts others there. ``allow`` names accounts and groups;
    ``from_outside`` lets callers from outside be led out again, by a menu or a forwarded phone.
    """

    match: Annotated[str, BeforeValidator(_as_text)]
    strip: int = Field(default=0, ge=0, le=20)
    prepend: Annotated[str, BeforeValidator(_as_text)] = Field(default="", pattern=r"^\+?[0-9]*$")
    trunks: Names = Field(min_length=1)
    allow: Names = (EVERYBODY,)
    from_outside: bool = False

    @field_validator("match")
    @classmethod
    def _pattern(cls, value: str) -> str:
        parse_pattern(value)
        return value


class OutsideLimits(Part):
    """Limits against stolen passwords, for each account and for each trunk: at once, and in a day.

    A day is one of UTC. They are never counted against emergency numbers.
    """

    calls_per_account: int = Field(default=4, ge=1, le=10_000)
    minutes_per_account: int = Field(default=600, ge=0, le=1_000_000)
    minutes_per_trunk: int = Field(default=6_000, ge=0, le=10_000_000)


class NumberConfig(Part):
    """Where a number of ours leads: the name of a menu, or any number that is dialled inside."""

    to: Name
    trunk: str = ""


def _leads_to(value: object) -> object:
    return value if isinstance(value, dict) else {"to": value}


class OutsideConfig(Part):
    """All of it. ``numbers`` are ours, or patterns of them; ``emergency`` is always allowed for everybody."""

    country: str = "PL"
    allowed_countries: tuple[Annotated[str, AfterValidator(_known_country)], ...] = ()
    emergency: Annotated[tuple[Annotated[Name, AfterValidator(_dialled)], ...], BeforeValidator(_as_list)] = (
        "112",
        "999",
        "998",
        "997",
    )
    trunks: dict[str, TrunkConfig] = Field(default_factory=dict)
    numbers: dict[
        Annotated[str, AfterValidator(_own_pattern)], Annotated[NumberConfig, BeforeValidator(_leads_to)]
    ] = Field(default_factory=dict)
    outbound: tuple[RouteConfig, ...] = ()
    outside_limits: OutsideLimits = OutsideLimits()

    @field_validator("country")
    @classmethod
    def _country(cls, value: str) -> str:
        return _known_country(value)

    @field_validator("numbers", mode="before")
    @classmethod
    def _written_numbers(cls, value: object) -> object:
        return {_as_text(key): part for key, part in value.items()} if isinstance(value, dict) else value

    @field_validator("trunks")
    @classmethod
    def _names(cls, value: dict[str, TrunkConfig]) -> dict[str, TrunkConfig]:
        for name in value:
            if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
                raise ValueError(f"trunk '{name}': a name has letters, digits, dots, dashes")
        return value

    def trunk_faults(self, accounts: dict[str, OutsideRights]) -> Iterator[tuple[str, str]]:
        """Yield (dotted path, reason) of what does not fit together."""
        for index, route in enumerate(self.outbound):
            for place, name in enumerate(route.trunks):
                if name not in self.trunks:
                    known = _nearest(name, self.trunks)
                    reason = f"route {index + 1}: there is no trunk {name}{known}"
                    yield f"outbound.{index}.trunks.{place}", reason
            groups = {rights.group for rights in accounts.values() if rights.group}
            for place, name in enumerate(route.allow):
                if name != EVERYBODY and name not in accounts and name not in groups:
                    known = _nearest(name, groups)
                    reason = f"route {index + 1}: there is no account and no group {name}{known}"
                    yield f"outbound.{index}.allow.{place}", reason
        for user in accounts:
            if user.lower() == ANONYMOUS:
                yield f"accounts.{user}", "callers who hide their number are called so: take another name"
        yield from self._contradictions()
        for number, part in self.numbers.items():
            if part.trunk and part.trunk not in self.trunks:
                yield (
                    f"numbers.{number}.trunk",
                    f"there is no trunk {part.trunk}{_nearest(part.trunk, self.trunks)}",
                )

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        """Yield what is said twice, in different ways, of whom to believe at one host over TLS."""
        said: dict[str, str] = {}
        for name, trunk in self.trunks.items():
            for host in trunk.certified_names():
                first = said.setdefault(host, name)
                for key in ("tls_verify", "tls_authorities"):
                    if getattr(trunk, key) != getattr(self.trunks[first], key):
                        yield f"trunks.{name}.{key}", f"trunk {first} says otherwise of the same host {host}"


def server_of(text: str) -> tuple[str, int | None]:
    """Return host and port of ``host`` or ``host:port``; raise ValueError for what is neither."""
    found = _SERVER.match(text)
    if found is None or not is_host(found[1]) or (found[2] and not 0 < int(found[2]) <= 65_535):
        raise ValueError(f"'{text}' is no server: write host or host:port")
    return found[1].strip("[]"), int(found[2]) if found[2] else None


def is_host(text: str) -> bool:
    """Tell whether a text is the name or the address of a host."""
    if is_literal(text.strip("[]")):
        return True
    return HOST.match(text) is not None and not text.replace(".", "").isdigit()


def is_literal(host: str) -> bool:
    """Tell whether a host is an address, an IPv6 one without brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _nearest(word: str, known: Iterable[str]) -> str:
    match = get_close_matches(word, list(known), n=1)
    return f"; did you mean '{match[0]}'?" if match else ""


def _own_number(value: str) -> str:
    if value and not bare(value):
        raise ValueError(f"'{value}' is no telephone number")
    return value
