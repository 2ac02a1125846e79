"""A phone on pyVoIP, run as a process of its own; the protocol is that of :mod:`tests.peers.pjsua2_phone`.

pyVoIP is our careless client: a thin parser, no retransmission, and it cannot send telephone-events
although it offers them. Its keys are therefore pressed as tones in the audio.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import dataclass
from functools import partial

# The package's modules import each other in a circle that closes only when begun here.
from pyVoIP.VoIP import CallState, PhoneStatus, VoIPCall, VoIPPhone  # isort: skip

from tests.peers.sounds import key_tones, silence

POLL_SECONDS = 0.02
"""The library tells nothing of its own accord: its states are looked at."""

REGISTER_SECONDS = 30.0
CALL_SECONDS = 30.0
RTP_PORTS = 1
"""It has one call at a time, and would otherwise take any port of a range."""

KEY_ON_SECONDS, KEY_OFF_SECONDS = 0.12, 0.12


@dataclass(frozen=True, slots=True)
class Settings:
    """What the phone is; the one argument of the program, as JSON."""

    user: str
    password: str
    server: str
    sip_port: int
    rtp_port: int
    log: str


def report(event: str, **facts: object) -> None:
    """Print one event."""
    # One write: two threads report, and print would write the end of the line on its own.
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def to_unsigned_8_bit(keys: str) -> bytes:
    """Return the tones of ``keys`` as the library wants its audio: 8-bit unsigned, 8 kHz."""
    samples = key_tones(keys, on=KEY_ON_SECONDS, off=KEY_OFF_SECONDS)
    lead = silence(0.1)
    coded = [(part * 127 + 128).round().astype("uint8").tobytes() for part in (lead, samples)]
    return b"".join(coded)


class Phone:
    """One registered phone with at most one call."""

    def __init__(self, settings: Settings) -> None:
        host, port = settings.server.split(":")
        self._end = threading.Event()
        self._call: VoIPCall | None = None
        self._phone = VoIPPhone(
            host,
            int(port),
            settings.user,
            settings.password,
            myIP="127.0.0.1",
            sipPort=settings.sip_port,
            rtpPortLow=settings.rtp_port,
            rtpPortHigh=settings.rtp_port + RTP_PORTS,
        )

    def register(self) -> None:
        """Register; raise RuntimeError when the server does not take it."""
        self._phone.start()
        for _ in range(int(REGISTER_SECONDS / POLL_SECONDS)):
            if self._phone.get_status() == PhoneStatus.REGISTERED:
                report("registration", code=200)
                return
            self._end.wait(POLL_SECONDS)
        raise RuntimeError(f"not registered: {self._phone.get_status()}")

    def dial(self, uri: str) -> None:
        """Call and report each state until the call is over."""
        number = uri.removeprefix("sip:").split("@")[0]
        self._call = self._phone.call(number)
        threading.Thread(target=partial(self._watch, self._call), daemon=True).start()

    def _watch(self, call: VoIPCall) -> None:
        names = {CallState.ANSWERED: "CONFIRMED", CallState.ENDED: "DISCONNECTED"}
        last = None
        for _ in range(int(CALL_SECONDS / POLL_SECONDS)):
            if call.state != last:
                last = call.state
                report("call", state=names.get(call.state, call.state.value))
            if last == CallState.ENDED or self._end.wait(POLL_SECONDS):
                return

    def do(self, command: dict[str, object]) -> None:
        """Carry out one command. Raises RuntimeError when it cannot."""
        match command:
            case {"do": "register"}:
                self.register()
            case {"do": "call", "uri": str(uri)}:
                self.dial(uri)
            case {"do": "digits", "digits": str(digits)} if self._call is not None:
                self._call.write_audio(to_unsigned_8_bit(digits))
            case {"do": "hangup"} if self._call is not None:
                self._call.hangup()
            case {"do": "leave"}:
                self._end.set()
                self._phone.stop()
            case _:
                raise RuntimeError("no such command, or no call")


def main() -> None:
    """Be a phone until told to leave."""
    phone = Phone(Settings(**json.loads(sys.argv[1])))
    report("ready")
    for line in sys.stdin:
        command = json.loads(line)
        try:
            phone.do(command)
        except RuntimeError as error:
            report("refused", do=command["do"], reason=str(error))
        else:
            report("done", do=command["do"])
        if command["do"] == "leave":
            break
    sys.stdout.flush()
    # Its threads are not daemons and one of them may still wait for a packet.
    os._exit(0)


if __name__ == "__main__":
    main()
