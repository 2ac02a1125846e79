"""What voicemail says to callers and to who listens; English and Polish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from softswitch.numerals import Case, Gender, Noun, counted, digits, grouped, primary_language

POLISH: Final = "pl"
ENGLISH: Final = "en"

NEW: Final = {
    POLISH: Noun(
        "nowa wiadomość", "nowe wiadomości", "nowych wiadomości", Gender.FEMININE, "nowej wiadomości",
        "nową wiadomość",
    ),
    ENGLISH: Noun("new message", "new messages", "new messages"),
}  # fmt: skip
OLD: Final = {
    POLISH: Noun(
        "zapisana wiadomość", "zapisane wiadomości", "zapisanych wiadomości", Gender.FEMININE,
        "zapisanej wiadomości", "zapisaną wiadomość",
    ),
    ENGLISH: Noun("saved message", "saved messages", "saved messages"),
}  # fmt: skip
_OLD_ALONE: Final = {
    # Behind "nowe wiadomości" the noun is not said again.
    POLISH: Noun("zapisana", "zapisane", "zapisanych", Gender.FEMININE, "zapisanej", "zapisaną"),
    ENGLISH: Noun("saved", "saved", "saved"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and the language it is to be spoken in; a ``private`` one is kept in no cache."""

    text: str
    language: str
    private: bool = False


