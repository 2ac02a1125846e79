"""Everything that can be wrong in a tree is told in Polish, too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from softswitch.ivr.faults import _SENTENCES
from softswitch.ivr.faults_polish import SENTENCES, in_polish, place_in_polish

IVR = Path(__file__).parents[2] / "softswitch" / "ivr"
NOT_OF_TREES = ("lint", "polish.py", "simulate.py", "spoken_forms.py")
"""What tells in both languages by itself; what is never shown; values that are said as they stand."""


ERRORS = ("ValueError", "TemplateError", "SimulationError")
"""What is raised for who wrote a tree, or calls it in a simulation."""


def written_in(node: ast.expr) -> str:
    """Return a text of the sources as it may come out, "" for what is none: a word where a value stands."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(written_in(part) for part in parts)
        case ast.FormattedValue(value=value):
            name = ast.unparse(value)
            hint = name.startswith(("nearest", "hint"))
            return "" if hint else "there is no branch 'x'" if name.startswith("no_branch") else "x1"
        case _:
            return ""


def sentences() -> Iterator[tuple[str, str]]:
    """Yield (file, sentence) of everything that is reported or raised about a tree."""
    for path in sorted(IVR.rglob("*.py")):
        if set(path.parts) & set(NOT_OF_TREES):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(error), args=[said, *_])) if error in ERRORS:
                    yield path.name, written_in(said)
                case ast.Call(func=ast.Attribute(attr="report"), args=[_, _, said, *_]):
                    yield path.name, written_in(said)
                case ast.Assign(targets=[ast.Name("reason")], value=said):
                    yield path.name, written_in(said)
    yield from (("faults.py", re.sub(r"\{[^}]*\}", "x1", said)) for said in _SENTENCES.values())


FOUND = [(file, said) for file, said in sentences() if said not in ("", "x1", "x1: x1")]


def test_the_sentences_are_found() -> None:
    assert len(FOUND) > 90


@pytest.mark.parametrize(("file", "said"), FOUND)
def test_n01_there_is_a_polish_sentence(file: str, said: str) -> None:
    # What is named by its kind, and what becomes of a number that is taken, stand in sentences of their own.
    said = said.replace("no x1 '", "no queue '").replace("numbers: x1 x1", "numbers: x1 is listed twice")
    assert in_polish(said) != said, f"{file}: write it into softswitch/ivr/faults_polish.py"


@pytest.mark.parametrize(
    ("english", "polish"),
    [
        ("unknown parameter 'key'; did you mean 'keys'?", "nieznany parametr 'key'; czy chodziło o 'keys'?"),
        ("max_wait: there is no branch 'c'", "max_wait: nie ma gałęzi 'c'"),
        (
            "exits: 'key 9' is no way out of choice; did you mean 'key 3'?",
            "exits: 'key 9' nie jest wyjściem choice; czy chodziło o 'key 3'?",
        ),
        ("branches.złoty: there is no branch 'c'", "branches.złoty: nie ma gałęzi 'c'"),
        ("statuses.w drodze: there is no branch 'c'", "statuses.w drodze: nie ma gałęzi 'c'"),
        (
            "keys.: '' cannot be pressed: keys are 0-9, * and #",
            "keys.: '' nie da się nacisnąć: klawisze to 0-9, * i #",
        ),
        ("amount: 'zero' is no amount such as 123,45", "amount: 'zero' to nie kwota, taka jak 123,45"),
        ("max: min (5) is more than max (3)", "max: min (5) jest większe niż max (3)"),
        ("no_input.repeat: '21' must be at most 20", "no_input.repeat: '21' może wynosić najwyżej 20"),
        (
            "unknown variable {{CUSTOMER.NAM}}; did you mean 'CUSTOMER.NAME'?",
            "nieznana zmienna {{CUSTOMER.NAM}}; czy chodziło o 'CUSTOMER.NAME'?",
        ),
        (
            "this is not YAML: the quote that is opened here is never closed",
            "to nie jest YAML: otwarty tu cudzysłów nie jest nigdzie zamknięty",
        ),
        (
            "there is no voice box 'offce'; did you mean 'office'?",
            "nie ma skrzynki głosowej 'offce'; czy chodziło o 'office'?",
        ),
        (
            "there is no template yet: name one under 'templates' in the configuration",
            "nie ma jeszcze szablonu: proszę podać pod 'templates' w konfiguracji",
        ),
        ("something that nobody knows", "something that nobody knows"),
        ("url: something that nobody knows", "url: something that nobody knows"),
    ],
)
def test_n01_sentences_with_their_place_and_hint(english: str, polish: str) -> None:
    assert in_polish(english) == polish


def test_places() -> None:
    assert place_in_polish("branch a step 2 (menu)") == "gałąź a krok 2 (menu)"
    assert place_in_polish("branch a") == "gałąź a"
    assert place_in_polish("branches") == "branches"


@pytest.mark.parametrize(("english", "polish"), SENTENCES.items())
def test_both_hold_the_same_values(english: str, polish: str) -> None:
    holes = re.compile(r"(?<!\{)\{[a-z]\}")
    kept = set(holes.findall(polish))
    assert kept <= set(holes.findall(english))
