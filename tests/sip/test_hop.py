import pytest

from softswitch.sip.hop import Hop, bare_host, host_port, is_public, plain_address, site


def test_addresses_as_uris_write_them():
    hop = Hop("UDP", "2001:db8::9", 5062, "192.0.2.1", 5060)
    assert (hop.address, hop.local_address) == ("[2001:db8::9]:5062", "192.0.2.1:5060")
    assert host_port("pbx", 1) == "pbx:1"


@pytest.mark.parametrize(
    ("transport", "reliable"), [("UDP", False), ("TCP", True), ("TLS", True), ("WSS", True)]
)
def test_only_udp_repeats_by_our_timers(transport, reliable):
    assert Hop(transport, "a", 1, "b", 2).reliable is reliable


@pytest.mark.parametrize(
    ("transport", "secure", "framed"),
    [
        ("UDP", False, False),
        ("TCP", False, False),
        ("TLS", True, False),
        ("WS", False, True),
        ("WSS", True, True),
    ],
)
def test_what_a_transport_promises(transport, secure, framed):
    hop = Hop(transport, "a", 1, "b", 2)
    assert (hop.secure, hop.framed) == (secure, framed)


def test_a_host_loses_its_brackets_and_its_case():
    assert (bare_host("[2001:DB8::1]"), bare_host("PBX")) == ("2001:db8::1", "pbx")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("2001:DB8:0:0::9", "2001:db8::9"),
        ("::ffff:192.0.2.10", "192.0.2.10"),
        ("::FFFF:c000:20a", "192.0.2.10"),
        ("2001:db8:::192.0.2.1", "2001:db8::c000:201"),
        ("192.0.2.1", "192.0.2.1"),
        ("PBX.example", "pbx.example"),
        ("1:2", "1:2"),
    ],
)
def test_one_address_is_one_however_it_is_written(written, plain):
    assert plain_address(written) == plain
    assert bare_host(f"[{written}]") == plain


@pytest.mark.parametrize(
    ("host", "whole"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_who_has_an_ipv6_address_has_them_all(host, whole):
    assert site(host) == whole


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("192.168.1.9", False),
        ("100.64.0.1", False),
        ("8.8.8.8", True),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("2600::1", True),
    ],
)
def test_where_a_nat_may_stand_unseen(address, public):
    assert is_public(address) is public
