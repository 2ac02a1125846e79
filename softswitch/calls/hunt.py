"""Phones ringing together for one caller, and what the caller hears meanwhile (RFC 3261 §16.6-16.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.called_leg import CalledLeg, Invitation
from softswitch.calls.errors import CallError
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.identity import called_by
from softswitch.calls.outbound import OutsideParty
from softswitch.calls.phone_leg import PhoneLeg
from softswitch.calls.signals import Answered, Ended, Held, Referred, Resumed, Ringing, TookPlace
from softswitch.registrar.bindings import Binding
from softswitch.registrar.service import way_to
from softswitch.sip.headers import NameAddr
from softswitch.sip.hop import uri_host
from softswitch.sip.offer_answer import PCMA, PCMU
from softswitch.sip.session_timer import Fields
from softswitch.sip.uri import SipUri

LONGEST_SHOWN: Final = 200
"""Letters of label and name that a phone is told of a caller: none shows more, and whatever callers call
themselves, the message fits into a datagram."""

_UNSHOWN: Final = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)), " ")
"""Signs of a name that a quoted text cannot hold (RFC 3261 §25.1), or that turn what stands behind them."""

MENU_PATH: Final = "X-Menu-Path"
"""The header field in which a phone of ours is told the caller's way through the menus."""
PATH_STEP: Final = " > "


