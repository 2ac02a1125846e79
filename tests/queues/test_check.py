"""What is impossible or unwise in the configuration of queues: each fault with its place and sentence."""

from __future__ import annotations

import pytest

from softswitch.queues.check import EMERGENCY, queue_faults, queue_warnings
from softswitch.queues.config import QueuesConfig

ACCOUNTS = {"1001", "1002"}
CLAIMED = {"1001": "the account 1001", "700": "the menu 'hours'", "112": EMERGENCY}
INSIDE = {"1001", "1002", "700"}
MENUS = {"700"}


def config(sales: dict[str, object] | None = None, **parts: object) -> QueuesConfig:
    queue = {"number": "600", "members": ["1001"], **(sales or {})}
    return QueuesConfig.model_validate({"queues": {"sales": queue}, **parts})


def faults(wrong: QueuesConfig) -> list[tuple[str, str]]:
    return list(queue_faults(wrong, ACCOUNTS, CLAIMED, leads_inside=INSIDE, menus=MENUS))


FAULTS = [
    ({"members": ["1001", "4711"]}, "members", "there is no account 4711"),
    ({"may_join": ["4711"]}, "may_join", "there is no account 4711"),
    (
        {"number": "1001"},
        "number",
        "1001 is also the number of the account 1001: give one of the two another",
    ),
    ({"number": "*45"}, "", "*45 is also the number of the queue sales: give one of the two another"),
    ({"on_full": "600"}, "on_full", "leads to the queue itself"),
    ({"keys": {"0": "600"}}, "keys.0", "leads to the queue itself"),
    (
        {"on_full": "112", "by": "1001"},
        "on_full",
        "leads to 112: nobody is to call for help by waiting",
    ),
    (
        {"on_max_wait": "+48221234567"},
        "on_max_wait",
        "leads to +48221234567, which is no number of the switch: say with whose rights it is called "
        "outside (by: ACCOUNT)",
    ),
    (
        {"after_talk": "4711"},
        "after_talk",
        "leads to 4711, which is no number of the switch: say with whose rights it is called outside "
        "(by: ACCOUNT)",
    ),
    ({"menus": {"1": "1002"}}, "menus.1", "leads to 1002, which is no menu: nobody could come back"),
    (
        {"menus": {"1": "700"}, "keys": {"1": "1002"}},
        "menus.1",
        "the key 1 already does something else (keys)",
    ),
    ({"by": "4711"}, "by", "there is no account 4711"),
    ({"callback": {"by": "4711"}}, "callback.by", "there is no account 4711"),
    (
        {"callback": {"by": "1001", "time_zone": "Warsaw"}},
        "callback.time_zone",
        "there is no time zone Warsaw: Europe/Warsaw is one",
    ),
    (
        {"callback": {"by": "1001", "time_zone": "Europe"}},
        "callback.time_zone",
        "there is no time zone Europe: Europe/Warsaw is one",
    ),
    (
        {"callback": {"by": "1001", "time_zone": "../etc/passwd"}},
        "callback.time_zone",
        "there is no time zone ../etc/passwd: Europe/Warsaw is one",
    ),
]


@pytest.mark.parametrize(("sales", "setting", "reason"), FAULTS)
def test_a_fault_of_a_queue_names_its_place_and_what_is_wrong(sales, setting, reason):
    (found,) = faults(config(sales))
    assert found == (f"queues.sales.{setting}" if setting else "agent_codes.log_in", reason)


@pytest.mark.parametrize(
    ("agents", "where", "reason"),
    [
        ({"4711": {}}, "agents.4711", "there is no account 4711"),
        ({"1002": {}}, "agents.1002", "is a member of no queue, and may join none"),
    ],
)
def test_a_fault_of_an_agent_names_him(agents, where, reason):
    assert faults(config(agents=agents)) == [(where, reason)]


def test_a_keeper_is_an_agent():
    kept = {"+48600100200": "1002", "+48600100201": "1001"}
    assert faults(config(keepers=kept)) == [("keepers.+48600100200", "1002 is an agent of no queue")]


