"""A key of a menu that nobody is told of."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.ivr.actions.menus import Menu
from softswitch.ivr.actions.speaking import Say
from softswitch.ivr.lint.spoken_keys import keys_spoken
from softswitch.ivr.lint.view import Found, Rule, Severity, View
from softswitch.ivr.model import Branch, Step


def _look(view: View) -> Iterator[Found]:
    for branch, step in view.steps():
        menu = step.action
        if not isinstance(menu, Menu) or any(prompt.play is not None for prompt in menu.prompts()):
            continue  # What a recording says is not known here.
        before = _said_before(branch, step)
        for language, text in (menu.prompt[0].text or {}).items():
            told = {one.key for said in (*before, text) for one in keys_spoken(said)}
            if not told:
                continue  # Said in words that are not understood here.
            for key in (key for key in (*menu.keys, menu.slower_key) if key and key not in told):
                more = f" ({language})" if language else ""
                yield Found(
                    f"nobody is told of key {key}{more}",
                    f"nikt nie mówi o klawiszu {key}{more}",
                    branch,
                    step,
                    step.line_of("slower_key" if key == menu.slower_key else f"keys.{key}"),
                )


def _said_before(branch: Branch, step: Step) -> list[str]:
    """Return what is said right before a menu: a question in two languages is a text and a menu."""
    texts: list[str] = []
    for earlier in reversed(branch.steps[: step.number - 1]):
        if not isinstance(earlier.action, Say):
            break
        texts += [text for prompt in earlier.action.prompts() for text in (prompt.text or {}).values()]
    return texts


RULE = Rule(
    "key_not_spoken",
    Severity.HINT,
    "Callers are told of every key.",
    "Dzwoniący słyszy o każdym klawiszu.",
    _look,
)
