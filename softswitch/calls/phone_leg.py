"""A leg with its dialog: what its phone asks inside it, and what we ask of the phone."""

from __future__ import annotations

from collections.abc import Callable

from softswitch.calls import in_dialog
from softswitch.calls.changes import Changes
from softswitch.calls.hangup import CALLEE, CALLER, Reason, Termination
from softswitch.calls.leg import Leg, Progress, Surroundings
from softswitch.calls.signals import Signal
from softswitch.calls.weakly import weakly
from softswitch.sip.hop import Hop
from softswitch.sip.session_timer import Fields
from softswitch.sip.signals import Failed, Incoming, Reply


class PhoneLeg(Leg):
    """One phone of a call, called or calling. ``owner`` says that we made its Call-ID."""

    def __init__(
        self,
        name: str,
        party: str,
        around: Surroundings,
        hop: Hop,
        tell: Callable[[Leg, Signal], None],
        *,
        owner: bool,
    ) -> None:
        super().__init__(name, party, around, hop, tell)
        self.changes = Changes(self, owner=owner)
        self.stands_as = CALLEE if owner else CALLER
        """Which side of the call it is. One that came from another call may stand on the other side here."""
        self.came_by = ""
        """The trunk by which it called, "" for a phone of ours."""
        self.shows_identity = True
        """Its phone is told when it talks with somebody else."""
        self.heir: PhoneLeg | None = None
        """Who has taken its place."""
        self.parting: Termination | None = None
        """What its end means once it has handed its part over; its phone may hang up by itself."""

    @property
    def trunk(self) -> str:
        """The trunk over which the party is reached, "" for a phone of ours."""
        return self.came_by

    @property
    def latest(self) -> PhoneLeg:
        """Return who has its place now: itself, or the last that took it."""
        leg = self
        while leg.heir is not None:
            leg = leg.heir
        return leg

    # Towards a phone that is called these do nothing: it is up when somebody else talks to it.

    def trying(self) -> None:
        """Tell the phone that its call has arrived here."""

    async def ring(self) -> None:
        """Tell the phone that it rings at the other end, if it still waits for an answer."""

    async def early_sound(self, prefer: str = "") -> None:
        """Let a phone that waits hear us before the answer."""

    async def answer(self, prefer: str = "", fields: Fields = ()) -> None:
        """Answer a phone that waits, telling it by ``fields`` who does."""

    async def ready(self) -> None:
        """Wait until the phone can hear."""

    def hush(self) -> None:
        """Let the phone hear nothing, if it is still there."""
        if self.sound is not None and not self.over:
            self.sound.break_off()
            self.sound.hear_nothing()

    def stand_in_for(self, other: PhoneLeg) -> None:
        """Be what another leg was to whoever serves it: hear what it hears, press the keys it is to press.

        What it was being told is broken off, and told again by who tells it.
        """
        self.keys, other.keys = other.keys, self.keys
        for leg in (self, other):
            leg.keys.belong(weakly(leg.key_read), flooded=weakly(leg.keys_flooded))
        self.masked = other.masked
        if self.sound is not None and other.sound is not None and not self.over:
            self.sound.hear_as(other.sound)

    async def move_sound(self, near: Leg) -> None:
        """Bring the sound to the worker of another leg, so that they can hear each other; tell the phone.

        Raises NoMedia when it has no port left.
        """
        old = self.sound
        if old is None or near.sound is None or self.stream is None or old.shares_worker(near.sound):
            return
        self.srtp.renew()
        sound = await self.around.media.open(self.hop.local_host, self, near=near.sound)
        if self.over:
            await sound.close()
            return
        self.sound = sound
        sound.conceal(self.masked)
        sound.agree(self.stream, silence_after=self.around.sound_timeout, signalling_host=self.hop.host)
        self.changes.begin(self._follow_sound())
        self.changes.begin(old.close())

    async def _follow_sound(self) -> None:
        """Have the phone send to where the sound is now; one that will not would talk to a closed port."""
        status = await self.changes.readdress()
        if status >= 300 and not self.over:
            self.fail(Termination(Reason.PEER_FAILED))

    @property
    def is_up(self) -> bool:
        """Tell whether the phone is on the line."""
        return self.progress is Progress.UP

    @property
    def codec(self) -> str:
        """The codec agreed on, "" before that."""
        return self.stream.codec if self.stream is not None else ""

    def expected_codec(self) -> str:
        """The codec that is, or would be, agreed on; "" when nobody knows yet."""
        return self.codec

    def codecs_offered(self) -> tuple[str, ...]:
        """Return the codecs the phone would take, best first, as far as it has said."""
        return (self.codec,) if self.codec else ()

    def side(self) -> str:
        """Return which side of the call this phone is."""
        return self.stands_as

    def hung_up_reason(self) -> Reason:
        """Return what it means when this phone hangs up: the call ends well, by its side.

        Whoever has handed the call over has not ended it.
        """
        if self.parting is not None:
            return self.parting.reason
        return Reason.CALLER_HUNG_UP if self.stands_as == CALLER else Reason.CALLEE_HUNG_UP

    def requested(self, incoming: Incoming) -> None:
        """Answer a request inside the leg's dialog; what comes in one that was not chosen changes nothing."""
        if self.dialog is None or incoming.dialog == self.dialog:
            in_dialog.requested(self, incoming)
        else:
            in_dialog.reply(self, incoming, 200 if incoming.request.method == "BYE" else 481)

    def replied(self, reply: Reply) -> None:
        """Take a response to a request of ours."""
        self.changes.replied(reply)

    def failed(self, failed: Failed) -> None:
        """Take that a request of ours found no answer."""
        self.changes.failed(failed)

    def refresh_due(self) -> None:
        """Refresh the session."""
        self.changes.begin(self.changes.refresh())

    def ended(self, termination: Termination) -> None:
        """Note the end, also for whoever waits for an answer of the phone: it will not come any more."""
        super().ended(termination)
        self.changes.close()
