"""Numbers and names that lead nowhere, or to two things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.preflight.lines import ANNA, TRUNK, faults, tree, written

PROGRAM = "url: 'https://example.com/', secret: a-secret-of-some-length"
VOICEMAIL = """\
accounts:
  1001: {password: a-long-one}
  1002: {password: a-long-one, forward: {always: FORWARD}}
trunks: {office: {host: 127.0.0.1, number: "+48221234500"}}
numbers: {"+48221234567": sales, "+48221234568": "*98", "+48221234569": night, "+48221234570": 8000}
queues: {help: {number: 600, members: [1001], on_empty: 8100}}
voicemail:
  boxes:
    1001: {unavailable: {play: GREETING}}
    1002: {number: BOX}
    sales: {number: 8000, keys: {0: 600}}
  requests: {night: {number: 8100}}
"""


def test_a_line_without_accounts(file: Path) -> None:
    (fault,) = faults(written(file, ""))
    assert fault.startswith(": accounts: nobody could call: name at least one account, such as 1001: ")


def test_a_number_that_is_an_account_and_a_menu(file: Path) -> None:
    place = tree(file.parent / "office.yaml", "office", "1001")
    config = written(
        file,
        "accounts:\n  1000: {password: a-long-one}\n  1001: {password: a-long-one}\ntrees: [office.yaml]\n",
    )
    assert faults(config) == [
        f"line 5: accounts.1001: is also a number of the menu 'office' ({place}, line 3): "
        "give one of the two another number"
    ]


def test_who_may_watch_whom_names_accounts(file: Path) -> None:
    watch = "presence:\n  watch:\n    1000: [1001, 1003]\n"
    config = written(
        file, f"accounts:\n  1000: {{password: a-long-one}}\n  1001: {{password: a-long-one}}\n{watch}"
    )
    assert faults(config) == ["line 8: presence.watch.1000: there is no account 1003"]


def outside_faults(file: Path, text: str) -> list[str]:
    tree(file.parent / "office.yaml", "office")
    return faults(written(file, f"{ANNA}trees: [office.yaml]\n{TRUNK}{text}"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "outbound:\n  - {match: +48*, trunks: [a]}\n  - {match: +49*, trunks: [a, b]}\n",
            "line 8: outbound.1.trunks.1: route 2: there is no trunk b",
        ),
        (
            "outbound:\n  - {match: +48*, trunks: a, allow: [1001, 1002]}\n",
            "line 7: outbound.0.allow.1: route 1: there is no account and no group 1002",
        ),
        (
            "numbers:\n  +48221234567: office\n  +48221234568: ofice\n",
            "line 8: numbers.+48221234568: leads to ofice: there is no menu, account, group, room, queue or "
            "number of that name; did you mean 'office'?",
        ),
        (
            "numbers:\n  +48221234567: 1001\n  221234567: office\n",
            "line 6: numbers: +48221234567 is claimed twice, written in two ways",
        ),
        (
            "emergency: [112, 1001]\n",
            "line 3: accounts.1001: 1001 is an emergency number too: give this one another",
        ),
    ],
)
def test_what_leads_nowhere_outside_is_named_with_its_line(file: Path, text: str, sentence: str) -> None:
    assert outside_faults(file, text) == [sentence]


def test_a_menu_under_an_emergency_number_is_named_where_it_stands(file: Path) -> None:
    (fault,) = outside_faults(file, "emergency: [112, 200]\n")
    assert fault.startswith(f"{file.parent}/office.yaml line 3: numbers: 200 is an emergency number too: ")


def test_a_trunk_that_is_written_wrongly_is_guessed(file: Path) -> None:
    text = "trunks: {provider: {host: 192.0.2.1}}\noutbound: [{match: +48*, trunks: provder}]\n"
    (fault,) = faults(written(file, f"{ANNA}{text}"))
    assert fault.endswith("route 1: there is no trunk provder; did you mean 'provider'?")


def test_a_number_of_ours_that_is_a_menus_too(file: Path) -> None:
    tree(file.parent / "bank.yaml", "bank", "221234567")
    text = f"{ANNA}trees: [bank.yaml]\n{TRUNK}numbers:\n  +48221234567: 1001\n"
    assert faults(written(file, text)) == [
        "line 6: numbers: 221234567 leads to 1001 and is also a number of the menu 'bank': keep one"
    ]


def test_a_name_of_two_things_is_no_place_to_lead_to(file: Path) -> None:
    tree(file.parent / "bank.yaml", "bank")
    boxes = "voicemail: {boxes: {bank: {language: pl}, 1001: {language: pl}}}\n"
    text = f"{ANNA}trees: [bank.yaml]\n{TRUNK}numbers: {{+48221234567: bank, +48221234568: 1001}}\n{boxes}"
    assert faults(written(file, text)) == [
        "line 6: numbers.+48221234567: leads to bank, which is a menu and a voicemail box: give one of them "
        "another name"
    ]


def test_a_number_of_ours_and_a_menu_without_numbers(file: Path) -> None:
    place = tree(file.parent / "bank.yaml", "bank")
    place.write_text(place.read_text(encoding="utf-8").replace("numbers: [200]\n", ""), encoding="utf-8")
    text = f"{ANNA}trees: [bank.yaml]\n{TRUNK}numbers: {{+48221234567: bank}}\n"
    (fault,) = faults(written(file, text))
    assert "leads to the menu 'bank', which has no number" in fault


def test_what_is_impossible_of_phone_features_is_named_with_its_line(file: Path) -> None:
    tree(file.parent / "a.yaml", number="200")
    text = (
        "accounts: {1001: {password: a-long-one, forward: {busy: 1001}}}\ntrees: [a.yaml]\n"
        "groups:\n  200: {members: [1001]}\n  201: {members: [1001, 1002]}\n"
        "rooms:\n  8000: {pin: 2468}\ncodes: {meet: '*8', pickup: ''}\n"
    )
    assert faults(written(file, text)) == [
        "line 6: groups.200: 200 is also the number of the menu 'a': give one of the two another",
        "line 7: groups.201.members.1: there is no account 1002",
        "line 3: accounts.1001.forward.busy: 1001 cannot forward to itself",
    ]


def test_a_number_from_outside_may_lead_to_a_group_or_a_room(file: Path) -> None:
    text = (
        f"{ANNA}groups: {{200: {{members: [1001]}}}}\nrooms: {{8000: {{pin: 2468}}}}\n"
        "numbers: {+48221234567: 200, +48221234568: 8000, +48221234569: 700}\nparking: {}\n"
    )
    (fault,) = faults(written(file, text))
    assert (
        "numbers.+48221234569: leads to 700: there is no menu, account, group, room, queue or number" in fault
    )


def test_numbers_of_duties_are_numbers_of_the_line(file: Path) -> None:
    config = written(
        file,
        "accounts: {1001: {password: a-long-one}, 1002: {password: another-long-one}}\n"
        "duties: {doctor: {number: 540, week: {mon-sun: {main: 1001, spare: 1002}}}}\n"
        "queues: {sales: {number: 600, members: [1002], on_empty: 540}}\n"
        "numbers: {+48221234567: 540}\n"
        "schedules: {office: {week: {mon-fri: 9-17}}}\n"
        "callers:\n  lists: {late: {numbers: [+4812*], to: 600, schedule: office}}\n",
    )
    assert faults(config) == []


def test_what_is_impossible_in_schedules_is_named_where_it_stands(file: Path) -> None:
    config = written(
        file,
        f"{ANNA}duties: {{doctor: {{number: 600, week: {{mon-sun: 1009}}}}}}\n"
        "queues: {sales: {number: 600, members: [1001]}}\n"
        "schedules: {office: {week: {mon-fri: 9-17}}}\n"
        "schedule_codes: {day: '*45'}\n",
    )
    assert faults(config) == [
        "line 4: duties.doctor.number: 600 is also the number of the queue sales: "
        "give one of the two another",
        "line 7: schedule_codes.day: *45 is also the number of the code log_in: give one of the two another",
        "line 4: duties.doctor.week.mon-sun.main: 1009 is no number of the switch: say with whose rights it "
        "is called outside (by: ACCOUNT)",
    ]


def test_a_program_takes_calls_from_outside_and_from_queues_and_has_a_number_of_its_own(file: Path) -> None:
    line = (
        f"{ANNA}applications: {{700: {{{PROGRAM}, fallback: 600}}}}\n"
        "queues: {sales: {members: [1001], number: 600, on_full: 700}}\n"
        "trunks: {provider: {host: sip.provider.example, number: '+48221234567'}}\n"
        "numbers: {'+48221234567': 700}\n"
    )
    assert faults(written(file, line)) == []
    twice = (
        f"{ANNA}applications:\n  600: {{{PROGRAM}, fallback: 1001}}\n  1001: {{{PROGRAM}, fallback: 999}}\n"
    )
    twice += "queues: {sales: {members: [1001], number: 600}}\n"
    assert sorted(one.partition(" is ")[0] for one in faults(written(file, twice)) if "also" in one) == [
        "line 5: applications.600: 600",
        "line 6: applications.1001: 1001",
    ]


def voicemail(file: Path, **words: str) -> list[str]:
    """Return the faults of a line with voicemail, with other words in it."""
    text = VOICEMAIL
    for word, given in {"forward": "voicemail", "greeting": "hello.wav", "box": "8002", **words}.items():
        text = text.replace(word.upper(), given)
    soundfile.write(file.parent / "hello.wav", np.zeros(8000, np.int16), 8000)
    return faults(written(file, text))


def test_everybody_may_be_led_to_boxes_and_desks(file: Path) -> None:
    assert voicemail(file) == []


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"box": "600"}, "voicemail.boxes.1002: 600 is also the number of the queue help"),
        ({"box": "'*72'"}, "voicemail.boxes.1002: *72 is also the number of the code forward_always"),
        ({"box": "1001"}, "voicemail.boxes.1002: 1001 is also the number of the account 1001"),
        ({"greeting": "gone.wav"}, "voicemail.boxes.1001.unavailable: "),
    ],
)
def test_what_is_wrong_with_boxes_is_named(file: Path, words: dict[str, str], fault: str) -> None:
    (found,) = voicemail(file, **words)
    assert fault in found


def test_who_forwards_to_a_box_and_has_none_is_told(file: Path) -> None:
    text = "accounts: {1001: {password: a-long-one, forward: {busy: voicemail}}}\n"
    (found,) = faults(written(file, text))
    assert "accounts.1001.forward.busy: 1001 has no voicemail box" in found
