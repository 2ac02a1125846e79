"""What is impossible though every part by itself is right."""

from __future__ import annotations

import pytest

from softswitch.features.check import feature_faults
from softswitch.features.config import FeaturesConfig, PersonConfig

TWO = {user: PersonConfig() for user in ("1001", "1002")}


def faults(people=None, claimed=None, **parts):
    people = TWO if people is None else people
    return list(feature_faults(FeaturesConfig.model_validate(parts), people, claimed or {}))


def test_what_is_right_has_no_fault():
    assert (
        faults(
            claimed={"100": "the menu 'demo'"},
            groups={"200": {"members": ["1001", "1002"], "on_no_answer": "100"}},
            rooms={"8000": {}},
            parking={},
        )
        == []
    )


@pytest.mark.parametrize(
    ("parts", "where", "reason"),
    [
        ({"groups": {"1001": {"members": ["1002"]}}}, "groups.1001", "the number of the account 1001"),
        ({"rooms": {"100": {}}}, "rooms.100", "the number of the menu 'demo'"),
        (
            {"rooms": {"200": {}}, "groups": {"200": {"members": ["1001"]}}},
            "rooms.200",
            "the number of the group 200",
        ),
        ({"parking": {"number": "1002"}}, "parking", "1002 is also the number of the account 1002"),
        ({"parking": {"slots": "099-100"}}, "parking", "100 is also the number of the menu 'demo'"),
        ({"rooms": {"*78": {}}}, "codes.dnd_on", "*78 is also the number of the room *78"),
    ],
)
def test_no_number_means_two_things(parts, where, reason):
    ((place, said),) = faults(claimed={"100": "the menu 'demo'"}, **parts)
    assert place == where
    assert reason in said
    assert said.endswith("give one of the two another")


def test_members_exist_and_a_group_leads_on_to_somebody():
    groups = {"200": {"members": ["1001", "4711"], "on_no_answer": "200"}}
    assert faults(groups=groups) == [
        ("groups.200.members.1", "there is no account 4711"),
        ("groups.200.on_no_answer", "leads to the group itself"),
    ]
    groups = {"200": {"members": ["1001"], "on_no_answer": "700"}}
    ((where, reason),) = faults(groups=groups, parking={})
    assert (where, reason) == (
        "groups.200.on_no_answer",
        "is a parking number: nobody would be told of the call",
    )


def test_nobody_forwards_to_a_parking_number():
    people = {"1001": PersonConfig.model_validate({"forward": {"busy": "702"}})}
    ((where, reason),) = faults(people, parking={})
    assert where == "accounts.1001.forward.busy"
    assert reason == "702 is a parking number: callers would wait there unseen"


def test_nobody_forwards_to_or_looks_for_himself():
    person = PersonConfig.model_validate(
        {
            "forward": dict.fromkeys(("always", "busy", "no_answer", "unreachable"), "1001"),
            "find_me": {"numbers": ["1002", "1001"]},
        }
    )
    found = faults({"1001": person})
    assert [where for where, _ in found] == [
        "accounts.1001.forward.always",
        "accounts.1001.forward.busy",
        "accounts.1001.forward.no_answer",
        "accounts.1001.forward.unreachable",
        "accounts.1001.find_me.numbers",
    ]
    assert {reason for _, reason in found[:4]} == {"1001 cannot forward to itself"}
