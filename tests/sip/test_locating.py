"""Where a server is, by the book of RFC 3263; the answers of DNS are made here."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from softswitch.sip.locating import (
    MOST_PLACES,
    Answer,
    AskAddresses,
    AskNaptr,
    AskSrv,
    Naptr,
    Place,
    Question,
    Srv,
    Target,
    in_order,
    is_address,
    locate,
)

SPOKEN = ("UDP", "TCP")


def found(
    target: Target, zone: dict[Question, Answer], *, spoken: tuple[str, ...] = SPOKEN
) -> tuple[list[Place], list[Question]]:
    """Return the places of a target in a world whose DNS is ``zone``, and what was asked for them."""
    search, asked = locate(target, spoken=spoken, random=lambda: 0.0), []
    try:
        question = next(search)
        while True:
            asked.append(question)
            question = search.send(zone.get(question, ()))
    except StopIteration as end:
        return end.value, asked


def test_an_address_asks_nobody() -> None:
    assert found(Target("192.0.2.1"), {}) == ([Place("UDP", "192.0.2.1", 5060, "192.0.2.1")], [])
    assert found(Target("2001:db8::1", 5070, "TCP"), {})[0] == [
        Place("TCP", "2001:db8::1", 5070, "2001:db8::1")
    ]
    assert found(Target("192.0.2.1", transport="TLS"), {})[0] == [
        Place("TLS", "192.0.2.1", 5061, "192.0.2.1")
    ]


def test_a_port_means_addresses_alone() -> None:
    zone: dict[Question, Answer] = {AskAddresses("sip.example.com"): ["192.0.2.1", "2001:db8::1"]}
    places, asked = found(Target("sip.example.com", 5080), zone)
    assert [(one.transport, one.host, one.port) for one in places] == [
        ("UDP", "192.0.2.1", 5080),
        ("UDP", "2001:db8::1", 5080),
    ]
    assert asked == [AskAddresses("sip.example.com")]


def test_the_example_of_the_rfc() -> None:
    zone: dict[Question, Answer] = {
        AskNaptr("example.com"): [
            Naptr(50, 50, "SIPS+D2T", "_sips._tcp.example.com"),
            Naptr(100, 50, "SIP+D2U", "_sip._udp.example.com"),
            Naptr(90, 50, "SIP+D2T", "_sip._tcp.example.com"),
            Naptr(10, 50, "E2U+sip", "elsewhere.example.com"),
        ],
        AskSrv("_sip._tcp.example.com"): [
            Srv(0, 1, 5060, "server1.example.com"),
            Srv(0, 2, 5060, "server2.example.com"),
        ],
        AskAddresses("server1.example.com"): ["192.0.2.1"],
        AskAddresses("server2.example.com"): ["192.0.2.2"],
    }
    places, asked = found(Target("example.com"), zone)
    # "Since the client supports TCP and UDP, TCP will be used".
    assert [(one.transport, one.host) for one in places] == [("TCP", "192.0.2.1"), ("TCP", "192.0.2.2")]
    assert {one.name for one in places} == {"example.com"}
    assert asked[:2] == [AskNaptr("example.com"), AskSrv("_sip._tcp.example.com")]
    spoken = ("TLS", "TCP")
    assert found(Target("example.com"), zone, spoken=spoken)[1][1] == AskSrv("_sips._tcp.example.com")


def test_without_naptr_the_services_are_asked_for_one_by_one() -> None:
    zone: dict[Question, Answer] = {
        AskSrv("_sip._tcp.example.com"): [Srv(10, 0, 5070, "b"), Srv(5, 0, 5071, "a"), Srv(1, 0, 9, ".")],
        AskAddresses("a"): ["192.0.2.1"],
        AskAddresses("b"): ["192.0.2.2"],
    }
    places, asked = found(Target("example.com"), zone)
    assert [(one.transport, one.host, one.port) for one in places] == [
        ("TCP", "192.0.2.1", 5071),
        ("TCP", "192.0.2.2", 5070),
    ]
    assert AskSrv("_sip._udp.example.com") in asked


def test_a_transport_that_is_named_is_the_only_one_asked_for() -> None:
    zone: dict[Question, Answer] = {AskAddresses("example.com"): ["192.0.2.1"]}
    places, asked = found(Target("example.com", transport="TCP"), zone)
    assert places == [Place("TCP", "192.0.2.1", 5060, "example.com")]
    assert asked == [AskSrv("_sip._tcp.example.com"), AskAddresses("example.com")]


def test_what_does_not_exist_is_nowhere() -> None:
    assert found(Target("example.com"), {})[0] == []


def test_an_endless_list_is_cut() -> None:
    zone: dict[Question, Answer] = {
        AskAddresses("example.com"): [f"10.0.{number // 256}.{number % 256}" for number in range(1000)]
    }
    assert len(found(Target("example.com", 5060), zone)[0]) == MOST_PLACES


def test_weights_are_shares() -> None:
    draw = random.Random(7).random
    records = [Srv(0, 75, 1, "large"), Srv(0, 25, 1, "small"), Srv(1, 100, 1, "backup")]
    firsts = [in_order(records, draw)[0].target for _ in range(4000)]
    assert 0.72 < firsts.count("large") / 4000 < 0.78
    assert "backup" not in firsts


@given(
    st.lists(
        st.builds(Srv, st.integers(0, 3), st.integers(0, 100), st.just(5060), st.text("abc", max_size=3))
    ),
    st.randoms(),
)
def test_the_order_loses_nothing_and_keeps_priorities(records: list[Srv], source: random.Random) -> None:
    ordered = in_order(records, source.random)
    assert sorted(map(repr, ordered)) == sorted(map(repr, records))
    assert [one.priority for one in ordered] == sorted(one.priority for one in records)


def test_addresses_are_told_from_names() -> None:
    assert is_address("192.0.2.1")
    assert is_address("::1")
    assert not is_address("example.com")
