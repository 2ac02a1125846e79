"""What the steps of customers and orders are, in Polish. See :mod:`softswitch.ivr.catalogue_polish`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEEDS: Final[Mapping[str, tuple[str, str]]] = {
    "find_customer": (
        "Znajdź klienta w CRM na podstawie numeru telefonu. Dzwoniący niczego nie słyszy.",
        "Odtąd w tekstach działa {{CUSTOMER.NAME}} i cała reszta. Gdy kilku klientów ma ten sam numer, o "
        "tym, który to jest, decyduje narrow_by; gdy nie zostaje żaden albo zostaje kilku, klient pozostaje "
        "nieznany, bo nikt nie może usłyszeć cudzych danych. Tak samo przy numerze zastrzeżonym.",
    ),
    "find_by_digits": (
        "Poproś o wpisanie numeru (PIN), znajdź klienta w CRM i skocz.",
        "Dzwoniący potwierdza krzyżykiem (#); bez niego nikogo się nie szuka. Gwiazdka zaczyna od nowa. "
        "Niczego to nie dowodzi, bo numer może znać ktoś inny: od tego jest identify. Gdy ten numer ma kilku "
        "klientów, nie zostaje wybrany żaden. Cyfry numerów PESEL, NIP i REGON nie trafiają do dzienników.",
    ),
    "by_customer": (
        "Skocz w zależności od wartości pola w CRM. Dzwoniący niczego nie słyszy.",
        "Wielkość liter i znaki diakrytyczne nie mają znaczenia; true, tak, yes i 1 to jedna wartość, a 1,5 "
        'to 1.5. Pusta wartość "" to puste pole. Nieznany dzwoniący idzie drogą wszystkich innych.',
    ),
    "queue_by": (
        "Przełącz do kolejki na podstawie wyrażenia: kto dzwoni albo na jaki numer.",
        "field to grupa, typ lub dowolne pole znanego klienta albo source_number lub destination_number "
        "każdego połączenia. Dzwoniący, o którym tego nie wiadomo lub którego wartości nie ma na liście, "
        "czeka w kolejce name. Cała reszta jak w queue.",
    ),
    "read_order": (
        "Czytaj ostatnie zamówienie znanego klienta: tekst z {{ORDER.NUMBER}} i {{ORDER.STATUS}}.",
        "Nieznany dzwoniący idzie drogą no_orders i nie słyszy niczego osobistego.",
    ),
    "by_order": (
        "Skocz w zależności od statusu ostatniego zamówienia. Dzwoniący niczego nie słyszy.",
        "Statusy są takie, jak podaje je sklep; wielkość liter i znaki diakrytyczne nie mają znaczenia.",
    ),
}

_UNAVAILABLE: Final = "Gałąź, gdy nie udało się sprawdzić na czas; bez niej jak not_found."
_OF_ORDER: Final[Mapping[str, str]] = {
    "shops": "Sklepy, które są pytane; bez nich wszystkie.",
    "no_orders": "Gałąź klienta bez zamówień albo nieznanego dzwoniącego; bez niej koniec połączenia.",
    "unavailable": "Gałąź, gdy jakiś sklep milczy, a inne nie znają zamówienia; bez niej jak no_orders.",
}

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "FindCustomer": {
        "search": "Czy szukany jest ktokolwiek, czy tylko VIP.",
        "narrow_by": "Pole, które rozstrzyga między kilkoma klientami z tym samym numerem.",
        "narrow_to": "Co ma być w tym polu.",
        "found": "Gałąź znanego dzwoniącego; bez niej następny krok.",
        "not_found": "Gałąź nieznanego dzwoniącego; bez niej następny krok.",
        "unavailable": _UNAVAILABLE,
    },
    "FindByDigits": {
        "field": "Co jest wpisywane: customer_number, pesel, nip, regon albo własne pole.",
        "prefix": "Co zawsze stoi przed wpisanymi cyframi.",
        "create": "Czy zapisać kogoś nowego, z wpisanym numerem i numerem dzwoniącego.",
        "prompt": "Pytanie albo rosnąca lista.",
        "first_digit_s": "Czas na pierwszą cyfrę.",
        "inter_digit_s": "Czas na każdy następny klawisz, także na #.",
        "barge_in": "Czy klawisz przerywa pytanie.",
        "type_ahead": "Co dzieje się z klawiszami naciśniętymi przed pytaniem.",
        "sensitive": "Czy cyfry innych pól też nie mają trafiać do żadnego dziennika.",
        "repeat": "Ile razy pytanie jest powtarzane, gdy nikogo nie znaleziono.",
        "invalid": "Co powiedzieć, zanim pytanie padnie ponownie.",
        "found": "Gałąź znalezionego klienta; bez niej następny krok.",
        "not_found": "Gałąź, gdy nikogo nie znaleziono; bez niej koniec połączenia.",
        "created": "Gałąź kogoś nowego; bez niej jak not_found, a bez obu następny krok.",
        "unavailable": _UNAVAILABLE,
    },
    "ByCustomer": {
        "field": "Pole: group, type, vip, language albo własne.",
        "values": "Co może w nim być, a przy każdej wartości gałąź, do której prowadzi.",
        "default": "Gałąź wszystkich innych; bez niej następny krok.",
    },
    "ReadOrder": {
        "text": "Tekst albo po jednym na język: {pl: ..., en: ...}.",
        "language": "Język pojedynczego tekstu.",
        "voice": "Nazwa głosu.",
        "barge_in": "Czy klawisz może przerwać tekst.",
        "read": "Gałąź po odczytaniu tekstu; bez niej następny krok.",
        **_OF_ORDER,
    },
    "ByOrder": {
        "statuses": "Statusy, a przy każdym gałąź, do której prowadzi.",
        "other": "Gałąź każdego innego statusu; bez niej następny krok.",
        **_OF_ORDER,
    },
}

QUEUE_BY: Final[Mapping[str, str]] = {
    "name": "Kolejka wszystkich innych.",
    "field": "group, type, vip, własne pole, source_number albo destination_number.",
    "queues": "Co może w nim być, a przy każdej wartości kolejka.",
}
"""What ``queue_by`` has besides what it shares with ``queue``."""
