"""The registry of engines and the one place that puts speech together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from softswitch.clock import Clock, SystemClock
from softswitch.speech.cache import AudioCache
from softswitch.speech.chain import Chain, Link
from softswitch.speech.command import CommandEngine
from softswitch.speech.config import EngineName, SpeechConfig
from softswitch.speech.engine import Engine
from softswitch.speech.espeak import EspeakEngine
from softswitch.speech.hibari import HibariEngine
from softswitch.speech.piper import PiperEngine
from softswitch.speech.rhvoice import RhvoiceEngine
from softswitch.speech.service import Speech
from softswitch.speech.spare import Spare

BYTES_PER_MEGABYTE = 1_000_000

ENGINES: Mapping[EngineName, Callable[[SpeechConfig], Engine]] = {
    "exec": lambda config: CommandEngine(command=config.exec_command),
    "piper": lambda config: PiperEngine(folder=config.piper_voices, idle_seconds=config.idle_seconds),
    "rhvoice": lambda config: RhvoiceEngine(),
    "hibari": lambda config: HibariEngine(idle_seconds=config.idle_seconds),
    "espeak": lambda config: EspeakEngine(idle_seconds=config.idle_seconds),
}
"""Every engine by the name configuration gives it. A new engine is one line here and one file."""


def build_speech(
    config: SpeechConfig,
    cache_dir: Path,
    *,
    clock: Clock | None = None,
    engines: Mapping[str, Engine] | None = None,
) -> Speech:
    """Return speech as configured, keeping its files in ``cache_dir``.

    Starts nothing: an engine's process begins with the first text. ``engines`` replaces the registry.
    """
    clock = clock or SystemClock()
    built = engines or {name: make(config) for name, make in ENGINES.items()}
    links = {
        name: Link(engine, clock=clock, time_limit=config.time_limit_seconds, rest=config.rest_seconds)
        for name, engine in built.items()
    }
    limit_bytes = config.cache_megabytes * BYTES_PER_MEGABYTE
    return Speech(
        config,
        chain=Chain(links),
        cache=AudioCache(cache_dir, limit_bytes=limit_bytes, clock=clock, spare=Spare()),
    )
