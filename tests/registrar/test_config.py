"""What an operator may write about the defence."""

from __future__ import annotations

import ipaddress

import pytest
from pydantic import ValidationError

from softswitch.registrar.config import DefenceConfig


def test_addresses_and_networks_of_both_families():
    config = DefenceConfig(allow=("192.0.2.7", "198.51.100.0/24", "2001:db8::/32"))
    assert config.networks == (
        ipaddress.ip_network("192.0.2.7/32"),
        ipaddress.ip_network("198.51.100.0/24"),
        ipaddress.ip_network("2001:db8::/32"),
    )
    assert DefenceConfig().networks == ()


@pytest.mark.parametrize("written", ["proxy.example", "192.0.2.7/24", "192.0.2.0/33", ""])
def test_what_is_no_network_is_refused(written):
    with pytest.raises(ValidationError):
        DefenceConfig(allow=(written,))
