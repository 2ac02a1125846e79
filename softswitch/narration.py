"""One readable line for every event: what the console prints while the switch runs.

No secret is ever in a line: no password of a contact, and a masked digit stays a ``*``. What comes from
the network (names, numbers, user agents) can hold anything, so it is made printable and cut first.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Final, assert_never

from softswitch.calls.record import ENGLISH, POLISH, why_briefly
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallEvent,
    CallRouted,
    CredentialsRefused,
    DigitPressed,
    Entry,
    Event,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegInvited,
    LegResumed,
    LegRinging,
    LegsBridged,
    MediaLatched,
    MediaWorkerDied,
    MediaWorkerStarted,
    PhoneRegistered,
    PhoneUnregistered,
    PromptPlayed,
    StepTaken,
    SwitchStarted,
    SwitchStopped,
    SystemEvent,
)

TAIL: Final = 6
"""Letters of a call's id that are shown: its random end, a thousand million different ones."""

LONGEST_WORD: Final = 40
"""Letters of a name, number or user agent: enough to know it by."""

LONGEST_TEXT: Final = 80
"""Letters of a prompt: a line stays a line."""

LONGEST_LINE: Final = 300
"""Letters of a whole phrase, whatever is in it."""

LegEvent = (
    LegInvited | LegRinging | LegAnswered | LegHeld | LegResumed | LegsBridged | LegEnded | MediaLatched
)
CourseEvent = CallArrived | CallRouted | CallEnded | DigitPressed | BranchEntered | PromptPlayed | StepTaken

Both = tuple[str, str]
"""The same said in English and in Polish."""


def narrate(entry: Entry, language: str = ENGLISH, *, zone: tzinfo | None = None) -> str:
    """Return one line: time (in ``zone``, else this machine's), end of the call's id, what happened."""
    at = entry.at.astimezone(zone)
    return f"{at:%H:%M:%S}  {entry.call[-TAIL:]:{TAIL}}  {told(entry.event, language)}"


def told(event: Event, language: str = ENGLISH) -> str:
    """Return what happened as a phrase, in English or Polish (``pl``)."""
    english, polish = _system(event) if isinstance(event, SystemEvent) else _call(event)
    return printable(polish if language == POLISH else english, LONGEST_LINE)


def printable(text: str, limit: int = LONGEST_WORD) -> str:
    """Return ``text`` as one harmless piece of a line: no control characters, no more than ``limit`` letters.

    Terminal escapes and right-to-left marks in a caller's name become dots.
    """
    harmless = "".join(letter if letter.isprintable() else "·" for letter in text[: limit + 1])
    return harmless if len(harmless) <= limit else harmless[: limit - 1] + "…"


def _system(event: SystemEvent) -> Both:
    match event:
        case SwitchStarted(version, addresses):
            where = ", ".join(addresses)
            return f"softswitch {version} answers at {where}", f"softswitch {version} działa pod {where}"
        case SwitchStopped():
            return "the switch stops", "centrala się zatrzymuje"
        case PhoneRegistered(account, _, source, transport, agent, nat):
            who, where = printable(account), f"{source} ({transport})"
            phone = f", {printable(agent)}" if agent else ""
            return (
                f"{who} registered from {where}{phone}{', behind NAT' if nat else ''}",
                f"{who} zarejestrowany z {where}{phone}{', za NAT' if nat else ''}",
            )
        case PhoneUnregistered(account, contact, reason):
            who, where, why = printable(account), _place(contact), printable(reason)
            return f"{who} left {where}: {why}", f"{who} wyrejestrowany z {where}: {why}"
        case CredentialsRefused(account, source, reason):
            who, why = printable(account), printable(reason)
            return (
                f"credentials of {who} from {source} refused: {why}",
                f"odrzucono dane logowania {who} z {source}: {why}",
            )
        case MediaWorkerStarted(worker, process):
            return (
                f"media worker {worker} runs (process {process})",
                f"proces dźwięku {worker} działa (pid {process})",
            )
        case MediaWorkerDied(worker, reason):
            why = printable(reason, LONGEST_TEXT)
            return f"media worker {worker} died: {why}", f"proces dźwięku {worker} padł: {why}"
        case _:
            assert_never(event)