class Text(Enum):
    """What can be said: (English, Polish).

    ``{number}`` is a telephone number, read in groups of digits, ``{key}`` a key, ``{name}`` what people
    call a person or a box.
    """

    # To who leaves a message
    GREETING = (
        "Nobody can take your call. Please leave a message after the tone. To finish, press hash.",
        "Nikt nie może teraz odebrać. Proszę zostawić wiadomość po sygnale. "
        "Aby zakończyć, proszę nacisnąć krzyżyk.",
    )
    GREETING_OF = (
        "{name} cannot take your call. Please leave a message after the tone. To finish, press hash.",
        "{name} nie może teraz odebrać. Proszę zostawić wiadomość po sygnale. "
        "Aby zakończyć, proszę nacisnąć krzyżyk.",
    )
    GREETING_BUSY = (
        "The line is busy. Please leave a message after the tone. To finish, press hash.",
        "Linia jest zajęta. Proszę zostawić wiadomość po sygnale. Aby zakończyć, proszę nacisnąć krzyżyk.",
    )
    GREETING_BUSY_OF = (
        "{name} is talking. Please leave a message after the tone. To finish, press hash.",
        "{name} właśnie rozmawia. Proszę zostawić wiadomość po sygnale. "
        "Aby zakończyć, proszę nacisnąć krzyżyk.",
    )
    AFTER_TONE = ("Speak after the tone.", "Mów po sygnale.")
    REVIEW = (
        "To send the message, press one. To hear it, two. To record it again, three. "
        "To mark it as urgent, four. To cancel, star.",
        "Aby wysłać wiadomość, proszę nacisnąć jeden. Aby jej posłuchać, dwa. Aby nagrać ją od nowa, trzy. "
        "Aby oznaczyć ją jako pilną, cztery. Aby zrezygnować, gwiazdkę.",
    )
    URGENT = ("The message is marked as urgent.", "Wiadomość została oznaczona jako pilna.")
    NOT_URGENT = ("The message is not urgent any more.", "Wiadomość nie jest już oznaczona jako pilna.")
    TIME_IS_UP = ("The message has its full length.", "Wiadomość osiągnęła największą długość.")
    CUT_OFF = (
        "The recording broke off. We have the message up to there.",
        "Nagrywanie zostało przerwane. Mamy wiadomość do tego miejsca.",
    )
    KEPT = ("Your message has been kept. Goodbye.", "Wiadomość została zapisana. Do widzenia.")
    CANCELLED = ("The message has been deleted. Goodbye.", "Wiadomość została usunięta. Do widzenia.")
    TOO_SHORT = ("That was too short for a message.", "Wiadomość była zbyt krótka.")
    NOTHING_HEARD = ("We have heard nothing.", "Nic nie było słychać.")
    NO_MESSAGE = ("No message was kept. Goodbye.", "Wiadomość nie została zapisana. Do widzenia.")
    BOX_FULL = (
        "This mailbox is full and takes no more messages. Please call again later. Goodbye.",
        "Ta skrzynka jest pełna i nie przyjmuje wiadomości. Prosimy zadzwonić później. Do widzenia.",
    )
    CANNOT_TAKE = (
        "We are sorry: messages cannot be recorded at the moment. Please call again later. Goodbye.",
        "Przepraszamy, w tej chwili nie można nagrać wiadomości. Prosimy zadzwonić później. Do widzenia.",
    )
    NOT_CERTAIN = (
        "We are sorry: we cannot confirm that your message was kept. Please call again. Goodbye.",
        "Przepraszamy, nie możemy potwierdzić zapisania wiadomości. Prosimy zadzwonić ponownie. Do widzenia.",
    )

    # To who listens
    WHICH_BOX = (
        "Enter the number of the mailbox, then press hash.",
        "Podaj numer skrzynki i naciśnij krzyżyk.",
    )
    WHICH_PIN = ("Enter the PIN, then press hash.", "Podaj kod PIN i naciśnij krzyżyk.")
    WRONG_PIN = ("That is not the right PIN.", "Podany kod PIN jest błędny.")
    GOODBYE = ("Goodbye.", "Do widzenia.")
    NO_BOX = ("There is no mailbox for this telephone.", "Ten telefon nie ma skrzynki głosowej.")
    OUT_OF_ORDER = (
        "We are sorry: the messages cannot be reached at the moment.",
        "Przepraszamy, wiadomości są w tej chwili niedostępne.",
    )
    KEYS = (
        "To hear the message again, press one. To save it, two. To delete it, three. For the one before, "
        "four, for the next one, six. To call back, seven. For more, zero.",
        "Aby posłuchać ponownie, naciśnij jeden. Aby zapisać, dwa. Aby usunąć, trzy. Poprzednia wiadomość, "
        "cztery, następna, sześć. Aby oddzwonić, siedem. Więcej możliwości, zero.",
    )
    SAVED = ("Saved.", "Zapisano.")
    DELETED = (
        "Deleted. To undo this, press three.",
        "Usunięto. Aby to cofnąć, naciśnij trzy.",
    )
    RESTORED = ("The message is kept.", "Wiadomość została przywrócona.")
    IS_DELETED = ("This message will be deleted.", "Ta wiadomość zostanie usunięta.")
    FIRST_ONE = ("That is the first message.", "To jest pierwsza wiadomość.")
    LAST_ONE = ("That was the last message.", "To była ostatnia wiadomość.")
    AFTER_LAST = (
        "For the message before, press four. For more, zero. To finish, hang up.",
        "Poprzednia wiadomość, cztery. Więcej możliwości, zero. Aby zakończyć, odłóż słuchawkę.",
    )
    NOBODY_ANSWERS = ("Nobody answers there.", "Nikt tam nie odbiera.")
    CANNOT_PLAY = ("This message cannot be played.", "Tej wiadomości nie można odtworzyć.")
    CANNOT_CALL = ("This number cannot be called from here.", "Pod ten numer nie można stąd zadzwonić.")
    WHICH_OTHER = (
        "To which mailbox? Enter its number, then press hash.",
        "Do której skrzynki? Podaj jej numer i naciśnij krzyżyk.",
    )
    NO_SUCH_BOX = ("There is no such mailbox.", "Nie ma takiej skrzynki.")
    FORWARDED = ("The message was forwarded.", "Wiadomość została przekazana.")
    OTHER_FULL = ("That mailbox is full.", "Tamta skrzynka jest pełna.")
    OPTIONS = (
        "To forward the message, press eight. To mark it as urgent, five. "
        "For the greeting, press one. For the greeting when busy, two. For a temporary greeting, three. "
        "To change the PIN, four. To return, star.",
        "Aby przekazać wiadomość, naciśnij osiem. Aby oznaczyć ją jako pilną, pięć. "
        "Powitanie, jeden. Powitanie, gdy linia jest zajęta, dwa. Powitanie tymczasowe, trzy. "
        "Zmiana kodu PIN, cztery. Powrót, gwiazdka.",
    )
    SPEAK_GREETING = (
        "Speak your greeting after the tone, then press hash.",
        "Nagraj powitanie po sygnale i naciśnij krzyżyk.",
    )
    KEEP_GREETING = (
        "To use this greeting, press one. To record it again, two. For the usual greeting, three. "
        "To leave it as it was, star.",
        "Aby używać tego powitania, naciśnij jeden. Aby nagrać je od nowa, dwa. Powitanie standardowe, trzy. "
        "Bez zmian, gwiazdka.",
    )
    GREETING_SET = ("The greeting is in use.", "Powitanie zostało ustawione.")
    GREETING_USUAL = ("The usual greeting is in use.", "Ustawiono standardowe powitanie.")
    UNCHANGED = ("Nothing was changed.", "Nic nie zmieniono.")
    NEW_PIN = (
        "Enter the new PIN: four to twelve digits, then press hash.",
        "Podaj nowy kod PIN: od czterech do dwunastu cyfr, i naciśnij krzyżyk.",
    )
    PIN_AGAIN = ("Enter it once more.", "Podaj go jeszcze raz.")
    PIN_SET = ("The PIN is changed.", "Kod PIN został zmieniony.")
    PIN_DIFFERS = ("The two were not the same.", "Kody nie są takie same.")
    PIN_WEAK = (
        "That PIN is too easy to guess, or has too few digits.",
        "Ten kod PIN jest zbyt łatwy lub za krótki.",
    )

    # To who asks to be called back after hours
    CALL_TO = ("We will call {number}.", "Oddzwonimy na numer {number}.")
    CALL_RIGHT = (
        "If that is right, press one. To give another number, press two.",
        "Jeśli numer jest poprawny, proszę nacisnąć jeden. Aby podać inny numer, proszę nacisnąć dwa.",
    )
    CALL_WHICH = (
        "Enter the number at which we can reach you, then press hash.",
        "Proszę podać numer, na który mamy oddzwonić, i nacisnąć krzyżyk.",
    )
    CALL_BAD_NUMBER = ("We cannot call that number.", "Na ten numer nie możemy oddzwonić.")
    CALL_TAKEN = (
        "We have taken your request and will call you back. Goodbye.",
        "Przyjęliśmy zgłoszenie i oddzwonimy. Do widzenia.",
    )
    CALL_NOT_TAKEN = (
        "No callback was ordered. Goodbye.",
        "Oddzwonienie nie zostało zamówione. Do widzenia.",
    )
    CALL_KNOWN = (
        "Your request is with us already, and we will call you back. Goodbye.",
        "Państwa zgłoszenie już u nas jest i oddzwonimy. Do widzenia.",
    )
    CALL_TOO_MANY = (
        "We take no further request for this number at the moment. Goodbye.",
        "Na ten numer nie przyjmiemy teraz kolejnego zgłoszenia. Do widzenia.",
    )
    CALL_NOT_NOW = (
        "We cannot take any more requests at the moment. Please call again later. Goodbye.",
        "W tej chwili nie możemy przyjąć kolejnych zgłoszeń. Prosimy zadzwonić później. Do widzenia.",
    )
    CALL_NOT_STORED = (
        "We are sorry: your request could not be noted. Please call again later. Goodbye.",
        "Przepraszamy, nie udało się zapisać zgłoszenia. Prosimy zadzwonić później. Do widzenia.",
    )


