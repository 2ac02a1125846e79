"""A key that callers are asked to press and that means nothing."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.lint.spoken_keys import keys_spoken
from softswitch.ivr.lint.view import Found, Rule, Severity, View


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        menu = step.action
        if not isinstance(menu, Menu):
            continue
        known = {*menu.keys, *menu.own_keys()}
        texts = [text for prompt in menu.prompts() for text in (prompt.text or {}).values()]
        strange = {one.key: None for text in texts for one in keys_spoken(text) if one.key not in known}
        for key in strange:
            yield Found(
                f"callers are asked to press {key}, which leads nowhere",
                f"dzwoniący słyszy, by nacisnąć {key}, a ten klawisz nigdzie nie prowadzi",
                branch,
                step,
                step.line_of("prompt"),
            )


RULE = Rule(
    "key_not_mapped",
    Severity.WARNING,
    "Every key that is spoken of leads somewhere.",
    "Każdy klawisz, o którym mowa, dokądś prowadzi.",
    _look,
)
