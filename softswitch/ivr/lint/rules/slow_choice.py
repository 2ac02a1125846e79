"""A key that could begin a longer choice: whoever presses it is kept waiting."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.lint.view import Found, Rule, Severity, View


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        menu = step.action
        if not isinstance(menu, Menu):
            continue
        slow = ", ".join(key for key in menu.keys if _could_go_on(menu, key))
        if slow:
            seconds = f"{menu.inter_digit_s:g}"
            yield Found(
                f"who presses {slow} hears nothing for {seconds} s, as more digits could follow",
                f"kto naciśnie {slow}, nic nie słyszy przez {seconds} s, bo mogą przyjść dalsze cyfry",
                branch,
                step,
                step.line_of("keys"),
            )


def _could_go_on(menu: Menu, key: str) -> bool:
    longer = any(other != key and other.startswith(key) for other in menu.keys)
    return longer or (menu.direct_dial is not None and menu.direct_dial.may_go_on(key))


RULE = Rule(
    "slow_choice",
    Severity.HINT,
    "A choice is taken at once: no other begins with its keys.",
    "Wybór działa od razu: żaden inny nie zaczyna się od jego klawiszy.",
    _look,
)
