"""What every speech engine is to the rest of the room: one small interface.

An engine turns words into raw sound. It knows nothing of caches, loudness, telephone rates, time
limits or what happens when it fails: the chain does that once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice an engine has.

    ``exact`` is False when another name was asked for and this one stands in. ``stamp`` tells apart two
    voices that had the same name one after the other (a file that was replaced).
    """

    name: str
    exact: bool = True
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One piece of work for an engine: words as they are to be said, in a voice the engine named itself."""

    words: str
    language: str
    voice: str
    rate: float


@dataclass(frozen=True, slots=True)
class Sound:
    """What an engine made: mono signed 16-bit little-endian samples at ``sample_rate`` hertz."""

    sample_rate: int
    samples: bytes


class Engine(Protocol):
    """A way to make speech."""

    @property
    def name(self) -> str:
        """Return the engine's name as configuration spells it."""
        ...

    @property
    def version(self) -> str:
        """Return what tells one release from another: cached audio of an older one is not used."""
        ...

    @property
    def parallel(self) -> int:
        """Return how many orders the engine can work on at once."""
        ...

    def voice_for(self, language: str, wanted: str | None) -> Voice:
        """Return the voice for ``language``, the one called ``wanted`` if there is one.

        Does no more than look at the disk. Raises EngineMissing when the engine is not installed or has
        no voice for the language.
        """
        ...

    async def synthesize(self, order: Order) -> Sound:
        """Make the sound. May be cancelled at any point and must be usable again afterwards.

        Raises EngineError.
        """
        ...

    async def close(self) -> None:
        """Let go of processes and files."""
        ...
