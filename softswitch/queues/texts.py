"""What queues say: to those who wait, to those who are called back, and to agents; English and Polish.

Everything a caller hears in one breath is a :class:`Sentence` of its own, so that what is said again and
again is made audible once. A language without texts is answered in English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, assert_never

from softswitch.languages import ENGLISH, POLISH
from softswitch.numerals import (
    HOUR,
    MINUTE,
    PERSON,
    Case,
    Noun,
    PluralClass,
    cardinal,
    counted,
    digits,
    grouped,
    plural_class,
    primary_language,
)
from softswitch.queues.announce_config import MINUTE_S, AnnounceConfig, wording
from softswitch.queues.announcements import Comfort, Message, MoreAhead, Place, Wait
from softswitch.queues.wait_range import SpokenWait, spoken_waits

KNOWN_PLACES: Final = 20
KNOWN_WAIT_S: Final = 600
KNOWN_WAITED_MINUTES: Final = 10
"""How far figures are made audible before the first caller; beyond, when somebody first needs them."""

HALF_HOUR, WHOLE_HOUR = 30, 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and the language it is to be spoken in.

    ``private`` is somebody's own affair, such as a number read back: it is kept in no cache.
    """

    text: str
    language: str
    private: bool = False


class Text(Enum):
    """What can be said: (English, Polish).

    ``{number}`` is a telephone number, read in groups of digits, ``{key}`` a key, ``{name}`` a queue, a
    reason or whatever people call a thing.
    """

    CONNECTING = ("You are being connected.", "Łączymy rozmowę.")
    LEAVING = ("You are leaving the queue.", "Opuszczają Państwo kolejkę.")
    STILL_WAITING = (
        "You are back in the queue and have kept your place.",
        "Wracają Państwo do kolejki na swoje miejsce.",
    )
    FULL = (
        "All places in the queue are taken. Please call again later. Goodbye.",
        "Wszystkie miejsca w kolejce są zajęte. Prosimy zadzwonić później. Do widzenia.",
    )
    NOBODY_THERE = (
        "Nobody can take your call at the moment. Please call again later. Goodbye.",
        "W tej chwili nikt nie może odebrać rozmowy. Prosimy zadzwonić później. Do widzenia.",
    )
    TOO_LONG = (
        "We are sorry: nobody could take your call in time. Please call again later. Goodbye.",
        "Przepraszamy, nikt nie zdążył odebrać rozmowy. Prosimy zadzwonić później. Do widzenia.",
    )

    CALLBACK_OFFER = (
        "To be called back, press {key}. You will keep your place in the queue.",
        "Aby zamówić oddzwonienie, proszę nacisnąć {key}. Zachowają Państwo miejsce w kolejce.",
    )
    CALLBACK_TO = ("We will call {number}.", "Oddzwonimy na numer {number}.")
    CALLBACK_RIGHT = (
        "If that is right, press one. To give another number, press two.",
        "Jeśli numer jest poprawny, proszę nacisnąć jeden. Aby podać inny numer, proszę nacisnąć dwa.",
    )
    CALLBACK_WHICH = (
        "Enter the number at which we can reach you, then press hash.",
        "Proszę podać numer, na który mamy oddzwonić, i nacisnąć krzyżyk.",
    )
    CALLBACK_BAD_NUMBER = ("We cannot call that number.", "Na ten numer nie możemy oddzwonić.")
    CALLBACK_TAKEN = (
        "We will call you back when it is your turn. Goodbye.",
        "Oddzwonimy, gdy nadejdzie Państwa kolej. Do widzenia.",
    )
    CALLBACK_TWICE = (
        "A callback to this number is already waiting.",
        "Oddzwonienie na ten numer jest już zamówione.",
    )
    CALLBACK_NOT_TAKEN = (
        "No callback was ordered. You are still waiting in the queue.",
        "Oddzwonienie nie zostało zamówione. Nadal czekają Państwo w kolejce.",
    )
    CALLBACK_NOT_STORED = (
        "We are sorry, the callback could not be noted. You are still waiting in the queue.",
        "Przepraszamy, nie udało się zapisać oddzwonienia. Nadal czekają Państwo w kolejce.",
    )
    CALLBACK_GREETING = (
        "Hello. You asked us to call you back. To be connected, press one.",
        "Dzień dobry, oddzwaniamy zgodnie z prośbą. Aby połączyć rozmowę, proszę nacisnąć jeden.",
    )
    CALLBACK_GREETING_OF = (
        "Hello, this is {name}. You asked us to call you back. To be connected, press one.",
        "Dzień dobry, tu {name}. Oddzwaniamy zgodnie z prośbą. Aby połączyć rozmowę, proszę nacisnąć jeden.",
    )

    IS_CALLBACK = ("Callback.", "Oddzwonienie.")
    TAKE_CALL = ("To take the call, press one.", "Aby odebrać rozmowę, naciśnij jeden.")

    LOGGED_IN = ("Logged in to the queue {name}.", "Zalogowano do kolejki {name}.")
    LOGGED_IN_ALL = ("Logged in to all your queues.", "Zalogowano do wszystkich twoich kolejek.")
    LOGGED_OUT = ("Logged out of the queue {name}.", "Wylogowano z kolejki {name}.")
    LOGGED_OUT_ALL = ("Logged out of all queues.", "Wylogowano ze wszystkich kolejek.")
    PAUSED = ("Paused. No calls will come.", "Przerwa. Rozmowy nie będą przychodzić.")
    PAUSED_FOR = ("Paused: {name}. No calls will come.", "Przerwa: {name}. Rozmowy nie będą przychodzić.")
    READY = ("The pause is over. Calls will come again.", "Koniec przerwy. Rozmowy znów będą przychodzić.")
    NOT_PAUSED = ("There is no pause to end.", "Nie ma przerwy do zakończenia.")
    NOT_LOGGED_IN = ("You have to log in first.", "Najpierw trzeba się zalogować.")
    WHICH_PIN = ("Enter the PIN, then press hash.", "Podaj kod PIN i naciśnij krzyżyk.")
    WRONG_PIN = ("That is not the right PIN.", "Podany kod PIN jest błędny.")
    NO_AGENT = ("This phone belongs to no agent.", "Ten telefon nie należy do żadnego konsultanta.")
    NOT_YOUR_QUEUE = ("You do not serve this queue.", "Ta kolejka nie jest twoja.")


