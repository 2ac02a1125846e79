"""What is known of a recording: what the catalogue holds, why it is kept, who listened. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class State(Enum):
    """How far a recording is."""

    RUNNING = "running"
    """It is being written, or was when the switch was killed."""
    DONE = "done"
    LOST = "lost"
    """There is no file: nothing could be written."""
    ERASING = "erasing"
    """Its file is to go: whoever finds it so finishes that."""
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a recording must be kept whatever its time and anybody's wish: a complaint, a court."""

    by: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording of a talk: ``caller`` is on the left side of the file, ``agent`` on the right.

    ``path`` is the file's below the folder of recordings, ``masked`` the silent stretches in its seconds.
    ``mode`` is ``always`` or ``on_demand``, ``because`` the rule that said so, ``by`` the account that asked.
    ``consent`` is how the caller came to know, ``notice`` or ``silence``, "" where nobody had to be told.
    ``reason`` says what is wrong with the file; ``keep_until`` is None for what no time erases.
    """

    id: str
    call: str
    part: int
    started: datetime
    caller: str
    agent: str
    called: str = ""
    queue: str = ""
    trunk: str = ""
    customer: str = ""
    mode: str = "always"
    because: str = ""
    by: str = ""
    consent: str = ""
    path: str = ""
    state: State = State.RUNNING
    ended: datetime | None = None
    seconds: float = 0.0
    octets: int = 0
    sha256: str = ""
    masked: tuple[tuple[float, float], ...] = ()
    reason: str = ""
    keep_until: datetime | None = None
    hold: Hold | None = None

    @property
    def is_there(self) -> bool:
        """Tell whether there is a whole file to be heard."""
        return self.state is State.DONE


class Deed(Enum):
    """What somebody did with a recording: the rows of the access log."""

    LISTENED = "listened"
    EXPORTED = "exported"
    HELD = "held"
    RELEASED = "released"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody did something with a recording. ``why`` is in their own words."""

    recording: str
    at: datetime
    by: str
    deed: Deed
    why: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What recordings are looked for: all that is given must be true.

    ``numbers`` are those of either side or dialled, in any spelling that ends in the same nine digits.
    ``before`` is the id of the last one of the page before; the newest come first.
    """

    since: datetime | None = None
    until: datetime | None = None
    queue: str = ""
    agent: str = ""
    numbers: tuple[str, ...] = ()
    call: str = ""
    customer: str = ""
    trunk: str = ""
    held: bool | None = None
    also_erased: bool = False
    before: str = ""
    limit: int = 50
