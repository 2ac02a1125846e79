"""A leg: one dialog with one phone, and its sound.

What callers' and called phones' legs share once they are up: re-INVITEs in every form, hold, keys,
hanging up. How a leg comes up is in ``caller_leg`` and ``called_leg``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from softswitch.calls.directory import Directory
from softswitch.calls.errors import LegEnded
from softswitch.calls.hangup import SWITCH, Reason, Termination
from softswitch.calls.keys import INFO, Keys, Press, digit_of_info
from softswitch.calls.media_port import MediaPort, Sound
from softswitch.calls.signaller import Signaller
from softswitch.calls.signals import Ended, Held, Resumed, Signal
from softswitch.clock import Clock
from softswitch.events import (
    CallEvent,
    DigitPressed,
    LegAnswered,
    LegHeld,
    LegResumed,
    MediaLatched,
)
from softswitch.events import LegEnded as LegEndedEvent
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Message, Request
from softswitch.sip.offer_answer import (
    PCMA,
    PCMU,
    Agreement,
    Local,
    Stream,
    accept,
    answer,
    offer,
)
from softswitch.sip.sdp import SessionDescription, parse_sdp
from softswitch.sip.signals import DialogId, Failed, Incoming, Reply
from softswitch.sip.stack import ALLOW
from softswitch.sip.uri import SipUri

logger = logging.getLogger(__name__)

SDP: Final = "application/sdp"
INFO_TYPES: Final = "application/dtmf-relay, application/dtmf"


class Progress(Enum):
    """How far a leg is."""

    NEW = "new"
    RINGING = "ringing"
    UP = "up"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every leg of a call needs: its wires, its clock, its log, and its limits in seconds."""

    signaller: Signaller
    media: MediaPort
    clock: Clock
    record: Callable[[CallEvent], None]
    directory: Directory
    random: Callable[[], float]
    sound_timeout: float = 30.0


