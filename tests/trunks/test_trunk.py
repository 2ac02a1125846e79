"""One trunk: the order of its servers, and the requests it sends."""

from __future__ import annotations

from softswitch.sip.hop import Hop
from softswitch.sip.locating import Place, Target
from softswitch.sip.message import Response
from softswitch.sip.stack import SipStack
from softswitch.trunks.config import TrunkConfig
from softswitch.trunks.trunk import Trunk
from tests.fakes.party import counted

HOSTS = ("203.0.113.1", "203.0.113.2", "203.0.113.3")


def trunk(**parts: object) -> Trunk:
    config = TrunkConfig.model_validate({"host": HOSTS[0], "failover": list(HOSTS[1:]), **parts})
    made = Trunk(
        "a",
        config,
        line="mark",
        hop_to=lambda place: Hop(place.transport, place.host, place.port, "192.0.2.1", 5060),
        random=lambda: 1.0,
    )
    made.place(places(*HOSTS), 0.0)
    return made


def places(*hosts: str) -> list[Place]:
    return [Place("UDP", host, 5060, host) for host in hosts]


def order(made: Trunk) -> list[str]:
    return [server.hop.host for server in made.in_order()]


def test_what_is_to_be_looked_up() -> None:
    made = trunk(host="sip.example.com", transport="tcp", failover=["b.example:5070", "[::1]"])
    assert made.targets() == [
        Target("sip.example.com", None, "TCP"),
        Target("b.example", 5070, "TCP"),
        Target("::1", None, "TCP"),
    ]


def test_servers_are_tried_as_configured_but_the_living_first() -> None:
    made = trunk()
    assert order(made) == list(HOSTS)
    made.servers[0].health.suspect(0)
    assert order(made) == [HOSTS[1], HOSTS[2], HOSTS[0]]
    for at in (0.0, 9.0):
        made.servers[1].health.missed(at)
    assert order(made) == [HOSTS[2], HOSTS[0], HOSTS[1]]


def test_where_we_are_registered_goes_before_its_equals() -> None:
    made = trunk(register=True, username="u", password="p")
    assert made.registration is not None
    made.registration.start(0)
    made.registration.failed(0, "no answer")
    made.registration.replied(0, Response(200), "")
    assert order(made) == [HOSTS[1], HOSTS[0], HOSTS[2]]


def test_servers_that_stay_keep_their_health() -> None:
    made = trunk()
    made.servers[1].health.suspect(0)
    assert not made.place(places(*HOSTS), 1.0)
    assert made.place(places(HOSTS[1], "203.0.113.9"), 1.0)
    assert order(made) == ["203.0.113.9", HOSTS[1]]
    assert [server.address for server in made.servers] == [f"{HOSTS[1]}:5060", "203.0.113.9:5060"]


def test_the_requests_it_sends() -> None:
    made = trunk(register=True, username="line1", password="p", domain="provider.example")
    stack = SipStack(token=counted("t"))
    first = made.register_request(stack, made.servers[0], 600)
    assert (str(first.uri), str(first.to.uri)) == ("sip:provider.example", "sip:line1@provider.example")
    assert str(first.contacts[0].uri) == "sip:line1@192.0.2.1:5060;line=mark"
    second = made.register_request(stack, made.servers[1], 0)
    assert (second.call_id, second.cseq.number, second.expires) == (first.call_id, 2, 0)
    options = made.options_request(stack, made.servers[2])
    assert str(options.uri) == "sip:provider.example"
    assert str(trunk().options_request(stack, made.servers[2]).uri) == f"sip:{HOSTS[2]}:5060"


def test_an_ipv6_server_stands_in_brackets() -> None:
    assert trunk(host="2001:db8::1").domain == "[2001:db8::1]"
