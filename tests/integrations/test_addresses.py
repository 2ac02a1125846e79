"""Where requests may go: rules without a network."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.integrations.addresses import Reach, is_inner, literal, read_place

INNER = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254
169.254.170.2 100.64.0.1 100.100.100.200 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
::1 :: ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 fe80::1 fe80::1%eth0 fc00::1 fd00:ec2::254
ff02::1 2001:db8::1 2001::1 2002:7f00:1:: 2002:a00:1:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
100::1 ::127.0.0.1 fec0::1 3fff::1 5f00::1
"""
OUTER = """
8.8.8.8 1.1.1.1 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 169.253.255.255 223.255.255.255
192.0.1.1 168.63.129.15 126.255.255.255 128.0.0.1
2606:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::
"""


@pytest.mark.parametrize("text", INNER.split())
def test_inner_addresses(text):
    assert is_inner(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", OUTER.split())
def test_outer_addresses(text):
    assert not is_inner(ipaddress.ip_address(text))


@given(st.ip_addresses())
def test_what_python_calls_private_or_multicast_is_inner(address):
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped or address.sixtofour):
        return
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        exempt = ipaddress.ip_network("64:ff9b::/96")
        assert is_inner(address) or address in exempt


@given(st.ip_addresses(v=4))
def test_an_address_is_as_inner_as_what_it_is_wrapped_in(address):
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x0064FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]
    assert {is_inner(one) for one in wrapped} == {is_inner(address)}


@given(st.ip_addresses(), st.text(max_size=20), st.integers(1, 65535))
def test_without_an_entry_nothing_inner_is_allowed(address, host, port):
    assert Reach().allows(host, port, address) == (not is_inner(address))
    assert not Reach(only_listed=True).allows(host, port, address)


@given(st.ip_addresses(), st.integers(1, 65535))
def test_an_entry_allows_what_it_names_and_no_more(address, port):
    reach = Reach((read_place(str(address)),))
    assert reach.allows("", port, address)
    other = address + 1 if int(address) % 2 == 0 else address - 1
    assert reach.allows("", port, other) == (not is_inner(other))


ENTRIES = ("CRM.local.", "pbx.local:8080", "10.1.0.0/16", "[::1]:81", "fd00::/8")


def test_entries_of_hosts_networks_and_ports():
    reach = Reach(tuple(read_place(text) for text in ENTRIES))
    inner = ipaddress.ip_address("192.168.1.1")
    assert reach.allows("crm.local", 443, inner)
    assert reach.allows("crm.LOCAL.", 80, inner)
    assert not reach.allows("xcrm.local", 80, inner)
    assert reach.allows("pbx.local", 8080, inner)
    assert not reach.allows("pbx.local", 80, inner)
    assert reach.allows("any", 80, ipaddress.ip_address("10.1.2.3"))
    assert reach.allows("any", 80, ipaddress.ip_address("::ffff:10.1.2.3"))
    assert not reach.allows("any", 80, ipaddress.ip_address("10.2.2.3"))
    assert reach.allows("any", 81, ipaddress.ip_address("::1"))
    assert not reach.allows("any", 80, ipaddress.ip_address("::1"))
    assert reach.among("x", 80, [inner, ipaddress.ip_address("fd01::1")]) == [ipaddress.ip_address("fd01::1")]


@pytest.mark.parametrize(
    "text",
    ["", " ", "a b", "http://x", "10.0.0.1/8", "300.1.1.1", "x:0", "x:70000", "x/24", "[::1", "a..b"],
)
def test_entries_that_are_none_are_refused_in_plain_words(text):
    with pytest.raises(ValueError, match=r"such as|port|zero"):
        read_place(text)


@given(st.text(max_size=30))
def test_any_text_is_an_entry_or_a_plain_refusal(text):
    try:
        place = read_place(text)
    except ValueError:
        return
    assert place.host or place.network is not None


@pytest.mark.parametrize(
    ("host", "found"), [("[::1]", "::1"), ("127.0.0.1", "127.0.0.1"), ("localhost", None)]
)
def test_a_literal_is_told_from_a_name(host, found):
    assert literal(host) == (None if found is None else ipaddress.ip_address(found))
