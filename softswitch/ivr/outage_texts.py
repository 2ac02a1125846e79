"""What callers hear first while an outage is switched on, in Polish and English."""

from __future__ import annotations

from typing import Final

from softswitch.ivr.prompts import Spoken

_SAID: Final = Spoken(
    text={
        "pl": "Informujemy o awarii. Pracujemy nad jej usunięciem. Przepraszamy za utrudnienia.",
        "en": "There is an outage at the moment. We are working on it and apologize for the trouble.",
    }
)


def outage_said(note: str) -> tuple[Spoken, ...]:
    """Return what is said of an outage: what the operator has written, else a sentence for all."""
    # Braces in a note are no variables: whoever switches an outage on writes plain words.
    plain = note.replace("{", "").replace("}", "").strip()
    return (Spoken(text={"": plain}),) if plain else (_SAID,)
