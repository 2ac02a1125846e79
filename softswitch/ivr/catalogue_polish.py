"""What the actions and their parameters are, in Polish. The English words are the definitions' own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DEEDS: Final[Mapping[str, tuple[str, str]]] = {
    # action: (in one sentence, what else there is to know)
    "say": ("Mówi tekst. Klawisz przerywa go, gdy dalszy krok czeka na klawisze, chyba że barge_in: no.", ""),
    "play": ("Odtwarza nagranie, szukane od folderu drzewa.", ""),
    "language": (
        "Ustawia język rozmowy od tego miejsca.",
        "{{CALL.LANGUAGE}} to język konta dzwoniącego. Gdy tekst nie daje kodu języka, nic się nie zmienia.",
    ),
    "menu": (
        "Prosi o wybór i przechodzi do gałęzi naciśniętych klawiszy.",
        "Brak klawisza to no_input; klawisze, które nic nie znaczą, to no_match i trafiają do dziennika. "
        "Każde ma własny licznik, a total_max ogranicza oba razem. Na dalszą cyfrę menu czeka tylko wtedy, "
        "gdy dłuższy wybór jest jeszcze możliwy.",
    ),
    "gather": (
        "Przyjmuje numer od dzwoniącego i zapisuje go w {{VARIABLE.nazwa}}.",
        "Kończy od razu po max cyfrach, po klawiszu kończącym albo gdy nie ma dalszej cyfry. Nic, sam "
        "klawisz kończący, za mało cyfr i klawisze niebędące cyframi to not_entered, tak samo jak cyfry, "
        "które nie mogą być numerem PESEL, NIP lub REGON, gdy wymaga go format: pomyłka wychodzi od razu.",
    ),
    "read_keys": (
        "Odczytuje każdy klawisz i sposób, w jaki dotarł, aż przez chwilę nie będzie żadnego.",
        "Dla linii testowej: każdy klawisz jest odczytywany do końca, a naciśnięte w tym czasie czekają.",
    ),
    "goto": ("Przechodzi do innej gałęzi.", ""),
    "up": (
        "Przechodzi do gałęzi nadrzędnej: podanej, według numeru (1-1 do 1) albo tej, która tu przywiodła.",
        "",
    ),
    "hangup": ("Kończy połączenie, gdy wszystko przedtem zostało wysłuchane do ostatniej głoski.", ""),
    "dial": (
        "Dzwoni do kont dla dzwoniącego; kilka dzwoni razem, a pierwsze, które odbierze, wygrywa.",
        "Wyjście bez gałęzi kończy połączenie z tego powodu, po sygnale zajętości. Pusty cel także.",
    ),
    "echo": ("Odsyła dzwoniącemu jego głos, aż minie czas albo, jeśli tak ustawiono, do klawisza.", ""),
    "queue": (
        "Stawia dzwoniącego w kolejce do agenta i łączy z tym, który odbierze.",
        "Wyjście bez gałęzi prowadzi tam, gdzie mówi konfiguracja samej kolejki (jej on_full, after_talk "
        "itd.); gdy nic nie mówi, połączenie się kończy. Klawisze z keys wychodzą z kolejki w każdej "
        "chwili, także w trakcie zapowiedzi, i mają pierwszeństwo przed klawiszami kolejki. Agent widzi "
        "podpis ustalony wcześniej.",
    ),
    "by_agents": (
        "Przechodzi dalej zależnie od liczby agentów kolejki. Dzwoniący nic nie słyszy.",
        "logged_in liczy też agentów na przerwie i w rozmowie, free tylko tych, którzy mogą zaraz odebrać.",
    ),
    "by_waiting": (
        "Przechodzi dalej zależnie od liczby czekających w kolejce. Dzwoniący nic nie słyszy.",
        "Nie liczą się ci, którzy się rozłączyli, ani ci, którzy czekają na oddzwonienie.",
    ),
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
    "label": ("Ustala, co pokaże telefon rozmówcy o tym dzwoniącym, na przykład wybrany temat.", ""),
}

_QUESTION = "Co dzieje się z klawiszami naciśniętymi przed pytaniem."
_BARGE_IN = "Czy klawisz przerywa pytanie."
_QUEUE = "Nazwa kolejki."
_IF_SO = "Gałąź, jeśli tak; bez niej następny krok."
_IF_NOT = "Gałąź, jeśli nie; bez niej następny krok."
_ASKED_AGAIN = "Ile razy pytanie jest powtarzane."

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    # class of the model: parameter: what it is
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
        "description": "Co klient czyta na potwierdzeniu i przy linku.",
        "provider": "Nazwa operatora płatności; bez niej pierwszy tej linii.",
        "receipt": "Kanał potwierdzenia, jak sms:main lub mail:office; bez niego nie ma potwierdzenia.",
        "receipt_to": "Numer lub adres, na który idzie potwierdzenie.",
        "link": "Kanał linku do płatności, na przykład sms:main; bez niego link nie jest proponowany.",
        "link_to": "Numer, na który idzie link do płatności.",
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
        "barge_in": "Czy klawisz może przerwać tekst.",
    },
    "Play": {"file": "Plik, względem folderu drzewa.", "barge_in": "Czy klawisz może go przerwać."},
    "SetLanguage": {"language": "Kod języka, jak pl lub en, albo zmienna, która go zawiera."},
    "Menu": {
        "prompt": "Pytanie albo lista rosnąca z liczbą prób.",
        "short_prompt": "Pytanie dla kogoś, kto wraca.",
        "keys": "Klawisze, a przy każdym gałąź, do której prowadzi.",
        "first_digit_s": "Czas na pierwszy klawisz po pytaniu.",
        "inter_digit_s": "Czas na dalszy klawisz dłuższego wyboru.",
        "barge_in": _BARGE_IN,
        "type_ahead": _QUESTION,
        "no_input": "Co robić, gdy nie naciśnięto klawisza.",
        "no_match": "Co robić, gdy klawisze nic nie znaczą.",
        "total_max": "Nieudane próby obu rodzajów razem.",
        "then": "Gałąź po zbyt wielu próbach, gdy no_input i no_match żadnej nie podają.",
    },
    "Retry": {
        "repeat": _ASKED_AGAIN,
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
        "barge_in": _BARGE_IN,
        "type_ahead": _QUESTION,
        "sensitive": "Cyfry nie trafiają do żadnego dziennika.",
        "format": "Czym musi być numer: cyfry, które nim być nie mogą, nie są przyjmowane.",
        "invalid": "Co powiedzieć o takich cyfrach, zanim pytanie padnie ponownie.",
        "repeat": _ASKED_AGAIN,
        "entered": "Gałąź po numerze; bez niej następny krok.",
        "not_entered": "Gałąź bez numeru; bez niej koniec połączenia.",
    },
    "ReadKeys": {
        "text": "Co mówić przy każdym klawiszu; {{KEY.DIGIT}} i {{KEY.METHOD}} to własne zmienne kroku.",
        "quiet_s": "Sekundy bez klawisza, które go kończą.",
    },
    "Jump": {"branch": "Gałąź, do której przejść."},
    "Disconnect": {"reason": "Co usłyszy dzwoniący: busy to sygnał zajętości."},
    "Dial": {
        "target": "Konto albo lista kont; zmienne są dozwolone.",
        "ring_s": "Jak długo dzwonić, w sekundach.",
        "busy": "Gałąź, gdy rozmówca jest zajęty.",
        "no_answer": "Gałąź, gdy nikt nie odebrał.",
        "unreachable": "Gałąź, gdy żaden telefon nie jest osiągalny.",
        "declined": "Gałąź, gdy rozmówca odrzucił połączenie.",
        "unknown": "Gałąź, gdy nie ma takiego numeru.",
        "after": "Gałąź, gdy rozmówca się rozłączył.",
    },
    "Echo": {"seconds": "Najdłuższe echo, w sekundach.", "key_ends": "Czy dowolny klawisz kończy echo."},
    "Queue": {
        "name": _QUEUE,
        "answer": "Odebrać od razu, z muzyką, albo dać dzwonić, aż odbierze agent; brak to jak w kolejce.",
        "priority": "Przewaga nad innymi dzwoniącymi, w minutach.",
        "skills": "Co agent musi umieć: umiejętność i jej poziom albo level, required i relax_s; brak to "
        "jak w kolejce.",
        "keys": "Klawisze, które wychodzą z kolejki, a przy każdym gałąź, do której prowadzi.",
        "full": "Gałąź, gdy czeka już zbyt wielu.",
        "empty": "Gałąź, gdy żaden agent nie obsługuje kolejki.",
        "max_wait": "Gałąź po najdłuższym czekaniu.",
        "no_agent": "Gałąź, gdy od zbyt dawna nikt nie obsługuje kolejki.",
        "callback": "Gałąź, gdy dzwoniący poprosił o oddzwonienie.",
        "after": "Gałąź, gdy agent się rozłączył; nigdy, gdy zrobił to dzwoniący.",
    },
    "ByAgents": {
        "queue": _QUEUE,
        "yes": _IF_SO,
        "no": _IF_NOT,
        "at_least": "Tylu agentów lub więcej prowadzi do yes, mniej do no.",
        "count": "Którzy agenci się liczą.",
    },
    "ByWaiting": {
        "queue": _QUEUE,
        "yes": _IF_SO,
        "no": _IF_NOT,
        "at_most": "Tylu czekających lub mniej prowadzi do yes, więcej do no.",
    },
    "Label": {"text": "Podpis; zmienne są dozwolone, pusty tekst go usuwa."},
}
