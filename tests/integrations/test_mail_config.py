from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from softswitch.integrations.mail_config import MailboxConfig

PLAIN = {"host": "smtp.example.com", "from": "centrala@firma.pl"}


def box(**changes: object) -> MailboxConfig:
    return MailboxConfig.model_validate({**PLAIN, **changes})


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_port_goes_with_the_security(security: str, port: int) -> None:
    assert box(security=security).port_used == port
    assert box(security=security, port=2525).port_used == 2525


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"from": "nobody"}, "no mail address"),
        ({"from": ""}, "needs from"),
        ({"user": "me"}, "belong together"),
        ({"user": "me", "password": "x", "security": "none"}, "on the wire"),
        ({"host": "a b"}, "pattern"),
        ({"reply_to": "x@y\nBcc: z@w"}, "no mail address"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        box(**changes)


def test_a_password_to_this_machine_is_on_no_wire() -> None:
    assert box(host="localhost", user="me", password="x", security="none").user == "me"


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(box(user="me", password="hunter2"))


def test_files_lie_beside_the_configuration() -> None:
    assert box(authorities="ca.pem").placed(Path("/etc/line")).authorities == Path("/etc/line/ca.pem")
    assert box().placed(Path("/etc/line")).authorities is None
