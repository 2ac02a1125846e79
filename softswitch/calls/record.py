"""The record of a call (CDR) and why it ended: a pure reader of its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from softswitch.calls.hangup import Reason
from softswitch.events import (
    BranchEntered,
    CallArrived,
    CallEnded,
    CallRouted,
    DigitPressed,
    Entry,
    LegAnswered,
    LegEnded,
    LegInvited,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTookPlace,
)

Kind = TypeVar("Kind", CallArrived, CallRouted, CallEnded)

ENGLISH: Final = "en"
POLISH: Final = "pl"


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One leg of a call. Times are None for what never happened; packets are those of its audio."""

    leg: str
    party: str
    is_caller: bool
    began: datetime
    rang: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    codec: str = ""
    digits_by: str = ""
    digits: str = ""
    result: str = ""
    reason: str = ""
    sip_code: int = 0
    q850: int = 0
    packets_sent: int = 0
    packets_received: int = 0
    packets_lost: int = 0
    jitter_ms: float = 0.0
    round_trip_ms: float = -1.0
    mos: float = 0.0


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call. ``ended`` is None and ``result`` empty while it goes on.

    ``seconds`` runs from the first message to the end, ``answered_seconds`` from our answer to the caller;
    of a call that goes on, to its last event. ``path`` is every menu branch in the order it was entered.
    """

    id: str
    caller: str
    caller_name: str
    called: str
    account: str
    routed_kind: str
    routed_to: str
    started: datetime
    answered: datetime | None
    ended: datetime | None
    seconds: float
    answered_seconds: float
    result: str
    reason: str
    sip_code: int
    q850: int
    ended_by: str
    detail: str
    tree: str
    path: tuple[str, ...]
    digits: str
    legs: tuple[LegRecord, ...]


def call_record(entries: Sequence[Entry]) -> CallRecord:
    """Return the record of the call whose events these are, in order; ValueError for no events."""
    if not entries:
        raise ValueError("a call has at least one event")
    arrived = _first(entries, CallArrived) or CallArrived("", "", "", "", "", "")
    routed = _first(entries, CallRouted) or CallRouted("", "")
    ended = _first(entries, CallEnded) or CallEnded("", "", 0, 0, "")
    ended_at = next((entry.at for entry in entries if isinstance(entry.event, CallEnded)), None)
    branches = [entry.event for entry in entries if isinstance(entry.event, BranchEntered)]
    legs = _legs(entries)
    own = next((leg for leg in legs if leg.is_caller), None)
    answered = own.answered if own else None
    last = ended_at or entries[-1].at
    return CallRecord(
        id=entries[0].call,
        caller=arrived.caller,
        caller_name=arrived.caller_name,
        called=arrived.called,
        account=arrived.account,
        routed_kind=routed.kind,
        routed_to=routed.target,
        started=entries[0].at,
        answered=answered,
        ended=ended_at,
        seconds=_between(entries[0].at, last),
        answered_seconds=_between(answered, last) if answered else 0.0,
        result=ended.result,
        reason=ended.reason,
        sip_code=ended.sip_code,
        q850=ended.q850,
        ended_by=ended.ended_by,
        detail=ended.detail,
        tree=branches[-1].tree if branches else "",
        path=tuple(event.branch for event in branches),
        digits=own.digits if own else "",
        legs=legs,
    )


def why_it_ended(entries: Sequence[Entry], language: str = ENGLISH) -> str:
    """Return in one plain sentence why the call ended, in English or Polish (``pl``).

    Raises ValueError for no events.
    """
    return why(call_record(entries), language)


def why(record: CallRecord, language: str = ENGLISH) -> str:
    """Return in one plain sentence why the call of ``record`` ended, or that it has not."""
    if record.ended is None:
        return (
            "Rozmowa trwa albo jej końca nie zapisano."
            if language == POLISH
            else "The call goes on, or its end was never recorded."
        )
    return _sentence(
        record.reason,
        language,
        caller=record.caller,
        callee=_callee(record),
        called=record.called,
        silent=_alone_with(record, Reason.MEDIA_LOST),
        tree=record.tree,
        branch=record.path[-1] if record.path else "",
        detail=record.detail,
        seconds=_seconds_that_matter(record),
    )


def why_briefly(reason: str, language: str = ENGLISH, *, detail: str = "") -> str:
    """Return the sentence for a reason and what it was about, where the rest of the call is not at hand."""
    return _sentence(reason, language, detail=detail)


def lasting(seconds: float) -> str:
    """Write a duration for people: ``7 s``, ``3 min 20 s``, ``2 h 5 min``; the same in both languages."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


