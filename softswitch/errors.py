"""The root of every exception this package raises on purpose.

::

    SoftswitchError
    ├── ConfigError                 the operator's files are wrong: names file, line and reason
    ├── StartError                  the switch cannot start: one plain sentence (port in use, no voice)
    ├── control.NoSwitch            no switch is running that could be asked
    ├── control.ControlRefused      the running switch does not do what it was asked
    ├── sip.SipError                see softswitch/sip/errors.py
    ├── calls.CallError             see softswitch/calls/errors.py
    ├── ivr.IvrError                see softswitch/ivr/errors.py
    ├── integrations.IntegrationError  see softswitch/integrations/errors.py
    ├── outbox.OutboxError          see softswitch/outbox/model.py
    ├── speech.SpeechError          see softswitch/speech/errors.py
    └── trace.TraceError            see softswitch/trace/errors.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from softswitch.languages import ENGLISH, POLISH

LINE_WORDS: Final[Mapping[str, str]] = {ENGLISH: "line", POLISH: "wiersz"}


def harmless(text: str) -> str:
    """Return ``text`` fit for a terminal: control characters, escapes and right-to-left marks become dots."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "·" for sign in text)


Excuse = Callable[[Exception], str]
"""Returns why something does not serve now, as a sentence for who asked, "" for what is a fault of ours."""


def no_excuse(error: Exception) -> str:
    """Take every fault for one of ours."""
    return ""


class SoftswitchError(Exception):
    """Base of all errors raised on purpose by the softswitch package."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file of the operator's, and where it stands.

    As text it is one harmless line: a file from elsewhere must not be able to paint the terminal.
    """

    path: str
    line: int | None
    where: str
    reason: str
    language: str = ENGLISH
    """Of the place and the reason."""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path} {LINE_WORDS[self.language]} {self.line}"
        return harmless(f"{place}: {self.where}: {self.reason}" if self.where else f"{place}: {self.reason}")


class ConfigError(SoftswitchError):
    """The operator's files are wrong. Carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class StartError(SoftswitchError):
    """The switch cannot start; the text is one sentence an operator can act on."""
