"""Whatever a test finds otherwise is told in Polish, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import softswitch.ivr.proof
import softswitch.tree_proof
from softswitch.ivr.proof.polish import difference_in_polish

PROOF = Path(softswitch.ivr.proof.__file__).parent
SOURCES = (PROOF / "running.py", PROOF / "live.py", Path(softswitch.tree_proof.__file__))


def written_in(node: ast.expr) -> str:
    """Return a text of the sources as it may come out, with a word where a value stands."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(written_in(part) for part in parts)
        case ast.FormattedValue(value=ast.Name(id="NEVER_CAME_TO")):
            return "the test does what never came about"
        case ast.FormattedValue(value=ast.Name(id="where")):
            return "never"
        case ast.FormattedValue(value=ast.IfExp(body=ast.Constant(value=text))):
            return str(text)
        case ast.FormattedValue():
            return "x1"
        case _:
            return ""


def differences() -> Iterator[str]:
    """Yield everything the sources call a difference."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            match node:
                case ast.Yield(value=ast.Constant() | ast.JoinedStr() as said):
                    yield written_in(said)
                case ast.Return(value=ast.Tuple(elts=[ast.JoinedStr() as said])):
                    yield written_in(said)


FOUND = sorted({said for said in differences() if " " in said})


def test_the_sentences_are_found() -> None:
    assert len(FOUND) >= 17


@pytest.mark.parametrize("said", FOUND)
def test_n04_there_is_a_polish_sentence(said: str) -> None:
    assert difference_in_polish(said) != said, "write it into softswitch/ivr/proof/polish.py"


@pytest.mark.parametrize(
    ("english", "polish"),
    [
        (
            "path: a > b was wanted, there is a; number 2 is the end and not b",
            "path: miało być a > b, a jest a; na miejscu 2 jest koniec, a nie b",
        ),
        (
            "end: busy (the called party is busy) was to be the end, it is hung_up (the tree hung up)",
            "end: rozmowa miała się skończyć przez busy (rozmówca jest zajęty), a skończyła się przez "
            "hung_up (menu zakończyło połączenie)",
        ),
        ("label: “Karty” was to be shown, it is “”", "label: miało być widać „Karty”, a nie widać nic"),
    ],
)
def test_what_stands_in_it_is_said_in_polish_too(english: str, polish: str) -> None:
    assert difference_in_polish(english) == polish
