"""What can go wrong when text becomes audio.

::

    SpeechError
    ├── RequestRefused          the request itself cannot be spoken: empty, too long, rate out of range
    ├── SpeechClosed            the service was told to stop
    ├── CacheFailed             the audio was made and could not be kept: disk full, folder not writable
    ├── NoVoice                 every engine of the chain failed; carries each one's reason
    └── EngineError             one engine failed; the chain goes on with the next
        ├── EngineMissing       not installed, or no voice for the language: normal, the next one speaks
        ├── EngineTimeout       no audio within the time limit
        └── WorkerDied          the engine's process ended in the middle of the work
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class SpeechError(SoftswitchError):
    """Text could not be made into audio."""


class RequestRefused(SpeechError):
    """The request cannot be spoken by any engine; the text says what is wrong with it."""


class SpeechClosed(SpeechError):
    """Speech was asked for after the service was closed, or was being made while it closed."""

    def __init__(self) -> None:
        super().__init__("speech is closed")


class CacheFailed(SpeechError):
    """The audio could not be written to the cache folder; nothing can be played without the file."""


class EngineError(SpeechError):
    """One engine failed; ``engine`` is its name, ``reason`` one plain sentence without a full stop."""

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(engine, reason)
        self.engine = engine
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.engine}: {self.reason}"


class EngineMissing(EngineError):
    """The engine is not installed here, or has no voice for the language."""


class EngineTimeout(EngineError):
    """The engine gave no audio within its time limit (``seconds``)."""

    def __init__(self, engine: str, seconds: float) -> None:
        super().__init__(engine, f"gave no audio within {seconds:g} s")
        self.seconds = seconds


class WorkerDied(EngineError):
    """The engine's process ended while it was working."""


class NoVoice(SpeechError):
    """No engine of the chain could speak; ``failures`` holds what each of them said, in chain order.

    ``text`` may be a secret, and messages end in logs: they tell its length alone.
    """

    def __init__(self, text: str, language: str, failures: list[EngineError]) -> None:
        super().__init__(language, failures)
        self.text = text
        self.language = language
        self.failures = failures

    def __str__(self) -> str:
        reasons = "; ".join(str(failure) for failure in self.failures) or "no engine is configured"
        return f"no voice could say {len(self.text)} letters in language {self.language!r} ({reasons})"