def spoken_language(language: str) -> str:
    """Return the language in which somebody is spoken to who has chosen ``language``."""
    return POLISH if primary_language(language) == POLISH else ENGLISH


def _pressed(key: str, language: str) -> str:
    """Return the name of a key as it stands behind "press": in Polish in the accusative."""
    return "gwiazdkę" if key == "*" and primary_language(language) == "pl" else digits(key, language)


def phrase(text: Text, language: str, *, name: str = "", number: str = "", key: str = "") -> Sentence:
    """Return what is said for ``text``; it is private if it holds a ``number``."""
    language = spoken_language(language)
    template = text.value[language == POLISH]
    said = template.format(name=name, number=grouped(number, language), key=_pressed(key, language))
    return Sentence(said, language, private=bool(number))


def ahead(people: int, language: str) -> Sentence:
    """Return how many people are ahead; with none, that the next call is the caller's."""
    language = spoken_language(language)
    if language == POLISH:
        if people == 0:
            return Sentence("Są Państwo następni w kolejce.", language)
        return Sentence(f"W kolejce {_are(people)} jeszcze {_people(people, language)}.", language)
    if people == 0:
        return Sentence("You are next in the queue.", language)
    verb = "is" if people == 1 else "are"
    return Sentence(f"There {verb} {_people(people, language)} ahead of you.", language)


