"""A check says what it understood, so that a slip of the pen that is no fault is seen all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import load_config
from softswitch.understood import understood

WHOLE = """\
sip: {port: 5060, tls: yes}
accounts:
  1001: {password: a-long-one, srtp: required}
  1002: {password: a-long-one}
groups: {200: {name: sales, members: [1001, 1002], strategy: hunt}}
rooms: {800: {name: board, pin: 2468}}
queues:
  sales: {number: 600, members: [1001], may_join: [1002]}
  empty: {strategy: ring_all}
parking: {number: 700, slots: 701-709}
country: PL
allowed_countries: [DE]
emergency: [112]
trunks:
  provider:
    {host: sip.provider.example, username: line1, password: its-secret, register: true, number: 221234567}
  office: {host: 192.0.2.1, port: 5070, transport: tcp, failover: 192.0.2.2}
numbers:
  "+48221234567": 200
  "+48221234568": {to: 1001, trunk: office}
outbound:
  - {match: "+48*", trunks: [provider, office]}
  - {match: "9*", strip: 1, prepend: "+49", trunks: office, allow: 1001, from_outside: true}
"""


def test_everything_that_stands_in_the_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "softswitch.yaml"
    file.write_text(WHOLE, encoding="utf-8")
    lines = understood(load_config(file)).splitlines()
    codes = lines.pop(5)
    assert codes.startswith("codes: *72 forward_always, *73 forward_always_off, ")
    assert lines == [
        "200 -> group sales: 1001, 1002 (one after another)",
        "800 -> room board, with a PIN",
        "600 -> queue sales: 1001, 1002 (longest idle)",
        "queue empty, without a number: nobody (ring all)",
        "700 -> parking, 701-709",
        "trunk provider: sip.provider.example, registers as line1, shows 221234567",
        "trunk office: 192.0.2.1:5070 over TCP, else 192.0.2.2, without a password",
        "from outside +48221234567 -> 200",
        "from outside +48221234568 -> 1001 (by trunk office)",
        "route 1: +48* -> provider, else office",
        "route 2: 9* -> office, without the first 1, with +49 in front, only for 1001, "
        "also for callers from outside",
        "countries: PL, DE (accounts with calls: all call everywhere)",
        "emergency: 112",
        "TLS on port 5061",
        "certificate: tls/certificate.pem",
        "SRTP required: 1001",
    ]
    assert "2468" not in "".join(lines)
    assert "its-secret" not in "".join(lines)


def test_a_thousand_numbers_are_no_thousand_lines(tmp_path: Path) -> None:
    file = tmp_path / "softswitch.yaml"
    numbers = "".join(f"  '+482212{number}': 1001\n" for number in range(30_000, 31_000))
    file.write_text(f"codes: {{meet: ''}}\nnumbers:\n{numbers}", encoding="utf-8")
    lines = understood(load_config(file)).splitlines()
    assert lines[-1] == "from outside and 950 more"
    assert len(lines) == 52


def test_opening_hours_duties_and_lists_are_said(tmp_path: Path) -> None:
    file = tmp_path / "softswitch.yaml"
    file.write_text(
        "accounts: {1001: {password: a-long-one}}\n"
        "schedules: {office: {week: {mon-fri: 9-17, sat: 10-13}, holidays: PL, special: {12-31: 9-12}}}\n"
        "duties: {doctor: {number: 540, week: {mon-sun: 1001}}}\n"
        "callers:\n"
        "  blocked: [hidden]\n"
        "  vip: {600100200: 1001}\n"
        "  lists: {late: {numbers: [+4812*], to: 540, schedule: office}}\n",
        encoding="utf-8",
    )
    lines = understood(load_config(file)).splitlines()
    assert lines[1:5] == [
        "540 -> duty doctor",
        "schedule office: mon-fri 9-17; sat 10-13 (Europe/Warsaw); holidays PL; special days 1",
        "callers: blocked 1, straight to a consultant 1",
        "callers of the list late (1) -> 540, while office is closed or special",
    ]
