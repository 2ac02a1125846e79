"""What is said about schedules and duties, in English and Polish."""

from __future__ import annotations

from enum import Enum

from softswitch.languages import ENGLISH, POLISH
from softswitch.numerals import digits


class Text(Enum):
    """What can be said: (English, Polish). ``{name}`` is a schedule's or a duty's, a number is read out."""

    DAY = ("{name}: open now.", "{name}: tryb dzienny.")
    NIGHT = ("{name}: closed now.", "{name}: tryb nocny.")
    OUTAGE = ("{name}: an outage is announced.", "{name}: ogłoszono awarię.")
    AUTOMATIC = ("{name}: by the calendar again.", "{name}: znowu według kalendarza.")
    UNTIL_MIDNIGHT = ("Until midnight.", "Do północy.")
    FOR_HOURS = ("For {time}.", "Na {time}.")
    ALL = ("All schedules", "Wszystkie harmonogramy")
    NOT_YOURS = ("You may not switch this.", "Nie masz uprawnień do tej zmiany.")
    TAKE_DUTY_CALL = (
        "A call for {name}, from {number}. To take it, press one.",
        "Połączenie na dyżur, {name}, od {number}. Aby je odebrać, naciśnij jeden.",
    )


def spoken(language: str) -> str:
    """Return the language in which somebody is spoken to who has chosen ``language``."""
    return POLISH if language == POLISH else ENGLISH


def phrase(text: Text, language: str, *, name: str = "", number: str = "", time: str = "") -> str:
    """Return what is said; a language without texts is answered in English."""
    is_name = any(letter.isalpha() for letter in number)
    read = number if is_name else digits(number, spoken(language))
    return text.value[language == POLISH].format(name=name, number=read, time=time)
