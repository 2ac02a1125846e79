"""Which of our addresses goes into Via, Contact and SDP, by who is to read it."""

from __future__ import annotations

import socket

import pytest

from softswitch.transport import addresses
from softswitch.transport.addresses import LocalAddresses, mapped, reachable_addresses, unmapped


@pytest.mark.parametrize(
    ("plain", "seen"),
    [("192.0.2.7", "::ffff:192.0.2.7"), ("2001:db8::7", "2001:db8::7"), ("::1", "::1")],
)
def test_how_a_socket_of_both_families_names_an_address(plain, seen):
    assert (mapped(plain), unmapped(seen)) == (seen, plain)


def test_an_ipv6_address_that_only_looks_mapped_stays():
    assert unmapped("::ffff:0:1") == "::ffff:0:1"


def test_who_is_bound_to_one_address_gives_that():
    assert LocalAddresses("192.0.2.1").towards("198.51.100.7") == "192.0.2.1"


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("8.8.8.8", "5.6.7.8"),
        ("2001:4860:4860::8888", "5.6.7.8"),
        ("10.1.2.3", "10.0.0.1"),
        ("192.168.1.20", "10.0.0.1"),
        ("127.0.0.1", "10.0.0.1"),
        ("169.254.3.3", "10.0.0.1"),
        ("fe80::1%eth0", "10.0.0.1"),
    ],
)
def test_the_public_address_is_for_the_internet_alone(host, ours):
    assert LocalAddresses("10.0.0.1", public="5.6.7.8").towards(host) == ours


def test_who_is_bound_to_all_addresses_asks_the_kernel():
    assert LocalAddresses("0.0.0.0").towards("127.0.0.1") == "127.0.0.1"
    assert LocalAddresses("::").towards("::1") == "::1"


def test_where_no_way_leads_the_loopback_is_named(monkeypatch):
    class Lost(socket.socket):
        def connect(self, address):
            raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "socket", Lost)
    everywhere = LocalAddresses("0.0.0.0")
    # Addresses no other test asks for: the kernel's answers are kept.
    assert everywhere.towards("203.0.113.77") == "127.0.0.1"
    assert everywhere.towards("2001:db8::77") == "::1"


@pytest.mark.parametrize(
    ("found", "listed"),
    [
        (["192.0.2.5"], ["192.0.2.5"]),
        (["127.0.1.1", "127.0.0.1"], ["192.0.2.5"]),
        (["198.51.100.2", "192.0.2.5", "10.0.0.3"], ["192.0.2.5", "10.0.0.3", "198.51.100.2"]),
        (None, ["192.0.2.5"]),
    ],
)
def test_the_address_of_the_default_route_stands_first(monkeypatch, found, listed):
    def resolve(*_):
        if found is None:
            raise socket.gaierror("no name")
        return [(socket.AF_INET, None, 0, "", (host, 0)) for host in found]

    monkeypatch.setattr(addresses, "_routed", lambda host: "192.0.2.5")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert reachable_addresses() == listed


def test_an_ipv4_address_before_a_nat_is_no_use_to_who_comes_by_ipv6():
    both = LocalAddresses("::", public="5.6.7.8")
    assert both.towards("8.8.8.8") == "5.6.7.8"
    assert both.towards("2001:4860:4860::8888") != "5.6.7.8"
    assert LocalAddresses("::", public="2001:4860::1").towards("2001:4860:4860::8888") == "2001:4860::1"


def test_the_addresses_of_ipv6_stand_behind_those_of_ipv4(monkeypatch):
    def resolve(name, port, family):
        hosts = ["2001:db8::7", "fe80::1", "::1"] if family == socket.AF_INET6 else ["10.0.0.3"]
        return [(family, None, 0, "", (host, 0)) for host in hosts]

    monkeypatch.setattr(addresses, "_routed", lambda host: "2001:db8::5" if ":" in host else "192.0.2.5")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert reachable_addresses(ipv6=True) == ["192.0.2.5", "10.0.0.3", "2001:db8::5", "2001:db8::7"]
    monkeypatch.setattr(addresses, "_routed", lambda host: "::1" if ":" in host else "192.0.2.5")
    assert reachable_addresses(ipv6=True) == ["192.0.2.5", "10.0.0.3", "2001:db8::7"]
