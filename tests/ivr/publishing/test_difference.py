"""What differs between two trees: nothing where nothing does, and every kind of change in words."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from softswitch.ivr.loader import read_tree
from softswitch.ivr.model import Tree
from softswitch.ivr.publishing.difference import differences, leaves_of

FOLDER = Path(__file__).resolve().parents[3] / "ivr_trees"
SHIPPED = [path for path in sorted(FOLDER.glob("*.yaml")) if not path.name.endswith(".tests.yaml")]

BASE: dict[str, Any] = {
    "tree": "bank",
    "language": "en",
    "numbers": ["100", "101"],
    "entries": {"150": "night"},
    "start": "welcome",
    "default_text": "unknown",
    "branches": {
        "welcome": [
            {"say": "Good morning."},
            {
                "menu": {
                    "prompt": "Cards: one. Loans: two.",
                    "keys": {"1": "cards", "2": "loans", "3": "bye"},
                    "no_input": {"repeat": 1, "prompt": "Please choose.", "then": "bye"},
                    "then": "bye",
                }
            },
        ],
        "cards": [{"say": {"pl": "Karty.", "en": "Cards."}}, {"dial": {"target": "1001", "busy": "bye"}}],
        "loans": {"parent": "welcome", "steps": [{"say": "Loans."}, {"goto": "night"}]},
        "night": [{"say": "We are closed."}, {"label": "night"}, {"goto": "bye"}],
        "voicemail": [{"say": "Please call later."}, "hangup"],
        "bye": [{"say": "Goodbye."}, "hangup"],
    },
}


def tree_of(data: dict[str, Any]) -> Tree:
    tree, problems = read_tree(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), Path("t.yaml"))
    assert not problems, problems
    assert tree is not None
    return tree


def changed(change: Callable[[dict[str, Any]], object]) -> Tree:
    data = copy.deepcopy(BASE)
    change(data)
    return tree_of(data)


Branches = dict[str, Any]
Change = Callable[[dict[str, Any]], object]


def menu_of(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = data["branches"]["welcome"][1]["menu"]
    return found


def without_loans(data: dict[str, Any]) -> None:
    del data["branches"]["loans"]
    menu_of(data)["keys"].pop("2")


CHANGES: list[tuple[Change, str, str]] = [
    (
        lambda data: menu_of(data)["keys"].update({"3": "voicemail"}),
        "key 3 of branch welcome now leads to voicemail",
        "klawisz 3 gałęzi welcome: teraz prowadzi do voicemail",
    ),
    (
        lambda data: menu_of(data)["keys"].update({"4": "night"}),
        "key 4 of branch welcome is new and leads to night",
        "klawisz 4 gałęzi welcome: nowe, prowadzi do night",
    ),
    (
        lambda data: menu_of(data)["keys"].pop("3"),
        "key 3 of branch welcome is gone",
        "klawisz 3 gałęzi welcome: już tego nie ma",
    ),
    (
        lambda data: data["branches"]["welcome"].__setitem__(0, {"say": "Good evening."}),
        "the text of step 1 of branch welcome changed: “Good morning.” is now “Good evening.”",
        "zmienił się tekst kroku 1 gałęzi welcome: było „Good morning.”, jest „Good evening.”",
    ),
    (
        lambda data: data["branches"]["cards"][0]["say"].update({"pl": "Karty i konta."}),
        "the text of step 1 of branch cards changed [pl]: “Karty.” is now “Karty i konta.”",
        "zmienił się tekst kroku 1 gałęzi cards [pl]: było „Karty.”, jest „Karty i konta.”",
    ),
    (
        lambda data: menu_of(data)["no_input"].update({"prompt": "Press a key."}),
        "the text of step 2 of branch welcome changed [no_input.prompt.1]: "
        "“Please choose.” is now “Press a key.”",
        "zmienił się tekst kroku 2 gałęzi welcome [no_input.prompt.1]: "
        "było „Please choose.”, jest „Press a key.”",
    ),
    (
        lambda data: menu_of(data)["no_input"].update({"repeat": 3}),
        "no_input.repeat of step 2 of branch welcome changed: 1 is now 3",
        "zmieniło się no_input.repeat kroku 2 gałęzi welcome: było 1, jest 3",
    ),
    (
        lambda data: menu_of(data).update({"first_digit_s": 4.5, "barge_in": False}),
        "first_digit_s of step 2 of branch welcome changed: 7 is now 4.5",
        "zmieniło się barge_in kroku 2 gałęzi welcome: było tak, jest nie",
    ),
    (
        lambda data: menu_of(data)["no_input"].update({"then": "night"}),
        "“no key pressed” of step 2 of branch welcome now leads to night",
        "(krok 2 gałęzi welcome): teraz prowadzi do night",
    ),
    (
        lambda data: data["branches"]["cards"][1]["dial"].pop("busy"),
        "of step 2 of branch cards now ends the call",
        "(krok 2 gałęzi cards): teraz kończy połączenie",
    ),
    (
        lambda data: data["branches"]["cards"][1]["dial"].update({"target": "1002"}),
        "of step 2 of branch cards changed: “1001” is now “1002”",
        "kroku 2 gałęzi cards: było „1001”, jest „1002”",
    ),
    (
        lambda data: data["branches"].update({"evening": [{"say": "Good evening."}, "hangup"]}),
        "branch evening is new",
        "gałąź evening jest nowa",
    ),
    (without_loans, "branch loans is gone", "gałęzi loans już nie ma"),
    (
        lambda data: data["branches"]["night"].insert(1, {"say": "Until eight."}),
        "step 2 (say) of branch night is new",
        "krok 2 (say) gałęzi night jest nowy",
    ),
    (
        lambda data: data["branches"]["night"].pop(1),
        "step 2 (label) of branch night is gone",
        "kroku 2 (label) gałęzi night już nie ma",
    ),
    (
        lambda data: data["branches"]["night"].__setitem__(2, {"goto": "voicemail"}),
        "step 3 of branch night now leads to voicemail",
        "krok 3 gałęzi night: teraz prowadzi do voicemail",
    ),
    (
        lambda data: data["branches"]["loans"].pop("parent"),
        "branch loans no longer names a branch above it",
        "gałąź loans nie wskazuje już gałęzi nad sobą",
    ),
    (
        lambda data: data["branches"]["loans"].update({"parent": "cards"}),
        "above branch loans there is now cards",
        "nad gałęzią loans jest teraz cards",
    ),
    (
        lambda data: data["numbers"].append("102"),
        "number 102 now leads here",
        "numer 102 prowadzi teraz tutaj",
    ),
    (
        lambda data: data["numbers"].remove("101"),
        "number 101 no longer leads here",
        "numer 101 już tutaj nie prowadzi",
    ),
    (
        lambda data: data["numbers"].reverse(),
        "the numbers stand in another order: 101, 100, 150",
        "numery stoją w innej kolejności: 101, 100, 150",
    ),
    (
        lambda data: data["entries"].update({"150": "bye"}),
        "number 150 now enters at branch bye, not night",
        "numer 150 wchodzi teraz do gałęzi bye, nie night",
    ),
    (
        lambda data: data["entries"].update({"151": "bye"}),
        "number 151 now leads here, to branch bye",
        "numer 151 prowadzi teraz tutaj, do gałęzi bye",
    ),
    (
        lambda data: data.update({"start": "night"}),
        "callers now begin at branch night, not welcome",
        "dzwoniący zaczynają teraz w gałęzi night, nie welcome",
    ),
    (
        lambda data: data.update({"language": "pl"}),
        "the language of the menu is now pl, not en",
        "językiem menu jest teraz pl, nie en",
    ),
    (
        lambda data: data.pop("default_text"),
        "what is said for a variable without a value was “unknown” and is now nothing",
        "za zmienną bez wartości mówiono „unknown”, teraz nic",
    ),
    (
        lambda data: data.update({"outage": "night"}),
        "in an outage callers now go through branch night first",
        "w razie awarii dzwoniący przechodzą teraz najpierw przez gałąź night",
    ),
    (
        lambda data: data.update({"self_service": True}),
        "the menu is now meant to lead to nobody",
        "menu z założenia nie prowadzi teraz do człowieka",
    ),
    (
        lambda data: data.update({"tree": "shop"}),
        "the menu bank is now called shop",
        "menu bank nazywa się teraz shop",
    ),
]


@pytest.mark.parametrize(("change", "english", "polish"), CHANGES)
def test_n19_every_kind_of_change_is_said(change: Change, english: str, polish: str) -> None:
    told = differences(tree_of(BASE), changed(change))
    assert any(english in one for one, _ in told), told
    assert any(polish in other for _, other in told), told


@given(st.lists(st.sampled_from(range(len(CHANGES))), unique=True, min_size=1, max_size=4))
def test_n19_of_several_changes_at_once_none_goes_untold(chosen: list[int]) -> None:
    data = copy.deepcopy(BASE)
    made = 0
    for number in chosen:
        try:
            CHANGES[number][0](data)
        except (KeyError, IndexError, ValueError):
            # An earlier change took away what this one is about.
            continue
        made += 1
    tree, problems = read_tree(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), Path("t.yaml"))
    if problems or tree is None or not made:
        return
    before = tree_of(BASE)
    told = differences(before, tree)
    assert bool(told) == (data != BASE)
    assert len(set(told)) == len(told), told
    # And the way back has as much to say of the numbers and branches.
    back = differences(tree, before)
    assert sum(" is gone" in one for one, _ in told if one.startswith("branch")) == sum(
        " is new" in one for one, _ in back if one.startswith("branch")
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_n19_no_change_nothing_said(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    one, problems = read_tree(text, path)
    other, _ = read_tree("# A note.\n\n" + text, path)
    assert not problems
    assert one is not None
    assert other is not None
    assert one.branches[one.start].line != other.branches[other.start].line
    assert differences(one, other) == ()
    assert differences(one, replace(one, version=9)) == ()


def test_the_order_of_branches_says_nothing() -> None:
    def turned(data: dict[str, Any]) -> None:
        data["branches"] = dict(reversed(data["branches"].items()))

    assert differences(tree_of(BASE), changed(turned)) == ()


def test_another_sound_under_the_same_name_is_said() -> None:
    tree = tree_of(BASE)
    sounds = {"a.wav": "1", "b.wav": "1"}
    (told,) = differences(tree, tree, sounds, {"a.wav": "1", "b.wav": "2", "c.wav": "3"})
    assert told == ("the sound file b.wav is another", "plik dźwiękowy b.wav jest inny")


def test_a_text_cannot_paint_the_terminal_or_fill_it() -> None:
    def nasty(data: dict[str, Any]) -> None:
        data["branches"]["bye"][0] = {"say": "\x1b[31mred\u202e\n" + "x" * 1000}

    for told in differences(tree_of(BASE), changed(nasty)):
        for one in told:
            assert one.isprintable()
            assert len(one) < 250


def test_the_values_of_a_step() -> None:
    leaves = leaves_of(tree_of(BASE).branches["welcome"].steps[1].action)
    assert leaves["keys.1"] == "cards"
    assert leaves["no_input.repeat"] == 1
