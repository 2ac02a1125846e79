"""A secret in what phones show or what is sent: it is left out there."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.expressions import names_in
from softswitch.ivr.lint.view import Found, Rule, Severity, View


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        named = dict.fromkeys(name for text in step.action.open_texts() for name in names_in(text))
        if shown := ", ".join(f"{{{{{name}}}}}" for name in named if name in view.secrets):
            yield Found(
                f"{shown} is secret, so it is left out of what is shown or sent",
                f"{shown} jest tajne, więc nie pojawi się w tym, co jest pokazywane albo wysyłane",
                branch,
                step,
            )


RULE = Rule(
    "secret_shown",
    Severity.WARNING,
    "Nothing secret is put into what is shown or sent.",
    "Nic tajnego nie jest wstawiane do tego, co jest pokazywane albo wysyłane.",
    _look,
)
