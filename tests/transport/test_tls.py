"""TLS as a layer: two sides joined octet by octet, whoever does not fit told in plain words."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.transport.config import CertificateFiles
from softswitch.transport.layers import Over
from softswitch.transport.tls import PLAIN, TlsLayer, Trust
from tests.transport.shown import believing, made, shown


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return made(tmp_path_factory.mktemp("pbx"))


class Pair:
    """A client and a server, and what came up at each."""

    def __init__(self, client: TlsLayer, server: TlsLayer, *, cut: int = 1 << 20) -> None:
        self.client, self.server = client, server
        self.cut = cut
        self.heard: dict[TlsLayer, bytes] = {client: b"", server: b""}
        self.over: dict[TlsLayer, Over] = {}

    def carry(self, data: bytes, to: TlsLayer) -> None:
        """Bring octets to one side, cut into pieces, and its answers to the other."""
        other = self.client if to is self.server else self.server
        for at in range(0, len(data), self.cut):
            if to in self.over:
                return
            passed = to.receive(data[at : at + self.cut])
            self.heard[to] += b"".join(passed.up)
            if passed.over is not None:
                self.over[to] = passed.over
            if passed.down:
                self.carry(passed.down, other)

    def shake(self) -> Pair:
        self.carry(self.client.start(), self.server)
        return self


def pair(files: CertificateFiles, name: str = "pbx.test", *, cut: int = 1 << 20) -> Pair:
    client = TlsLayer(believing(files), server=False, name=name)
    return Pair(client, shown(files).layer(), cut=cut)


def test_two_sides_shake_hands_talk_and_part(files: CertificateFiles) -> None:
    both = pair(files)
    assert (both.client.ready, both.client.version, both.server.start()) == (False, "", b"")
    both.shake()
    assert both.client.ready
    assert both.server.ready
    assert both.server.version == "TLSv1.3"
    both.carry(both.client.send(b"REGISTER"), both.server)
    both.carry(both.server.send(b"200 OK"), both.client)
    assert (both.heard[both.server], both.heard[both.client]) == (b"REGISTER", b"200 OK")
    assert both.client.ping() == b""
    # What is said last arrives with the farewell, and before it.
    both.carry(both.client.send(b"BYE") + both.client.farewell(), both.server)
    assert both.heard[both.server] == b"REGISTERBYE"
    assert both.over[both.server] == Over()
    assert both.server.farewell()


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(1, 700), messages=st.lists(st.binary(max_size=40_000), max_size=4))
def test_however_the_octets_are_cut_they_arrive_whole_and_in_order(
    files: CertificateFiles, cut: int, messages: list[bytes]
) -> None:
    both = pair(files, cut=cut).shake()
    for message in filter(None, messages):
        both.carry(both.client.send(message), both.server)
    assert both.heard[both.server] == b"".join(messages)
    assert both.over == {}


@pytest.mark.parametrize(
    "first", [b"REGISTER sip:x SIP/2.0\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\r\n\r\n", b"\0"]
)
def test_who_speaks_plain_text_is_told_apart_at_the_first_octet(
    files: CertificateFiles, first: bytes
) -> None:
    server = shown(files).layer()
    assert server.receive(first).over == Over(PLAIN)


@pytest.mark.parametrize(
    ("name", "why"),
    [("other.test", "Hostname mismatch"), ("192.0.2.1", "IP address mismatch")],
)
def test_a_certificate_for_others_is_not_believed(files: CertificateFiles, name: str, why: str) -> None:
    both = pair(files, name).shake()
    assert both.over[both.client].reason.startswith("has a certificate that we do not trust: ")
    assert why in both.over[both.client].reason
    # The other side is told, so that its operator can see it too.
    assert both.over[both.server].reason == (
        "finds our certificate bad: are its names those the phone was told?"
    )


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    files: CertificateFiles, tmp_path: Path
) -> None:
    other = made(tmp_path, ["pbx.test"])
    both = Pair(TlsLayer(believing(other), server=False, name="pbx.test"), shown(files).layer()).shake()
    assert "does not trust our certificate" in both.over[both.server].reason
    assert not both.client.ready


def test_tls_before_1_2_is_not_spoken(files: CertificateFiles) -> None:
    old = believing(None)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    both = Pair(TlsLayer(old, server=False, name="pbx.test"), shown(files).layer()).shake()
    assert both.over[both.server].reason == "speaks only a TLS before 1.2, which is not safe any more"


def test_tls_1_2_is(files: CertificateFiles) -> None:
    context = believing(files)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    both = Pair(TlsLayer(context, server=False, name="pbx.test"), shown(files).layer()).shake()
    assert both.server.version == "TLSv1.2"


def test_what_is_spoilt_on_the_way_ends_it(files: CertificateFiles) -> None:
    both = pair(files).shake()
    data = bytearray(both.client.send(b"INVITE"))
    data[-1] ^= 1
    both.carry(bytes(data), both.server)
    assert both.over[both.server].reason.startswith("broke TLS off (")


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=300), st.integers(0, 600))
def test_no_octets_do_any_harm(files: CertificateFiles, noise: bytes, at: int) -> None:
    hello = TlsLayer(believing(files), server=False, name="pbx.test").start()
    for data in (noise, hello[:at] + noise):
        passed = shown_once(files).receive(data)
        assert passed.up == ()


_SHOWN = {}


def shown_once(files: CertificateFiles) -> TlsLayer:
    """Return a server's side without reading the files each time."""
    return _SHOWN.setdefault(files.certificate, shown(files)).layer()


# Whom we believe


def test_nobody_is_believed_of_whom_we_were_not_told(files: CertificateFiles, tmp_path: Path) -> None:
    trust = Trust()
    assert trust.layer("pbx.test") is None
    trust.add("pbx.test", authorities=files.certificate)
    layer = trust.layer("pbx.test")
    assert layer is not None
    assert Pair(layer, shown(files).layer()).shake().server.ready
    assert trust.layer("PBX.other") is None
    with pytest.raises(OSError, match="No such file"):
        trust.add("b.test", authorities=tmp_path / "none.pem")
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(OSError, match="no certificate or crl"):
        trust.add("b.test", authorities=tmp_path / "empty.pem")
    assert trust.layer("b.test") is None


def test_without_more_the_systems_authorities_vouch(files: CertificateFiles) -> None:
    trust = Trust()
    trust.add("pbx.test")
    layer = trust.layer("pbx.test")
    assert layer is not None
    both = Pair(layer, shown(files).layer()).shake()
    assert both.over[layer].reason.startswith("has a certificate that we do not trust: self-signed")


def test_who_shall_not_be_looked_at_is_believed(files: CertificateFiles) -> None:
    trust = Trust()
    trust.add("anybody.test", verify=False)
    layer = trust.layer("anybody.test")
    assert layer is not None
    assert Pair(layer, shown(files).layer()).shake().server.ready