class Leg:
    """One phone of a call. ``tell`` gets its signals."""

    def __init__(
        self, name: str, party: str, around: Surroundings, hop: Hop, tell: Callable[[Leg, Signal], None]
    ) -> None:
        self.name = name
        self.party = party
        self.around = around
        self.hop = hop
        self.tell = tell
        self.progress = Progress.NEW
        self.held = False
        self.keys = Keys(self._key_read)
        self.masked = False
        """Keys are secret: they are recorded as ``*``."""
        self.sound: Sound | None = None
        self.stream: Stream | None = None
        self.dialog: DialogId | None = None
        self.sound_came = asyncio.Event()
        self._ours: SessionDescription | None = None
        self._hold_told = False
        self._version = 0
        self._offered: SessionDescription | None = None
        """Our offer whose answer must come in the ACK."""
        self.termination = Termination(Reason.FAULT, SWITCH)

    @property
    def over(self) -> bool:
        """Tell whether the leg has ended."""
        return self.progress is Progress.ENDED

    # Sound

    async def open_sound(self, near: Leg | None = None) -> Sound:
        """Open the leg's sound once; raise NoMedia when it cannot be had."""
        if self.sound is None:
            self.sound = await self.around.media.open(
                self.hop.local_host, self, near=near.sound if near is not None else None
            )
        return self.sound

    @property
    def voice(self) -> Sound:
        """The leg's sound; raise LegEnded when it has none (any more)."""
        if self.sound is None or self.progress is Progress.ENDED:
            raise LegEnded(self.termination)
        return self.sound

    def local(self, codecs: tuple[str, ...] = (PCMA, PCMU)) -> Local:
        """Return our end for the next description; its version counts up (RFC 3264 §8)."""
        assert self.sound is not None
        self._version += 1
        return Local(self.hop.local_host, self.sound.number, self.sound.number, self._version, codecs)

    def agreed(self, agreement: Agreement) -> None:
        """Put an agreement into force."""
        assert self.sound is not None
        first = self.stream is None
        self._ours, self.stream = agreement.ours, agreement.stream
        self.sound.agree(agreement.stream, silence_after=self.around.sound_timeout)
        if first:
            # The answer to a late offer may come when two people talk already.
            self.sound.listen_for_tones(not self.keys.unread)
        self.held = agreement.stream.held
        self._tell_hold()

    def _tell_hold(self) -> None:
        # A phone may call or ring on hold; that is news only when the leg is up.
        if self.progress is Progress.UP and self.held != self._hold_told:
            self._hold_told = self.held
            self.around.record(LegHeld(self.name) if self.held else LegResumed(self.name))
            self.tell(self, Held() if self.held else Resumed())

    def record_answer(self) -> None:
        """Write into the log that the leg is up."""
        stream = self.stream
        codec = stream.codec if stream is not None else ""
        digits = "rfc4733" if stream is not None and stream.digits_payload is not None else "inband or info"
        self.around.record(LegAnswered(self.name, self.party, codec, digits))
        self._tell_hold()

    # What the media room tells (see media_port.Ear)

    def digit_heard(self, digit: str, method: str) -> None:
        """Take a key seen in the media."""
        self.keys.press(digit, method, self.around.clock.monotonic())

    def sound_arrived(self, host: str, port: int) -> None:
        """Take where sound really comes from."""
        self.sound_came.set()
        stream = self.stream
        if stream is not None and (host, port) != (stream.host, stream.port):
            self.around.record(MediaLatched(self.name, f"{stream.host}:{stream.port}", f"{host}:{port}"))

    def sound_missing(self, seconds: float) -> None:
        """Take that the phone has gone silent without a word."""
        self.fail(Termination(Reason.MEDIA_LOST))

    def sound_lost(self) -> None:
        """Take that our media worker died."""
        self.fail(Termination(Reason.MEDIA_WORKER_DIED))

    def _key_read(self, press: Press) -> None:
        digit = "*" if self.masked else press.digit
        self.around.record(DigitPressed(self.name, digit, press.method))

    # What SIP tells

    def requested(self, incoming: Incoming) -> None:
        """Answer a request inside the leg's dialog."""
        match incoming.request.method:
            case "BYE":
                self._reply(incoming, 200)
                self.ended(Termination(self.hung_up_reason(), self.side()))
            case "INVITE":
                self._reinvited(incoming)
            case "INFO":
                self._informed(incoming)
            case "OPTIONS":
                self._reply(incoming, 200, ("Allow", ALLOW), ("Accept", SDP))
            case _:
                self._reply(incoming, 405, ("Allow", ALLOW))

    def acknowledged(self, request: Request) -> None:
        """Take the ACK of our 2xx, and with it the answer to an offer we made."""
        offered, self._offered = self._offered, None
        if offered is not None:
            try:
                self.agreed(accept(offered, sdp_of(request)))
            except RemoteProtocolError:
                self.fail(Termination(Reason.NO_COMMON_CODEC))

    def unacknowledged(self) -> None:
        """Take that our 2xx was never acknowledged: the phone does not see our answers."""
        self.fail(Termination(Reason.NOT_ACKNOWLEDGED))

    def cancelled(self) -> None:
        """Take a CANCEL; only a caller can send one."""

    def replied(self, reply: Reply) -> None:
        """Take a response to a request of ours; overridden where one is waited for."""

    def failed(self, failed: Failed) -> None:
        """Take that a request of ours found no answer."""

    def hung_up_reason(self) -> Reason:
        """Return what it means when this phone hangs up."""
        raise NotImplementedError

    def side(self) -> str:
        """Return which side of the call this phone is."""
        raise NotImplementedError

    def _reinvited(self, incoming: Incoming) -> None:
        """Answer a re-INVITE (RFC 3261 §14.2); one we cannot accept leaves everything as it was."""
        request = incoming.request
        try:
            check_body(request)
            if request.body:
                agreement = answer(sdp_of(request), self.local())
                ours = agreement.ours
            else:
                agreement, ours = None, offer(self.local(), before=self._ours)
        except RemoteProtocolError as error:
            self._reply(incoming, error.status, *error.fields, reason=error.reason)
            return
        stack = self.around.signaller.stack
        response = stack.response(incoming.transaction, 200)
        response.put_body(ours.to_bytes(), SDP)
        self._offered = ours if agreement is None else None
        self.around.signaller.respond(incoming.transaction, response, contact=self.contact())
        if agreement is not None:
            self.agreed(agreement)

    def _informed(self, incoming: Incoming) -> None:
        content_type = incoming.request.content_type
        digit = digit_of_info(content_type.kind if content_type else "", incoming.request.body)
        if digit is None and incoming.request.body:
            self._reply(incoming, 415, ("Accept", INFO_TYPES))
            return
        self._reply(incoming, 200)
        if digit:
            self.keys.press(digit, INFO, self.around.clock.monotonic())

    def _reply(self, incoming: Incoming, status: int, *fields: tuple[str, str], reason: str = "") -> None:
        response = self.around.signaller.stack.response(incoming.transaction, status, reason)
        for name, value in fields:
            response.fields.add(name, value)
        self.around.signaller.respond(incoming.transaction, response)

    # Ending

    def contact(self) -> NameAddr:
        """Return our Contact towards this phone."""
        params: tuple[tuple[str, str | None], ...] = ()
        if self.hop.transport != "UDP":
            params = (("transport", self.hop.transport.lower()),)
        host = f"[{self.hop.local_host}]" if ":" in self.hop.local_host else self.hop.local_host
        return NameAddr(SipUri(host, port=self.hop.local_port, params=params))

    def bye(self, termination: Termination) -> None:
        """Send BYE, if the dialog still lives."""
        if self.dialog is not None and self.around.signaller.stack.has_dialog(self.dialog):
            self.around.signaller.send_in_dialog(
                self.dialog, "BYE", fields=(("Reason", termination.reason_field()),)
            )

    def hang_up(self, termination: Termination) -> None:
        """End the leg from our side, whatever it is doing."""
        if self.progress is Progress.ENDED:
            return
        try:
            self.release(termination)
        except LocalProtocolError:
            # The phone ended its side in the same moment; there is nothing left to tell it.
            logger.debug("leg %s was over before it could be told so", self.name)
        self.ended(termination)

    def release(self, termination: Termination) -> None:
        """Tell the phone that it is over: BYE, CANCEL or a refusal, by how far the leg is."""
        self.bye(termination)

    def fail(self, termination: Termination) -> None:
        """End the leg for a fault; the call hears of it as of any end."""
        self.hang_up(termination)

    def ended(self, termination: Termination) -> None:
        """Note that the leg is over and tell the call, once."""
        if self.progress is Progress.ENDED:
            return
        self.progress = Progress.ENDED
        self.termination = termination
        self.keys.flush()
        self.tell(self, Ended(termination))

    async def close(self) -> None:
        """Let the sound go and write the leg's last word; call once after the end."""
        self.around.directory.forget(self)
        statistics = await self.sound.close() if self.sound is not None else None
        end = self.termination
        self.around.record(
            LegEndedEvent(
                leg=self.name,
                party=self.party,
                result=end.result.value,
                reason=end.reason.value,
                sip_code=end.sip,
                q850=end.q850,
                packets_sent=statistics.sent if statistics else 0,
                packets_received=statistics.received if statistics else 0,
                packets_lost=statistics.lost if statistics else 0,
            )
        )


def check_body(request: Request) -> None:
    """Check that a body is one we read; raise RemoteProtocolError(415) otherwise (RFC 3261 §8.2.3)."""
    accept_sdp = (("Accept", SDP),)
    if request.body and (request.content_type is None or request.content_type.kind != SDP):
        raise RemoteProtocolError(415, "Unsupported Media Type", fields=accept_sdp)
    encoding = request.fields.get("Content-Encoding")
    if request.body and encoding and encoding.strip().lower() != "identity":
        raise RemoteProtocolError(415, "Unsupported encoding", fields=(("Accept-Encoding", "identity"),))


def sdp_of(message: Message) -> SessionDescription:
    """Read the description a message carries; raise RemoteProtocolError when there is none."""
    if not message.body:
        raise RemoteProtocolError(400, "No session description")
    return parse_sdp(message.body)