def test_a_number_belongs_to_one_agent():
    agents = {"1001": {"numbers": ["+4822111", "+4822112"]}, "1002": {"numbers": ["+4822112"]}}
    found = faults(config({"members": ["1001", "1002"]}, agents=agents))
    assert found == [("agents.1002.numbers", "+4822112 is 1001's already")]


def test_two_queues_and_a_queue_and_a_code_cannot_have_one_number():
    numbers = {"sales": "600", "help": "600", "desk": "*47"}
    queues = {name: {"number": number, "members": ["1001"]} for name, number in numbers.items()}
    assert faults(QueuesConfig.model_validate({"queues": queues})) == [
        ("queues.help.number", "600 is also the number of the queue sales: give one of the two another"),
        ("agent_codes.pause", "*47 is also the number of the queue desk: give one of the two another"),
    ]


def test_what_is_right_has_no_fault():
    right = {
        "sales": {
            "number": "600", "members": ["1001"], "may_join": ["1002"], "on_full": "601", "on_empty": "700",
            "on_max_wait": "+48221234567", "by": "1002", "keys": {"0": "1002", "5": "place", "6": "callback"},
            "menus": {"7": "700"}, "callback": {"by": "1001", "time_zone": "America/New_York"},
        },
        "help": {"number": "601", "members": ["1002"]},
        "unnumbered": {"members": ["1002"]},
    }  # fmt: skip
    assert faults(QueuesConfig.model_validate({"queues": right, "agents": {"1001": {}}})) == []


WARNINGS = [
    ({"members": []}, "", "has no members, and nobody may join it: whoever calls waits in vain"),
    *(
        (setting, "", f"sends callers away with an apology: name another place for them ({missing})")
        for setting, missing in (
            ({"most_waiting": 5}, "on_full"),
            ({"max_wait_s": 60}, "on_max_wait"),
            ({"no_agent_wait_s": 60}, "on_no_agent"),
            ({"refuse_when_all": ["logged_out"]}, "on_empty"),
            ({"leave_when_all": ["paused"]}, "on_empty"),
        )
    ),
    (
        {"may_join": ["1002"], "leave_when_all": ["paused"], "on_empty": "1001"},
        ".leave_when_all",
        "does not name logged_out: whoever may join and has not keeps the queue open",
    ),
    ({"callback": {"by": "1001"}}, ".callback", "no key asks for it (keys: {1: callback})"),
    *(
        (
            {"answer": "when_agent", **keys},
            ".keys",
            "count only once the call is answered, which is when an agent is there",
        )
        for keys in ({"keys": {"0": "1002"}}, {"menus": {"1": "700"}})
    ),
]


@pytest.mark.parametrize(("sales", "setting", "reason"), WARNINGS)
def test_what_works_and_will_be_regretted_is_told(sales, setting, reason):
    assert list(queue_warnings(config(sales))) == [(f"queues.sales{setting}", reason)]


def test_a_queue_that_is_thought_through_is_warned_of_nothing():
    sales = {"most_waiting": 5, "on_full": "1002", "keys": {"6": "callback"}, "callback": {"by": "1001"}}
    assert list(queue_warnings(config(sales))) == []


@pytest.mark.parametrize(
    ("phone", "what"),
    [
        ("600", "the queue sales"),
        ("700", "the menu 'hours'"),
        ("*45", "the code log_in"),
        ("112", "an emergency call"),
    ],
)
def test_no_agent_is_rung_where_no_person_is(phone, what):
    wrong = config(agents={"1001": {"phone": phone}})
    assert faults(wrong) == [
        ("agents.1001.phone", f"{phone} is {what}: an account or a number outside is wanted")
    ]


@pytest.mark.parametrize("phone", ["1002", "+48600100200"])
def test_an_agent_is_rung_at_another_account_or_outside(phone):
    assert faults(config(agents={"1001": {"phone": phone}})) == []
