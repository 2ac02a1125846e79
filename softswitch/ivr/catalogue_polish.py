"""What the actions and their parameters are, in Polish. The English words are the definitions' own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.ivr import catalogue_polish_customers as customers
from softswitch.ivr import catalogue_polish_others as others
from softswitch.ivr import catalogue_polish_people as people
from softswitch.ivr.catalogue_polish_phrases import ASKED_AGAIN, BARGE_IN, QUESTION

DEEDS: Final[Mapping[str, tuple[str, str]]] = {
    # action: (in one sentence, what else there is to know)
    **customers.DEEDS,
    **others.DEEDS,
    **people.DEEDS,
    "say": ("Mówi tekst. Klawisz przerywa go, gdy dalszy krok czeka na klawisze, chyba że barge_in: no.", ""),
    "play": ("Odtwarza nagranie, szukane od folderu drzewa.", ""),
    "language": (
        "Ustawia język rozmowy od tego miejsca albo kieruje według tego, który dzwoniący wybrał wcześniej.",
        "Z remember wybór zostaje zapisany dla numeru dzwoniącego i następne rozmowy zaczynają się w tym "
        "języku; o numerze zastrzeżonym nie zapisuje się nic. chosen stoi przed pytaniem o język i oszczędza "
        "go tym, którzy już na nie odpowiedzieli: w tej rozmowie albo we wcześniejszej. "
        "{{CALL.ACCOUNT_LANGUAGE}} to język konta dzwoniącego. Gdy tekst nie daje kodu języka, nic się nie "
        "zmienia.",
    ),
    "menu": (
        "Prosi o wybór i przechodzi do gałęzi naciśniętych klawiszy.",
        "Brak klawisza to no_input; klawisze, które nic nie znaczą, to no_match i trafiają do dziennika. "
        "Każde ma własny licznik, a total_max ogranicza oba razem. Na dalszą cyfrę menu czeka tylko wtedy, "
        "gdy dłuższy wybór jest jeszcze możliwy. Z direct_dial można też wpisać numer wewnętrzny: dzwoni od "
        "razu, a taki, którego nie ma, to no_match. Klawisze again, slower_key i ten z help nie liczą się "
        "jako nieudane próby. Krzyżyk zaraz po wyborze nie szkodzi, chyba że coś znaczy w następnym menu.",
    ),
    "gather": (
        "Przyjmuje numer od dzwoniącego i zapisuje go w {{VARIABLE.nazwa}}.",
        "Kończy od razu po max cyfrach, po klawiszu kończącym albo gdy nie ma dalszej cyfry. Nic, sam "
        "klawisz kończący, za mało cyfr i klawisze niebędące cyframi to not_entered, tak samo jak cyfry, "
        "które nie mogą być numerem PESEL, NIP, karty, konta albo dniem, gdy wymaga go format: pomyłka "
        "wychodzi od razu. Dzień wpisuje się jako 24121980, a zapisany jest jako 1980-12-24; w kwocie "
        "gwiazdka to przecinek, a 12*5 jest zapisane jako 12.50. Z confirm numer jest odczytywany i liczy "
        "się, gdy dzwoniący powie, że się zgadza.",
    ),
    "read_keys": (
        "Odczytuje każdy klawisz i sposób, w jaki dotarł, aż przez chwilę nie będzie żadnego.",
        "Dla linii testowej: każdy klawisz jest odczytywany do końca, a naciśnięte w tym czasie czekają.",
    ),
    "goto": ("Przechodzi do innej gałęzi.", ""),
    "call": (
        "Przechodzi przez inną gałąź i wraca: gdy tamta wróci albo się skończy, następuje kolejny krok.",
        "Należy do niej wszystko, dokąd prowadzi. Krok return może podać wynik, a results daje wynikom "
        "własne gałęzie.",
    ),
    "return": (
        "Wraca tam, skąd wywołano tę część drzewa; gdy nie ma takiego miejsca, połączenie się kończy.",
        "",
    ),
    "by_hours": (
        "Skocz w zależności od godzin pracy. Dzwoniący niczego nie słyszy.",
        "Dzień specjalny, na przykład święto, w swoich godzinach prowadzi do open, a przez resztę dnia do "
        "special. Ręczny przełącznik obowiązuje, dopóki nie zostanie cofnięty. Gdy field zawiera nazwę "
        "innych godzin pracy, małymi czy wielkimi literami, liczą się tamte: klient może mieć własne.",
    ),
    "up": (
        "Przechodzi do gałęzi nadrzędnej: podanej, według numeru (1-1 do 1) albo tej, która tu przywiodła.",
        "",
    ),
    "hangup": ("Kończy połączenie, gdy wszystko przedtem zostało wysłuchane do ostatniej głoski.", ""),
    "rate": (
        "Poproś o podanie oceny rozmowy jednym klawiszem; ocena jest zapisana z agentem i kolejką.",
        "Brak klawisza i klawisz spoza skali prowadzą do invalid, która może tu wrócić; bez tej gałęzi "
        "pytanie od razu wraca. Tak czy inaczej najwyżej tries razy w rozmowie, potem given_up. Po tym "
        "pytaniu nie ma już żadnej kolejki.",
    ),
    "caller_name": (
        "Ustaw identyfikator dzwoniącego: nazwę, którą pokażą telefony agentów; numer się nie zmienia.",
        "{{CALL.CALLER_ID}} to firma albo inicjał i nazwisko znanego klienta, a bez niego numer.",
    ),
    "caller_number": (
        "Ustaw numer dzwoniącego: agenci widzą inny numer, a prawdziwy jest przed nimi ukryty.",
        "Zapis rozmowy zachowuje prawdziwy numer; ma go też połączenie wychodzące do sieci telefonicznej. "
        "Razem z numerem ukryta jest nazwa, która z nim przyszła.",
    ),
    "echo": ("Odsyła dzwoniącemu jego głos, aż minie czas albo, jeśli tak ustawiono, do klawisza.", ""),
    "identify": (
        "Pyta dzwoniącego o to, co wie tylko klient, i ustala, kto dzwoni.",
        "Błędna odpowiedź nigdy nie zdradza, która część była błędna. Po trzech takich dla tego klienta albo "
        "z tego numeru sprawdzanie jest zablokowane na kwadrans, także po restarcie. Telefon agenta pokazuje "
        "mark za podpisem. Wszystko, co wpisano, jest tajne w każdym dzienniku.",
    ),
    "pay": (
        "Pozwala zapłacić kodem BLIK i mówi zgodnie z prawdą, co z tego wyszło.",
        "Nikt nie płaci dwa razy: to, co ma purpose, jest opłacane raz, a czego nie wiadomo, to jest "
        "ustalane po rozmowie. Cyfry są tajne w każdym dzienniku. Wyjście unknown to ani zapłacone, ani "
        "odrzucone.",
    ),
    "set": (
        "Nadaje zmiennej wartość: tekst, w którym mogą stać inne zmienne.",
        "Co zawiera tajną wartość, samo jest tajne. Pusta wartość to żadna.",
    ),
    "by_value": (
        "Przechodzi dalej zależnie od wartości zmiennej albo tekstu ze zmiennymi. Dzwoniący nic nie słyszy.",
        "Wielkość liter i spacje wokół wartości nie mają znaczenia.",
    ),
    "label": ("Ustala, co pokaże telefon rozmówcy o tym dzwoniącym, na przykład wybrany temat.", ""),
}


FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    # class of the model: parameter: what it is
    **customers.FIELDS,
    **others.FIELDS,
    **people.FIELDS,
    "Set": {
        "name": "Zmienna: {{VARIABLE.NAZWA}}.",
        "value": "Jej wartość; bez niej zmienna nie ma już żadnej.",
    },
    "ByValue": {
        "value": "Co jest porównywane: zmienna, na przykład {{VARIABLE.STATUS}}.",
        "branches": "Wartości, każda ze swoją gałęzią; pusta oznacza brak wartości.",
        "otherwise": "Gałąź każdej innej wartości; bez niej następny krok.",
    },
    "Identify": {
        "factors": "O co pyta, w tej kolejności; bez customer_number klienta wskazuje numer dzwoniącego.",
        "tries": "Ile razy można się pomylić w jednej rozmowie.",
        "mark": "Co telefon agenta pokazuje przy potwierdzonym dzwoniącym.",
        "first_digit_s": "Czas na pierwszą cyfrę.",
        "inter_digit_s": "Czas na każdą następną cyfrę.",
        "verified": "Gałąź po potwierdzeniu; bez niej następny krok.",
        "refused": "Gałąź wszystkich innych; bez niej koniec połączenia.",
        "locked": "Gałąź po zbyt wielu błędnych próbach; bez niej jak refused.",
    },
    "Pay": {
        "amount": "Kwota w złotych, na przykład 123,45; może zawierać zmienne.",
        "purpose": "Za co: zamówienie lub faktura; nie da się zapłacić za to dwa razy.",
        "description": "Co klient czyta na potwierdzeniu i przy linku; tekst albo po jednym na język.",
        "provider": "Nazwa operatora płatności; bez niej pierwszy tej linii.",
        "receipt": "Kanał potwierdzenia, jak sms:main lub mail:office; bez niego nie ma potwierdzenia.",
        "receipt_to": "Numer lub adres, na który idzie potwierdzenie; bez niego numer dzwoniącego, a mailem "
        "adres klienta.",
        "link": "Kanał linku do płatności, na przykład sms:main; bez niego link nie jest proponowany.",
        "link_to": "Numer, na który idzie link do płatności; gdy nie da się tam wysłać SMS-a, link nie jest "
        "proponowany.",
        "codes": "Ile kodów można wypróbować.",
        "first_digit_s": "Czas na pierwszą cyfrę: najpierw trzeba otworzyć aplikację.",
        "inter_digit_s": "Czas na każdą następną cyfrę.",
        "paid": "Gałąź po zapłaceniu; bez niej następny krok.",
        "refused": "Gałąź, gdy nic nie pobrano; bez niej koniec połączenia.",
        "aborted": "Gałąź, gdy przerwał dzwoniący; bez niej koniec połączenia.",
        "unknown": "Gałąź, gdy nie wiadomo jeszcze, czy zapłacono; bez niej koniec połączenia.",
        "link_sent": "Gałąź, gdy link do płatności jest w drodze; bez niej koniec połączenia.",
    },
    "Say": {
        "text": "Tekst albo po jednym na język: {pl: ..., en: ...}.",
        "language": "Język pojedynczego tekstu.",
        "voice": "Nazwa głosu.",
        "speed": "Jak szybko jest czytany; 0.8 to wolno.",
        "barge_in": "Czy klawisz może przerwać tekst.",
    },
    "Play": {"file": "Plik, względem folderu drzewa.", "barge_in": "Czy klawisz może go przerwać."},
    "SetLanguage": {
        "language": "Kod języka, jak pl lub en, albo zmienna, która go zawiera.",
        "remember": "Czy następne rozmowy z numeru dzwoniącego zaczną się w tym języku.",
        "chosen": "Zamiast language: gałąź tych, którzy już wybrali; dla pozostałych następny krok.",
    },
    "Menu": {
        "prompt": "Pytanie albo lista rosnąca z liczbą prób.",
        "short_prompt": "Pytanie dla kogoś, kto wraca.",
        "keys": "Klawisze, a przy każdym gałąź, do której prowadzi.",
        "first_digit_s": "Czas na pierwszy klawisz po pytaniu.",
        "inter_digit_s": "Czas na dalszy klawisz dłuższego wyboru.",
        "barge_in": BARGE_IN,
        "type_ahead": QUESTION,
        "no_input": "Co robić, gdy nie naciśnięto klawisza.",
        "no_match": "Co robić, gdy klawisze nic nie znaczą.",
        "total_max": "Nieudane próby obu rodzajów razem.",
        "then": "Gałąź po zbyt wielu próbach, gdy no_input i no_match żadnej nie podają.",
        "again": "Klawisz, po którym pytanie pada jeszcze raz; nie liczy się jako nieudana próba.",
        "slower_key": "Klawisz, po którym do końca rozmowy wszystko jest mówione wolniej, w dwóch stopniach, "
        "a potem znowu zwyczajnie.",
        "remember_pace": "Czy następne rozmowy z numeru dzwoniącego zaczną się w wybranym tak tempie.",
        "help": "Klawisz, który objaśnia pytanie, i co wtedy powiedzieć, zanim padnie ponownie.",
        "direct_dial": "Czy można wpisać numer wewnętrzny: tak (yes), ile ma cyfr albo które.",
        "labels": "Co pokazuje telefon rozmówcy, gdy dzwoniący nacisnął klawisz, jak w kroku label; tekst "
        "albo po jednym na język.",
    },
    "Help": {
        "key": "Klawisz, który o to prosi; nie liczy się jako nieudana próba.",
        "prompt": "Objaśnienie.",
    },
    "DirectDial": {
        "length": "Ile cyfr ma każdy numer wewnętrzny; 3, o ile only nie mówi inaczej.",
        "only": "Numery, które można wybrać; bez tego wszystkie: 1xx, [2-4]0x.",
        "never": "Numery, których wybrać nie można.",
        "after": "Gałąź, gdy rozmówca się rozłączył.",
        "unreachable": "Gałąź, gdy numer jest nieosiągalny; bez niej koniec połączenia.",
    },
    "Retry": {
        "repeat": ASKED_AGAIN,
        "prompt": "Mówione, zanim pytanie padnie ponownie.",
        "then": "Gałąź po ostatnim powtórzeniu; bez niej koniec połączenia.",
    },
    "Gather": {
        "prompt": "Pytanie albo rosnąca lista.",
        "variable": "Dokąd trafia numer: {{VARIABLE.NAZWA}}.",
        "min": "Najmniej cyfr.",
        "max": "Najwięcej cyfr.",
        "first_digit_s": "Czas na pierwszą cyfrę.",
        "inter_digit_s": "Czas na każdą dalszą cyfrę.",
        "terminator": "Klawisz kończący numer.",
        "barge_in": BARGE_IN,
        "type_ahead": QUESTION,
        "help": "Klawisz, # lub *, który objaśnia pytanie, i co wtedy powiedzieć, zanim padnie ponownie.",
        "sensitive": "Cyfry nie trafiają do żadnego dziennika.",
        "total_s": "Najdłuższy czas na wszystkie cyfry; bez tego dowolny.",
        "anew": "Klawisz, po którym numer wpisuje się od początku, jeśli ma taki być.",
        "format": "Czym musi być numer: cyfry, które nim być nie mogą, nie są przyjmowane.",
        "pattern": "Które cyfry mogą być takim numerem: x to dowolna cyfra, [2-4] jedna z tych.",
        "confirm": "Czy jest odczytywany do potwierdzenia: tak (yes) albo jak.",
        "invalid": "Co powiedzieć, gdy to nie może być taki numer, zanim pytanie padnie ponownie.",
        "repeat": ASKED_AGAIN,
        "entered": "Gałąź po numerze; bez niej następny krok.",
        "not_entered": "Gałąź bez numeru; bez niej koniec połączenia.",
        "no_input": "Gałąź, gdy w ostatniej próbie nie naciśnięto niczego; bez niej jak not_entered.",
    },
    "ReadBack": {
        "prompt": "Co powiedzieć; z {{TYPED.VALUE}}, {{KEY.RIGHT}} i {{KEY.AGAIN}}; bez tego własne słowa.",
        "right": "Klawisz mówiący, że się zgadza.",
        "again": "Klawisz, po którym wpisuje się jeszcze raz.",
        "wait_s": "Czas na klawisz.",
        "tries": "Ile razy łącznie coś jest odczytywane.",
    },
    "ReadKeys": {
        "text": "Co mówić przy każdym klawiszu; {{KEY.DIGIT}} i {{KEY.METHOD}} to własne zmienne kroku.",
        "quiet_s": "Sekundy bez klawisza, które go kończą.",
    },
    "CallBranch": {
        "branch": "Gałąź, przez którą przejść.",
        "results": "Wyniki, po których następuje inna gałąź zamiast kolejnego kroku.",
    },
    "GoBack": {"result": "Co z tego wyszło, dla kroku, który tu przyprowadził."},
    "ByHours": {
        "schedule": "Nazwa godzin pracy.",
        "field": "Zmienna, która może podać inne godziny pracy, jak CUSTOMER.CUSTOM_FIELD.GODZINY.",
        "open": "Gałąź w godzinach pracy; bez niej następny krok.",
        "closed": "Gałąź poza godzinami pracy; bez niej koniec połączenia.",
        "special": "Gałąź w dni specjalne; bez niej jak closed.",
        "outage": "Gałąź w czasie awarii włączonej ręcznie; bez niej jak closed.",
    },
    "Jump": {"branch": "Gałąź, do której przejść."},
    "Disconnect": {"reason": "Co usłyszy dzwoniący: busy to sygnał zajętości."},
    "Echo": {"seconds": "Najdłuższe echo, w sekundach.", "key_ends": "Czy dowolny klawisz kończy echo."},
    "Rate": {
        "prompt": "Pytanie albo lista rosnąca z liczbą prób.",
        "min": "Najniższa ocena.",
        "max": "Najwyższa ocena, najwyżej 9.",
        "tries": "Ile razy można zapytać w jednej rozmowie.",
        "wait_s": "Czas na klawisz po pytaniu.",
        "wrong": "Mówione, zanim pytanie od razu wróci.",
        "thanks": "Mówione po ocenie.",
        "then": "Gałąź po ocenie; bez niej następny krok.",
        "invalid": "Gałąź bez oceny na skali; bez niej pytanie wraca.",
        "given_up": "Gałąź po ostatniej próbie; bez niej koniec połączenia.",
    },
    "CallerName": {
        "text": "Nazwa albo po jednej na język; zmienne są dozwolone, pusty tekst pokazuje własną "
        "dzwoniącego."
    },
    "CallerNumber": {"number": "Numer; zmienne są dozwolone, pusty tekst pokazuje własny dzwoniącego."},
    "Label": {"text": "Podpis albo po jednym na język; zmienne są dozwolone, pusty tekst go usuwa."},
}
