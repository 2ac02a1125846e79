"""``phones`` and ``bans`` as people and programs see them."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from softswitch.commands.defence import Phone, ShutOut, show_bans, show_lifted, show_phones
from softswitch.commands.view import View
from softswitch.languages import POLISH

PHONE = Phone(
    account="1001",
    name="[bold]Jan\x1b[31m",
    contact="sip:1001@192.0.2.9:5062",
    source="192.0.2.9:5062",
    transport="UDP",
    until="2026-01-05T09:30:00+00:00",
    user_agent="Linphone/5.1",
    behind_nat=True,
)


def printed(shown: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=110).print(shown)
    return out.getvalue()


def test_phones_are_listed_with_all_that_helps_to_find_them():
    title, line = printed(show_phones([PHONE], view=View(zone=UTC))).splitlines()
    assert title.split() == ["account", "from", "transport", "until", "phone"]
    assert line.split() == [
        *("1001", "[bold]Jan·[31m", "192.0.2.9:5062", "(behind", "NAT)", "UDP", "09:30:00", "Linphone/5.1")
    ]


def test_times_are_those_of_the_reader():
    view = View(zone=timezone(timedelta(hours=2)), language=POLISH)
    shown = printed(show_phones([PHONE], view=view))
    assert "11:30:00" in shown
    assert "(za NAT)" in shown
    assert "konto" in shown


def test_bans_say_how_long_and_how_often():
    bans = [ShutOut("192.0.2.66", 119, 2, 20, "1001"), ShutOut("2001:db8::/64", 60, 1, 20, "")]
    title, line, other = printed(show_bans(bans, view=View())).splitlines()
    columns = ["address or account", "seconds left", "wrong passwords", "for account", "which ban"]
    assert [title.index(one) for one in columns] == sorted(title.index(one) for one in columns)
    assert line.split() == ["192.0.2.66", "119", "20", "1001", "2"]
    assert other.split() == ["2001:db8::/64", "60", "20", "several", "1"]
    polish = printed(show_bans(bans, view=View(language=POLISH))).splitlines()[0]
    assert polish.split("  ")[0] == "adres lub konto"
    assert "która blokada" in polish


@pytest.mark.parametrize(
    ("language", "phones", "bans"),
    [
        ("en", "No phone is registered.", "Nobody is banned."),
        ("pl", "Żaden telefon nie jest zarejestrowany.", "Nikt nie jest zablokowany."),
    ],
)
def test_nothing_is_said_in_words(language, phones, bans):
    view = View(language=language)
    assert printed(show_phones([], view=view)).strip() == phones
    assert printed(show_bans([], view=view)).strip() == bans


@pytest.mark.parametrize(
    ("lifted", "language", "text"),
    [
        (True, "en", "192.0.2.66 is let in again."),
        (False, "en", "192.0.2.66 is not banned."),
        (True, "pl", "Zdjęto blokadę: 192.0.2.66."),
        (False, "pl", "192.0.2.66 nie ma blokady."),
    ],
)
def test_what_came_of_letting_in(lifted, language, text):
    assert printed(show_lifted("192.0.2.66", lifted=lifted, view=View(language=language))).strip() == text


def test_programs_read_the_same_as_json():
    view = View(as_json=True)
    assert json.loads(str(show_phones([PHONE], view=view)))[0]["source"] == "192.0.2.9:5062"
    assert json.loads(str(show_bans([ShutOut("x", 1, 2, 20, "1001")], view=view))) == [
        {"source": "x", "seconds": 1, "times": 2, "wrong": 20, "account": "1001"}
    ]
    assert json.loads(str(show_lifted("x", lifted=True, view=view))) == {"source": "x", "lifted": True}
