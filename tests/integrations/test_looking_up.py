"""The guard between names and connections."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from softswitch.integrations.addresses import Reach, read_place
from softswitch.integrations.http_errors import NotAllowed
from softswitch.integrations.looking_up import REASON, AddressForbidden, Guard, SystemNames, forbidden
from tests.integrations.servers import Names


def info(host, port=80, family=socket.AF_INET):
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))


async def test_only_allowed_addresses_are_given():
    guard = Guard(Reach((read_place("10.1.0.0/16"),)), Names(x_example=["10.0.0.1 10.1.0.1 8.8.8.8 ::1"]))
    found = await guard.resolve("x.example", 80)
    assert [one["host"] for one in found] == ["10.1.0.1", "8.8.8.8"]
    with pytest.raises(AddressForbidden):
        await Guard(Reach(), Names(x_example=["10.0.0.1"])).resolve("x.example", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "127.1", "0x7f000001", "localhost", ""])
def test_a_socket_leads_nowhere_else(host):
    with pytest.raises(AddressForbidden):
        Guard(Reach(), Names()).socket(info(host))
    with pytest.raises(AddressForbidden):
        Guard(Reach(), Names()).socket(info("::1", family=socket.AF_INET6))


async def test_an_address_let_through_by_name_is_so_for_its_port_alone():
    guard = Guard(Reach((read_place("crm.local"),)), Names(crm_local=["10.0.0.1"]))
    await guard.resolve("crm.local", 80)
    guard.socket(info("10.0.0.1")).close()
    with pytest.raises(AddressForbidden):
        guard.socket(info("10.0.0.1", 22))
    with pytest.raises(NotAllowed):
        guard.check("10.0.0.1", 80, shown="10.0.0.1")


def test_a_written_address_is_checked_and_a_name_left_to_the_look_up():
    guard = Guard(Reach(), Names())
    with pytest.raises(NotAllowed, match="inner"):
        guard.check("[::1]", 80, shown="x")
    guard.check("8.8.8.8", 80, shown="x")
    guard.check("localhost", 80, shown="x")


async def test_the_system_knows_this_machine():
    names = SystemNames()
    try:
        assert ipaddress.ip_address("127.0.0.1") in await names.addresses("localhost")
    finally:
        names.close()


def test_what_was_forbidden_is_found_in_what_others_make_of_it():
    assert forbidden(AddressForbidden(REASON)) == REASON
    assert forbidden(OSError(f"Multiple exceptions: {REASON}, x")) == REASON
    assert forbidden(OSError("refused")) is None
    assert forbidden(None) is None
