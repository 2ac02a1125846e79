"""What the features say to people, in English and Polish."""

from __future__ import annotations

from enum import Enum

from softswitch.languages import ENGLISH, POLISH
from softswitch.numerals import digits


class Text(Enum):
    """What can be said: (English, Polish). ``{number}`` is read digit by digit."""

    FORWARD_ALWAYS = ("All calls go to {number}.", "Wszystkie połączenia są kierowane na numer {number}.")
    FORWARD_BUSY = (
        "When you are busy, calls go to {number}.",
        "Gdy linia jest zajęta, połączenia są kierowane na numer {number}.",
    )
    FORWARD_NO_ANSWER = (
        "When you do not answer, calls go to {number}.",
        "Gdy nikt nie odbiera, połączenia są kierowane na numer {number}.",
    )
    FORWARD_UNREACHABLE = (
        "When your phone cannot be reached, calls go to {number}.",
        "Gdy telefon jest nieosiągalny, połączenia są kierowane na numer {number}.",
    )
    FORWARD_OFF = ("This forwarding is off.", "To przekierowanie jest wyłączone.")
    WHICH_NUMBER = (
        "Enter the number, then press hash.",
        "Podaj numer i naciśnij krzyżyk.",
    )
    NO_SUCH_NUMBER = (
        "The number {number} cannot be called from here.",
        "Numeru {number} nie można stąd wybrać.",
    )
    TO_YOURSELF = ("You cannot forward to yourself.", "Nie można przekierować na własny numer.")
    NO_NUMBER = ("No number was entered.", "Nie podano numeru.")
    DND_ON = ("Do not disturb is on.", "Tryb nie przeszkadzać jest włączony.")
    DND_OFF = ("Do not disturb is off.", "Tryb nie przeszkadzać jest wyłączony.")
    NOTHING_RINGS = ("There is no call to pick up.", "Nie ma połączenia do przejęcia.")
    PARKED_AT = (
        "Parking place {number}. Transfer the call now.",
        "Miejsce parkingowe {number}. Przekaż teraz połączenie.",
    )
    PARKING_FULL = ("All parking places are taken.", "Wszystkie miejsca parkingowe są zajęte.")
    NOBODY_PARKED = ("Nobody waits at {number}.", "Pod numerem {number} nikt nie czeka.")
    WHICH_PIN = ("Enter the PIN, then press hash.", "Podaj kod PIN i naciśnij krzyżyk.")
    WRONG_PIN = ("That is not the right PIN.", "Podany kod PIN jest błędny.")
    NOT_ADMITTED = ("Goodbye.", "Do widzenia.")
    ALONE = ("You are the first one here.", "Jesteś tu pierwszą osobą.")
    TWO_CALLS_NEEDED = (
        "To meet, you need two calls at least.",
        "Aby połączyć rozmowy, potrzebne są co najmniej dwie.",
    )
    TAKE_CALL = (
        "A call from {number}. To take it, press one.",
        "Połączenie od {number}. Aby je odebrać, naciśnij jeden.",
    )


def phrase(text: Text, language: str, number: str = "") -> str:
    """Return what is said; a language without texts is answered in English."""
    said = text.value[language == POLISH]
    return said.format(number=spelled(number, language))


def spoken(language: str) -> str:
    """Return the language in which somebody is spoken to who has chosen ``language``."""
    return POLISH if language == POLISH else ENGLISH


def spelled(number: str, language: str) -> str:
    """Return a number digit by digit; what holds a letter is a name, and stays as it is."""
    if any(letter.isalpha() for letter in number):
        return number
    return digits(number, spoken(language))
