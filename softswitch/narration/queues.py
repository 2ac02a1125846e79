"""What happens in queues, in words: who waits, whom it is offered to and why, who answers, what agents do."""

from __future__ import annotations

from typing import Final, assert_never

from softswitch.events import (
    AgentChanged,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentMissed,
    AgentOffered,
    AgentPaused,
    AgentPinRefused,
    AgentReturned,
    CallbackAsked,
    CallbackMissed,
    CallbackReached,
    CallbackRefused,
    CallbackTried,
    PlaceTold,
    QueueAnswered,
    QueueEntered,
    QueueHandedOver,
    QueueLeft,
    QueuePromoted,
    QueueRefused,
    QueueTalkEnded,
)
from softswitch.languages import ENGLISH, POLISH
from softswitch.narration.phrases import both_seconds, printable
from softswitch.words import Both, queue_word

CallbackEvent = CallbackAsked | CallbackRefused | CallbackTried | CallbackMissed | CallbackReached
OfferEvent = AgentOffered | AgentMissed | QueueAnswered | QueueTalkEnded
PlaceEvent = QueueEntered | QueueRefused | QueuePromoted | QueueHandedOver | QueueLeft | PlaceTold
WaitEvent = PlaceEvent | OfferEvent | CallbackEvent | AgentPinRefused
AgentEvent = AgentLoggedIn | AgentLoggedOut | AgentPaused | AgentReturned | AgentChanged

MOST_NAMED: Final = 5
"""Candidates that a line names: who was next, not the whole house."""


def told_of_wait(event: WaitEvent) -> Both:
    """Return what happened to a caller in a queue, or at an agent's code, in both languages."""
    if isinstance(event, AgentPinRefused):
        who, leg, tries = printable(event.agent), event.leg, event.tries
        return (
            f"a wrong PIN was typed for the agent {who}, try {tries} ({leg})",
            f"błędny PIN agenta {who}, próba {tries} ({leg})",
        )
    if isinstance(event, PlaceEvent):
        return _place(event)
    return _callback(event) if isinstance(event, CallbackEvent) else _offer(event)


def told_of_agent(event: AgentEvent) -> Both:
    """Return what an agent did, in both languages."""
    who = printable(event.agent)
    match event:
        case AgentLoggedIn(queue=queue):
            return f"{who} serves queue {printable(queue)}", f"{who} loguje się do kolejki {printable(queue)}"
        case AgentLoggedOut(queue=queue):
            return (
                f"{who} serves queue {printable(queue)} no more",
                f"{who} wylogowuje się z kolejki {printable(queue)}",
            )
        case AgentPaused():
            return _paused(event)
        case AgentReturned(queue=queue):
            english, polish = _in_queue(queue)
            return f"{who} is back from the pause{english}", f"{who} wraca z przerwy{polish}"
        case AgentChanged(_, state, before, seconds):
            (english, polish), (was, przedtem) = _words(state), _words(before)
            time, czas = both_seconds(seconds)
            return (
                f"{who}: {english} (before: {was}, {time})",
                f"{who}: {polish} (przedtem: {przedtem}, {czas})",
            )
        case _:
            assert_never(event)


def _paused(event: AgentPaused) -> Both:
    who, (where, kolejka) = printable(event.agent), _in_queue(event.queue)
    # What was done to him has one of our codes for a reason; his own words stay his own.
    why, dlaczego = _words(event.reason) if event.automatic else (printable(event.reason),) * 2
    why, dlaczego = (f": {why}", f": {dlaczego}") if event.reason else ("", "")
    time = f" ({event.seconds:.0f} s)" if event.seconds else ""
    if event.automatic:
        return f"{who} is put on pause{where}{why}{time}", f"{who} dostaje przerwę{kolejka}{dlaczego}{time}"
    return f"{who} pauses{where}{why}{time}", f"{who} zaczyna przerwę{kolejka}{dlaczego}{time}"


def _place(event: PlaceEvent) -> Both:
    queue = printable(event.queue)
    match event:
        case QueueEntered(_, party, ahead, priority, waited):
            who, kto = _party(party)
            more, wiecej = "", ""
            if priority:
                more, wiecej = f", priority {priority}", f", priorytet {priority}"
            if waited:
                time, czas = both_seconds(waited)
                more, wiecej = f"{more}, has waited {time} before", f"{wiecej}, czeka już {czas}"
            return (
                f"{who} waits in queue {queue}, ahead: {ahead}{more}",
                f"{kto} czeka w kolejce {queue}, wcześniejszych: {ahead}{wiecej}",
            )
        case QueuePromoted(_, party, priority, ahead):
            who, kto = _party(party)
            return (
                f"{who} is moved in queue {queue}: priority {priority}, ahead: {ahead}",
                f"{kto} zmienia miejsce w kolejce {queue}: priorytet {priority}, wcześniejszych: {ahead}",
            )
        case QueueHandedOver(_, party):
            who, kto = _party(party)
            return (
                f"{who} takes over the place in queue {queue}",
                f"{kto} przejmuje miejsce w kolejce {queue}",
            )
        case QueueRefused(_, party, why):
            (who, kto), (english, polish) = _party(party), _words(why)
            return (
                f"queue {queue} does not take {who} in: {english}",
                f"kolejka {queue} nie przyjmuje: {kto}; {polish}",
            )
        case QueueLeft(_, party, why, waited, ahead, to):
            (who, kto), (english, polish), (on, dalej) = _party(party), _words(why), _onward(to)
            time, czas = both_seconds(waited)
            return (
                f"{who} leaves queue {queue} after {time}, ahead: {ahead}; {english}{on}",
                f"{kto} opuszcza kolejkę {queue} po {czas}, wcześniejszych: {ahead}; {polish}{dalej}",
            )
        case PlaceTold(_, _, ahead, low, high):
            place, miejsce = (f" {ahead} ahead", f" wcześniejszych: {ahead}") if ahead >= 0 else ("", "")
            comma, (span, od_do) = "," if place else "", _span(low, high)
            wait = f"{comma} {span} to wait" if span else ""
            czas = f"{comma} oczekiwanie {od_do}" if span else ""
            return f"is told in queue {queue}:{place}{wait}", f"słyszy w kolejce {queue}:{miejsce}{czas}"
        case _:
            assert_never(event)


