"""What is wrong in a tree, told in Polish: faults are found, and raised by checks, in English.

So is what is wrong with a simulated call.

Each sentence stands here once, with names for what changes in it. A test reads all sentences out of the
sources, so that none is without its Polish one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from softswitch.errors import ConfigError, Problem, SoftswitchError
from softswitch.ivr.faults_polish_tests import TESTS
from softswitch.ivr.phrasebook import Phrasebook
from softswitch.languages import POLISH

_NAMED: Final[Mapping[str, str]] = {
    "queue": "kolejki",
    "schedule": "godzin pracy",
    "shop": "sklepu",
    "duty": "dyżuru",
    "account": "konta",
    "payment provider": "operatora płatności",
    "sender of text messages": "nadawcy SMS-ów",
    "mailbox": "skrzynki mailowej",
    "channel": "kanału",
    "template": "szablonu",
    "connection": "połączenia",
    "program with the number": "programu o numerze",
    "voice box": "skrzynki głosowej",
    "desk that calls back": "biura, które oddzwania,",
    "queue of tickets": "kolejki zgłoszeń",
}
"""What the configuration gives names to; in Polish as it stands behind "there is no"."""

SENTENCES: Final[Mapping[str, str]] = {
    **{f"there is no {english} '{{a}}'": f"nie ma {polish} '{{a}}'" for english, polish in _NAMED.items()},
    **{
        f"there is no {english} yet: name one under '{{a}}' in the configuration": (
            f"nie ma jeszcze {polish.rstrip(',')}: proszę podać pod '{{a}}' w konfiguracji"
        )
        for english, polish in _NAMED.items()
    },
    "'{a}' is no category of {b}": "'{a}' to nie kategoria w {b}",
    "the template '{a}' has no {b}": "szablon '{a}' nie ma {b}",
    "the connection '{a}' gives no variable {b}": "połączenie '{a}' nie daje zmiennej {b}",
    # Names and values
    "unknown parameter '{a}'": "nieznany parametr '{a}'",
    "unknown action": "nieznany krok",
    "unknown filter '{a}'": "nieznany filtr '{a}'",
    "unknown variable {a}: there are {b}": "nieznana zmienna {a}: są {b}",
    "unknown variable {a}": "nieznana zmienna {a}",
    "the parameter '{a}' is missing": "brakuje parametru '{a}'",
    "there is no branch '{a}'": "nie ma gałęzi '{a}'",
    "there is no account {a}": "nie ma konta {a}",
    "there is no field '{a}' here: there are {b}": "nie ma tu pola '{a}': są {b}",
    "there is no field '{a}' here": "nie ma tu pola '{a}'",
    "{a} is not a whole number": "{a} nie jest liczbą całkowitą",
    "{a} is not a number": "{a} nie jest liczbą",
    "{a} is neither yes nor no": "{a} to ani tak (yes), ani nie (no)",
    "{a} is not one of {b}": "{a} to żadne z: {b}",
    "{a} must be more than {b}": "{a} musi być większe niż {b}",
    "{a} must be at least {b}": "{a} musi wynosić co najmniej {b}",
    "{a} must be at most {b}": "{a} może wynosić najwyżej {b}",
    "{a} is too long: {b} letters at most": "{a} jest za długie: najwyżej {b} znaków",
    "{a} has letters that cannot stand here": "{a} ma znaki, których nie może tu być",
    "a whole number is wanted here": "tu ma być liczba całkowita",
    "a number is wanted here": "tu ma być liczba",
    "yes or no is wanted here": "tu ma być yes albo no",
    "a text is wanted here": "tu ma być tekst",
    "the name of a file is wanted here": "tu ma być nazwa pliku",
    "the name of a branch is wanted here": "tu ma być nazwa gałęzi",
    "names and values are wanted here": "tu mają być nazwy i wartości",
    "parameters are wanted here, such as {a}": "tu mają być parametry, na przykład {a}",
    "settings are wanted here: {a}": "tu mają być ustawienia: {a}",
    "a list is wanted here, such as {a}": "tu ma być lista, na przykład {a}",
    "a list is wanted here": "tu ma być lista",
    "the list is empty": "lista jest pusta",
    "the list is too long: {a} at most": "lista jest za długa: najwyżej {a}",
    "the text is empty": "tekst jest pusty",
    "the prompt is empty": "zapowiedź jest pusta",
    "the pattern is empty": "wzór jest pusty",
    "a pattern has at most {a} letters, and this one {b}": "wzór ma najwyżej {a} znaków, a ten ma {b}",
    "'{a}' is no name: {b} signs, all of which can be shown": (
        "'{a}' to nie nazwa: może mieć {b} widocznych znaków"
    ),
    # Files
    "cannot be read: {a}": "nie można odczytać: {a}",
    "is not UTF-8 text: {a}": "to nie jest tekst w UTF-8: {a}",
    "the file is larger than {a} letters": "plik ma więcej niż {a} znaków",
    "the file is empty": "plik jest pusty",
    "nested too deeply, or too large": "zbyt głęboko zagnieżdżone albo zbyt duże",
    "put the text in quotes: it begins with {a}": "weź tekst w cudzysłów: zaczyna się od {a}",
    "a key must be a plain word or number": "klucz ma być zwykłym słowem albo liczbą",
    "'{a}' is written twice (first on line {b})": "'{a}' stoi dwa razy (pierwszy raz w wierszu {b})",
    "the file '{a}' does not exist": "nie ma pliku '{a}'",
    "the file '{a}' holds no sound": "w pliku '{a}' nie ma dźwięku",
    "the file '{a}' cannot be played: it has no header": "pliku '{a}' nie da się odtworzyć: nie ma nagłówka",
    "the file '{a}' cannot be played: {b}": "pliku '{a}' nie da się odtworzyć: {b}",
    "'{a}' is a folder: a sound file is wanted here": "'{a}' to katalog, a tu ma być plik dźwiękowy",
    "a tree file is a mapping with {a}": "plik drzewa to nazwy z wartościami: {a}",
    # YAML
    "use spaces, not tabs, to indent": "wcinaj spacjami, nie tabulatorami",
    "use spaces, not tabs": "używaj spacji, nie tabulatorów",
    'write "{a}" in quotes, and any text that begins with it': (
        'weź "{a}" w cudzysłów, i każdy tekst, który się od tego zaczyna'
    ),
    "a backslash has a meaning in double quotes: use single ones, or write two": (
        "ukośnik w podwójnym cudzysłowie ma znaczenie: użyj pojedynczego albo napisz dwa ukośniki"
    ),
    "the quote that is opened here is never closed": "otwarty tu cudzysłów nie jest nigdzie zamknięty",
    "the quote that is opened here is closed only on line {a}": (
        "otwarty tu cudzysłów jest zamknięty dopiero w wierszu {a}"
    ),
    'write "#" in quotes: without them it begins a comment': (
        'weź "#" w cudzysłów: bez niego zaczyna komentarz'
    ),
    "the bracket that is opened here is never closed": "otwarty tu nawias nie jest nigdzie zamknięty",
    "put the text in quotes if it has a colon; a comma stands before the next parameter": (
        "jeśli tekst ma dwukropek, weź go w cudzysłów; przed następnym parametrem stoi przecinek"
    ),
    "a comma or a closing bracket is missing here, or a text needs quotes": (
        "brakuje tu przecinka albo nawiasu, albo tekst trzeba wziąć w cudzysłów"
    ),
    "put the text in quotes: it has a colon": "weź tekst w cudzysłów: ma dwukropek",
    "is the indentation right? this line stands deeper than what it belongs to": (
        "czy wcięcie jest dobre? ten wiersz stoi głębiej niż to, do czego należy"
    ),
    "is the indentation right? this line fits nothing above it": (
        "czy wcięcie jest dobre? ten wiersz do niczego wyżej nie pasuje"
    ),
    "a file holds one document: take the line --- out": "plik to jeden dokument: usuń wiersz ---",
    "text stands after the closing quote: put all of it in quotes, or none": (
        "za cudzysłowem stoi jeszcze tekst: weź w cudzysłów cały albo nic"
    ),
    # Branches and steps
    "branches by name are wanted here, such as {a}": "tu mają być gałęzie z nazwami, na przykład {a}",
    "the branch is empty": "gałąź jest pusta",
    "a step is one action, here are {a}: {b} (is the indentation right?)": (
        "krok to jedna czynność, a tu jest {a}: {b} (czy wcięcie jest dobre?)"
    ),
    "{a} is no step: write an action with its parameters, such as {b}": (
        "to nie krok: napisz czynność z parametrami, na przykład {b}"
    ),
    "{a} is no list of steps: begin each with a dash, such as {b}": (
        "to nie lista kroków: zacznij każdy od myślnika, na przykład {b}"
    ),
    "callers would go round for ever and hear nothing: {a}": (
        "dzwoniący krążyłby bez końca i nic nie słyszał: {a}"
    ),
    "the name '{a}' is already taken by {b}": "nazwę '{a}' ma już {b}",
    "{a} is listed twice": "{a} stoi dwa razy",
    "{a} already enters the tree '{b}' in {c}": "{a} prowadzi już do drzewa '{b}' w {c}",
    "callers of the queue {a} come here while they wait: nobody waits twice": (
        "dzwoniący z kolejki {a} są tu, czekając: nikt nie czeka dwa razy"
    ),
    "no queue may follow on the step 'rate': the survey ends the call": (
        "po kroku 'rate' nie może być kolejki: ankieta kończy rozmowę"
    ),
    "{a} is a menu here ('{b}' in {c}), and dial calls accounts: "
    "put the branches into one tree and use goto": (
        "{a} to tutaj menu ('{b}' w {c}), a dial dzwoni do kont: umieść gałęzie w jednym drzewie i użyj goto"
    ),
    "nobody takes money here: name a provider under 'payments' in the configuration": (
        "nikt tu nie przyjmuje pieniędzy: podaj operatora pod 'payments' w konfiguracji"
    ),
    # Texts
    "the braces of a variable do not match: write {{NAME}}": "nawiasy zmiennej nie pasują: napisz {{NAZWA}}",
    "'{a}' names no variable": "'{a}' nie nazywa żadnej zmiennej",
    "'{a}' is not NAME or NAME|filter": "'{a}' to nie NAZWA ani NAZWA|filtr",
    "the filter '{a}' wants a text: {b}": "filtr '{a}' potrzebuje tekstu: {b}",
    "the filter '{a}' takes no text": "filtr '{a}' nie bierze tekstu",
    "the text has more than {a} variables": "tekst ma więcej niż {a} zmiennych",
    "the text has {a} letters, and {b} at most": "tekst ma {a} znaków, a może mieć najwyżej {b}",
    "'{a}': no variable can stand here, the name must be known before the call": (
        "'{a}': tu nie może stać zmienna, nazwa musi być znana przed rozmową"
    ),
    "'{a}' is not a language code like pl, en or en-GB": (
        "'{a}' to nie kod języka, taki jak pl, en albo en-GB"
    ),
    "counts must start with 1 and grow": "liczby count zaczynają się od 1 i rosną",
    "a prompt is either a text or a file to play": "zapowiedź to albo tekst, albo plik do odtworzenia",
    # Parameters of steps
    "'{a}' cannot be dialled: a number has digits, letters and + * # . _ -": (
        "'{a}' nie da się wybrać: numer ma cyfry, litery i + * # . _ - (bez spacji)"
    ),
    "'{a}' cannot be dialled: write it without spaces, {b}": (
        "'{a}' nie da się wybrać: napisz bez spacji, {b}"
    ),
    "'{a}' is not a variable name: letters, digits and _": (
        "'{a}' to nie nazwa zmiennej: litery bez ogonków, cyfry i _"
    ),
    "'{a}' cannot end a number: use # or *, or an empty text for none": (
        "'{a}' nie może kończyć numeru: użyj # albo *, albo pustego tekstu"
    ),
    "'{a}' cannot begin a number anew: use * or #, or an empty text for none": (
        "'{a}' nie może zaczynać numeru od nowa: użyj * albo #, albo pustego tekstu"
    ),
    "min ({a}) is more than max ({b})": "min ({a}) jest większe niż max ({b})",
    "max ({a}) must be more than min ({b})": "max ({a}) musi być większe niż min ({b})",
    "'{a}' ends the number already": "'{a}' już kończy numer",
    "'{a}' is no amount such as 123,45": "'{a}' to nie kwota, taka jak 123,45",
    "of a sum the star is the comma, and nothing else": "w kwocie gwiazdka to przecinek i nic innego",
    "'' cannot be pressed: keys are 0-9, * and #": "'' nie da się nacisnąć: klawisze to 0-9, * i #",
    "'{a}' cannot be pressed: keys are 0-9, * and #": "'{a}' nie da się nacisnąć: klawisze to 0-9, * i #",
    "'{a}' is no single key: one of 0-9, * and # says the question again": (
        "'{a}' to nie jeden klawisz: pytanie powtarza jeden z 0-9, * i #"
    ),
    "'{a}' is no single key: a queue is left by one of 0-9, * and #": (
        "'{a}' to nie jeden klawisz: z kolejki wychodzi się jednym z 0-9, * i #"
    ),
    "'{a}' is no single key: one of 0-9, * and #": "'{a}' to nie jeden klawisz: może być jeden z 0-9, * i #",
    "the menu has no keys": "menu nie ma klawiszy",
    "'{a}' begins a choice of the menu already": "od '{a}' zaczyna się już wybór w menu",
    "'{a}' has another meaning in the menu already": "'{a}' znaczy już w menu co innego",
    "'{a}' is a choice of the menu, and would be an extension": (
        "'{a}' to wybór w menu, a byłby też numerem wewnętrznym"
    ),
    "'{a}' is a digit of the number: use # or *": "'{a}' to cyfra numeru: użyj # albo *",
    "'{a}' has another meaning here already": "'{a}' znaczy tu już co innego",
    "'{a}' is no choice of the menu": "'{a}' nie jest wyborem w menu",
    "there is no slower_key to choose a pace with": "nie ma slower_key, którym wybiera się tempo",
    "'{a}' is longer than an extension: {b} digits at most": (
        "'{a}' jest dłuższe niż numer wewnętrzny: najwyżej {b} cyfr"
    ),
    "the patterns under only say how long extensions are": "jak długie są numery, mówią już wzory pod only",
    "'{a}' is no pattern of digits such as 1xx or [2-4]0x: see '{b}'": (
        "'{a}' to nie wzór cyfr, taki jak 1xx albo [2-4]0x: zobacz '{b}'"
    ),
    "'{a}': {b} runs backwards": "'{a}': {b} idzie wstecz",
    "'{a}' says that it is right already": "'{a}' mówi już, że się zgadza",
    "the same thing is asked twice": "o to samo pyta się dwa razy",
    "a customer number alone proves nothing: ask for pin, pesel_last4 or birth_date too": (
        "sam numer klienta niczego nie dowodzi: zapytaj też o pin, pesel_last4 albo birth_date"
    ),
    "'{a}' cannot stand before digits: letters and digits can": (
        "'{a}' nie może stać przed cyframi: mogą litery i cyfry"
    ),
    "there is no value, so nothing is decided here": "nie ma żadnej wartości, więc nic się tu nie rozstrzyga",
    "no value leads to a branch, so nothing is decided here": (
        "żadna wartość nie prowadzi do gałęzi, więc nic się tu nie rozstrzyga"
    ),
    "neither 'yes' nor 'no' leads to a branch, so nothing is decided here": (
        "ani 'yes', ani 'no' nie prowadzi do gałęzi, więc nic się tu nie rozstrzyga"
    ),
    "one value stands here twice: small and capital letters are the same": (
        "jedna wartość stoi tu dwa razy: małe i wielkie litery to jedno"
    ),
    "'{a}' and '{b}' are the same: capitals and accents make no difference": (
        "'{a}' i '{b}' to jedno: wielkie litery i ogonki nic nie zmieniają"
    ),
    "narrow_by and narrow_to go together: a field, and what is to stand in it": (
        "narrow_by i narrow_to idą razem: pole i to, co ma w nim stać"
    ),
    "otherwise is '{a}', but no 'queue' is named": "otherwise to '{a}', a nie podano 'queue'",
    "otherwise is 'branch', but no 'branch' is named": "otherwise to 'branch', a nie podano 'branch'",
    "'{a}' is no number that a phone can show": "'{a}' to nie numer, który telefon może pokazać",
    "'{a}' is no own field of a customer: write {b}": "'{a}' to nie własne pole klienta: napisz {b}",
    "a text message needs one of text and template": "SMS potrzebuje jednego z dwóch: text albo template",
    "give one of: connection, a name of the configuration; url, an address": (
        "podaj jedno z dwóch: connection, nazwę z konfiguracji, albo url, adres"
    ),
    "{a} belongs to a url: a connection has its own": (
        "{a} należy do url: połączenie z konfiguracji ma własne"
    ),
    "sets belongs to a connection: with a url, answer says what is taken": (
        "sets należy do connection: przy url o tym, co jest brane, mówi answer"
    ),
    "an address begins with https:// or http:// and a host without variables": (
        "adres zaczyna się od https:// albo http:// i nazwy bez zmiennych"
    ),
    "a GET has no body: give another method": "GET nie ma treści: podaj inną metodę",
    "say under answer where in the answer the value stands": (
        "napisz pod answer, gdzie w odpowiedzi stoi wartość"
    ),
    "say which variable of the answer decides (variable)": (
        "napisz, która zmienna z odpowiedzi rozstrzyga (variable)"
    ),
    "the answer gives {a}, and not {b}": "odpowiedź daje {a}, a nie {b}",
    "give one of: language, the one to speak; chosen, where those go who have one": (
        "podaj jedno z dwóch: language, czyli w jakim języku mówić, albo chosen, czyli dokąd idą ci, "
        "którzy już wybrali"
    ),
    "remember belongs to a language: here none is set": (
        "remember należy do języka, a tu żaden nie jest ustawiany"
    ),
    **TESTS,
}
"""The sentences, with what changes in them named in braces. Where two fit, the earlier one counts."""

HINTS: Final[Mapping[str, str]] = {
    "; did you mean '{a}'?": "; czy chodziło o '{a}'?",
    "; it belongs under '{a}'": "; należy do '{a}'",
    ": there is no such thing here, leave it out": ": czegoś takiego tu nie ma, proszę to usunąć",
}
"""What may stand behind a sentence."""

_PLACE: Final = re.compile(r"branch (?P<branch>.+?)(?: step (?P<step>[0-9]+ ?.*))?")
_NO_YAML: Final = "this is not YAML: "


_BOOK: Final = Phrasebook(SENTENCES, HINTS)


def in_polish(reason: str) -> str:
    """Return what is wrong in Polish; as it is where there is no Polish sentence for it."""
    if reason.startswith(_NO_YAML):
        return f"to nie jest YAML: {in_polish(reason.removeprefix(_NO_YAML))}"
    return _BOOK.polish(reason)


def problem_in_polish(problem: Problem) -> Problem:
    """Return a problem of a file with its place and its reason in Polish."""
    where, reason = place_in_polish(problem.where), in_polish(problem.reason)
    return replace(problem, where=where, reason=reason, language=POLISH)


def error_in(language: str) -> Callable[[SoftswitchError], str]:
    """Return what says an error in a language: each problem of a file, or its one sentence."""

    def said(error: SoftswitchError) -> str:
        if language != POLISH:
            return str(error)
        if isinstance(error, ConfigError):
            return str(ConfigError([problem_in_polish(one) for one in error.problems]))
        return in_polish(str(error))

    return said


def place_in_polish(where: str) -> str:
    """Return ``branch X step 2 (say)`` in Polish; other places as they are."""
    found = _PLACE.fullmatch(where)
    if found is None:
        return where
    step = f" krok {found['step']}" if found["step"] else ""
    return f"gałąź {found['branch']}{step}"