def more_ahead(than: int, language: str) -> Sentence:
    """Return that more than so many people are ahead."""
    language = spoken_language(language)
    if language == POLISH:
        if than == 1:
            return Sentence("W kolejce jest jeszcze więcej niż jedna osoba.", language)
        # Behind "ponad" stands the accusative, which for persons is as the nominative from two on.
        people = counted(than, PERSON[POLISH], POLISH, Case.ACCUSATIVE)
        return Sentence(f"W kolejce {_are(than)} jeszcze ponad {people}.", language)
    verb = "is" if than == 1 else "are"
    return Sentence(f"There {verb} more than {_people(than, language)} ahead of you.", language)


def _people(number: int, language: str) -> str:
    return counted(number, PERSON[language], language)


def _are(number: int) -> str:
    # Two to four take the plural (są dwie osoby), as do 22 and 104; others count as one (jest pięć osób).
    return "są" if plural_class(number, POLISH) is PluralClass.FEW else "jest"


def expected_wait(wait: SpokenWait, language: str) -> Sentence:
    """Return how long it may take."""
    language = spoken_language(language)
    if language == POLISH:
        return Sentence(f"Przewidywany czas oczekiwania: {_polish_range(wait)}.", language)
    return Sentence(f"Your expected wait is {_english_range(wait)}.", language)


def _polish_range(wait: SpokenWait) -> str:
    low, cap = wait.low_s // MINUTE_S, wait.cap_s // MINUTE_S
    if wait.high_s is None:
        if low >= cap:
            return f"ponad {duration(cap, POLISH, Case.ACCUSATIVE)}"
        return f"od {duration(low, POLISH, Case.GENITIVE)} do ponad {duration(cap, POLISH, Case.GENITIVE)}"
    high = wait.high_s // MINUTE_S
    until = duration(high, POLISH, Case.GENITIVE)
    if low == 0:
        return "mniej niż minuta" if high == 1 else f"do {until}"
    if low == high:
        return f"około {until}"
    if (unit := _unit_of_both(low, high)) is not None:
        noun, first, last = unit
        number = cardinal(first, POLISH, noun[POLISH].gender, Case.GENITIVE)
        return f"od {number} do {counted(last, noun[POLISH], POLISH, Case.GENITIVE)}"
    return f"od {duration(low, POLISH, Case.GENITIVE)} do {until}"


def _english_range(wait: SpokenWait) -> str:
    low, cap = wait.low_s // MINUTE_S, wait.cap_s // MINUTE_S
    if wait.high_s is None:
        over = f"more than {duration(cap, ENGLISH)}"
        return over if low >= cap else f"from {duration(low, ENGLISH)} to {over}"
    high = wait.high_s // MINUTE_S
    if low == 0:
        return "less than a minute" if high == 1 else f"up to {duration(high, ENGLISH)}"
    if low == high:
        return f"about {duration(high, ENGLISH)}"
    if (unit := _unit_of_both(low, high)) is not None:
        noun, first, last = unit
        return f"between {cardinal(first, ENGLISH)} and {counted(last, noun[ENGLISH], ENGLISH)}"
    return f"between {duration(low, ENGLISH)} and {duration(high, ENGLISH)}"


def _unit_of_both(low: int, high: int) -> tuple[dict[str, Noun], int, int] | None:
    """Return the unit that has to be named only once, and both ends in it; None if there is none."""
    if high < WHOLE_HOUR:
        return MINUTE, low, high
    if low % WHOLE_HOUR == high % WHOLE_HOUR == 0:
        return HOUR, low // WHOLE_HOUR, high // WHOLE_HOUR
    return None


def duration(minutes: int, language: str, case: Case = Case.NOMINATIVE) -> str:
    """Return a time as people say it: "trzy minuty", "pół godziny", "godzinę i pięć minut"."""
    language = spoken_language(language)
    if minutes == HALF_HOUR:
        return "pół godziny" if language == POLISH else "half an hour"
    hours, rest = divmod(minutes, WHOLE_HOUR)
    parts = []
    if hours:
        one = {POLISH: HOUR[POLISH].form(1, POLISH, case), ENGLISH: "an hour"}[language]
        parts.append(one if hours == 1 else counted(hours, HOUR[language], language, case))
    if rest or not hours:
        one = {POLISH: MINUTE[POLISH].form(1, POLISH, case), ENGLISH: "a minute"}[language]
        parts.append(one if rest == 1 else counted(rest, MINUTE[language], language, case))
    return (" i " if language == POLISH else " and ").join(parts)


