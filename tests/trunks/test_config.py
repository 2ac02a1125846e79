"""What operators write of the outside is checked, each fault with a sentence."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.trunks.config import OutsideConfig, OutsideRights, TrunkConfig, is_host, server_of

PROVIDER = {"host": "sip.provider.example", "register": True, "username": "line1", "password": "s3cret"}


def trunk(**parts: object) -> TrunkConfig:
    return TrunkConfig.model_validate({"host": "192.0.2.1", **parts})


def test_a_provider_to_register_at() -> None:
    made = TrunkConfig.model_validate({**PROVIDER, "port": 5080, "failover": "backup.example:5070"})
    assert made.registers
    assert made.servers() == (("sip.provider.example", 5080), ("backup.example", 5070))


def test_a_peer_by_address() -> None:
    made = trunk(addresses=["192.0.2.0/28", "2001:db8::/64"], failover=["[2001:db8::1]:5062"], host="[::1]")
    assert made.servers() == (("::1", None), ("2001:db8::1", 5062))
    assert not made.registers


def test_to_whom_tls_may_be_spoken() -> None:
    named = {"host": "a.example", "failover": ["b.example:5070", "192.0.2.9"]}
    assert trunk(**named).certified_names() == ("a.example",)
    assert trunk(**named, transport="tls").certified_names() == ("a.example", "b.example", "192.0.2.9")
    assert trunk(**named, transport="udp").certified_names() == ()
    assert trunk().certified_names() == ()


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"register": True}, "needs username and password"),
        ({"password": "x"}, "proves nothing"),
        ({"from_user": "username"}, "needs a username"),
        ({"host": "a b"}, "neither a name nor an address"),
        ({"host": "300.1.1.1"}, "neither a name nor an address"),
        ({"addresses": ["192.0.2.300"]}, "no address"),
        ({"addresses": ["0.0.0.0/0"]}, "everybody"),
        ({"addresses": "::/0"}, "everybody"),
        ({"failover": ["a:99999"]}, "host or host:port"),
        ({"number": "office"}, "no telephone number"),
        ({"codecs": []}, "at least one codec"),
        ({"codecs": ["g729"]}, "pcma"),
        ({"transport": "sctp"}, "udp"),
        ({"expires": 5}, "60"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_trunk_that_cannot_be(parts: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        trunk(**parts)


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"country": "XX"}, "no country"),
        ({"allowed_countries": ["PL", "Germany"]}, "no country"),
        ({"emergency": ["one-one-two"]}, "no number"),
        ({"trunks": {"a b": {"host": "192.0.2.1"}}}, "a name has letters"),
        ({"numbers": {"4 8;": 1001}}, "no pattern"),
        ({"outbound": [{"match": "x+", "trunks": ["a"]}]}, "at the beginning"),
        ({"outbound": [{"match": "+48*", "trunks": []}]}, "at least 1"),
        ({"outbound": [{"match": "0*", "prepend": "abc", "trunks": ["a"]}]}, "match pattern"),
    ],
)
def test_a_whole_that_cannot_be(parts: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        OutsideConfig.model_validate(parts)


def test_numbers_need_no_quotes() -> None:
    made = OutsideConfig.model_validate(
        {
            "country": "pl",
            "emergency": [112, 998],
            "numbers": {48221234567: 1001, "+48221234568": {"to": "bank", "trunk": "a"}},
            "outbound": [{"match": 118913, "trunks": "a", "allow": 1001, "prepend": 22}],
        }
    )
    assert made.country == "PL"
    assert made.emergency == ("112", "998")
    assert made.numbers["48221234567"].to == "1001"
    assert made.numbers["+48221234568"].trunk == "a"
    route = made.outbound[0]
    assert (route.match, route.trunks, route.allow, route.prepend) == ("118913", ("a",), ("1001",), "22")


def test_what_does_not_fit_together() -> None:
    made = OutsideConfig.model_validate(
        {
            "trunks": {"a": {"host": "192.0.2.1"}},
            "numbers": {"+48221234567": {"to": "bank", "trunk": "b"}},
            "outbound": [
                {"match": "+48*", "trunks": ["a", "c"], "allow": ["everybody", "1001", "sales", "1099"]}
            ],
        }
    )
    rights = {"1001": OutsideRights(), "1002": OutsideRights(group="sales")}
    assert list(made.trunk_faults(rights)) == [
        ("outbound.0.trunks.1", "route 1: there is no trunk c"),
        ("outbound.0.allow.3", "route 1: there is no account and no group 1099"),
        ("numbers.+48221234567.trunk", "there is no trunk b"),
    ]


def test_no_account_is_called_like_those_who_hide() -> None:
    (fault,) = OutsideConfig().trunk_faults({"1001": OutsideRights(), "Anonymous": OutsideRights()})
    assert fault == ("accounts.Anonymous", "callers who hide their number are called so: take another name")


def test_of_one_host_is_said_once_whom_to_believe() -> None:
    secure = {"host": "a.example", "transport": "tls"}

    def faults(*trunks: dict[str, object]) -> list[tuple[str, str]]:
        named = {f"t{number}": one for number, one in enumerate(trunks)}
        return list(OutsideConfig.model_validate({"trunks": named}).trunk_faults({}))

    unverified = {**secure, "tls_verify": False}
    assert faults(secure, {**secure, "port": 5071}) == []
    assert faults(unverified, {**unverified, "port": 5071}, {"host": "a.example", "transport": "udp"}) == []
    reason = "trunk t0 says otherwise of the same host a.example"
    assert faults(secure, unverified) == [("trunks.t1.tls_verify", reason)]
    assert faults(unverified, {"host": "a.example"}) == [("trunks.t1.tls_verify", reason)]
    assert faults(secure, {**secure, "tls_authorities": "/ca.pem"}) == [("trunks.t1.tls_authorities", reason)]
    elsewhere = {"host": "b.example", "transport": "tls", "failover": "a.example", "tls_verify": False}
    assert faults(secure, elsewhere) == [("trunks.t1.tls_verify", reason)]


def test_no_password_is_shown() -> None:
    assert "s3cret" not in repr(TrunkConfig.model_validate(PROVIDER))


def test_an_account_shows_a_number() -> None:
    with pytest.raises(ValidationError, match="no telephone number"):
        OutsideRights(number="office")
    assert OutsideRights.model_validate({"number": 48221234567}).number == "48221234567"


def test_servers_and_hosts() -> None:
    assert server_of("a.example") == ("a.example", None)
    assert server_of("[::1]:5062") == ("::1", 5062)
    for text in ("", "a:0", "a:b", "::1:5", "[::1", "a b"):
        with pytest.raises(ValueError, match="host or host:port"):
            server_of(text)
    assert is_host("a-b.example")
    assert is_host("::1")
    assert not is_host("1.2.3")
    assert not is_host("-a.example")
