"""What works, and is still not what an operator wants, is said."""

from __future__ import annotations

from typing import Any

import pytest

from softswitch.trunks.check import outside_warnings
from softswitch.trunks.config import OutsideConfig, OutsideRights
from softswitch.trunks.numbers import Numbering

TRUNK = {"host": "192.0.2.1", "number": "+48221234567"}


def warnings(rights: OutsideRights | None = None, **config: Any) -> list[tuple[str, str]]:
    """Return what is said of a Polish line with one trunk, if the test says nothing else."""
    said = {"country": "PL", "trunks": {"a": TRUNK}, "outbound": [{"match": "+48*", "trunks": "a"}], **config}
    read = OutsideConfig.model_validate({key: value for key, value in said.items() if value is not None})
    return list(outside_warnings(read, {"1001": rights or OutsideRights()}, Numbering(read.country)))


def test_a_line_that_is_as_it_should_be() -> None:
    assert warnings(numbers={"+48221234567": "1001", "line1": "1001", "200": "1001"}) == []
    assert warnings(trunks={}, country=None, emergency=[], outbound=[]) == []


def test_nobody_could_call_for_help() -> None:
    ((where, reason),) = warnings(emergency=[])
    assert (where, reason.partition(":")[0]) == ("emergency", "NOBODY CAN CALL FOR HELP")


def test_a_country_that_is_not_named() -> None:
    ((where, reason),) = warnings(country=None)
    assert where == "trunks"
    assert "numbers are read as those of PL" in reason


@pytest.mark.parametrize("number", ["0221234569", "+48221234"])
def test_a_number_that_is_none_of_the_country(number: str) -> None:
    ((where, reason),) = warnings(numbers={number: "1001"})
    assert where == f"numbers.{number}"
    assert reason == f"{number} is no telephone number of PL or abroad: write it as +48123456789"


def test_a_number_to_show_that_is_none() -> None:
    assert [where for where, _ in warnings(OutsideRights(number="022123456789"))] == [
        "accounts.1001.outside.number"
    ]
    assert [where for where, _ in warnings(trunks={"a": {**TRUNK, "number": "022123456789"}})] == [
        "trunks.a.number"
    ]


def test_a_trunk_that_no_call_goes_out_by() -> None:
    ((where, reason),) = warnings(outbound=[])
    assert (where, reason.partition(":")[0]) == ("trunks.a", "no route of outbound leads to it")


def test_a_trunk_without_a_number() -> None:
    ((where, reason),) = warnings(trunks={"a": {"host": "192.0.2.1"}})
    assert (where, reason.partition(":")[0]) == ("trunks.a", "has no number of its own")


@pytest.mark.parametrize(
    ("parts", "warned"),
    [
        ({"srtp": "required"}, True),
        ({"srtp": "required", "transport": "udp"}, True),
        ({"srtp": "required", "transport": "tcp"}, True),
        ({"srtp": "required", "transport": "tls"}, False),
        ({"srtp": "offered", "transport": "udp"}, False),
    ],
)
def test_keys_that_can_be_read_on_the_way(parts: dict[str, str], warned: bool) -> None:
    found = warnings(trunks={"a": {**TRUNK, **parts}})
    assert [where for where, _ in found] == ["trunks.a.srtp"] * warned
    assert all("who reads the signalling reads the keys" in reason for _, reason in found)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"match": "*"}, {"match": "0049*"}, "is never reached"),
        ({"match": "+48*"}, {"match": "+4822XXXXXXX"}, "is never reached"),
        ({"match": "*"}, {"match": "+49*"}, "is reached only by what is dialled with a +"),
        ({"match": "0049*"}, {"match": "*"}, ""),
        ({"match": "+48*"}, {"match": "0048*"}, ""),
        ({"match": "*", "allow": "1001"}, {"match": "0049*"}, ""),
        ({"match": "*", "allow": ["1001", "b"]}, {"match": "0049*", "allow": "b"}, "is never reached"),
        ({"match": "*"}, {"match": "9*", "strip": 1}, ""),
        ({"match": "*"}, {"match": "555XXXX", "prepend": "+4822"}, ""),
    ],
)
def test_a_route_behind_another(first: dict[str, Any], second: dict[str, Any], said: str) -> None:
    found = warnings(outbound=[{**first, "trunks": "a"}, {**second, "trunks": "a"}])
    where = f"route 1 ({first['match']}) stands above it"
    assert found == ([("outbound.1", f"route 2 {said}: {where}")] if said else [])


def test_a_route_for_callers_from_outside_is_reached_behind_one_that_is_not() -> None:
    outside = {"match": "+4822*", "trunks": "a", "from_outside": True}
    ((where, _),) = warnings(outbound=[{"match": "+48*", "trunks": "a"}, outside])
    assert where == "outbound.1.from_outside"
