"""How somebody waited in a queue, in one plain sentence of either language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from softswitch.calls.waits import ANSWERED, CALLBACK, CALLED_BACK, WaitRecord

Both = tuple[str, str]

REFUSALS: Final[Mapping[str, Both]] = {
    "full": ("was full", "była pełna"),
    "empty": ("had no agent who could take a call", "nie miała konsultanta, który mógłby odebrać"),
}
ENDS: Final[Mapping[str, Both]] = {
    "": ("and still waits", "i czeka nadal"),
    ANSWERED: ("until {agent} answered", ", zanim odebrał {agent}"),
    CALLBACK: ("and asked to be called back", "i wybrał oddzwonienie"),
    CALLED_BACK: ("and was called back", "i centrala oddzwoniła"),
    "abandoned": ("and got nobody", "i nikt nie odebrał"),
    "max_wait": ("and could wait no longer there", "do najdłuższego dozwolonego czasu"),
    "no_agent": ("and nobody served it", ", której nikt nie obsługiwał"),
    "empty": ("and no agent could take the call", ", w której żaden konsultant nie mógł odebrać"),
    "key": ("and left by a key", "i wyszedł klawiszem"),
    "taken": ("and somebody else took the call", "i rozmowę przejął ktoś inny"),
    "callback_failed": ("and was never reached", "i nie udało się do niego dodzwonić"),
    "callback_cancelled": ("and the callback was cancelled", "i oddzwanianie odwołano"),
    "lost": ("until the connection was lost", "do zerwania połączenia"),
    "too_long": ("until the call reached the longest time allowed", "do najdłuższego czasu połączenia"),
    "stopped": ("until the switch stopped", "do zatrzymania centrali"),
    "fault": ("until the switch failed", "do błędu centrali"),
}


def wait_words(wait: WaitRecord, caller: str, lasted: str) -> Both:
    """Return how ``caller`` waited, and for how long, in English and Polish; without a full stop."""
    who, kto = caller or "the caller", f"dzwoniący {caller}".rstrip()
    if wait.refused:
        english, polish = REFUSALS.get(wait.how, ("took nobody in", "nikogo nie przyjęła"))
        on, dalej = (f", so {who} went on to {wait.to}", f", więc {kto} przeszedł na {wait.to}")
        return (
            f"queue {wait.queue} {english}{on if wait.to else ''}",
            f"kolejka {wait.queue} {polish}{dalej if wait.to else ''}",
        )
    english, polish = ENDS.get(wait.how, ("and left", "i z niej wyszedł"))
    if wait.how == CALLED_BACK:
        on, dalej = f" in call {wait.to}", f" w połączeniu {wait.to}"
    elif wait.to:
        on, dalej = f", then went on to {wait.to}", f", potem przeszedł na {wait.to}"
    else:
        on, dalej = "", ""
    gap = "" if polish.startswith(",") else " "
    return (
        f"{who} waited {lasted} in queue {wait.queue} {english.format(agent=wait.agent)}{on}",
        f"{kto} czekał {lasted} w kolejce {wait.queue}{gap}{polish.format(agent=wait.agent)}{dalej}",
    )
