"""A leg: one dialog with one phone, and its sound.

What every leg has, however it came up and whoever asks what of whom: its sound, its keys, what was agreed,
and how it ends. The requests inside its dialog are in ``phone_leg``.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from softswitch.calls.bodies import sdp_of
from softswitch.calls.directory import Directory
from softswitch.calls.errors import LegEnded
from softswitch.calls.guise import AS_KNOWN
from softswitch.calls.hangup import SWITCH, Codes, Reason, Termination
from softswitch.calls.keys import MOST_PRESSES, Keys, Press
from softswitch.calls.media_port import MediaPort, Sound
from softswitch.calls.protection import LegProtection
from softswitch.calls.referral import Referral
from softswitch.calls.session import SessionClock
from softswitch.calls.signaller import Signaller
from softswitch.calls.signals import Ended, Held, Resumed, Signal
from softswitch.calls.tongue import AS_IT_COMES
from softswitch.calls.weakly import weakly
from softswitch.clock import Clock
from softswitch.events import (
    CallEvent,
    DigitPressed,
    KeysDropped,
    LegAnswered,
    LegHeld,
    LegMoved,
    LegResumed,
    MediaLatched,
    SoundBothWays,
    SoundOneWay,
)
from softswitch.events import LegEnded as LegEndedEvent
from softswitch.sip.dialog import is_address
from softswitch.sip.errors import LocalProtocolError, RemoteProtocolError
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import Hop
from softswitch.sip.message import Message, Request
from softswitch.sip.offer_answer import PCMA, PCMU, Agreement, Local, Stream, accept
from softswitch.sip.own_contact import own_contact
from softswitch.sip.sdes import Protection
from softswitch.sip.sdp import SessionDescription
from softswitch.sip.signals import DialogId, Failed, Incoming, Reply
from softswitch.sip.uri import Uri

logger = logging.getLogger(__name__)


class Progress(Enum):
    """How far a leg is."""

    NEW = "new"
    RINGING = "ringing"
    UP = "up"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every leg of a call needs: its wires, its clock, its log, and its limits in seconds.

    ``protection`` tells what an account wants of SRTP, ``key_source`` returns so many random octets.
    """

    signaller: Signaller
    media: MediaPort
    clock: Clock
    record: Callable[[CallEvent], None]
    directory: Directory
    random: Callable[[], float]
    sound_timeout: float = 30.0
    protection: Callable[[str], Protection] = lambda account: Protection.OFFERED
    key_source: Callable[[int], bytes] = secrets.token_bytes


