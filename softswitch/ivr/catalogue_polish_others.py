"""What the steps that write, post and ask other systems are, in Polish. See ``catalogue_polish``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.ivr.catalogue_polish_phrases import NO_SUCH

_REQUEST: Final[Mapping[str, str]] = {
    "connection": "Połączenie z konfiguracji; zamiast niego url.",
    "url": "Adres; zmienne mogą stać za nazwą serwera.",
    "method": "Metoda żądania.",
    "headers": "Nagłówki z wartościami.",
    "body": "Co jest wysyłane: YAML, w którym wartości są tekstami, albo JSON.",
    "body_type": "Jak zapisana jest treść.",
    "answer": "Zmienne brane z odpowiedzi JSON, każda ze ścieżką JSONPath albo z path, default i private.",
    "sets": "Zmienne, które daje odpowiedź nazwanego połączenia, dla sprawdzania.",
    "limit_s": "Najdłuższe czekanie, przy muzyce; bez tego takie, jakie ma połączenie, a dla url 5.",
}
"""Parameters of every step that asks another system."""

DEEDS: Final[Mapping[str, tuple[str, str]]] = {
    "ticket": (
        "Dodaj zgłoszenie: w imieniu dzwoniącego, od razu albo gdy rozmowa skończy się w menu.",
        "Przy on_hangup nie ma go od kogoś, kto po tym kroku trafił do kolejki albo z kimś rozmawiał. "
        "Jeden krok to jedno zgłoszenie w rozmowie, ile razy by go nie minięto. W tytule %%number%% to numer "
        "dzwoniącego albo słowo, że jest zastrzeżony.",
    ),
    "mail": (
        "Wyślij e-mail: według szablonu, z jednej ze skrzynek linii, do klienta, chyba że podano inaczej.",
        "Najpierw jest zapisywany i wychodzi raz, także gdy dzwoniący się rozłączy albo serwer przez chwilę "
        "nie działa. Gdy rozmowa trafi na ten krok jeszcze raz, wychodzi tylko to, co ma inną treść.",
    ),
    "sms": (
        "Wyślij SMS: przez skonfigurowaną bramkę, do dzwoniącego, chyba że podano inaczej.",
        "Najpierw jest zapisywany i wychodzi raz, także gdy dzwoniący się rozłączy albo bramka przez chwilę "
        "nie działa: można obiecać, że jest w drodze. Gdy rozmowa trafi na ten krok jeszcze raz, wychodzi "
        "tylko to, co ma inną treść. Numer stacjonarny lub ukryty nie może go dostać: przy ask_number "
        "dzwoniący jest pytany o numer komórkowy, który trafia do {{VARIABLE.SMS_NUMBER}}.",
    ),
    "request": (
        "Wyślij żądanie API: pyta inny system i zapisuje w zmiennych to, co daje odpowiedź.",
        "Status inny niż sukces, odpowiedź bez tego, co miało być z niej wzięte, przekroczony czas i "
        "certyfikat, któremu nie można ufać, to błędy. Dzwoniący słyszy tymczasem muzykę. Dokąd wolno "
        "wysyłać żądania, mówi konfiguracja (http).",
    ),
    "by_answer": (
        "Skocz na podstawie rezultatu z zewnętrznego systemu, na przykład awarii u tego klienta.",
        "Odpowiedzią jest wartość variable. Każda inna odpowiedź, błąd i brak odpowiedzi w czasie idą drogą "
        "otherwise. Dzwoniący słyszy tymczasem muzykę.",
    ),
    "application": (
        "Oddaje rozmowę zewnętrznemu programowi, który krok po kroku mówi, co słyszy dzwoniący.",
        "Program dostaje dane rozmowy i values, na przykład naciśnięte klawisze. Gdy nie odpowiada albo nie "
        "tak, jak można, rozmowa idzie do down; jego własny numer zapasowy nie jest tu używany.",
    ),
    "voicemail": (
        "Pozwala zostawić wiadomość głosową w skrzynce, która wysyła ją mailem, gdy ma adres.",
        "Kończy ją #, cisza albo rozłączenie. Mail mówi, jaką drogą przez menu przyszła. Osobna skrzynka na "
        "każdy wybór daje każdemu działowi jego własną.",
    ),
    "callback": (
        "Zapisuje, że dzwoniący prosi o oddzwonienie, i zawiadamia o tym mailem.",
        "Dzwoniący potwierdza numer albo podaje inny i słyszy, co z tego wyszło: że przyjęto, dopiero gdy "
        "prośba jest zapisana. Mail, który nie może wyjść teraz, wychodzi później.",
    ),
}

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Ticket": {
        "queue": "Kolejka zgłoszeń, jak nazywa ją konfiguracja; może zawierać zmienne.",
        "title": "Tytuł albo po jednym na język; bez niego taki, jaki ma kolejka zgłoszeń.",
        "when": "Od razu albo tylko, gdy rozmowa się skończy, zanim dzwoniący kogoś zastanie.",
        "priority": "Jak jest pilne; bez tego tak, jak ma kolejka zgłoszeń.",
        "category": "Kategoria, jedna z kategorii kolejki, jeśli jakieś ma.",
        "error": "Gałąź, gdy zgłoszenia nie da się dodać; bez niej następny krok.",
    },
    "Mail": {
        "template": "Szablon, jak nazywa go konfiguracja; może zawierać zmienne.",
        "mailbox": "Skrzynka, z której wychodzi, jak nazywa ją konfiguracja; bez niej pierwsza.",
        "to": "Adres albo kilka po przecinkach; bez niego adres klienta.",
        "sent": "Gałąź, gdy mail jest w drodze; bez niej następny krok.",
        "no_address": "Gałąź, gdy adresu nie ma; bez niej koniec połączenia.",
        "error": "Gałąź, gdy nie da się go wysłać; bez niej koniec połączenia.",
    },
    "Sms": {
        "text": "Tekst albo po jednym na język.",
        "template": "Szablon z konfiguracji zamiast tekstu; może zawierać zmienne.",
        "to": "Numer, na który idzie.",
        "sender": "Nadawca, jak nazywa go konfiguracja; bez niego pierwszy.",
        "ask_number": "Pytanie o numer komórkowy, gdy go nie ma; bez niego nie pyta.",
        "tries": "Ile razy pyta o numer komórkowy.",
        "sent": "Gałąź, gdy SMS jest w drodze; bez niej następny krok.",
        "no_mobile": "Gałąź, gdy nie ma numeru komórkowego; bez niej koniec połączenia.",
        "error": "Gałąź, gdy nie da się go wysłać; bez niej koniec połączenia.",
    },
    "Request": {
        **_REQUEST,
        "answered": "Gałąź po odpowiedzi; bez niej następny krok.",
        "error": "Gałąź bez odpowiedzi; bez niej koniec połączenia.",
    },
    "ByAnswer": {
        **_REQUEST,
        "variable": "Zmienna odpowiedzi, która decyduje; bez niej pierwsza.",
        "branches": "Odpowiedzi, każda ze swoją gałęzią; albo gałęzie, których nazwy są odpowiedziami.",
        "otherwise": "Gałąź każdej innej odpowiedzi i jej braku; bez niej następny krok.",
    },
    "Application": {
        "number": "Numer programu, jak nazywa go konfiguracja (applications); może zawierać zmienne.",
        "unknown": NO_SUCH,
        "values": "Co program dostaje obok danych rozmowy.",
        "down": "Gałąź, gdy nie daje odpowiedzi, za którą można iść; bez niej koniec połączenia.",
    },
    "LeaveMessage": {
        "box": "Skrzynka, jak nazywa ją konfiguracja; może zawierać zmienne.",
        "unknown": NO_SUCH,
        "saved": "Gałąź, gdy wiadomość jest zapisana; bez niej następny krok.",
        "too_short": "Gałąź, gdy nie powiedziano prawie nic; bez niej następny krok.",
        "cancelled": "Gałąź, gdy dzwoniący ją wyrzucił; bez niej następny krok.",
        "full": "Gałąź pełnej skrzynki; bez niej koniec połączenia.",
        "not_stored": "Gałąź, gdy teraz niczego nie da się zapisać; bez niej koniec połączenia.",
    },
    "Callback": {
        "desk": "Kto oddzwania, jak nazywa to konfiguracja (voicemail: requests); może zawierać zmienne.",
        "unknown": NO_SUCH,
        "accepted": "Gałąź, gdy prośba jest zapisana; bez niej następny krok.",
        "cancelled": "Gałąź, gdy nie podano numeru; bez niej następny krok.",
        "too_many": "Gałąź, gdy próśb jest już zbyt wiele; bez niej następny krok.",
        "not_stored": "Gałąź, gdy prośby nie dało się zapisać; bez niej następny krok.",
    },
}
