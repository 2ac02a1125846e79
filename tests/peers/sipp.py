"""Run a SIPp scenario against the switch and keep what was said on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.peers import captures, sounds
from tests.peers.programs import LOOPBACK, Ports, Program, require
from tests.peers.sipp_calls import IN_BAND_KEYS, KEY_PRESSES, SPEECH_FILE
from tests.peers.sipp_phones import EARLY_FILE, EARLY_HZ
from tests.peers.sipp_script import Scenario

CALL_SECONDS = 30
"""Longest scenario is 12 s; the rest is for repetitions on a busy machine."""

SHOWN_MESSAGES = 4000
"""Characters of the wire trace shown when a scenario fails: the last two or three messages."""

HEADING = re.compile(
    r"^-{20,} (\d{4}-\d\d-\d\d[ T][\d:.]+)[^\n]*\n[^\n]*(?:sent|received)[^\n]*\n\n", re.MULTILINE
)
"""How SIPp's trace begins a message: with its time."""

EARLY_SECONDS = 2.5
SPEECH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a scenario."""

    passed: bool
    port: int
    trace: str
    """Every SIP message, in order, as SIPp logged it."""

    complaint: str

    def messages(self) -> list[str]:
        """Return the messages one by one, without SIPp's headings."""
        return [message for _, message in self.timed()]

    def timed(self) -> list[tuple[float, str]]:
        """Return the messages with their times, in seconds of the wall clock, as SIPp saw them."""
        _, *parts = HEADING.split(self.trace)
        return [
            (datetime.fromisoformat(at).astimezone().timestamp(), message.strip())
            for at, message in zip(parts[::2], parts[1::2], strict=True)
        ]


def make_sounds(folder: Path) -> Path:
    """Write every capture and sound file the scenarios name into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, keys in KEY_PRESSES.items():
        captures.write_pcap(folder / f"{name}.pcap", captures.press(keys))
    for name, (keys_in_band, on, off) in IN_BAND_KEYS.items():
        tones = sounds.key_tones(keys_in_band, on=on, off=off)
        captures.write_pcap(folder / f"{name}.pcap", captures.speak(tones))
    early = captures.speak(sounds.tone(EARLY_HZ, EARLY_SECONDS))
    captures.write_pcap(folder / EARLY_FILE, early)
    (folder / SPEECH_FILE).write_bytes(sounds.mu_law(sounds.murmur(SPEECH_SECONDS)))
    return folder


class Sipp:
    """One run of SIPp: started by the constructor, its outcome by :meth:`result`."""

    def __init__(
        self,
        scenario: Scenario,
        server: str,
        *,
        user: str,
        password: str,
        ports: Ports,
        folder: Path,
        sounds_folder: Path,
        port: int | None = None,
        number: str | None = None,
        seconds: int = CALL_SECONDS,
    ) -> None:
        self.scenario = scenario
        self.port = ports.take() if port is None else port
        self._seconds = seconds
        stem = f"{scenario.name}-{self.port}"
        self._trace = folder / f"{stem}.trace"
        self._errors = folder / f"{stem}.errors"
        file = folder / f"{stem}.xml"
        file.write_text(scenario.xml())
        argv = [require("sipp"), server, "-sf", str(file), "-s", number or scenario.dials]
        argv += ["-key", "user", user, "-au", user, "-ap", password]
        argv += ["-i", LOOPBACK, "-p", str(self.port), "-mi", LOOPBACK, "-mp", str(ports.take(4))]
        # Left alone it takes the first port free from 8888 on, which may just have been handed out.
        argv += ["-cp", str(ports.take()), "-ci", LOOPBACK]
        argv += ["-m", "1", "-timeout", str(seconds), "-timeout_error", "-nostdin"]
        argv += ["-trace_msg", "-message_file", str(self._trace), "-message_overwrite", "true"]
        argv += ["-trace_err", "-error_file", str(self._errors), *scenario.arguments]
        # Sound files are named without a folder: SIPp looks for them where it runs.
        environment = {"TERM": "dumb", "LC_ALL": "C"}
        self.program = Program(
            argv, log=folder / f"{stem}.log", folder=sounds_folder, environment=environment
        )

    def result(self) -> Result:
        """Wait for the end and return the outcome. Raises PeerSilent when it never ends."""
        code = self.program.wait_end(self._seconds + 5)
        self.program.close()
        return Result(
            passed=code == 0, port=self.port, trace=_text(self._trace), complaint=_text(self._errors)
        )

    def trace(self) -> str:
        """Return what was said so far."""
        return _text(self._trace)

    def close(self) -> None:
        """End it, whatever it is doing."""
        self.program.close()


def demand(scenario: Scenario, result: Result) -> None:
    """Raise AssertionError with the switch's duty and the wire trace when the scenario was not followed."""
    if not result.passed:
        raise AssertionError(
            f"{scenario.name}: the switch must: {scenario.demands}\n"
            f"{result.complaint[:SHOWN_MESSAGES]}\n--- last messages ---\n{result.trace[-SHOWN_MESSAGES:]}"
        )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
