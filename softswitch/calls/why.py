"""Why a call ended, in one plain sentence of either language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from softswitch.calls.because import because_words
from softswitch.calls.handovers import HandOver
from softswitch.calls.hangup import Reason
from softswitch.calls.record import CallRecord, between, call_record
from softswitch.calls.waits import WaitRecord
from softswitch.calls.why_waited import wait_words
from softswitch.events import (
    Entry,
)
from softswitch.languages import ENGLISH, POLISH


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
    waited = [_waited(wait, record, language) for wait in record.waits]
    handed_over = [f"{transfer_words(one, language)}." for one in record.transfers]
    if handed_over and record.reason == Reason.TRANSFERRED.value:
        return " ".join([*waited, *handed_over])
    end = _sentence(
        record.reason,
        language,
        caller=record.last_caller or record.caller,
        callee=record.last_callee or _callee(record),
        called=record.called,
        silent=_alone_with(record, Reason.MEDIA_LOST),
        tree=record.tree,
        branch=record.path[-1] if record.path else "",
        detail=record.detail,
        because=record.because,
        seconds=_seconds_that_matter(record),
    )
    return " ".join([*waited, *handed_over, end])


def _waited(wait: WaitRecord, record: CallRecord, language: str) -> str:
    # Of a callback the switch itself is the caller: who waits is whom it has called.
    waiter = record.called if record.made_for else record.caller
    text = wait_words(wait, waiter, lasting(wait.waited))[language == POLISH]
    return f"{text[0].upper()}{text[1:]}."


def transfer_words(one: HandOver, language: str = ENGLISH) -> str:
    """Return who handed the call over to whom, after how long; without a full stop."""
    polish = language == POLISH
    kind = SERVED_BY.get(one.kind, (one.kind, one.kind))[polish]
    where = f" ({kind} {one.name})" if one.kind and one.name != one.target else ""
    if polish:
        return f"{one.party} przekazał rozmowę do {one.target}{where} po {lasting(one.seconds)}"
    return f"{one.party} handed the call over to {one.target}{where} after {lasting(one.seconds)}"


SERVED_BY: Final = {
    "tree": ("menu", "menu"),
    "room": ("room", "pokój"),
    "service": ("service", "usługa"),
    "application": ("application", "aplikacja"),
}
"""What may serve whoever was handed over, in English and Polish."""


def why_briefly(reason: str, language: str = ENGLISH, *, detail: str = "", because: str = "") -> str:
    """Return the sentence for a reason and what it was about, where the rest of the call is not at hand."""
    return _sentence(reason, language, detail=detail, because=because)


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
    Reason.MENU_NO_WAY_ON: (
        "A step of the menu{tree} ended in a way for which it has no branch{branch}, so the menu hung up.",
        "Krok menu{tree} skończył się tak, że nie ma na to gałęzi{branch}, więc menu zakończyło połączenie.",
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
    Reason.QUEUE_FULL: ("The queue{queue} was full.", "Kolejka{queue} była pełna."),
    Reason.QUEUE_EMPTY: (
        "No agent was there to serve the queue{queue}.",
        "Żaden agent nie obsługiwał kolejki{queue}.",
    ),
    Reason.QUEUE_MAX_WAIT: (
        "{caller} waited in the queue{queue} for as long as it lets anybody wait.",
        "{caller} czekał w kolejce{queue} najdłużej, jak w niej wolno.",
    ),
    Reason.QUEUE_NO_AGENT: (
        "{caller} waited in the queue{queue}, which nobody served any more.",
        "{caller} czekał w kolejce{queue}, której nikt już nie obsługiwał.",
    ),
    Reason.QUEUE_CALLBACK: (
        "{caller} keeps the place in the queue{queue} and will be called back.",
        "{caller} zachowuje miejsce w kolejce{queue} i czeka na oddzwonienie.",
    ),
    Reason.QUEUE_LEFT: (
        "{caller} left the queue{queue} by a key.",
        "{caller} wyszedł z kolejki{queue} klawiszem.",
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
        "{callee} był nieosiągalny: telefon nie dał przydatnej odpowiedzi.",
    ),
    Reason.PEER_FAILED: (
        "{callee} could not be reached: the phone failed to handle the call.",
        "{callee} był nieosiągalny: telefon nie potrafił obsłużyć połączenia.",
    ),
    Reason.UNKNOWN_NUMBER: ("The number {called} does not exist here.", "{number} tu nie istnieje."),
    Reason.NOBODY_THERE: (
        "Nobody could be rung at {target}: a menu or a service answers there.",
        "Pod {target} nie ma do kogo zadzwonić: odbiera tam menu lub usługa.",
    ),
    Reason.SUPERVISED_TALK_OVER: (
        "The talk that was supervised came to its end.",
        "Nadzorowana rozmowa dobiegła końca.",
    ),
    Reason.ENDED_BY_PROGRAM: (
        "It was ended from outside, by a program or a command.",
        "Zakończono je z zewnątrz: programem lub poleceniem.",
    ),
    Reason.NOT_ADMITTED: (
        "{caller} did not know the PIN.",
        "{caller} nie znał kodu PIN.",
    ),
    Reason.CALLER_BLOCKED: (
        "{caller} is on the list of blocked callers.",
        "{caller} jest na liście zablokowanych dzwoniących.",
    ),
    Reason.NO_COMMON_CODEC: (
        "A phone and the switch have no audio codec in common.",
        "Telefon i centrala nie mają wspólnego kodeka.",
    ),
    Reason.SRTP_REQUIRED: (
        "{target} must use SRTP (srtp: required), but its phone did not: switch on SRTP (SDES) there.",
        "{target} musi używać SRTP (srtp: required), a telefon tego nie zrobił: włącz w nim SRTP (SDES).",
    ),
    Reason.SRTP_OFF: (
        "{target} may not use SRTP (srtp: off), but its phone wants nothing else: switch it off there, "
        "or set srtp: offered.",
        "{target} nie może używać SRTP (srtp: off), a telefon nie chce inaczej: wyłącz je w nim "
        "albo ustaw srtp: offered.",
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
        "Nie można było zadzwonić{to}: żaden trunk na zewnątrz nie odpowiada.",
    ),
    Reason.TRUNK_REFUSED: (
        "{callee} could not be called: the provider refused the call.",
        "Nie można było zadzwonić{to}: operator odmówił połączenia.",
    ),
    Reason.ALL_LINES_BUSY: (
        "{target} could not be called: all lines to the outside are in use.",
        "Nie można było zadzwonić pod {target}: wszystkie linie na zewnątrz są zajęte.",
    ),
    Reason.NO_SUCH_NUMBER: (
        "{callee} could not be called: nobody has this number.",
        "Nie można było zadzwonić{to}: numer jest nieprzydzielony.",
    ),
    Reason.SWITCH_STOPPED: ("The switch was stopped.", "Centrala została zatrzymana."),
    Reason.SWITCH_FELL: (
        "The switch ended all of a sudden, and this call with it.",
        "Centrala nagle przestała działać, a z nią to połączenie.",
    ),
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
    because: str = "",
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
        called=called or "dialled",
        number=f"Numer {called}" if called else "Wybrany numer",
        at=f" {'pod numerem' if polish else 'at'} {called}" if called else "",
        silent=silent or none,
        tree=f" {tree}" if tree else "",
        branch=f"{place}{branch}" if branch else "",
        place=f" ({'gałąź' if polish else 'branch'} {branch})" if branch else "",
        queue=f" {detail}" if detail else "",
        target=detail or ("nieznany numer" if polish else "a number"),
        to=f" do {callee}" if callee else "",
        after="" if seconds is None else f"{after}{lasting(seconds)}",
        within="" if seconds is None else f" {'w ciągu' if polish else 'within'} {lasting(seconds)}",
        reason=reason.replace("_", " ") or unknown,
    )
    if because and (words := because_words(because)[polish]):
        text = f"{text.removesuffix('.')}: {words}."
    return text[0].upper() + text[1:]


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
        return between(talks[-1], ended) if talks else record.answered_seconds
    if record.reason == Reason.NO_ANSWER.value:
        rings = [leg.began for leg in record.legs if not leg.is_caller]
        return between(rings[-1], ended) if rings else record.seconds
    return record.seconds