SENTENCES: Final[dict[Reason, tuple[str, str]]] = {
    # reason: (English, Polish). What is not known leaves its place: no name, no branch, no duration.
    Reason.CALLER_HUNG_UP: ("{caller} hung up{after}.", "{caller} rozłączył się{after}."),
    Reason.CALLEE_HUNG_UP: ("{callee} hung up{after}.", "{callee} rozłączył się{after}."),
    Reason.MENU_ENDED: (
        "The menu{tree} came to its end{branch} and hung up.",
        "Menu{tree} dobiegło końca{branch} i zakończyło połączenie.",
    ),
    Reason.MENU_HUNG_UP: ("The menu{tree} hung up{branch}.", "Menu{tree} zakończyło połączenie{branch}."),
    Reason.MENU_BUSY: (
        "The menu{tree} turned the caller away as busy{branch}.",
        "Menu{tree} odprawiło dzwoniącego sygnałem zajętości{branch}.",
    ),
    Reason.MENU_NO_INPUT: (
        "{caller} pressed no key{branch}, so the menu{tree} hung up.",
        "{caller} nie nacisnął żadnego klawisza{branch}, więc menu{tree} zakończyło połączenie.",
    ),
    Reason.MENU_NO_MATCH: (
        "{caller} pressed keys that mean nothing{branch}, so the menu{tree} hung up.",
        "{caller} naciskał klawisze bez znaczenia{branch}, więc menu{tree} zakończyło połączenie.",
    ),
    Reason.MENU_TOO_MANY_TRIES: (
        "{caller} used up all tries{branch}, so the menu{tree} hung up.",
        "{caller} wyczerpał wszystkie próby{branch}, więc menu{tree} zakończyło połączenie.",
    ),
    Reason.MENU_NOT_ENTERED: (
        "{caller} entered no valid number{branch}, so the menu{tree} hung up.",
        "{caller} nie wpisał poprawnego numeru{branch}, więc menu{tree} zakończyło połączenie.",
    ),
    Reason.MENU_NO_TARGET: (
        "The menu{tree}{place} had no number to dial.",
        "Menu{tree}{place} nie miało numeru, pod który mogłoby zadzwonić.",
    ),
    Reason.MENU_UNKNOWN_TARGET: (
        "The menu{tree}{place} dialled {target}, which does not exist here.",
        "Menu{tree}{place} zadzwoniło pod {target}, a taki numer tu nie istnieje.",
    ),
    Reason.MENU_ENDLESS_LOOP: (
        "The menu{tree} went round in circles without the caller{branch}, so the switch hung up.",
        "Menu{tree} krążyło w kółko bez udziału dzwoniącego{branch}, więc centrala zakończyła połączenie.",
    ),
    Reason.SERVICE_ENDED: (
        "The service{at} came to its end and hung up.",
        "Usługa{at} dobiegła końca i zakończyła połączenie.",
    ),
    Reason.CANCELLED: (
        "{caller} gave up before the call was answered{after}.",
        "{caller} zrezygnował przed odebraniem{after}.",
    ),
    Reason.EXPIRED: (
        "The call was not answered within the time the calling phone had set{after}.",
        "Połączenia nie odebrano w czasie, jaki wyznaczył telefon dzwoniącego{after}.",
    ),
    Reason.ANSWERED_ELSEWHERE: ("Another phone answered first.", "Wcześniej odebrał inny telefon."),
    Reason.TRANSFERRED: (
        "{caller} handed the call over to somebody else{after}.",
        "{caller} przekazał rozmowę komu innemu{after}.",
    ),
    Reason.MOVED: (
        "The phone of {callee} sent the call on to a number that cannot be called from here.",
        "Telefon {callee} przekierował połączenie na numer, na który nie można stąd zadzwonić.",
    ),
    Reason.BUSY: ("{callee} was busy.", "{callee} był zajęty."),
    Reason.DECLINED: ("{callee} declined the call.", "{callee} odrzucił połączenie."),
    Reason.DO_NOT_DISTURB: (
        "{callee} did not want to be disturbed.",
        "{callee} nie chciał, żeby mu przeszkadzano.",
    ),
    Reason.NO_ANSWER: ("{callee} did not answer{after}.", "{callee} nie odebrał{within}."),
    Reason.OFFLINE: (
        "{callee} could not be called: no phone is registered there.",
        "{callee} nie ma zarejestrowanego telefonu, więc nie można było zadzwonić.",
    ),
    Reason.UNREACHABLE: (
        "{callee} could not be reached: the phone gave no usable answer.",
        "{callee} był nieosiągalny: telefon nie odpowiedział.",
    ),
    Reason.PEER_FAILED: (
        "{callee} could not be reached: the phone failed to handle the call.",
        "{callee} był nieosiągalny: telefon nie potrafił obsłużyć połączenia.",
    ),
    Reason.UNKNOWN_NUMBER: ("The number {called} does not exist here.", "Numer {called} tu nie istnieje."),
    Reason.NOT_ADMITTED: (
        "{caller} did not know the PIN.",
        "{caller} nie znał kodu PIN.",
    ),
    Reason.NO_COMMON_CODEC: (
        "A phone and the switch have no audio codec in common.",
        "Telefon i centrala nie mają wspólnego kodeka.",
    ),
    Reason.BAD_DESCRIPTION: (
        "A phone described its audio in a way that cannot be read (bad SDP).",
        "Telefon opisał swój dźwięk w sposób nie do odczytania (błędny opis SDP).",
    ),
    Reason.MEDIA_LOST: (
        "No audio came from {silent} any more, so the switch hung up.",
        "Dźwięk z telefonu {silent} przestał docierać, więc centrala zakończyła połączenie.",
    ),
    Reason.MEDIA_WORKER_DIED: (
        "The media worker that carried the audio of this call died.",
        "Proces, który przenosił dźwięk tej rozmowy, niespodziewanie się zakończył.",
    ),
    Reason.NO_MEDIA: (
        "The switch had no port or no worker left for the audio of this call.",
        "Centrali zabrakło portu lub procesu dla dźwięku tej rozmowy.",
    ),
    Reason.NOT_ACKNOWLEDGED: (
        "A phone never confirmed that the call was answered (no ACK).",
        "Telefon nie potwierdził odebrania połączenia (brak ACK).",
    ),
    Reason.SESSION_EXPIRED: (
        "A phone no longer confirmed that it was there (its session timer ran out).",
        "Telefon przestał potwierdzać, że jest na linii (upłynął czas sesji).",
    ),
    Reason.TOO_LONG: (
        "The call reached the longest time allowed{after}.",
        "Połączenie osiągnęło najdłuższy dozwolony czas{after}.",
    ),
    Reason.TOO_MANY_CALLS: (
        "{caller} has as many calls already as one account may.",
        "{caller} prowadzi już tyle połączeń, ile wolno jednemu kontu.",
    ),
    Reason.NOT_ALLOWED: ("{caller} may not call {target}.", "{caller} nie może dzwonić pod {target}."),
    Reason.LIMIT_REACHED: (
        "{caller} has used up the calls or minutes to the outside{after}.",
        "{caller} wyczerpał limit połączeń lub minut na zewnątrz{after}.",
    ),
    Reason.TRUNK_DOWN: (
        "{callee} could not be called: no trunk to the outside answers.",
        "{callee}: nie można było zadzwonić, żadne łącze na zewnątrz nie odpowiada.",
    ),
    Reason.TRUNK_REFUSED: (
        "{callee} could not be called: the provider refused the call.",
        "{callee}: nie można było zadzwonić, operator odmówił połączenia.",
    ),
    Reason.ALL_LINES_BUSY: (
        "{target} could not be called: all lines to the outside are in use.",
        "{target}: nie można było zadzwonić, wszystkie łącza na zewnątrz są zajęte.",
    ),
    Reason.NO_SUCH_NUMBER: (
        "{callee} could not be called: nobody has this number.",
        "{callee}: nie można było zadzwonić, nikt nie ma tego numeru.",
    ),
    Reason.SWITCH_STOPPED: ("The switch was stopped.", "Centrala została zatrzymana."),
    Reason.FAULT: (
        "The switch made an error; its log has the details.",
        "W centrali wystąpił błąd; szczegóły są w jej dzienniku.",
    ),
}


