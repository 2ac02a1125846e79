"""Where a number leads: help before all, what is inside before what is one's own, and outside last."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from softswitch.calls.dialling import Dialler, OutsideDestination
from softswitch.ivr.loader import load_tree
from softswitch.ivr.publishing.living import Living, LivingTrees
from softswitch.leads import router, schedules_at
from softswitch.registrar.accounts import Account
from tests.fakes.clock import START

ANNA = Account("1001")
CENTRAL, PICK_UP, OUR_MOBILE = object(), object(), object()


class Outside:
    """Lines on which 112 is help, 500… leads out, and 777 is one of our own numbers."""

    def is_urgent(self, number: str) -> bool:
        return number == "112"

    def leads_out(self, number: str) -> bool:
        return number.startswith(("500", "112"))

    def own(self, number: str) -> Any:
        return OUR_MOBILE if number == "777" else None


def route(number: str) -> Any:
    # 112 and 500100200 are menus' numbers, too: whoever wrote that meant no harm.
    inside = {"100": CENTRAL, "112": CENTRAL, "500100200": CENTRAL, "*8": CENTRAL}
    personal = {"*8": PICK_UP, "*9": PICK_UP}
    own = router(
        inside.get,  # type: ignore[arg-type]
        lambda code, account: personal.get(code) if account is ANNA else None,  # type: ignore[return-value]
        Outside(),  # type: ignore[arg-type]
        Dialler(lambda user: (), lambda user: ""),
    )
    return own(number, ANNA)


@pytest.mark.parametrize(
    ("number", "leads_to"),
    [
        ("100", CENTRAL),
        ("*8", CENTRAL),
        ("*9", PICK_UP),
        ("777", OUR_MOBILE),
        ("500100200", CENTRAL),
        ("999", None),
    ],
)
def test_what_is_inside_comes_before_ones_own_and_that_before_outside(number: str, leads_to: object) -> None:
    assert route(number) is leads_to


@pytest.mark.parametrize("number", ["112", "500999999"])
def test_help_is_called_outside_whatever_else_has_its_number(number: str) -> None:
    assert isinstance(route(number), OutsideDestination)


def test_n14_the_schedules_of_a_number_are_those_of_its_menu(tmp_path: Path) -> None:
    steps = ", ".join(f"{{by_hours: {{schedule: {name}, closed: b}}}}" for name in ("shop", "office", "shop"))
    (tmp_path / "menu.yaml").write_text(
        f"tree: menu\nlanguage: en\nnumbers: [720]\nstart: a\nbranches:\n  a: [{steps}]\n  b: [hangup]\n",
        encoding="utf-8",
    )
    living = LivingTrees([Living(load_tree(tmp_path / "menu.yaml"), "", START, "")])
    places = {
        "720": SimpleNamespace(kind="tree", name="menu"),
        "600": SimpleNamespace(kind="queue", name="menu"),
        "730": SimpleNamespace(kind="tree", name="gone"),
    }
    found = schedules_at(living, places.get)  # type: ignore[arg-type]
    assert found("720") == ("shop", "office")
    assert [found(number) for number in ("600", "730", "999")] == [(), (), ()]
