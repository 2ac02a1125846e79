"""Opens legs of sound and loads sounds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from media.client import MediaClient, Worker
from media.soundfiles import write_wave
from media.tones import beep, busy, ring_back
from softswitch.calls.media_port.ear import Ear
from softswitch.calls.media_port.sound import Sound

ANY_IPV4: Final = "0.0.0.0"
ANY_IPV6: Final = "::"


class MediaPort:
    """Opens legs of sound and loads sounds. ``bind`` is the address RTP ports are bound to."""

    def __init__(self, client: MediaClient, *, bind: str) -> None:
        self.client = client
        self.bind = bind
        self._sounds: set[Sound] = set()
        self._recorded: set[Sound] = set()
        """Those that have, or had, a recording."""
        self.ring_back = 0
        self.busy = 0
        self.beep = 0
        self.music: tuple[int, ...] = ()
        self.music_is_shared = True

    async def prepare(self, folder: Path, music: Sequence[Path], *, shared: bool = True) -> None:
        """Load what every call may need: tones and music, one file after another.

        Raises MediaError when a file cannot be read.
        """
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        for name, samples in (("ring_back", ring_back()), ("busy", busy()), ("beep", beep())):
            write_wave(folder / f"{name}.wav", samples)
        self.ring_back = await self.client.load(folder / "ring_back.wav", keep=True, as_it_is=True)
        self.busy = await self.client.load(folder / "busy.wav", keep=True, as_it_is=True)
        self.beep = await self.client.load(folder / "beep.wav", keep=True, as_it_is=True)
        self.music = tuple([await self.client.load(path, keep=True) for path in music])
        self.music_is_shared = shared

    def bound_for(self, host: str) -> str:
        """Return what to bind a port to whose phone knows us as ``host``: "everywhere" is said by family."""
        return ANY_IPV4 if self.bind == ANY_IPV6 and ":" not in host else self.bind

    async def open(self, host: str, ear: Ear, *, near: Sound | None = None) -> Sound:
        """Open a leg whose phone reaches us at ``host``; raise NoMedia when it cannot be."""
        sound = Sound(self, host, ear)
        await sound.open(near)
        self._sounds.add(sound)
        return sound

    async def load(self, path: Path, *, as_it_is: bool = False, keep: bool = False) -> int:
        """Return the prompt number of a sound file; raise MediaError when it cannot be read.

        It is brought to the loudness of all prompts, unless it is to stay ``as_it_is``. One to ``keep`` is
        never dropped for others: music, that somebody may hear at any moment.
        """
        return await self.client.load(path, as_it_is=as_it_is, keep=keep)

    def unload(self, number: int) -> None:
        """Drop a sound everywhere, its files too."""
        self.client.unload(number)

    def forget(self, sound: Sound) -> None:
        """Take that a leg is closed."""
        self._sounds.discard(sound)
        self._recorded.discard(sound)

    # Secrets in recordings

    def recorded(self, sound: Sound) -> None:
        """Take that a leg is being recorded."""
        self._recorded.add(sound)

    def is_secret(self, sound: Sound) -> bool:
        """Tell whether a recording of this leg would hear secret keys."""
        return sound.hears_secrets(self._sounds)

    def secrecy_changed(self) -> None:
        """Look anew which recordings must hear nothing."""
        for sound in self._recorded:
            sound.conceal_recordings(self.is_secret(sound))

    def worker_died(self, worker: Worker) -> None:
        """Tell the legs of a dead worker."""
        for sound in [sound for sound in self._sounds if sound.on_worker(worker)]:
            self.forget(sound)
            sound.fail()
