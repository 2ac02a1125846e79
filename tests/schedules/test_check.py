"""What is impossible in schedules, duties and lists, and where it stands."""

from __future__ import annotations

import pytest

from softswitch.schedules.check import schedule_faults
from softswitch.schedules.config import SchedulesConfig
from softswitch.trunks.numbers import Numbering

WEEK = {"mon-fri": "9-17"}
DUTY = {"number": "540", "week": {"mon-sun": {"main": "1001", "spare": "1002"}}}


def faults(**parts: object) -> list[tuple[str, str]]:
    claimed = {"200": "the group 200", "*72": "the code forward_always", "1001": "the account 1001"}
    found = schedule_faults(
        SchedulesConfig.model_validate(parts),
        {"1001", "1002"},
        claimed,
        leads_inside={"1001", "1002", "200"},
        spelling=Numbering("PL").comparable,
    )
    return list(found)


def test_what_is_right_has_no_faults() -> None:
    assert (
        faults(
            schedules={"office": {"week": WEEK, "key": "1", "may_switch": ["1001"]}},
            duties={
                "doctor": DUTY,
                "mobile": {"number": "541", "week": {"mon": "+48600100200"}, "by": "1001"},
            },
            callers={
                "vip": {"600100200": {"to": "1001", "otherwise": "540"}},
                "lists": {"late": {"numbers": ["+4812*"], "to": "540", "schedule": "office"}},
            },
        )
        == []
    )


@pytest.mark.parametrize(
    ("parts", "where", "reason"),
    [
        (
            {"schedules": {"a": {"week": WEEK, "key": "1"}, "b": {"week": WEEK, "key": "1"}}},
            "schedules.b.key",
            "1 is the key of a already",
        ),
        (
            {"schedules": {"a": {"week": WEEK, "may_switch": ["1009"]}}},
            "schedules.a.may_switch",
            "there is no account 1009",
        ),
        (
            {"schedules": {"a": {"week": WEEK}}, "schedule_codes": {"day": "*72"}},
            "schedule_codes.day",
            "*72 is also the number of the code forward_always",
        ),
        ({"duties": {"d": {**DUTY, "number": "200"}}}, "duties.d.number", "also the number of the group 200"),
        ({"duties": {"d": DUTY, "e": DUTY}}, "duties.e.number", "540 is also the number of the duty d"),
        ({"duties": {"d": {**DUTY, "by": "1009"}}}, "duties.d.by", "there is no account 1009"),
        (
            {"duties": {"d": {**DUTY, "week": {"mon": "600100200"}}}},
            "duties.d.week.mon.main",
            "600100200 is no number of the switch",
        ),
        (
            {"duties": {"d": {**DUTY, "days": {"12-24": {"main": "1001", "spare": "540"}}}}},
            "duties.d.days.12-24.spare",
            "is the duty itself",
        ),
        ({"duties": {"d": {**DUTY, "otherwise": "999"}}}, "duties.d.otherwise", "999 is no number"),
        ({"callers": {"vip": {"600100200": "1009"}}}, "callers.vip.600100200.to", "leads to 1009"),
        (
            {"callers": {"lists": {"l": {"to": "1001", "schedule": "shop"}}}},
            "callers.lists.l.schedule",
            "there is no schedule shop",
        ),
        ({"callers": {"blocked": ["12*"]}}, "callers.blocked", "'12*' is no range"),
        (
            {"callers": {"blocked": ["600100200", "+48 600 100 200"]}},
            "callers.blocked",
            "+48 600 100 200 stands here twice, also as 600100200",
        ),
        ({"callers": {"vip": {"+4860*": "1001"}}}, "callers.vip", "+4860* is a range"),
    ],
)
def test_faults(parts: dict[str, object], where: str, reason: str) -> None:
    found = faults(**parts)
    assert [place for place, _ in found] == [where]
    assert reason in found[0][1]


def test_codes_without_schedules_claim_nothing() -> None:
    assert faults(schedule_codes={"day": "*72"}) == []
