"""Reaching people: ring an account's phones, join the one that answers with the caller, keep them together.

RFC 3261 §16.6-16.7 for forking, §13.3 for the answers; what the caller hears meanwhile is ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from softswitch.calls.call import Call
from softswitch.calls.called_leg import CalledLeg, Invitation
from softswitch.calls.hangup import CALLEE, Reason, Termination
from softswitch.calls.leg import Leg
from softswitch.calls.signals import Answered, Ended, Held, Resumed, Ringing
from softswitch.events import LegsBridged
from softswitch.registrar.bindings import Binding, by_preference
from softswitch.registrar.service import way_to
from softswitch.sip.headers import NameAddr
from softswitch.sip.offer_answer import PCMA, PCMU, STATIC
from softswitch.sip.sdp import parse_sdp
from softswitch.sip.uri import SipUri

RING_SECONDS: Final = 30.0
"""How long a phone rings before the caller is told that nobody answers."""

_WEIGHT: Final = (
    Reason.DECLINED,
    Reason.BUSY,
    Reason.NO_ANSWER,
    Reason.NO_COMMON_CODEC,
    Reason.PEER_FAILED,
    Reason.UNREACHABLE,
    Reason.OFFLINE,
)
"""Of several phones' refusals the first of these counts: the one that says most (RFC 3261 §16.7 step 6)."""


@dataclass(frozen=True, slots=True)
class Dialler:
    """Rings accounts. ``bindings`` tells where an account's phones are, ``known`` whether it exists."""

    bindings: Callable[[str], tuple[Binding, ...]]
    known: Callable[[str], bool]

    async def dial(
        self, call: Call, users: Sequence[str], *, ring_for: float = RING_SECONDS, label: str = ""
    ) -> Termination:
        """Ring all phones of the accounts and let the caller talk with who answers first.

        Phones an account prefers less (their q) ring only when the others did not answer; ``ring_for`` is
        the time of all rounds together. ``label`` stands before the caller's name on the phones' displays.
        Returns how it ended: CALLEE_HUNG_UP after a talk, else why nobody was reached. The caller's own
        hanging up cancels.
        """
        known = [user for user in dict.fromkeys(users) if self.known(user)]
        if not known:
            return Termination(Reason.UNKNOWN_NUMBER)
        rounds = _rounds(self.bindings(user) for user in known)
        if not rounds:
            return Termination(Reason.OFFLINE)
        failures: list[Termination] = []
        for ringing in rounds:
            hunt = _Hunt(call, label)
            winner = await hunt.ring(ringing, ring_for / len(rounds))
            if winner is not None:
                return await _talk(call, winner)
            failures += hunt.failures
            if any(failure.reason is Reason.DECLINED for failure in hunt.failures):
                break  # RFC 3261 §16.7 step 5: a 6xx speaks for the person, not for the one phone.
        if call.caller.sound is not None:
            call.caller.voice.hear_nothing()
        return min(failures, key=lambda failure: _rank(failure.reason), default=Termination(Reason.OFFLINE))


def _rounds(accounts: Iterable[tuple[Binding, ...]]) -> list[list[Binding]]:
    """Return who rings together, round by round: every account's first choice, then every second …"""
    rounds: list[list[Binding]] = []
    for bindings in accounts:
        for number, group in enumerate(by_preference(bindings)):
            rounds[number : number + 1] = [[*(rounds[number] if number < len(rounds) else []), *group]]
    return rounds


def _rank(reason: Reason) -> int:
    return _WEIGHT.index(reason) if reason in _WEIGHT else len(_WEIGHT)


