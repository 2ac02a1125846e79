"""Digits that are a secret, and are kept in the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from softswitch.ivr.actions.digits import Gather
from softswitch.ivr.lint.view import Found, Rule, Severity, View

_SECRET = re.compile(
    r"(^|_)(pin|pesel|blik|cvv|cvc|card|karta|haslo|password|code_sms)(_|$|[0-9])", re.IGNORECASE
)
_SECRET_FORMATS = frozenset({"pesel", "blik", "luhn"})


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        gather = step.action
        if not isinstance(gather, Gather) or gather.sensitive:
            continue
        if gather.format in _SECRET_FORMATS or _SECRET.search(gather.variable):
            yield Found(
                f"'{gather.variable}' looks like a secret and its digits go into the log: sensitive: yes",
                f"'{gather.variable}' wygląda na tajne, a cyfry trafiają do dziennika: sensitive: yes",
                branch,
                step,
                step.line_of("variable"),
            )


RULE = Rule(
    "secret_digits",
    Severity.WARNING,
    "Secret digits are kept out of the log.",
    "Tajne cyfry nie trafiają do dziennika.",
    _look,
)