def _sentence(
    reason: str,
    language: str,
    *,
    caller: str = "",
    callee: str = "",
    called: str = "",
    silent: str = "",
    tree: str = "",
    branch: str = "",
    detail: str = "",
    seconds: float | None = None,
) -> str:
    polish = language == POLISH
    if polish:
        who = f"dzwoniący {caller}".rstrip(), f"rozmówca {callee}".rstrip()
        place, after, unknown, none = " w gałęzi ", " po ", "z nieznanego powodu", "dzwoniącego lub rozmówcy"
    else:
        who = caller or "the caller", callee or "the called phone"
        place, after, unknown, none = " in branch ", " after ", "for an unknown reason", "one of the phones"
    try:
        template = SENTENCES[Reason(reason)][polish]
    except ValueError:
        # Written by another version: its word is better than nothing.
        template = "Połączenie zakończyło się: {reason}." if polish else "The call ended: {reason}."
    text = template.format(
        caller=who[0],
        callee=who[1],
        called=called or ("wybrany" if polish else "dialled"),
        at=f" {'pod numerem' if polish else 'at'} {called}" if called else "",
        silent=silent or none,
        tree=f" {tree}" if tree else "",
        branch=f"{place}{branch}" if branch else "",
        place=f" ({'gałąź' if polish else 'branch'} {branch})" if branch else "",
        target=detail or ("nieznany numer" if polish else "a number"),
        after="" if seconds is None else f"{after}{lasting(seconds)}",
        within="" if seconds is None else f" {'w ciągu' if polish else 'within'} {lasting(seconds)}",
        reason=reason.replace("_", " ") or unknown,
    )
    return text[0].upper() + text[1:]