def language_of(wanted: str) -> str:
    """Return the language in which somebody is spoken to who has chosen ``wanted``."""
    return POLISH if primary_language(wanted or ENGLISH) == POLISH else ENGLISH


def phrase(text: Text, language: str, *, name: str = "", number: str = "") -> Sentence:
    """Return what is said; a language without texts is answered in English."""
    language = language_of(language)
    said = text.value[language == POLISH].format(name=name, number=grouped(number, language))
    return Sentence(said, language, private=bool(number or name))


def without_farewell(said: Sentence) -> Sentence:
    """Return it without the good-bye at its end, for a caller whose call goes on behind it."""
    text = said.text
    for farewell in Text.GOODBYE.value:
        text = text.removesuffix(f" {farewell}")
    return replace(said, text=text)


def how_many(new: int, old: int, language: str) -> Sentence:
    """Return how many messages there are: "Masz dwie nowe wiadomości i jedną zapisaną."."""
    language = language_of(language)
    if not new and not old:
        said = "Nie masz żadnych wiadomości." if language == POLISH else "You have no messages."
        return Sentence(said, language)
    both, alone = new and old, _OLD_ALONE if new else OLD
    parts = [counted(new, NEW[language], language, Case.ACCUSATIVE)] if new else []
    parts += [counted(old, alone[language], language, Case.ACCUSATIVE)] if old else []
    if language == POLISH:
        return Sentence(f"Masz {' i '.join(parts)}.", language)
    return Sentence(f"You have {' and '.join(parts)}." if both else f"You have {parts[0]}.", language)


def heading(
    *, is_new: bool, urgent: bool, caller: str, name: str, moment: str, language: str
) -> tuple[Sentence, ...]:
    """Return what is said before a message: which kind, who left it, and when (``moment``, as spoken)."""
    language = language_of(language)
    polish = language == POLISH
    kind = ("nowa" if is_new else "zapisana") if polish else ("new" if is_new else "saved")
    if urgent:
        kind = f"{'pilna' if polish else 'urgent'} {kind}"
    who = name or grouped(caller, language)
    if polish:
        whose = f"od: {who}" if who else "z nieznanego numeru"
        said = f"{kind} wiadomość {whose}, {moment}."
    else:
        whose = f"from {who}" if who else "from an unknown number"
        said = f"{kind} message {whose}, {moment}."
    return (Sentence(said[0].upper() + said[1:], language, private=True),)


def named(key: str, language: str) -> str:
    """Return what a key is called."""
    return digits(key, language_of(language))
