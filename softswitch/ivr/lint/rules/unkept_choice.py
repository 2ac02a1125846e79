"""Callers who have chosen a language are spared the question, and no choice is kept for their next call."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.actions.choosing import SetLanguage
from softswitch.ivr.lint.view import Found, Rule, Severity, View


def _look(view: View) -> Iterator[Found]:
    languages = [step for _, step in view.steps() if isinstance(step.action, SetLanguage)]
    if any(isinstance(step.action, SetLanguage) and step.action.remember for step in languages):
        return
    for branch, step in view.steps():
        if isinstance(step.action, SetLanguage) and step.action.chosen is not None:
            yield Found(
                "no step of this tree keeps a language (remember), so every call is asked again",
                "żaden krok tego drzewa nie zapisuje języka (remember), więc pytanie pada w każdej rozmowie",
                branch,
                step,
            )


RULE = Rule(
    "unkept_choice",
    Severity.WARNING,
    "Where those are spared a question who have chosen a language, their choice is kept.",
    "Gdzie pytanie o język omija tych, którzy już wybrali, tam wybór jest zapisywany.",
    _look,
)
