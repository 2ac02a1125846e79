"""What the steps that lead to people and queues are, in Polish. See ``catalogue_polish``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.ivr import catalogue_polish_customers as customers
from softswitch.ivr.catalogue_polish_phrases import IF_NOT, IF_SO, NO_SUCH, QUEUE

WAIT: Final[Mapping[str, str]] = {
    "name": QUEUE,
    "answer": "Odebrać od razu, z muzyką, albo dać dzwonić, aż odbierze agent; brak to jak w kolejce.",
    "priority": "Przewaga nad innymi dzwoniącymi, w minutach.",
    "skills": "Co agent musi umieć: umiejętność i jej poziom albo level, required i relax_s; brak to "
    "jak w kolejce. Umiejętności mogą zawierać zmienne.",
    "unknown": NO_SUCH,
    "keys": "Klawisze, którymi wychodzi się z kolejki, a przy każdym gałąź, do której prowadzi.",
    "full": "Gałąź, gdy czeka już zbyt wielu.",
    "empty": "Gałąź, gdy żaden agent nie obsługuje kolejki.",
    "max_wait": "Gałąź po najdłuższym czekaniu.",
    "no_agent": "Gałąź, gdy od zbyt dawna nikt nie obsługuje kolejki.",
    "callback": "Gałąź, gdy dzwoniący poprosił o oddzwonienie.",
    "after": "Gałąź, gdy agent się rozłączył; nigdy, gdy zrobił to dzwoniący.",
}

DEEDS: Final[Mapping[str, tuple[str, str]]] = {
    "dial": (
        "Dzwoni do kont lub numerów na zewnątrz; kilka dzwoni razem, a pierwszy, kto odbierze, wygrywa.",
        "Wyjście bez gałęzi kończy połączenie z tego powodu, po sygnale zajętości. Pusty cel także. "
        "Z in_turn dzwonią po kolei, a kto jest w rozmowie, jest od razu pomijany.",
    ),
    "keeper": (
        "Przełącz do opiekuna klienta: dzwoni do niego, jeśli jest wolny i nie rozmawia.",
        "Opiekun jest z kartoteki klienta lub firmy (crm), z ostatniej rozmowy (last_talk), z ostatniej "
        "kampanii, odebranej lub nie (last_campaign), albo podaje go inny system (external). Gdy go nie ma, "
        "jest zajęty lub nie odbiera, dalej prowadzi otherwise: sygnał zajętości, kolejka, agent wybranego "
        "numeru, a potem kolejka, albo gałąź. Dzwoniący bez opiekuna czeka w second_queue, póki są w niej "
        "wolni agenci.",
    ),
    "duty": (
        "Przełącz na dyżur: dzwoni na numer główny, potem na zapasowy, aż ktoś odbierze.",
        "Dzwoniący cały czas słyszy dzwonienie. Jak długo to trwa i jak długo dzwoni każdy telefon, mówi sam "
        "dyżur. Bez gałęzi nobody dalej prowadzi też dyżur. Za dyżur, którego nazwę podaje zmienna, a "
        "którego nie ma, nikt nie odbiera.",
    ),
    "extension": (
        "Połącz z numerem wewnętrznym (DISA): po tylu cyfrach numer od razu dzwoni.",
        "Kody, menu i numery na zewnątrz nie są numerami wewnętrznymi. Istniejący, lecz nieosiągalny numer "
        "kończy połączenie, chyba że wskazano dla niego gałąź.",
    ),
    "queue": (
        "Stawia dzwoniącego w kolejce do agenta i łączy z tym, który odbierze.",
        "Wyjście bez gałęzi prowadzi tam, gdzie mówi konfiguracja samej kolejki (jej on_full, after_talk "
        "itd.); gdy nic nie mówi, połączenie się kończy. Klawiszami z keys można wyjść z kolejki w każdej "
        "chwili, także w trakcie zapowiedzi, a mają pierwszeństwo przed klawiszami kolejki. Agent widzi "
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
}

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Dial": {
        "target": "Konto, numer na zewnątrz albo ich lista; zmienne są dozwolone.",
        "ring_s": "Jak długo dzwonić, w sekundach; po kolei: do każdego.",
        "in_turn": "Czy dzwonić po kolei.",
        "confirm": "Czy kto odbiera na zewnątrz, najpierw naciska 1: poczta głosowa nic nie naciśnie.",
        "music": "Czy dzwoniący słyszy muzykę zamiast dzwonienia.",
        "by": "Konto, z którego uprawnieniami dzwoni się na zewnątrz.",
        "busy": "Gałąź, gdy rozmówca jest zajęty.",
        "no_answer": "Gałąź, gdy nikt nie odebrał.",
        "unreachable": "Gałąź, gdy żaden telefon nie jest osiągalny.",
        "declined": "Gałąź, gdy rozmówca odrzucił połączenie.",
        "unknown": "Gałąź, gdy nie ma takiego numeru.",
        "after": "Gałąź, gdy rozmówca się rozłączył.",
    },
    "Queue": WAIT,
    "QueueBy": {**WAIT, **customers.QUEUE_BY},
    "ByAgents": {
        "queue": QUEUE,
        "yes": IF_SO,
        "no": IF_NOT,
        "unknown": NO_SUCH,
        "at_least": "Tylu agentów lub więcej prowadzi do yes, mniej do no.",
        "count": "Którzy agenci się liczą.",
    },
    "ByWaiting": {
        "queue": QUEUE,
        "yes": IF_SO,
        "no": IF_NOT,
        "unknown": NO_SUCH,
        "at_most": "Tylu czekających lub mniej prowadzi do yes, więcej do no.",
    },
    "Keeper": {
        "strategy": "Jak szukać opiekuna.",
        "days": "Ile dni wstecz liczą się rozmowy i kampanie.",
        "ring_s": "Jak długo dzwonić, w sekundach.",
        "otherwise": "Dokąd idą dzwoniący, których opiekun jest niedostępny.",
        "queue": "Kolejka dla otherwise: queue i numbers.",
        "branch": "Gałąź dla otherwise: branch.",
        "second_queue": "Kolejka dzwoniących bez opiekuna, póki są w niej wolni agenci.",
        "after": "Gałąź, gdy rozłączył się opiekun albo agent kolejki.",
    },
    "Duty": {
        "name": "Nazwa dyżuru; może zawierać zmienne.",
        "after": "Gałąź, gdy dyżurny się rozłączył; bez niej koniec połączenia.",
        "nobody": "Gałąź, gdy nikt nie odebrał.",
    },
    "Extension": {
        "length": "Ile cyfr ma numer wewnętrzny.",
        "prompt": "Pyta o numer wewnętrzny.",
        "first_digit_s": "Czas na pierwszą cyfrę.",
        "inter_digit_s": "Czas na każdą następną cyfrę.",
        "error": "Gałąź, gdy nie ma takiego numeru albo nic nie wpisano.",
        "unreachable": "Gałąź, gdy numer jest nieosiągalny albo nikt nie odbiera.",
        "after": "Gałąź, gdy rozmówca się rozłączył.",
    },
}