class Hunt:
    """Phones ringing for one caller, round after round, until one answers.

    ``fields`` go into the INVITEs of our own phones.
    """

    def __init__(self, call: Call, label: str, name_of: Callable[[str], str], fields: Fields = ()) -> None:
        self._call = call
        self._label = label
        self._fields = fields
        self._name_of = name_of
        self._ringing: list[CalledLeg] = []
        self._sounded = False
        self._early: list[CalledLeg] = []
        """Phones with sound of their own, the first of which the caller hears."""
        self._refused: set[str] = set()
        """Who said no for all their phones."""
        self.rang = False
        """Some phone has said that it rings."""
        self.failures: list[Termination] = []
        self.moved: list[tuple[str, str]] = []
        """Whose phones sent the call on, and to which number."""

    async def ring(self, bindings: Sequence[Binding | OutsideParty], ring_for: float) -> PhoneLeg | None:
        """Ring them for so many seconds, but nobody who has refused; return the one that answered.

        The others are told that it was answered elsewhere.
        """
        call = self._call
        # Before the phones: they are brought to its worker, as legs of two workers cannot hear each other.
        await call.caller.open_sound()
        if call.caller.stream is not None and not self._sounded:
            # Once for all rounds: the caller hears one ringing, whoever's turn it is.
            self._sounded = True
            call.caller.voice.hear_loop(call.around.media.ring_back)
        # When the call itself ends meanwhile we are cancelled, and its end stops the phones, saying why.
        try:
            for binding in bindings:
                if binding.account not in self._refused:
                    await self._invite(binding)
        except CallError as error:
            self._drop_all(error.termination)
            raise
        winner: PhoneLeg | None = None
        leftover = Termination(Reason.ANSWERED_ELSEWHERE)
        try:
            async with asyncio.timeout(ring_for) as limit:
                winner = await self._first_answer()
        except TimeoutError:
            if not limit.expired():
                raise
            leftover = Termination(Reason.NO_ANSWER, CALLEE)
            self.failures.append(leftover)
        finally:
            # Where we are cancelled, our task keeps this frame, which is not to keep the task.
            del limit
        for leg in self._ringing:
            if leg is not winner:
                call.drop(leg, leftover)
        self._ringing.clear()
        self._early.clear()
        return winner

    def _drop_all(self, why: Termination) -> None:
        for leg in self._ringing:
            self._call.drop(leg, why)
        self._ringing.clear()

    async def _invite(self, binding: Binding | OutsideParty) -> None:
        call = self._call
        if isinstance(binding, OutsideParty):
            leg: CalledLeg = binding.leg(call)
        else:
            display = self._name_of(binding.account)
            invitation = _invitation(call, binding, self._label, display, self._fields)
            leg = CalledLeg(call.leg_name(), invitation, call.around, call.signal)
        call.add(leg)
        self._ringing.append(leg)
        await leg.invite(near=call.caller)

    async def _first_answer(self) -> PhoneLeg | None:
        while self._ringing:
            leg, signal = await self._call.signals.get()
            if isinstance(signal, TookPlace):
                if any(one.name == signal.of for one in self._ringing):
                    assert isinstance(leg, PhoneLeg)
                    return leg  # The call was picked up from another phone.
                self._let_caller_hear()
            if isinstance(signal, Referred):
                signal.referral.refuse(403, "There is nobody to transfer")
            if leg not in self._ringing:
                continue
            assert isinstance(leg, CalledLeg)
            match signal:
                case Answered():
                    return leg
                case Ringing(early_media):
                    self.rang = True
                    await self._pass_on(leg, early_media)
                case Ended(termination):
                    self._refusal(leg, termination)
                case Held() | Resumed() | Referred() | TookPlace():
                    pass
        return None

    def _refusal(self, leg: CalledLeg, termination: Termination) -> None:
        """Let a phone go that said no, and with it all phones it spoke for."""
        self.failures.append(termination)
        if leg.moved_to:
            self.moved.append((leg.party, leg.moved_to))
        gone = [leg]
        if leg.speaks_for_all:
            # RFC 3261 §16.7 step 5: no branch is left to ring, and no new one made. Of the person who said
            # it: unlike a proxy's, our branches may lead to several people.
            self._refused.add(leg.party)
            gone = [one for one in self._ringing if one.party == leg.party]
        for one in gone:
            self._ringing.remove(one)
            self._call.drop(one, termination)
            self._silence(one)

    async def _pass_on(self, leg: CalledLeg, early_media: bool) -> None:
        """Pass ringing on; of several phones with sound of their own the first is heard."""
        caller = self._call.caller
        if not early_media:
            await caller.ring()
            return
        await caller.early_sound(leg.stream.codec if leg.stream is not None else "")
        self._early.append(leg)
        self._let_caller_hear()

    def _silence(self, leg: CalledLeg) -> None:
        """Take a phone's sound from the caller: the next one's is heard, or ringing."""
        if leg in self._early:
            self._early.remove(leg)
            self._let_caller_hear()

    def _let_caller_hear(self) -> None:
        caller = self._call.caller
        if caller.stream is None:
            return
        # One may have refused while the caller's port was being opened; its end waits behind this.
        early = next((leg for leg in self._early if not leg.over), None)
        # Who took the caller's place may be on another worker, and is brought together at the answer.
        if early is not None and caller.voice.shares_worker(early.voice):
            caller.voice.hear(early.voice)
        else:
            caller.voice.hear_loop(self._call.around.media.ring_back)


def _invitation(call: Call, binding: Binding, label: str, display: str, fields: Fields) -> Invitation:
    hop, caller = way_to(binding), call.caller
    host, guise = uri_host(hop.local_host), caller.guise
    name = f"{guise.cleaned(label or guise.label, caller.party)} {called_by(caller)}".strip()
    path = ((MENU_PATH, PATH_STEP.join(guise.path)),) if guise.path else ()
    theirs = caller.codecs_offered()
    return Invitation(
        party=binding.account,
        target=str(binding.contact),
        hop=hop,
        caller=NameAddr(
            SipUri(host, guise.number_of(caller.party), hop.local_port),
            name.translate(_UNSHOWN)[:LONGEST_SHOWN],
        ),
        called=NameAddr(SipUri(host, binding.account, hop.local_port)),
        codecs=(*theirs, *(codec for codec in (PCMA, PCMU) if codec not in theirs)),
        display=display,
        fields=(*path, *fields),
    )
