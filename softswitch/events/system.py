"""Events of the switch itself: its phones, its trunks, its processes, its defence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SwitchStarted:
    """The switch is ready: phones can register."""

    version: str
    addresses: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    """What could be dialled then, so that a wrong number can be told from a near one later."""


@dataclass(frozen=True, slots=True)
class SwitchStopped:
    """The switch was told to stop and has ended its calls."""


@dataclass(frozen=True, slots=True)
class PhoneRegistered:
    """A phone registered or moved; a plain refresh is not an event."""

    account: str
    contact: str
    source: str
    transport: str
    user_agent: str
    behind_nat: bool


@dataclass(frozen=True, slots=True)
class PhoneUnregistered:
    """A binding is gone: removed by the phone, expired, replaced, or its connection closed."""

    account: str
    contact: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhoneUnreachable:
    """A registered phone does not answer OPTIONS any more. Told once, until it is back."""

    account: str
    contact: str


@dataclass(frozen=True, slots=True)
class PhoneReachable:
    """A phone that was unreachable answers again, after so many milliseconds."""

    account: str
    contact: str
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class CredentialsRefused:
    """Somebody answered a challenge wrongly. A challenge by itself is never an event."""

    account: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceShutOut:
    """So many wrong passwords came from an address that for a while nobody new is let in from there."""

    source: str
    wrong: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AccountShutOut:
    """So many wrong passwords came for one name, from many addresses, that no new place is let in with it."""

    account: str
    wrong: int
    seconds: int


@dataclass(frozen=True, slots=True)
class SourceLetIn:
    """Somebody lifted what had shut out an address or a name."""

    source: str


@dataclass(frozen=True, slots=True)
class SourceSilenced:
    """An address sent more than is heard of it: what was over that was dropped unread."""

    source: str
    dropped: int


@dataclass(frozen=True, slots=True)
class CertificateRead:
    """A certificate was read anew and is shown from now on: made out to ``names``, good until that day."""

    names: tuple[str, ...]
    until: str
    """The day in UTC, as YYYY-MM-DD."""


@dataclass(frozen=True, slots=True)
class TrunkRegistered:
    """We are registered at a trunk's server: calls can come from there."""

    trunk: str
    server: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TrunkLost:
    """We are not registered at a trunk, at none of its servers; ``seconds`` until it is tried again."""

    trunk: str
    reason: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TrunkReachable:
    """A trunk's server answers (again)."""

    trunk: str
    server: str
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class TrunkUnreachable:
    """A trunk's server does not answer, or says that it serves nobody: others are called before it."""

    trunk: str
    server: str
    reason: str


@dataclass(frozen=True, slots=True)
class TrunkNotFound:
    """DNS does not say where a trunk's server is; what was known of it before stays good."""

    trunk: str
    server: str
    reason: str


@dataclass(frozen=True, slots=True)
class MediaWorkerStarted:
    """A media worker process is up."""

    worker: int
    process_id: int


@dataclass(frozen=True, slots=True)
class MediaWorkerDied:
    """A media worker process ended without being told to; its calls end with it."""

    worker: int
    reason: str


@dataclass(frozen=True, slots=True)
class ForwardSet:
    """``account`` has its calls sent on to ``to`` from now on, or no more: then ``to`` is empty.

    ``when`` is ``always``, ``busy``, ``no_answer`` or ``unreachable``.
    """

    account: str
    when: str
    to: str


@dataclass(frozen=True, slots=True)
class DoNotDisturbSet:
    """``account`` wants no calls from now on, or wants them again."""

    account: str
    on: bool
