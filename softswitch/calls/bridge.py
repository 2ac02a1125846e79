"""Two people talking: the caller's leg joined with a called one, until either hangs up."""

from __future__ import annotations

from softswitch.calls.call import Call
from softswitch.calls.called_leg import CalledLeg
from softswitch.calls.hangup import Termination
from softswitch.calls.leg import Leg
from softswitch.calls.signals import Answered, Ended, Held, Resumed, Ringing
from softswitch.events import LegsBridged


async def talk(call: Call, callee: CalledLeg) -> Termination:
    """Join caller and callee until one of them hangs up; return how it ended."""
    caller = call.caller
    await caller.answer(callee.stream.codec if callee.stream is not None else "")
    end = callee.termination
    if not callee.over:  # It may have hung up while the caller was being answered.
        _join(caller, callee)
        call.record(LegsBridged(caller.name, callee.name))
        end = await _together(call, callee)
        _part(caller)
    call.drop(callee, end)
    return end


def _join(caller: Leg, callee: Leg) -> None:
    for leg, other in ((caller, callee), (callee, caller)):
        leg.keys.flush()
        leg.keys.unread = True
        leg.keys.relay = other.voice.press
        leg.voice.listen_for_tones(False)
    _let_hear(caller, callee)


def _let_hear(caller: Leg, callee: Leg) -> None:
    """Let each side hear the other, or music while the other holds."""
    for one, other in ((caller, callee), (callee, caller)):
        if one.held:
            other.voice.hear_music()
        else:
            other.voice.hear(one.voice)


def _part(caller: Leg) -> None:
    caller.voice.hear_nothing()
    caller.voice.listen_for_tones(True)
    caller.keys.unread, caller.keys.relay = False, None


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
