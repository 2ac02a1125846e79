"""Addresses that are written out and that nobody may ask are told before the first request."""

from __future__ import annotations

import pytest

from softswitch.integrations.http_config import HttpConfig
from softswitch.integrations.inner_check import inner_places


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:8085/send", "asks 127.0.0.1:8085, an inner address"),
        ("https://10.1.2.3/orders/{{CALL.SRC_NUMBER}}", "asks 10.1.2.3:443, an inner address"),
        ("http://[::1]:80/", "asks [::1]:80, an inner address"),
    ],
)
def test_an_inner_address_that_nobody_allowed(url: str, told: str) -> None:
    ((where, reason),) = inner_places(HttpConfig(), {"sms.default.http.url": url})
    assert where == "sms.default.http.url"
    assert reason.startswith(told)
    assert reason.endswith("until http: allow names it")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8085/send",
        "https://api.sms.example/send",
        "https://192.0.2.10/x",
        "https://8.8.8.8/",
    ],
)
def test_what_is_allowed_public_or_a_name(url: str) -> None:
    allowed = HttpConfig(allow=("127.0.0.1:8085", "192.0.2.0/24"))
    assert list(inner_places(allowed, {"connections.a.url": url})) == []


def test_a_port_that_is_not_the_allowed_one() -> None:
    http = HttpConfig(allow=("127.0.0.1:8085",))
    assert [where for where, _ in inner_places(http, {"a": "http://127.0.0.1:8086/"})] == ["a"]