class _Hunt:
    """Phones ringing together."""

    def __init__(self, call: Call, label: str) -> None:
        self._call = call
        self._label = label
        self._ringing: list[CalledLeg] = []
        self._early: list[CalledLeg] = []
        """Phones with sound of their own, the first of which the caller hears."""
        self.failures: list[Termination] = []

    async def ring(self, bindings: Sequence[Binding], ring_for: float) -> CalledLeg | None:
        """Ring them; return the one that answered. The others are told it was answered elsewhere."""
        call = self._call
        if call.caller.stream is not None:
            call.caller.voice.hear_loop(call.around.media.ring_back)
        winner: CalledLeg | None = None
        leftover = Termination(Reason.ANSWERED_ELSEWHERE)
        # When the call itself ends meanwhile we are cancelled, and its end stops the phones, saying why.
        try:
            for binding in bindings:
                await self._invite(binding)
            async with asyncio.timeout(ring_for):
                winner = await self._first_answer()
            if winner is None and self.failures:
                leftover = self.failures[-1]
        except TimeoutError:
            leftover = Termination(Reason.NO_ANSWER, CALLEE)
            self.failures.append(leftover)
        for leg in [leg for leg in self._ringing if leg is not winner]:
            await call.drop(leg, leftover)
        return winner

    async def _invite(self, binding: Binding) -> None:
        call = self._call
        leg = CalledLeg(call.leg_name(), _invitation(call, binding, self._label), call.around, call.signal)
        call.add(leg)
        self._ringing.append(leg)
        await leg.invite(near=call.caller)

    async def _first_answer(self) -> CalledLeg | None:
        while self._ringing:
            leg, signal = await self._call.signals.get()
            if leg not in self._ringing:
                continue
            assert isinstance(leg, CalledLeg)
            match signal:
                case Answered():
                    return leg
                case Ringing(early_media):
                    await self._pass_on(leg, early_media)
                case Ended(termination):
                    self.failures.append(termination)
                    self._ringing.remove(leg)
                    await self._call.drop(leg, termination)
                    self._silence(leg)
                    if termination.reason is Reason.DECLINED:
                        return None
                case Held() | Resumed():
                    pass
        return None

    async def _pass_on(self, leg: CalledLeg, early_media: bool) -> None:
        """Pass ringing on; of several phones with sound of their own the first is heard."""
        caller = self._call.caller
        if not early_media:
            caller.ring()
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
        if early is not None:
            caller.voice.hear(early.voice)
        else:
            caller.voice.hear_loop(self._call.around.media.ring_back)


def _invitation(call: Call, binding: Binding, label: str) -> Invitation:
    hop = way_to(binding)
    facts = call.facts
    display = facts.account.name or facts.account.user
    local = SipUri(
        hop.local_host if ":" not in hop.local_host else f"[{hop.local_host}]", port=hop.local_port
    )
    theirs = call.caller.codec
    codecs = (theirs, *(codec for codec in (PCMA, PCMU) if codec != theirs)) if theirs else _offered(call)
    return Invitation(
        party=binding.account,
        target=str(binding.contact),
        hop=hop,
        caller=NameAddr(SipUri(local.host, facts.account.user, local.port), f"{label} {display}".strip()),
        called=NameAddr(SipUri(local.host, binding.account, local.port)),
        codecs=codecs,
    )


def _offered(call: Call) -> tuple[str, ...]:
    """Return our codecs in the order the caller's own offer has them, so that no sample is transcoded."""
    body = call.caller.invite.body
    numbers = (
        next((line.formats for line in parse_sdp(body).media if line.kind == "audio"), ()) if body else ()
    )
    order = [STATIC[number] for number in numbers if number in STATIC]
    return (*order, *(codec for codec in (PCMA, PCMU) if codec not in order))


async def _talk(call: Call, callee: CalledLeg) -> Termination:
    """Join caller and callee until one of them hangs up; return how it ended."""
    caller = call.caller
    await caller.answer(callee.stream.codec if callee.stream is not None else "")
    end = callee.termination
    if not callee.over:  # It may have hung up while the caller was being answered.
        _join(caller, callee)
        call.record(LegsBridged(caller.name, callee.name))
        end = await _together(call, callee)
        _part(caller)
    await call.drop(callee, end)
    return end


def _join(caller: Leg, callee: Leg) -> None:
    for leg in (caller, callee):
        leg.keys.flush()
        leg.keys.unread = True
        leg.voice.listen_for_tones(False)
    _let_hear(caller, callee)


def _let_hear(caller: Leg, callee: Leg) -> None:
    """Let each side hear the other, or music while the other holds."""
    for one, other in ((caller, callee), (callee, caller)):
        if one.held:
            other.voice.hear_loop(other.around.media.music, shared=True)
        else:
            other.voice.hear(one.voice)


def _part(caller: Leg) -> None:
    caller.voice.hear_nothing()
    caller.voice.listen_for_tones(True)
    caller.keys.unread = False


async def _together(call: Call, callee: CalledLeg) -> Termination:
    caller = call.caller
    while True:
        leg, signal = await call.signals.get()
        if leg not in (caller, callee):
            continue
        match signal:
            case Ended(termination):
                return termination
            case Held() | Resumed():
                if not callee.over:  # Its end waits behind this, when both came in one breath.
                    _let_hear(caller, callee)
            case Answered() | Ringing():
                pass


@dataclass(frozen=True, slots=True)
class AccountDestination:
    """A dialled number that is somebody's own."""

    dialler: Dialler
    user: str
    ring_for: float = RING_SECONDS
    kind: str = "account"

    @property
    def name(self) -> str:
        """The account."""
        return self.user

    async def __call__(self, call: Call) -> Termination:
        """Ring the account's phones."""
        return await self.dialler.dial(call, [self.user], ring_for=self.ring_for)
