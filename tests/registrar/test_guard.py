"""Everybody is heard in measure, each in his own, and whoever has proved himself in a larger one."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.registrar import guard as guarding
from softswitch.registrar.guard import TRUST_SECONDS, Guard, Share, Shares, Silenced

BAD, OTHER = "203.0.113.66", "203.0.113.67"
SHARES = Shares(socket=Share(10, 20), address=Share(50, 100), everybody=Share(200, 400))
PROVED = Shares(proved=Share(200, 600), proved_address=Share(1000, 4000))


def heard(guard, host=BAD, port=5060, *, times=1, now=0.0):
    """Return how many of so many datagrams are heard."""
    return sum(guard.admits(host, port, now) for _ in range(times))


def test_a_socket_has_its_burst_and_then_its_rate():
    guard = Guard(shares=SHARES)
    assert heard(guard, times=1000) == 20
    assert heard(guard, times=1000, now=1.0) == 10
    assert heard(guard, times=1000, now=60.0) == 20


def test_who_floods_from_one_socket_leaves_his_address_to_others_and_his_ports_leave_it_to_the_world():
    guard = Guard(shares=SHARES)
    heard(guard, times=1000)
    assert heard(guard, port=5062, times=1000) == 20
    for port in range(1000):
        heard(guard, port=port, times=20)
    assert heard(guard, port=6000) == 0
    assert heard(guard, OTHER, times=20) == 20


def test_all_strangers_together_have_one_share():
    guard = Guard(shares=SHARES)
    hosts = [f"198.51.{number // 250}.{1 + number % 250}" for number in range(2000)]
    assert sum(heard(guard, host) for host in hosts) == 400
    assert sum(heard(guard, host, now=1.0) for host in hosts) == 200


def test_known_is_who_has_proved_himself_and_who_need_not():
    allow = [ipaddress.ip_network("192.0.2.0/24")]
    guard = Guard(allow, shares=SHARES, speaks_for_many=lambda host: host == "198.51.100.9")
    guard.trust(BAD, 5060, 0.0)
    # A trunk's server opens streams of its own.
    assert guard.knows("198.51.100.9", 40_000, 0.0)
    assert guard.knows(BAD, 5060, TRUST_SECONDS - 1)
    assert not guard.knows(BAD, 5060, TRUST_SECONDS)
    assert not guard.knows(BAD, 5062, 1.0)
    assert guard.knows("192.0.2.7", 1, 0.0)
    assert guard.knows("127.0.0.1", 1, 0.0)
    heard(guard, OTHER)
    assert not guard.knows(OTHER, 5060, 0.0)


def test_an_ipv6_subscriber_is_one_address():
    guard = Guard(shares=SHARES)
    assert sum(heard(guard, f"2001:db8:1:2::{number:x}") for number in range(500)) == 100
    assert heard(guard, "2001:db8:1:3::1") == 1


def test_who_has_proved_himself_has_a_larger_share_until_he_must_again():
    guard = Guard(shares=SHARES)
    heard(guard, times=1000)
    guard.trust(BAD, 5060, 0.0)
    # What he used up as a stranger is forgotten; proving himself once more gives nothing more.
    assert heard(guard, times=10_000) == PROVED.proved.burst
    guard.trust(BAD, 5060, 0.0)
    assert heard(guard, times=10_000, now=1.0) == PROVED.proved.rate
    # Next to him others are strangers, and by him nobody loses his share.
    assert heard(guard, port=5061, times=1000) == 20
    assert heard(guard, times=100, now=TRUST_SECONDS - 1) == 100
    assert heard(guard, times=1000, now=TRUST_SECONDS) == 20


def test_many_sockets_of_one_password_have_the_share_of_their_address():
    guard = Guard(shares=SHARES)
    for port in range(6000, 6010):
        guard.trust(BAD, port, 0.0)
    guard.trust(OTHER, 6000, 0.0)
    assert sum(heard(guard, port=port, times=1000) for port in range(6000, 6010)) == 4000
    assert guard.take_report() == (Silenced(BAD, 6000),)
    assert sum(heard(guard, port=port, times=1000, now=1.0) for port in range(6000, 6010)) == 1000
    assert heard(guard, OTHER, port=6000, times=600) == 600


def test_a_flood_of_strangers_takes_nothing_from_the_phones_at_their_address():
    guard = Guard(shares=SHARES)
    guard.trust(BAD, 5060, 0.0)
    for port in range(6000, 6100):
        heard(guard, port=port, times=100)
    assert heard(guard, times=600) == 600


def test_a_server_of_a_trunk_is_heard_without_measure_once_it_has_proved_itself():
    guard = Guard(shares=SHARES, speaks_for_many=lambda host: host == OTHER)
    # Its address alone is no proof: over UDP anybody can write it.
    assert heard(guard, OTHER, times=1000) == 20
    guard.trust(OTHER, 5060, 0.0)
    assert heard(guard, OTHER, times=10_000) == 10_000
    assert heard(guard, OTHER, port=5061, times=1000) == 20
    assert Silenced(OTHER, 980 + 980) in guard.take_report()


def test_what_is_allowed_and_this_machine_are_no_strangers():
    guard = Guard([ipaddress.ip_network("198.51.100.0/24"), ipaddress.ip_network("2001:db8::/32")], SHARES)
    for host in ("198.51.100.7", "2001:db8::7", "127.0.0.1", "::1"):
        assert heard(guard, host, times=1000) == 1000
    assert guard.allowed("198.51.100.7")
    # Who is on this machine is heard; guesses from it count as any.
    assert not guard.allowed("127.0.0.1")
    assert heard(guard, "198.51.101.7", times=1000) == 20


def test_what_was_dropped_is_told_once_most_first():
    guard = Guard(shares=SHARES)
    assert guard.take_report() == ()
    heard(guard, times=30)
    heard(guard, OTHER, times=120)
    assert guard.take_report() == (Silenced(OTHER, 100), Silenced(BAD, 10))
    assert guard.take_report() == ()


def test_memory_is_bounded_whoever_forges_addresses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guarding, "MAX_TRUSTED", 10)
    monkeypatch.setattr(guarding, "MAX_IDLE", 1000)
    guard = Guard(shares=SHARES)
    for number in range(100_000):
        guard.admits(str(ipaddress.IPv4Address(0x0B000000 + number)), 5060, number / 10_000)
    for port in range(50):
        guard.trust(BAD, port, 0.0)
    sizes = guard.sizes()
    assert sizes["shares"] <= 1000
    assert sizes["dropped"] <= guarding.MAX_TOLD
    assert sizes["trusted"] == 10
    # Who proved himself last is the one who stays.
    assert heard(guard, port=49, times=100) == 100


@given(st.lists(st.tuples(st.floats(0, 0.5), st.sampled_from([BAD, OTHER]), st.integers(1, 3)), max_size=300))
def test_nobody_is_ever_heard_more_than_his_share(arrivals):
    guard, now, counts = Guard(shares=SHARES), 0.0, {}
    for pause, host, port in arrivals:
        now += pause
        for _ in range(5):
            if guard.admits(host, port, now):
                counts[host, port] = counts.get((host, port), 0) + 1
    for count in counts.values():
        assert count <= SHARES.socket.burst + SHARES.socket.rate * now + 1
