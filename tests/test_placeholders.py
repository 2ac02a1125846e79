"""What is known to everybody is told of by name, wherever in a configuration it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.config import load_config
from softswitch.placeholders import KNOWN_TO_ALL, kept_placeholders
from softswitch.preflight.examining import examine

CONFIG = """\
accounts:
  1001: {name: Anna, password: choose-a-long-one}
  1002: {name: Bartek, password: nobody-has-seen-this}
  1003: {name: choose a long one, ha1: 0123456789abcdef0123456789abcdef}
trunks:
  provider: {host: 192.0.2.1, username: line1, password: the-one-they-gave-you}
mail:
  office: {host: 127.0.0.1, security: none, from: a@b.example, user: a, password: another-long-one}
sms:
  main:
    sender: Firma
    http:
      url: https://gateway.example/send
      auth: {bearer: choose-a-long-one}
      body: {to: "{{SMS.NUMBER}}", text: "{{SMS.TEXT}}"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "softswitch.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_each_is_named_by_its_place(file: Path) -> None:
    assert sorted(where for where, _ in kept_placeholders(load_config(file))) == [
        "accounts.1001.password",
        "mail.office.password",
        "sms.main.http.auth.bearer",
        "trunks.provider.password",
    ]


def test_a_start_and_a_check_warn_of_them_with_file_and_line_and_never_say_the_word(file: Path) -> None:
    config = load_config(file).overridden(bind="127.0.0.1", port=0)
    told = [str(one) for one in examine(config).warnings if "everybody knows it" in str(one)]
    assert len(told) == 4
    for place in ("line 2: accounts.1001.password: ", "line 6: trunks.provider.password: "):
        assert any(one.startswith(f"{file} {place}") for one in told)
    assert not any(word in one for one in told for word in KNOWN_TO_ALL)