def _legs(entries: Sequence[Entry]) -> tuple[LegRecord, ...]:
    """Return the legs in the order they began."""
    legs: dict[str, LegRecord] = {}
    for entry in entries:
        at = entry.at
        match entry.event:
            case CallArrived(leg=leg, caller=caller):
                legs[leg] = LegRecord(leg, caller, is_caller=True, began=at)
            case LegInvited(leg=leg, party=party):
                legs[leg] = LegRecord(leg, party, is_caller=False, began=at)
            case LegTookPlace(leg=leg, party=party) | LegJoined(leg=leg, party=party) if leg not in legs:
                legs[leg] = LegRecord(leg, party, is_caller=False, began=at, answered=at)
            case LegLeft(leg=leg) if leg in legs:
                legs[leg] = replace(legs[leg], ended=at, reason=Reason.TRANSFERRED.value)
            case LegRinging(leg=leg) if leg in legs:
                legs[leg] = replace(legs[leg], rang=legs[leg].rang or at)
            case LegAnswered(leg=leg, codec=codec, digits_by=digits_by) if leg in legs:
                legs[leg] = replace(legs[leg], answered=at, codec=codec, digits_by=digits_by)
            case DigitPressed(leg=leg, digit=digit) if leg in legs:
                legs[leg] = replace(legs[leg], digits=legs[leg].digits + digit)
            case LegEnded(leg=leg) as end if leg in legs:
                legs[leg] = _ended(legs[leg], end, at)
            case _:
                continue
    return tuple(legs.values())


def _ended(leg: LegRecord, end: LegEnded, at: datetime) -> LegRecord:
    return replace(
        leg,
        ended=at,
        result=end.result,
        reason=end.reason,
        sip_code=end.sip_code,
        q850=end.q850,
        packets_sent=end.packets_sent,
        packets_received=end.packets_received,
        packets_lost=end.packets_lost,
        jitter_ms=end.jitter_ms,
        round_trip_ms=end.round_trip_ms,
        mos=end.mos,
    )


def _callee(record: CallRecord) -> str:
    """Return who was on the other side: whoever answered last, else all whose phones were called.

    Where no phone could be called, it is the number that a menu dialled for the caller.
    """
    called = [leg for leg in record.legs if not leg.is_caller]
    answered = [leg.party for leg in called if leg.answered]
    if answered:
        return answered[-1]
    if called:
        return ", ".join(dict.fromkeys(leg.party for leg in called))
    return record.detail or record.routed_to or record.called


def _alone_with(record: CallRecord, reason: Reason) -> str:
    """Return the one party whose leg ended for ``reason``; "" when there are several or none."""
    parties = [leg.party for leg in record.legs if leg.reason == reason.value]
    return parties[0] if len(parties) == 1 else ""


def _seconds_that_matter(record: CallRecord) -> float:
    """Return how long it lasted, as people count: the ringing of a call nobody took, else the talk."""
    ended = record.ended or record.started
    if record.reason == Reason.CALLEE_HUNG_UP.value:
        talks = [leg.answered for leg in record.legs if leg.answered and not leg.is_caller]
        return _between(talks[-1], ended) if talks else record.answered_seconds
    if record.reason == Reason.NO_ANSWER.value:
        rings = [leg.began for leg in record.legs if not leg.is_caller]
        return _between(rings[-1], ended) if rings else record.seconds
    return record.seconds


def _between(start: datetime, end: datetime) -> float:
    # The wall clock may have been set back meanwhile; no call lasts less than nothing.
    return max((end - start).total_seconds(), 0.0)


def _first(entries: Sequence[Entry], kind: type[Kind]) -> Kind | None:
    return next((entry.event for entry in entries if isinstance(entry.event, kind)), None)
