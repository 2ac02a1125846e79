import pytest

from softswitch.sip.hop import Hop, bare_host, host_port


def test_addresses_as_uris_write_them():
    hop = Hop("UDP", "2001:db8::9", 5062, "192.0.2.1", 5060)
    assert (hop.address, hop.local_address) == ("[2001:db8::9]:5062", "192.0.2.1:5060")
    assert host_port("pbx", 1) == "pbx:1"


@pytest.mark.parametrize(
    ("transport", "reliable"), [("UDP", False), ("TCP", True), ("TLS", True), ("WSS", True)]
)
def test_only_udp_repeats_by_our_timers(transport, reliable):
    assert Hop(transport, "a", 1, "b", 2).reliable is reliable


def test_a_host_loses_its_brackets_and_its_case():
    assert (bare_host("[2001:DB8::1]"), bare_host("PBX")) == ("2001:db8::1", "pbx")