def _offer(event: OfferEvent) -> Both:
    who, queue = printable(event.agent), printable(event.queue)
    match event:
        case AgentOffered():
            return _offered(event)
        case AgentMissed(_, _, why, seconds):
            (english, polish), (time, czas) = _words(why), both_seconds(seconds)
            return (
                f"{who} does not take the caller of queue {queue}: {english} ({time})",
                f"{who} nie odbiera rozmowy z kolejki {queue}: {polish} ({czas})",
            )
        case QueueAnswered(_, _, leg, _, waited, rang, low, high, at):
            (time, czas), (ring, dzwonek) = both_seconds(waited), both_seconds(rang)
            said, podano = "", ""
            if at >= 0:
                (after, po), (span, od_do) = both_seconds(at), _span(low, high)
                said, podano = f"; told {span} after {after}", f"; zapowiedź po {po}: {od_do}"
            return (
                f"{who} answers queue {queue} after {time} of waiting and {ring} of ringing{said} ({leg})",
                f"{who} odbiera z kolejki {queue} po {czas} czekania i {dzwonek} dzwonienia{podano} ({leg})",
            )
        case QueueTalkEnded(_, _, seconds, by):
            (english, polish), (time, czas) = _words(f"by_{by}"), both_seconds(seconds)
            return (
                f"{who} has talked for queue {queue} for {time}: {english}",
                f"{who} kończy rozmowę z kolejki {queue} po {czas}: {polish}",
            )
        case _:
            assert_never(event)


def _offered(event: AgentOffered) -> Both:
    who, queue = printable(event.agent), printable(event.queue)
    (time, czas), (english, polish) = both_seconds(event.waited), _words(event.strategy)
    others = [printable(one) for one in event.candidates if one != event.agent]
    named = ", ".join(others[:MOST_NAMED]) + (", …" if len(others) > MOST_NAMED else "")
    of, sposrod = (f", also free: {named}", f", wolni także: {named}") if others else ("", "")
    past, pominieci = "", ""
    if event.overtook:
        (why, czemu) = _words(event.because)
        past, pominieci = (
            f"; overtakes {event.overtook}: {why}",
            f"; wyprzedza innych: {event.overtook}, bo: {czemu}",
        )
    return (
        f"queue {queue} rings {who} after {time} ({english}{of}){past}",
        f"kolejka {queue} dzwoni do {who} po {czas} ({polish}{sposrod}){pominieci}",
    )


def _callback(event: CallbackEvent) -> Both:
    number, queue = printable(event.number), printable(event.queue)
    match event:
        case CallbackAsked(ahead=ahead):
            return (
                f"{number} will be called back by queue {queue}, ahead: {ahead}",
                f"kolejka {queue} oddzwoni do {number}, wcześniejszych: {ahead}",
            )
        case CallbackTried(attempt=attempt, agent=agent):
            who = printable(agent)
            return (
                f"queue {queue} calls {number} back, attempt {attempt}; {who} is kept for it",
                f"kolejka {queue} oddzwania do {number}, próba {attempt}; czeka na to {who}",
            )
        case CallbackRefused(why=why):
            english, polish = _words(why)
            return (
                f"queue {queue} cannot call {number} back: {english}; the caller waits on the line",
                f"kolejka {queue} nie może oddzwonić do {number}: {polish}; dzwoniący czeka dalej",
            )
        case CallbackMissed(attempt=attempt, why=why, again_s=again):
            english, polish = _words(why)
            next_time, znow = (
                (f"again in {again:.0f} s", f"ponowienie za {again:.0f} s")
                if again >= 0
                else ("no more attempts", "bez dalszych prób")
            )
            return (
                f"{number} was not reached for queue {queue}, attempt {attempt}: {english}; {next_time}",
                f"kolejka {queue} nie dodzwoniła się do {number}, próba {attempt}: {polish}; {znow}",
            )
        case CallbackReached(attempt=attempt, by_call=call):
            return (
                f"{number} is back in queue {queue} at attempt {attempt}, in call {printable(call)}",
                f"{number} wraca do kolejki {queue} przy próbie {attempt}, w połączeniu {printable(call)}",
            )
        case _:
            assert_never(event)


def _words(code: str) -> Both:
    return printable(queue_word(code, ENGLISH)), printable(queue_word(code, POLISH))


def _party(party: str) -> Both:
    return (printable(party),) * 2 if party else ("a hidden number", "numer ukryty")


def _in_queue(queue: str) -> Both:
    return (f" in queue {printable(queue)}", f" w kolejce {printable(queue)}") if queue else ("", "")


def _onward(to: str) -> Both:
    return (f", on to {printable(to)}", f", dalej na {printable(to)}") if to else ("", "")


def _span(low: int, high: int) -> Both:
    """Return a range of seconds; "" where none was said. A high end that was not said is open."""
    if high < 0:
        return (f"over {low} s", f"ponad {low} s") if low >= 0 else ("", "")
    return (f"{low}-{high} s",) * 2 if low < high else (f"{high} s",) * 2
