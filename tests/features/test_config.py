"""The features' part of the configuration: short forms, defaults, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import Config, load_config
from softswitch.errors import ConfigError
from softswitch.features.config import CodesConfig, ParkingConfig, RoomConfig

WHOLE = """
accounts:
  1001:
    password: x
    name: Anna
    forward: {always: "+48600100200", busy: 1002, no_answer: {to: 1003, after: 12}, unreachable: 1002}
    dnd: yes
    call_waiting: no
    pickup_group: office
    find_me: {numbers: [0048600100200, 1003], confirm: no, ring_s: 15, after: 5}
  1002: {password: y, forward: {no_answer: 1003}}
  1003: {password: z}
groups:
  200: {name: sales, members: [1001, 1002], strategy: hunt, ring_s: 10, label: Sales, on_no_answer: 1003}
rooms:
  8000: {name: board, pin: 0246, most: 10}
parking: {number: 700, slots: 701-703, recall_s: 45}
codes: {language: pl, dnd_on: "*60", meet: ""}
"""


def loaded(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "softswitch.yaml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def test_all_of_it_is_read(tmp_path: Path) -> None:
    config = loaded(tmp_path, WHOLE)
    anna, bartek = config.accounts["1001"], config.accounts["1002"]
    assert anna.forward.always == "+48600100200"
    assert anna.forward.no_answer is not None
    assert (anna.forward.no_answer.to, anna.forward.no_answer.after) == ("1003", 12)
    assert (anna.dnd, anna.call_waiting, anna.pickup_group) == (True, False, "office")
    assert anna.find_me is not None
    # Digits stay as they are written, zeros in front too.
    assert anna.find_me.numbers == ("0048600100200", "1003")
    assert config.rooms["8000"].pin == "0246"
    assert bartek.forward.no_answer is not None
    assert (bartek.forward.no_answer.to, bartek.forward.no_answer.after) == ("1003", 20)
    assert config.groups["200"].members == ("1001", "1002")
    assert config.parking is not None
    assert config.parking.numbers == ("701", "702", "703")
    assert dict(config.codes.written())["dnd_on"] == "*60"
    assert "meet" not in dict(config.codes.written())


def test_without_a_word_nothing_is_forwarded_and_the_usual_codes_work() -> None:
    config = Config()
    assert (config.groups, config.rooms, config.parking) == ({}, {}, None)
    assert dict(config.codes.written()) == {
        "forward_always": "*72",
        "forward_always_off": "*73",
        "forward_busy": "*90",
        "forward_busy_off": "*91",
        "forward_no_answer": "*52",
        "forward_no_answer_off": "*53",
        "forward_unreachable": "*54",
        "forward_unreachable_off": "*55",
        "dnd_on": "*78",
        "dnd_off": "*79",
        "pickup": "*8",
        "pickup_at": "**",
        "meet": "*3",
    }


def test_slots_keep_their_zeros() -> None:
    assert ParkingConfig(number="7", slots="08-11").numbers == ("08", "09", "10", "11")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "accounts: {1: {password: x, forward: {alway: 2}}}",
            "accounts.1.forward: unknown parameter 'alway'; did you mean 'always'",
        ),
        ("accounts: {1: {password: x, forward: {always: a b}}}", "accounts.1.forward.always: "),
        ("accounts: {1: {password: x, find_me: {numbers: []}}}", "accounts.1.find_me.numbers: "),
        ("groups: {200: {members: []}}", "groups.200.members: "),
        (
            "groups: {200: {members: [1], strategy: alphabet}}",
            "groups.200.strategy: 'alphabet' is not one of ",
        ),
        ("groups: {200: {}}", "groups.200: the parameter 'members' is missing"),
        ("rooms: {8000: {most: 1}}", "rooms.8000.most: '1' must be at least 2"),
        ("parking: {slots: 701-69}", "parking.slots: slots must be FIRST-LAST, such as 701-709"),
        ("parking: {slots: 709-701}", "parking.slots: slots must be FIRST-LAST"),
        ("parking: {slots: 1000-9999}", "parking.slots: slots are at most 100"),
        ("parking: {number: 705}", "parking: the number 705 is one of the slots too"),
        ('codes: {dnd_on: "*8"}', "codes: *8 stands for dnd_on and for pickup: choose another for one"),
        ("codes: {dnd_on: 78}", "codes.dnd_on: "),
        ("codes: {language: de}", "codes.language: 'de' is not one of 'en' or 'pl'"),
    ],
)
def test_what_cannot_be_is_named_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, f"# a comment\n{text}\n")
    (problem,) = refused.value.problems
    assert f"line 2: {sentence}" in str(problem)


@pytest.mark.parametrize("pin", ["77", "77a4", "7777777777777"])
def test_a_pin_that_is_none_is_refused_without_saying_it(tmp_path: Path, pin: str) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, f'rooms: {{8000: {{pin: "{pin}"}}}}\n')
    said = str(refused.value).replace(str(tmp_path), "")
    assert "a PIN has 3 to 12 digits" in said
    assert pin not in said


def test_a_pin_is_not_shown() -> None:
    assert "2468" not in repr(RoomConfig(pin="2468"))


def test_a_code_that_is_not_wanted_takes_no_other_ones_place() -> None:
    assert dict(CodesConfig(dnd_on="*3", meet="").written())["dnd_on"] == "*3"
