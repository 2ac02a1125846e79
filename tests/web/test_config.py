"""The part `api:` of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from softswitch.web.config import ApiConfig


def test_by_default_it_listens_on_this_machine_alone() -> None:
    config = ApiConfig()
    assert (config.bind, config.port, config.protected) == ("127.0.0.1", 8090, False)


def test_files_are_beside_the_configuration() -> None:
    config = ApiConfig(certificate=Path("a.pem"), key=Path("/k.pem")).placed(Path("/etc/line"))
    assert (config.certificate, config.key) == (Path("/etc/line/a.pem"), Path("/k.pem"))
    assert ApiConfig().placed(Path("/etc")).certificate is None


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"bind": "0.0.0.0"}, "unencrypted"),
        ({"bind": "::"}, "unencrypted"),
        ({"bind": "here"}, "no IP address"),
        ({"certificate": "a.pem"}, "go together"),
        ({"pop_url": "ftp://x/{number}"}, "http"),
        ({"port": 70_000}, "65535"),
        ({"colour": "red"}, "Extra"),
    ],
)
def test_what_is_not_right_is_said(parts: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ApiConfig.model_validate(parts)


@pytest.mark.parametrize(
    "parts",
    [
        {"bind": "0.0.0.0", "certificate": "a.pem", "key": "k.pem"},
        {"bind": "192.0.2.1", "unprotected": True},
        {"bind": "::1"},
        {"pop_url": "https://crm.example/{customer}"},
    ],
)
def test_what_is_right(parts: dict[str, Any]) -> None:
    assert ApiConfig.model_validate(parts)
