"""The words on a picture of a tree: each step in a few of them, exits as people call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from softswitch.errors import harmless
from softswitch.ivr.model import Action, Step
from softswitch.languages import POLISH
from softswitch.words import Both, exit_word

STEPS: Final[Mapping[str, Both]] = {
    "say": ("say", "mówi"),
    "play": ("play", "odtwarza"),
    "language": ("language", "język"),
    "menu": ("menu", "menu"),
    "gather": ("digits", "cyfry"),
    "read_keys": ("reads keys", "odczytuje klawisze"),
    "goto": ("go to", "idzie do"),
    "call": ("through", "przez"),
    "return": ("return", "wraca"),
    "up": ("up", "w górę"),
    "hangup": ("", ""),
    "dial": ("dial", "dzwoni do"),
    "echo": ("echo", "echo"),
    "label": ("label", "podpis"),
    "queue": ("queue", "kolejka"),
    "queue_by": ("queue by", "kolejka według"),
    "by_hours": ("hours", "godziny"),
    "by_agents": ("agents", "agenci"),
    "by_waiting": ("waiting", "czekający"),
    "by_customer": ("customer's", "pole klienta"),
    "by_order": ("order status", "status zamówienia"),
    "by_answer": ("answer of", "odpowiedź"),
    "by_value": ("value of", "wartość"),
    "find_customer": ("find customer", "szuka klienta"),
    "find_by_digits": ("find by digits", "szuka po cyfrach"),
    "read_order": ("read order", "czyta zamówienie"),
    "identify": ("identify", "tożsamość"),
    "pay": ("pay", "płatność"),
    "keeper": ("keeper", "opiekun"),
    "duty": ("duty", "dyżur"),
    "extension": ("extension", "numer wewnętrzny"),
    "rate": ("rate", "ocena"),
    "caller_name": ("shown name", "nazwa dzwoniącego"),
    "caller_number": ("shown number", "numer dzwoniącego"),
    "set": ("set", "ustawia"),
    "ticket": ("ticket", "zgłoszenie"),
    "mail": ("mail", "e-mail"),
    "sms": ("SMS", "SMS"),
    "request": ("request", "żądanie"),
    "application": ("program", "program"),
    "voicemail": ("voicemail", "poczta głosowa"),
    "callback": ("callback", "oddzwonienie"),
}
"""What steps are called on a picture; one that is not here keeps the name of its action."""

TOLD_BY: Final = ("name", "queue", "schedule", "target", "box", "connection", "variable", "field", "seconds")
"""Parameters that tell in a word what a step is about, the first that is there."""

END_OF_BRANCH: Final[Both] = ("end of branch", "koniec gałęzi")

NOT_TOLD: Final = frozenset({"goto", "call", "up", "find_customer"})
"""Steps whose name says it all: where they lead is drawn."""


def both(words: Both, language: str) -> str:
    """Return the English or the Polish (``pl``) of two."""
    return words[language == POLISH]


def exit_text(name: str, language: str) -> str:
    """Return what people call an exit; values behind its first word stay as they are."""
    return harmless(exit_word(name, language))


def step_text(step: Step, spoken: str, language: str) -> tuple[str, str]:
    """Return a step in a few words and in full; prompts in the language ``spoken`` in the tree."""
    said = both(STEPS.get(step.action_name, (step.action_name, step.action_name)), language)
    if step.action_name in NOT_TOLD or not said:
        return said, said or step.action_name
    prompts = list(_prompts(step.action, spoken))
    about = f"“{prompts[0]}”" if prompts else _about(step.action)
    if step.action_name not in {"say", "play", "menu"}:
        about = _about(step.action) or about
    short = harmless(" ".join(f"{said} {about}".split()))
    whole = dict.fromkeys([short, *(harmless(f"“{one}”") for one in prompts)])
    return short, "\n".join(whole)


def _prompts(action: Action, spoken: str) -> Iterator[str]:
    for prompt in action.prompts():
        if prompt.play is not None:
            yield prompt.play.name
            continue
        texts = prompt.text or {}
        text = texts.get(spoken) or texts.get("") or next(iter(texts.values()), "")
        if text:
            yield " ".join(text.split())


def _about(action: Action) -> str:
    """Return the value that says what a step is about: that of its short form, else of a telling name."""
    names = (*((action.bare_parameter,) if action.bare_parameter else ()), *TOLD_BY)
    for name in names:
        value = getattr(action, name, None)
        if value not in (None, "", (), {}):
            return _written(value)
    return ""


def _written(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(map(_written, value.values()))
    if isinstance(value, Iterable):
        return ", ".join(map(_written, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