def waited(seconds: float, language: str) -> Sentence:
    """Return to an agent how long the caller has waited, in full minutes."""
    language = spoken_language(language)
    minutes = int(seconds // MINUTE_S)
    if language == POLISH:
        time = duration(minutes, POLISH, Case.ACCUSATIVE) if minutes else "mniej niż minutę"
        return Sentence(f"Klient czekał {time}.", language)
    time = duration(minutes, ENGLISH) if minutes else "less than a minute"
    return Sentence(f"The caller waited {time}.", language)


def whisper(
    queue: str, language: str, *, waited_s: float | None = None, label: str = "", callback: bool = False
) -> tuple[Sentence, ...]:
    """Return what an agent hears before the caller: the queue, what was chosen in the menu, the time waited.

    Names keep their own words and are spoken in ``language``; ``waited_s`` None says no time.
    """
    names = [name.strip().rstrip(".") for name in (queue, label)]
    said = [Sentence(f"{name}.", language) for name in names if name]
    if callback:
        said.append(phrase(Text.IS_CALLBACK, language))
    if waited_s is not None:
        said.append(waited(waited_s, language))
    return tuple(said)


def callback_greeting(name: str, language: str) -> Sentence:
    """Return what is said to who is called back, by the name of the firm or the queue if there is one."""
    if name:
        return phrase(Text.CALLBACK_GREETING_OF, language, name=name)
    return phrase(Text.CALLBACK_GREETING, language)


def announced(
    message: Message, config: AnnounceConfig, language: str, queue_language: str
) -> Sentence | Path:
    """Return ``message`` as it is said to a caller in ``language``, or the file that is played for it."""
    match message:
        case Place(ahead=people):
            return ahead(people, language)
        case MoreAhead(than=limit):
            return more_ahead(limit, language)
        case Wait(wait=wait):
            above_all = wait.high_s is None and wait.low_s >= wait.cap_s
            if above_all and config.eta.cap_text:
                return Sentence(*wording(config.eta.cap_text, language, queue_language))
            return expected_wait(wait, language)
        case Comfort(index=index):
            comfort = config.comfort.messages[index]
            if comfort.play is not None:
                return comfort.play
            return Sentence(*wording(comfort.text or {}, language, queue_language))
    assert_never(message)


def known_ahead(
    config: AnnounceConfig, languages: Iterable[str], queue_language: str
) -> tuple[Sentence, ...]:
    """Return, once each, what can be made audible before the first caller, the likeliest first."""
    languages = tuple(languages)
    said: dict[Sentence, None] = {}
    for language in languages:
        said.update(dict.fromkeys(_fixed(language)))
        for message in _figures(config):
            spoken = announced(message, config, language, queue_language)
            if isinstance(spoken, Sentence):
                said[spoken] = None
        said.update(dict.fromkeys(waited(minute * MINUTE_S, language) for minute in _WAITED))
    return tuple(said)


_WAITED: Final = range(KNOWN_WAITED_MINUTES + 1)


def _fixed(language: str) -> Iterator[Sentence]:
    return (phrase(text, language) for text in Text if "{" not in text.value[0])


def _figures(config: AnnounceConfig) -> Iterator[Message]:
    """Yield what the rules can let be said, as far as it is listed."""
    position = config.position
    if position.mode != "off":
        most = KNOWN_PLACES if position.mode == "on" else min(position.limit, KNOWN_PLACES)
        yield from (Place(people) for people in range(most + 1))
    if position.mode == "more":
        yield MoreAhead(position.limit)
    yield from (Comfort(index) for index in range(len(config.comfort.messages)))
    if config.eta.mode != "off":
        yield from (Wait(wait) for wait in spoken_waits(config.eta, most_s=KNOWN_WAIT_S))