def _call(event: CallEvent) -> Both:
    return _leg(event) if isinstance(event, LegEvent) else _course(event)


def _leg(event: LegEvent) -> Both:
    leg = printable(event.leg)
    match event:
        case LegInvited(_, party, contact):
            who, where = printable(party), _place(contact)
            return f"calling {who} at {where} ({leg})", f"dzwonię do {who} pod {where} ({leg})"
        case LegRinging(_, party, early):
            who = printable(party)
            return (
                f"{who} rings{', with early media' if early else ''} ({leg})",
                f"{who} dzwoni{', z wczesnym dźwiękiem' if early else ''} ({leg})",
            )
        case LegAnswered(_, party, codec, digits_by):
            who, sound = printable(party), f"{codec}, DTMF {digits_by or '-'}"
            return f"{who} is connected: {sound} ({leg})", f"{who} połączony: {sound} ({leg})"
        case LegHeld():
            return f"{leg} holds the call", f"{leg} zawiesza rozmowę"
        case LegResumed():
            return f"{leg} takes the call from hold", f"{leg} wznawia rozmowę"
        case LegsBridged(_, other):
            return f"{leg} and {printable(other)} talk", f"{leg} i {printable(other)} rozmawiają"
        case LegEnded(_, party, result, _, code, _, sent, received, lost):
            who, what = printable(party), result.replace("_", " ")
            return (
                f"{who} is off: {what}, SIP {code}; sent {sent}, received {received}, lost {lost} ({leg})",
                f"{who} rozłączony: {what}, SIP {code}; wysłane {sent}, odebrane {received}, "
                f"utracone {lost} ({leg})",
            )
        case MediaLatched(_, promised, real):
            return (
                f"audio of {leg} comes from {real}, not from {promised}",
                f"dźwięk {leg} przychodzi z {real}, a nie z {promised}",
            )
        case _:
            assert_never(event)


def _course(event: CourseEvent) -> Both:
    match event:
        case CallArrived(_, caller, name, called, source, _):
            who = printable(caller) + (f" ({printable(name)})" if name else "")
            number = printable(called)
            return f"{who} dials {number} from {source}", f"{who} dzwoni na {number} z {source}"
        case CallRouted(kind, target):
            where = f"{printable(kind)} {printable(target)}"
            return f"leads to {where}", f"prowadzi do: {where}"
        case CallEnded(_, reason, code, q850, by):
            codes = f"(SIP {code}, Q.850 {q850}, {printable(by)})"
            english, polish = why_briefly(printable(reason)), why_briefly(printable(reason), POLISH)
            return f"call over: {english} {codes}", f"koniec: {polish} {codes}"
        case DigitPressed(leg, digit, method):
            return (
                f"{printable(leg)} pressed {digit} ({method})",
                f"{printable(leg)} wybiera {digit} ({method})",
            )
        case BranchEntered(tree, branch):
            return f"enters {tree}/{branch}", f"wchodzi do {tree}/{branch}"
        case PromptPlayed(_, _, text, seconds, cut):
            heard = f'"{printable(text, LONGEST_TEXT)}" {seconds:.1f} s'
            return (
                f"heard {heard}{', cut short by a key' if cut else ''}",
                f"słyszy {heard}{', przerwane klawiszem' if cut else ''}",
            )
        case StepTaken(tree, branch, step, way, detail):
            more = f" ({printable(detail, LONGEST_TEXT)})" if detail else ""
            line = f"{tree}/{branch} {step}: {way}{more}"
            return line, line
        case _:
            assert_never(event)


def _place(contact: str) -> str:
    """Return host and port of a contact: its user part can hold a password, its parameters are long."""
    bare = contact.rpartition("@")[2].partition(";")[0].partition("?")[0]
    return printable(bare.strip("<>").removeprefix("sip:").removeprefix("sips:").rstrip(">"))
