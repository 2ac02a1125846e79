"""Every event is one readable line, in both languages, and no line says too much."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta, timezone
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from softswitch.events import (
    KINDS,
    BranchEntered,
    DigitPressed,
    Entry,
    Event,
    PromptPlayed,
    SwitchStarted,
)
from softswitch.narration.lines import CauseFirst, narrate
from tests.fakes.clock import START

WARSAW_WINTER = timezone(timedelta(hours=1))


def test_a_line_has_time_call_and_text() -> None:
    entry = Entry(1, START, "01KE5Q2M00AAAAAAAAAA3F7K2A", BranchEntered("bank", "gate"))
    assert narrate(entry, zone=WARSAW_WINTER) == "10:00:00  3F7K2A  enters bank/gate"
    assert narrate(entry, "pl", zone=WARSAW_WINTER) == "10:00:00  3F7K2A  wchodzi do bank/gate"


def test_lines_of_no_call_stand_in_the_same_column() -> None:
    line = narrate(Entry(1, START, "", SwitchStarted("0.1.0", ("udp:192.0.2.1:5060",))), zone=WARSAW_WINTER)
    assert line == "10:00:00          softswitch 0.1.0 answers at udp:192.0.2.1:5060"


def filled(kind: type[Event], text: str) -> Event:
    """Return an event whose every text is ``text``."""
    values = {"str": text, "int": 7, "float": 1.5, "bool": True, "tuple[str, ...]": ("udp:5060",)}
    values["tuple[tuple[str, int, bool, float], ...]"] = ((text, 3, True, 30.0),)
    values["tuple[tuple[float, float], ...]"] = ((1.0, 2.5),)
    return kind(**{field.name: values[str(field.type)] for field in fields(kind)})


@given(text=st.text(max_size=300))
def test_whatever_the_network_sends_a_line_stays_one_short_printable_line(text: str) -> None:
    for kind, language in product(KINDS.values(), ("en", "pl")):
        line = narrate(Entry(1, START, "C" * 26, filled(kind, text)), language, zone=WARSAW_WINTER)
        assert line.isprintable(), (kind, language)
        assert len(line) <= 320, (kind, language)


def test_a_key_comes_before_the_prompt_it_cut() -> None:
    said: list[Entry] = []
    order = CauseFirst(said.append)
    cut, whole = (PromptPlayed("bank", "gate", "Witamy", 1.0, cut) for cut in (True, False))
    key = DigitPressed("a", "1", "rfc4733")
    taken = (
        ("one", cut), ("two", cut), ("one", key), ("two", BranchEntered("bank", "gate")), ("two", key),
        ("one", whole), ("one", key), ("two", cut), ("two", cut),
    )  # fmt: skip
    for number, (call, event) in enumerate(taken):
        order.take(Entry(number, START + timedelta(milliseconds=number), call, event))
    assert [entry.sequence for entry in said] == [2, 0, 1, 3, 4, 5, 6, 7]
    assert said[0].at == said[1].at
    order.flush()
    assert [entry.sequence for entry in said[8:]] == [8]