class Leg:
    """One phone of a call. ``tell`` gets its signals."""

    def __init__(
        self, name: str, party: str, around: Surroundings, hop: Hop, tell: Callable[[Leg, Signal], None]
    ) -> None:
        self.name = name
        self.party = party
        self.display = ""
        """The party's name, as others see it; "" where only the number is known."""
        self.guise = AS_KNOWN
        """What phones of ours are shown of the party in place of that."""
        self.tongue = AS_IT_COMES
        """How the party wants to be spoken to, as far as they have chosen."""
        self.around = around
        self.hop = hop
        self._seen_at = hop
        self.tell = tell
        self.progress = Progress.NEW
        self.answered = False
        """It was up once, whatever came of it."""
        self.held = False
        self.keys = Keys(weakly(self.key_read), flooded=weakly(self.keys_flooded))
        self._masked = False
        self.srtp = LegProtection(around.protection(party), around.key_source)
        self.sound: Sound | None = None
        self.stream: Stream | None = None
        self.dialog: DialogId | None = None
        self.sound_came = asyncio.Event()
        self.ours: SessionDescription | None = None
        """Our description as it was agreed last."""
        self.offered: SessionDescription | None = None
        """Our offer whose answer must come in the ACK, or in a PRACK."""
        self.allows: frozenset[str] = frozenset()
        """Methods the phone takes, in small letters, as far as it has said."""
        self.referral: Referral | None = None
        """The last REFER of its that was looked at."""
        self.session = SessionClock(refresh=weakly(self.refresh_due), over=weakly(self._session_over))
        self._hold_told = False
        self._version = 0
        self.termination = Termination(Reason.FAULT, SWITCH)

    @property
    def over(self) -> bool:
        """Tell whether the leg has ended."""
        return self.progress is Progress.ENDED

    @property
    def masked(self) -> bool:
        """Whether keys are secret: they are written down as ``*``, and no recording hears them."""
        return self._masked

    @masked.setter
    def masked(self, on: bool) -> None:
        self._masked = on
        if self.sound is not None:
            self.sound.conceal(on)

    # Sound

    async def open_sound(self, near: Leg | None = None) -> None:
        """Open the leg's sound once; raise NoMedia when it cannot be had."""
        if self.sound is None:
            self.sound = await self.around.media.open(
                self.hop.local_host, self, near=near.sound if near is not None else None
            )
            self.sound.conceal(self._masked)

    @property
    def voice(self) -> Sound:
        """The leg's sound; raise LegEnded when it has none (any more)."""
        if self.sound is None or self.progress is Progress.ENDED:
            raise LegEnded(self.termination)
        return self.sound

    def local(self, codecs: tuple[str, ...] = (PCMA, PCMU)) -> Local:
        """Return our end for the next description, by its version one on from the last that was sent."""
        assert self.sound is not None
        number, srtp = self.sound.number, self.srtp
        return Local(
            self.hop.local_host, number, number, self._version + 1, codecs,
            protection=srtp.policy, keys=srtp.keys, secured=srtp.secured,
        )  # fmt: skip

    def sent(self, ours: SessionDescription) -> None:
        """Note that a description has gone out.

        RFC 3264 §8: the version "MUST increment by one from the previous SDP", so one that was made and not
        sent does not count, and one that is said again counts once.
        """
        self._version = ours.origin.version

    def agreed(self, agreement: Agreement) -> None:
        """Put an agreement into force."""
        self._enforce(agreement)
        self._tell_hold()

    def _enforce(self, agreement: Agreement) -> None:
        assert self.sound is not None
        first = self.stream is None
        self.ours, self.stream = agreement.ours, agreement.stream
        self.srtp.agreed(agreement.stream.keys)
        # A phone that only rings owes us no sound.
        silence_after = self.around.sound_timeout if self.progress is Progress.UP else 0.0
        self.sound.agree(agreement.stream, silence_after=silence_after, signalling_host=self.hop.host)
        if first:
            # The answer to a late offer may come when two people talk already.
            self.sound.listen_for_tones(not self.keys.unread)
        self.held = agreement.stream.held

    def _tell_hold(self) -> None:
        # A phone may call or ring on hold; that is news only when the leg is up.
        if self.progress is Progress.UP and self.held != self._hold_told:
            self._hold_told = self.held
            self.around.record(LegHeld(self.name) if self.held else LegResumed(self.name))
            self.tell(self, Held() if self.held else Resumed())

    def came_up(self, agreement: Agreement | None) -> None:
        """Note the answer, by which the leg is up; without an agreement when that comes in the ACK."""
        self.progress = Progress.UP
        self.answered = True
        if agreement is not None:
            self._enforce(agreement)  # Also what was agreed before: its patience with silence begins now.
        stream = self.stream
        codec = stream.codec if stream is not None else ""
        digits = "rfc4733" if stream is not None and stream.digits_payload is not None else "inband or info"
        protected = stream is not None and stream.keys is not None
        self.around.record(LegAnswered(self.name, self.party, codec, digits, protected))
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
        """Take that the phone has gone silent without a word; before the answer it may."""
        if self.progress is Progress.UP:
            self.fail(Termination(Reason.MEDIA_LOST))

    def sound_one_way(self, *, deaf: bool, ever: bool, seconds: float) -> None:
        """Write down that sound passes in one direction only, with what shows why."""
        stream = self.stream
        if stream is not None and self.progress is Progress.UP:
            promised = f"{stream.host}:{stream.port}"
            self.around.record(
                SoundOneWay(self.name, self.party, deaf, ever, round(seconds, 1), promised, self.hop.host)
            )

    def sound_both_ways(self) -> None:
        """Write down that it passes in both again."""
        if self.progress is Progress.UP:
            self.around.record(SoundBothWays(self.name, self.party))

    def sound_lost(self) -> None:
        """Take that our media worker died."""
        self.fail(Termination(Reason.MEDIA_WORKER_DIED))

    def key_read(self, press: Press) -> None:
        """Write down a key that was read or thrown away."""
        digit = "*" if self.masked else press.digit
        self.around.record(DigitPressed(self.name, digit, press.method))

    def keys_flooded(self) -> None:
        """Write down that keys came faster than anybody presses them."""
        self.around.record(KeysDropped(self.name, MOST_PRESSES))

    # What SIP tells (see directory.Addressee)

    def requested(self, incoming: Incoming) -> None:
        """Answer a request inside the leg's dialog."""
        raise NotImplementedError

    def replied(self, reply: Reply) -> None:
        """Take a response to a request of ours."""
        raise NotImplementedError

    def failed(self, failed: Failed) -> None:
        """Take that a request of ours found no answer."""
        raise NotImplementedError

    def cancelled(self) -> None:
        """Take a CANCEL; only a caller can send one."""

    @property
    def may_be_offered(self) -> bool:
        """Tell whether a first offer has its answer, so that the phone may make another."""
        return self.progress is Progress.UP

    def understood(self, message: Message) -> None:
        """Note what the phone says it can do."""
        allowed = message.fields.tokens("Allow")
        if allowed:
            self.allows = frozenset(allowed)

    def acknowledged(self, request: Request) -> None:
        """Take the ACK of our 2xx, and with it the answer to an offer we made."""
        self._answered_offer(request)

    def proved(self, request: Request, agreement: Agreement | None) -> None:
        """Take the PRACK of our 1xx: the answer to an offer of ours, or what was agreed on one of theirs."""
        if agreement is not None:
            self.agreed(agreement)
        elif self.offered is not None and request.body:
            self._answered_offer(request)

    def _answered_offer(self, request: Request) -> None:
        offered, self.offered = self.offered, None
        if offered is not None:
            try:
                self.agreed(accept(offered, sdp_of(request)))
            except RemoteProtocolError:
                self.fail(Termination(Reason.NO_COMMON_CODEC))

    def unacknowledged(self) -> None:
        """Take that our 2xx was never acknowledged: the phone does not see our answers."""
        self.fail(Termination(Reason.NOT_ACKNOWLEDGED))

    def refresh_due(self) -> None:
        """Take that the session wants to be refreshed by us."""

    def _session_over(self) -> None:
        """Take that the phone has not refreshed its session."""
        self.fail(Termination(Reason.SESSION_EXPIRED))

    def hung_up_reason(self) -> Reason:
        """Return what it means when this phone hangs up."""
        raise NotImplementedError

    def side(self) -> str:
        """Return which side of the call this phone is."""
        raise NotImplementedError

    def seen_at(self, hop: Hop) -> None:
        """Note where the phone is now.

        Phones move, and whoever has read the dialog's tags can say it is one: that is to be seen. Ports are
        not looked at, as a NAT changes them.
        """
        if hop.host != self._seen_at.host:
            self.around.record(LegMoved(self.name, self._seen_at.address, hop.address))
            self._seen_at = hop

    # Ending

    def is_here(self, host: str) -> bool:
        """Tell whether numbers at a host (of a Refer-To, of a redirection) are ours.

        Whatever name a phone calls us by is one we have, as only DNS knows better; another's address is not.
        """
        return not is_address(host) or host == self.hop.local_host

    def contact(self) -> NameAddr:
        """Return our Contact towards this phone."""
        return own_contact(self.hop, answering=self.request_uri())

    def request_uri(self) -> Uri | None:
        """Return the Request-URI of the INVITE, which says whether it must be a SIPS dialog."""
        return None

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
        self.session.stop()
        self.keys.flush()
        self.tell(self, Ended(termination))

    def codes(self) -> Codes:
        """Return what is written down of the leg's end."""
        return self.termination.codes(answered=self.answered)

    async def close(self) -> None:
        """Let the sound go and write the leg's last word; call once after the end."""
        self.around.directory.forget(self)
        statistics = await self.sound.close() if self.sound is not None else None
        end, codes = self.termination, self.codes()
        event = LegEndedEvent(
            leg=self.name,
            party=self.party,
            result=codes.result.value,
            reason=end.reason.value,
            sip_code=codes.sip,
            q850=codes.q850,
        )
        if statistics is not None:
            event = replace(
                event,
                packets_sent=statistics.sent,
                packets_received=statistics.received,
                packets_lost=statistics.lost,
                jitter_ms=statistics.jitter_ms,
                delay_ms=statistics.delay_ms,
                round_trip_ms=statistics.round_trip_ms,
                lost_by_phone=statistics.lost_by_phone,
                mos=statistics.mos,
                unauthentic=statistics.unauthentic,
            )
        self.around.record(event)
        # The call is over before long; neither keeps the other alive.
        self.tell = _to_nobody


def _to_nobody(leg: Leg, signal: Signal) -> None:
    """Take what a leg tells that has been closed."""
