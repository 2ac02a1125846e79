from __future__ import annotations

import ipaddress
import re

import pytest

from softswitch.sip.networks import network_of


@pytest.mark.parametrize(
    ("text", "network"),
    [("192.0.2.0/28", "192.0.2.0/28"), ("192.0.2.5", "192.0.2.5/32"), ("2001:db8::/32", "2001:db8::/32")],
)
def test_a_network_and_an_address_alone(text: str, network: str) -> None:
    assert network_of(text) == ipaddress.ip_network(network)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("192.0.2.5/24", "'192.0.2.5/24': did you mean 192.0.2.0/24, or 192.0.2.5 alone?"),
        ("2001:db8::1/32", "'2001:db8::1/32': did you mean 2001:db8::/32, or 2001:db8::1 alone?"),
        ("provider.example", "'provider.example' is no address and no network such as 192.0.2.0/28"),
        ("192.0.2.0/33", "'192.0.2.0/33' is no address and no network such as 192.0.2.0/28"),
    ],
)
def test_what_is_none_is_said_in_words(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        network_of(text)
