"""Files beside the configuration that are played or read: each is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import soundfile

from softswitch.config import Config
from softswitch.errors import Problem
from softswitch.integrations.authorities import unreadable_authority
from softswitch.music import programme
from softswitch.voicemail.config import GREETINGS, GreetingConfig


def file_faults(config: Config) -> Iterator[Problem]:
    """Yield files and folders that are named and cannot be used."""
    if config.music is not None:
        yield from _music_faults(config, config.music.play, "music", "music.play")
    for name, queue in config.queues.items():
        yield from _music_faults(config, queue.music, f"queues.{name}.music", f"queues.{name}.music")
        for index, message in enumerate(queue.announce.comfort.messages):
            if message.play is not None and (reason := _unreadable(message.play)):
                where = f"queues.{name}.announce.comfort.messages.{index}"
                yield config.problem(where, f"{message.play}: {reason}")
    for name, box in config.voicemail.boxes.items():
        for kind in GREETINGS:
            greeting: GreetingConfig | None = getattr(box, kind)
            if greeting is None or greeting.play is None:
                continue
            if reason := _unreadable(greeting.play):
                yield config.problem(f"voicemail.boxes.{name}.{kind}", f"{greeting.play}: {reason}")
    for index, path in enumerate(config.http.authorities):
        if (why := unreadable_authority(path)) is not None:
            yield config.problem(f"http.authorities.{index}", f"{path}: {why}")
    voices = config.speech.piper_voices
    if voices is not None and not voices.is_dir():
        yield config.problem("speech.piper_voices", f"there is no folder {voices}")
    timings = config.media.timings
    if timings is not None and not timings.parent.is_dir():
        yield config.problem("media.timings", f"there is no folder {timings.parent}")


def _music_faults(config: Config, places: Sequence[Path], alone: str, among_others: str) -> Iterator[Problem]:
    """Find files that cannot be played; ``alone`` is where the only one stands."""
    for index, place in enumerate(places):
        where = f"{among_others}.{index}" if len(places) > 1 else alone
        try:
            files = programme((place,))
        except OSError as error:
            yield config.problem(where, f"{place}: {error.strerror}")
            continue
        if not files:
            yield config.problem(where, f"{place}: holds no sound file")
        for file in files:
            if reason := _unreadable(file):
                yield config.problem(where, f"{file}: {reason}")


def _unreadable(path: Path) -> str:
    """Return why a sound file cannot be played, "" when it can."""
    try:
        with path.open("rb"):
            pass
        frames = soundfile.info(str(path)).frames
    except OSError as error:
        return str(error.strerror)
    except soundfile.SoundFileError:
        return "is no sound file that can be read: a WAV, FLAC, OGG or MP3 is wanted here"
    return "" if frames else "holds no sound"
