"""The short names that events carry, as people say them: results, exits, kinds, parties, ways of pressing.

What is written down stays a code, so that programs can count it; what is shown is one of these words. The
sentences that tell why a call ended stand in :mod:`softswitch.calls.why`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from softswitch.languages import POLISH

Both = tuple[str, str]
"""The same said in English and in Polish."""

WORDS: Final[Mapping[str, Both]] = {
    # What came of a call or a leg (calls.hangup.Result), and of dialling (ivr.context.DialResult).
    "completed": ("completed", "zakończona"),
    "cancelled": ("cancelled", "anulowano"),
    "busy": ("busy", "zajęte"),
    "declined": ("declined", "odrzucono"),
    "moved": ("sent on", "przekierowano"),
    "no_answer": ("no answer", "nikt nie odebrał"),
    "unreachable": ("unreachable", "nieosiągalny"),
    "refused": ("refused", "odmowa"),
    "failed": ("failed", "niepowodzenie"),
    "ended_by_callee": ("the called side hung up", "rozmówca się rozłączył"),
    "unknown": ("no such number", "nie ma takiego numeru"),
    # Why a leg ended (calls.hangup.Reason), in a word or two.
    "caller_hung_up": ("the caller hung up", "dzwoniący się rozłączył"),
    "callee_hung_up": ("the called side hung up", "rozmówca się rozłączył"),
    "menu_ended": ("the menu came to its end", "menu dobiegło końca"),
    "menu_hung_up": ("the menu hung up", "menu zakończyło połączenie"),
    "menu_busy": ("the menu signalled busy", "menu dało sygnał zajętości"),
    "menu_no_input": ("no key pressed", "nie naciśnięto klawisza"),
    "menu_no_match": ("keys without meaning", "klawisze bez znaczenia"),
    "menu_too_many_tries": ("too many tries", "zbyt wiele prób"),
    "menu_not_entered": ("no valid number entered", "nie wpisano poprawnego numeru"),
    "menu_no_way_on": ("the menu had no way on", "menu nie miało dalszej drogi"),
    "menu_no_target": ("the menu had no number to dial", "menu nie miało numeru do wybrania"),
    "menu_unknown_target": (
        "the menu dialled an unknown number",
        "menu wybrało nieistniejący numer",
    ),
    "menu_endless_loop": ("the menu went round in circles", "menu krążyło w kółko"),
    "queue_full": ("the queue was full", "kolejka była pełna"),
    "queue_empty": ("nobody served the queue", "nikt nie obsługiwał kolejki"),
    "queue_max_wait": ("waited as long as allowed", "czekał najdłużej, jak wolno"),
    "queue_no_agent": ("waited with nobody serving", "czekał, a nikt nie obsługiwał"),
    "queue_left": ("left the queue by a key", "wyjście z kolejki klawiszem"),
    "queue_callback": ("will be called back", "czeka na oddzwonienie"),
    "supervised_talk_over": ("the supervised talk ended", "nadzorowana rozmowa się skończyła"),
    "ended_by_program": ("ended from outside", "zakończono z zewnątrz"),
    "service_ended": ("the service hung up", "usługa zakończyła połączenie"),
    "invitation_expired": ("not answered within its own time", "nie odebrano w wyznaczonym czasie"),
    "transferred": ("handed over", "przekazano"),
    "session_expired": ("the phone gave no more signs of life", "telefon przestał dawać znaki życia"),
    "call": ("another call", "inne połączenie"),
    "answered_elsewhere": ("answered elsewhere", "odebrano gdzie indziej"),
    "do_not_disturb": ("do not disturb", "nie przeszkadzać"),
    "not_admitted": ("wrong PIN", "błędny PIN"),
    "caller_blocked": ("on the list of blocked callers", "na liście zablokowanych"),
    "offline": ("no phone is registered", "brak zarejestrowanego telefonu"),
    "peer_failed": ("the phone failed", "telefon zawiódł"),
    "unknown_number": ("no such number", "nie ma takiego numeru"),
    "nobody_there": ("nobody can be rung there", "nie ma tam do kogo zadzwonić"),
    "no_common_codec": ("no codec in common", "brak wspólnego kodeka"),
    "srtp_required": ("no SRTP, which is required", "brak SRTP, które jest wymagane"),
    "srtp_off": ("SRTP, which is off", "SRTP, które jest wyłączone"),
    "bad_description": ("unreadable description of the audio", "nieczytelny opis dźwięku"),
    "media_lost": ("its audio stopped", "dźwięk przestał docierać"),
    "media_worker_died": ("the media worker died", "nagły koniec procesu dźwięku"),
    "no_media": ("no port or worker left", "zabrakło portu lub procesu"),
    "not_acknowledged": ("the answer was never confirmed", "brak potwierdzenia odebrania"),
    "too_long": ("the longest time allowed", "najdłuższy dozwolony czas"),
    "too_many_calls": ("too many calls of this account", "zbyt wiele połączeń tego konta"),
    "not_allowed": ("not allowed to call there", "brak uprawnień do tego połączenia"),
    "limit_reached": ("calls or minutes used up", "wyczerpany limit połączeń lub minut"),
    "trunk_down": ("no trunk answers", "żaden trunk nie odpowiada"),
    "trunk_refused": ("refused by the provider", "operator odmówił"),
    "all_lines_busy": ("all lines in use", "wszystkie linie zajęte"),
    "no_such_number": ("nobody has this number", "numer nieprzydzielony"),
    "switch_fell": ("the switch ended all of a sudden", "centrala nagle przestała działać"),
    "switch_stopped": ("the switch was stopped", "centrala została zatrzymana"),
    "fault": ("an error of the switch", "błąd centrali"),
    # How a step of a menu ended (the exits of the actions, and what became of a prompt).
    "next": ("done", "gotowe"),
    "called": ("into the branch", "do gałęzi"),
    "back": ("back from the branch", "z powrotem z gałęzi"),
    "open": ("open", "otwarte"),
    "closed": ("closed", "zamknięte"),
    "special": ("a special day", "dzień specjalny"),
    "outage": ("outage", "awaria"),
    "announced": ("announced", "zapowiedziano"),
    "heard": ("heard to the end", "wysłuchano do końca"),
    "interrupted": ("cut short by a key", "przerwano klawiszem"),
    "nothing_to_say": ("nothing to say", "nie ma nic do powiedzenia"),
    "no_input": ("no key pressed", "nie naciśnięto klawisza"),
    "no_match": ("a key without meaning", "klawisz bez znaczenia"),
    "too_many_tries": ("too many tries", "zbyt wiele prób"),
    "entered": ("entered", "wpisano"),
    "not_entered": ("not entered", "nie wpisano"),
    "quiet": ("no more keys", "nie ma więcej klawiszy"),
    "talk_over": ("the called side hung up", "rozmówca się rozłączył"),
    "no_target": ("no number to call", "brak numeru, pod który można zadzwonić"),
    "key": ("key", "klawisz"),
    "value": ("value", "wartość"),
    "answer": ("answer", "odpowiedź"),
    "otherwise": ("anything else", "cokolwiek innego"),
    "sent": ("on its way", "w drodze"),
    "no_mobile": ("no mobile number", "nie ma numeru komórkowego"),
    "no_address": ("no address", "nie ma adresu"),
    "answered": ("answered", "jest odpowiedź"),
    "over": ("the program was done with the call", "program zakończył obsługę rozmowy"),
    "down": ("the program did not answer", "program nie odpowiedział"),
    "saved": ("kept", "zapisano"),
    "box_full": ("the box is full", "skrzynka jest pełna"),
    "box_key": ("a key of the box", "klawisz skrzynki"),
    "not_stored": ("it could not be kept", "nie udało się zapisać"),
    "too_many": ("too many already", "już zbyt wiele"),
    "error": ("it did not work", "nie udało się"),
    "accepted": ("taken down", "przyjęto"),
    "time_limit": ("time is up", "czas minął"),
    # How a wait in a queue ended (ivr.context.WaitEnd), and which way was taken by figures.
    "full": ("the queue is full", "kolejka pełna"),
    "empty": ("nobody serves it", "nikt jej nie obsługuje"),
    "max_wait": ("waited as long as allowed", "czekał najdłużej, jak wolno"),
    "no_agent": ("nobody serves it any more", "nikt jej już nie obsługuje"),
    "callback": ("callback", "oddzwonienie"),
    "no_such_queue": ("no such queue", "nie ma takiej kolejki"),
    "no_such_box": ("no such box", "nie ma takiej skrzynki"),
    "no_such_desk": ("no such desk", "nikt taki nie oddzwania"),
    "no_such_program": ("no such program", "nie ma takiego programu"),
    "second_queue": ("the second queue", "druga kolejka"),
    "no_keeper": ("no keeper to be had", "opiekun niedostępny"),
    "no_such_extension": ("no such extension", "nie ma takiego numeru wewnętrznego"),
    "rated": ("rated", "oceniono"),
    "invalid": ("not on the scale", "poza skalą"),
    "given_up": ("not rated in the end", "ostatecznie bez oceny"),
    "after_rating": ("no queue after a rating", "po ocenie nie ma kolejki"),
    "no_number": ("no number, so it is withheld", "brak numeru, więc jest ukryty"),
    "own_key": ("a key of the queue", "klawisz kolejki"),
    "already_answered": ("answered already: rings, no music", "już odebrane: dzwonek, nie muzyka"),
    "yes": ("yes", "tak"),
    "no": ("no", "nie"),
    "set": ("set", "ustawiono"),
    "unchanged": ("unchanged", "bez zmiany"),
    "chosen": ("chosen before", "wybrano wcześniej"),
    "not_chosen": ("not chosen yet", "jeszcze nie wybrano"),
    "other_pace": ("said at another pace", "inne tempo mówienia"),
    # How a payment and an identity check ended.
    "paid": ("paid", "zapłacono"),
    "aborted": ("stopped by the caller", "przerwane przez dzwoniącego"),
    "not_known": ("not known yet", "jeszcze nie wiadomo"),
    "link_sent": ("pay-link on its way", "link do płatności w drodze"),
    # What was found of customers and their orders, and which way was taken by it.
    "found": ("found", "znaleziono"),
    "not_found": ("not found", "nie znaleziono"),
    "created": ("written down anew", "zapisano jako nowego"),
    "unavailable": ("could not be looked up", "nie udało się sprawdzić"),
    "other": ("anything else", "coś innego"),
    "read": ("read out", "odczytano"),
    "no_orders": ("no orders", "brak zamówień"),
    "verified": ("verified", "tożsamość potwierdzona"),
    "locked": ("locked after wrong tries", "zablokowane po błędnych próbach"),
    # Where a number leads, and whose side of the call it is.
    "tree": ("menu", "menu"),
    "account": ("account", "konto"),
    "service": ("service", "usługa"),
    "group": ("ring group", "grupa"),
    "queue": ("queue", "kolejka"),
    "application": ("application", "aplikacja"),
    "room": ("conference room", "pokój konferencyjny"),
    "parking": ("parking", "parking"),
    "code": ("feature code", "kod usługi"),
    "supervision": ("supervision of call", "nadzór nad rozmową"),
    "duty": ("duty", "dyżur"),
    "vip": ("a caller's own consultant", "własny konsultant dzwoniącego"),
    "callers": ("list of callers", "lista dzwoniących"),
    "blocked": ("blocked callers", "zablokowani dzwoniący"),
    # What a schedule is switched to by hand (schedules.model.Mode).
    "day": ("day", "dzień"),
    "night": ("night", "noc"),
    "voicemail": ("voicemail", "poczta głosowa"),
    "request": ("callback request", "prośba o oddzwonienie"),
    # When calls are sent on (features.settings.When).
    "always": ("always", "zawsze"),
    "caller": ("caller", "dzwoniący"),
    "callee": ("called side", "rozmówca"),
    "switch": ("switch", "centrala"),
    "outside": ("outside", "na zewnątrz"),
    # What is told of trunks.
    "no answer": ("no answer", "brak odpowiedzi"),
    "no answer in time": ("no answer", "brak odpowiedzi"),
    "transport failed": ("nothing could be sent there", "nie udało się nic tam wysłać"),
    "wrong user name or password": ("wrong user name or password", "błędna nazwa użytkownika lub hasło"),
    "the server has dropped us": ("the server has dropped us", "serwer nas wyrejestrował"),
    "no name server": ("no name server answers", "serwery DNS nie odpowiadają"),
    "no address": ("no address is known of it", "brak jej adresu w DNS"),
    # Why a host of others is given up (integrations.http_errors).
    "timed_out": ("no answer in time", "brak odpowiedzi w wyznaczonym czasie"),
    "tls_refused": ("its certificate or TLS is refused", "odrzucony certyfikat lub TLS"),
    "broken_answer": ("its answers are unusable", "nieprzydatne odpowiedzi"),
    "status_refused": ("it answers with errors", "odpowiada błędami"),
    "address_refused": ("its address may not be asked", "niedozwolony adres"),
    "host_given_up": ("it has failed too often", "zbyt wiele niepowodzeń"),
    # How a program's part ended (applications.errors), and how a recording did.
    "endless": ("it went round in circles", "krążyło w kółko"),
    "recorded": ("recorded", "nagrano"),
    "too_short": ("too short", "zbyt krótkie"),
    # How keys are pressed.
    "rfc4733": ("RFC 4733", "RFC 4733"),
    "info": ("SIP INFO", "SIP INFO"),
    "inband": ("tones", "tony"),
    "inband or info": ("tones or SIP INFO", "tony lub SIP INFO"),
    # What is told of phones.
    "expired": ("its registration ran out", "rejestracja wygasła"),
    "unregistered": ("it unregistered", "telefon się wyrejestrował"),
    "removed": ("it unregistered", "telefon się wyrejestrował"),
    "replaced": ("replaced by a newer registration", "zastąpiony nowszą rejestracją"),
    "connection closed": ("its connection closed", "połączenie zostało zamknięte"),
    "wrong password": ("wrong password", "błędne hasło"),
    "no such account": ("no such account", "nie ma takiego konta"),
}
"""Every code, in both languages."""

QUEUE_WORDS: Final[Mapping[str, Both]] = {
    # Why a wait ended without an agent (queues.model.Why), and why none began (queues.model.Refused).
    "abandoned": ("the caller hung up", "dzwoniący się rozłączył"),
    "max_wait": ("waited as long as allowed", "minął najdłuższy czas oczekiwania"),
    "no_agent": ("nobody serves the queue", "nikt nie obsługuje kolejki"),
    "empty": ("no agent can take the call", "żaden konsultant nie może odebrać"),
    "full": ("the queue is full", "kolejka jest pełna"),
    "key": ("left by a key", "wyjście klawiszem"),
    "taken": ("taken by somebody else", "przejął ktoś inny"),
    "callback_failed": ("never reached at the number", "nie udało się dodzwonić"),
    "callback_cancelled": ("the callback was cancelled", "oddzwanianie odwołano"),
    "lost": ("the connection was lost", "połączenie zostało zerwane"),
    "stopped": ("the switch was stopped", "centrala została zatrzymana"),
    # How else it ended (calls.waits).
    "answered": ("answered", "odebrano"),
    "callback_asked": ("to be called back", "do oddzwonienia"),
    "called_back": ("called back", "centrala oddzwoniła"),
    # Why an agent did not take an offer (queues.model.Miss).
    "reject": ("rejected", "odrzucono"),
    "unreachable": ("no phone can be reached", "telefon nieosiągalny"),
    "withdrawn": ("withdrawn", "wycofano"),
    # What an agent does (queues.agents.State), and what keeps him from calls (queues.model.Condition).
    "offline": ("logged out", "wylogowany"),
    "logged_out": ("logged out", "wylogowany"),
    "ready": ("ready", "gotowy"),
    "ringing": ("ringing", "dzwoni telefon"),
    "talking": ("talking", "rozmawia"),
    "in_use": ("in a call", "rozmawia"),
    "wrap_up": ("wrap-up", "prace po rozmowie"),
    "paused": ("paused", "przerwa"),
    "unregistered": ("no phone can be reached", "telefon nieosiągalny"),
    # Why a callback was not made, or not taken on.
    "outside_window": ("not at this time of day", "nie o tej porze"),
    "not_stored": ("it could not be stored", "nie udało się zapisać"),
    # Whose doing it was that a talk ended.
    "by_agent": ("the agent hung up", "konsultant się rozłączył"),
    "by_caller": ("the caller hung up", "dzwoniący się rozłączył"),
    "by_transfer": ("handed over", "przekazano dalej"),
    "by_switch": ("the switch ended it", "zakończyła centrala"),
    # Why one who waited longer was passed over (queues.matching).
    "priority": ("priority", "priorytet"),
    "weight": ("weight of the queue", "waga kolejki"),
    "skill": ("skill", "umiejętności"),
    "tier": ("tier", "poziom"),
    "preferred": ("the caller's own agent", "własny konsultant dzwoniącego"),
    "callback": ("a callback that is not due", "oddzwonienie jeszcze nie teraz"),
    "most_talks": ("most talks of the queue", "najwięcej rozmów kolejki"),
    # How a queue chooses (queues.config.Strategy).
    "ring_all": ("all ring", "dzwonią wszyscy"),
    "longest_idle": ("longest idle", "najdłużej wolny"),
    "round_robin": ("in turn", "po kolei"),
    "fewest_calls": ("fewest calls", "najmniej rozmów"),
    "least_talk": ("least talk", "najkrótsze rozmowy"),
    "random": ("by lot", "losowo"),
    "weighted_random": ("by lot and weight", "losowo według wag"),
    "linear": ("in fixed order", "w stałej kolejności"),
}
"""What codes mean where a queue speaks; those that mean the same everywhere stand in :data:`WORDS`."""

MADE_FOR: Final[Mapping[str, Both]] = {
    "callback": ("callback", "oddzwonienie"),
    "supervision": ("supervision of", "nadzór nad rozmową"),
    "click_to_call": ("connection with", "połączenie z"),
    "connection": ("connection asked for by", "połączenie na życzenie"),
}
"""What the switch calls for by itself; what it is about stands behind it."""

_DETAILS: Final[tuple[tuple[str, str], ...]] = (
    # The phrases with which steps begin their details, in Polish.
    ("wrong: ", "źle: "),
    ("silent: ", "cisza: "),
    ("too short", "za krótko"),
    ("not a number", "to nie liczba"),
    ("terminator alone", "sam klawisz kończący"),
    ("nothing", "nic"),
    ("withheld", "numer zastrzeżony"),
    ("not confirmed", "bez potwierdzenia"),
    ("too long", "za długo"),
    ("unknown caller", "nieznany dzwoniący"),
)


_EXPLAINED: Final = frozenset(
    {"key", "no_input", "no_match", "too_many_tries", "not_entered", "not_found", "other", "quiet"}
)
"""Exits whose details are our own phrases."""

_COUNT: Final = re.compile("([0-9]+) keys?")


def word(code: str, language: str) -> str:
    """Return what people call ``code`` in English or Polish (``pl``); a code of another version as it is."""
    both = WORDS.get(code)
    if both is None:
        return code.replace("_", " ")
    return both[language == POLISH]


def queue_word(code: str, language: str) -> str:
    """Return what people call a code of a queue or an agent, in English or Polish (``pl``)."""
    both = QUEUE_WORDS.get(code)
    return both[language == POLISH] if both is not None else word(code, language)


MAILBOX_WORDS: Final[Mapping[str, Both]] = {
    # Why no message was kept, and no request taken (events.voicemail).
    "cancelled": ("cancelled by the caller", "dzwoniący zrezygnował"),
    "too_short": ("too short", "za krótka"),
    "nothing_heard": ("nothing was heard", "nic nie było słychać"),
    "box_full": ("the box is full", "skrzynka jest pełna"),
    "no_room": ("the disk is full", "brak miejsca na dysku"),
    "not_stored": ("it could not be stored", "nie udało się zapisać"),
    "too_many": ("as many as allowed are taken already", "przyjęto już tyle, ile wolno"),
}


def mailbox_word(code: str) -> Both:
    """Return what people call why no message or request was kept, in both languages."""
    return MAILBOX_WORDS.get(code) or (word(code, "en"), word(code, POLISH))


def exit_word(name: str, language: str) -> str:
    """Return how a step ended; exits such as ``key 1`` name what led there."""
    kind, _, keys = name.partition(" ")
    named = kind in ("key", "value", "answer", "back") and keys
    return f"{word(kind, language)} {keys}" if named else word(name, language)


def detail_words(exit_name: str, detail: str, language: str) -> str:
    """Return what a step adds to its exit; what callers typed and authors wrote stays as it is."""
    if language != POLISH or exit_name.partition(" ")[0] not in _EXPLAINED:
        return detail
    return "; ".join(_in_polish(part) for part in detail.split("; "))


_QUALITY: Final[tuple[tuple[float, Both], ...]] = (
    (4.34, ("excellent", "znakomita")),  # R 90: "very satisfied"
    (4.02, ("good", "dobra")),  # R 80: "satisfied"
    (3.60, ("fair", "zadowalająca")),  # R 70: "some users dissatisfied"
    (3.10, ("poor", "słaba")),  # R 60: "many users dissatisfied"
    (0.0, ("bad", "zła")),  # "nearly all users dissatisfied", and all below
)
"""The least score of each word, by user satisfaction (ITU-T G.107 table B.1). These are the bands of
planners, not the answers of a listening test: of a line with a score of 3.0 nearly all would complain."""


def quality_word(mos: float, language: str) -> str:
    """Return how a voice sounds, from its mean opinion score; of its quality (``jakość``) in Polish."""
    english, polish = next(words for least, words in _QUALITY if mos >= least)
    return polish if language == POLISH else english


def seconds_words(seconds: float, language: str) -> str:
    """Write seconds to a tenth: ``1.8 s``, in Polish ``1,8 s``."""
    text = f"{seconds:.1f} s"
    return text.replace(".", ",") if language == POLISH else text


def _in_polish(part: str) -> str:
    count = _COUNT.fullmatch(part)
    if count is not None:
        return f"klawisze: {count[1]}"
    for english, polish in _DETAILS:
        if part.startswith(english):
            return polish + part.removeprefix(english)
    return part
