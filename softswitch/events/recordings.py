"""Events of recordings of talks: who agreed, what is written down, and what became of the file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordingConsent:
    """Somebody was told that the talk is recorded; ``agreed`` is False for who does not want it.

    ``by`` is ``notice`` where there was nothing to choose, ``silence`` where no key came, else ``key``.
    """

    leg: str
    party: str
    agreed: bool
    by: str


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """A talk is being written down, with ``caller`` on the left side and ``agent`` on the right.

    ``path`` is the file's below the folder of recordings, as long as it grows. ``mode`` is ``always`` or
    ``on_demand``, ``because`` the rule that says so (``queue:sales``), ``by`` the account that asked for it.
    ``leg`` is the one whose sound is recorded, ``part`` counts the recordings of the call from one on.
    ``keep_days`` is 0 for ever; ``customer`` the one the call is known to be about, "" for none.
    """

    recording: str
    part: int
    leg: str
    caller: str
    agent: str
    called: str
    queue: str
    trunk: str
    mode: str
    because: str
    by: str
    consent: str
    path: str
    keep_days: int
    customer: str = ""


@dataclass(frozen=True, slots=True)
class RecordingPaused:
    """Nothing is heard of the talk in the recording meanwhile.

    ``why`` is ``hold``: left out of the file; ``asked`` (``by`` an account, or "" by command) or ``secret``:
    silence in it.
    """

    recording: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class RecordingResumed:
    """After RecordingPaused for the same reason, it is over."""

    recording: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """Nothing more is written: the talk is over, or ``why`` else; its file is being finished."""

    recording: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """The file is complete: at ``path`` below the folder of recordings, with its hash.

    ``masked`` are the stretches of silence in seconds of the file. ``reason`` is "" when all went well, else
    a sentence; ``sha256`` is "" when there is no file.
    """

    recording: str
    path: str
    seconds: float
    octets: int
    sha256: str
    masked: tuple[tuple[float, float], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecordingRefused:
    """What ought to have been recorded is not: ``why`` is ``no_consent``, ``disk_full``, ``no_folder`` ….

    ``because`` is the rule by which it ought to.
    """

    why: str
    because: str
    agent: str = ""


@dataclass(frozen=True, slots=True)
class RecordingErased:
    """The file of a recording is gone for good; ``why`` is ``retention`` where its time was over."""

    recording: str
    by: str
    why: str
