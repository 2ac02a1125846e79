"""The narrowest rule wins, setting by setting, and says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.recordings.config import RecordingsConfig
from softswitch.recordings.rules import TalkOf, decide, rule_faults

LINE = {"record": "on_demand", "keep_days": 30}
SALES = TalkOf(("1001",), "sales", "office")


def config(**parts: object) -> RecordingsConfig:
    return RecordingsConfig.model_validate(parts)


@pytest.mark.parametrize(
    ("rules", "talk", "record", "because"),
    [
        ({}, SALES, "never", "line"),
        ({"record": "always"}, SALES, "always", "line"),
        ({"trunks": {"office": "always"}}, SALES, "always", "trunk:office"),
        ({"trunks": {"other": "always"}}, SALES, "never", "line"),
        ({"trunks": {"office": "always"}, "queues": {"sales": "never"}}, SALES, "never", "queue:sales"),
        (
            {"record": "never", "queues": {"sales": "never"}, "accounts": {"1001": "always"}},
            SALES,
            "always",
            "account:1001",
        ),
        (
            {"queues": {"sales": {"keep_days": 5}}, "trunks": {"office": "always"}},
            SALES,
            "always",
            "trunk:office",
        ),
        (
            {"accounts": {"1001": "always", "1002": "never"}},
            TalkOf(("1001", "1002")),
            "never",
            "account:1002",
        ),
        (
            {"accounts": {"1001": "always", "1002": "on_demand"}},
            TalkOf(("1001", "1002")),
            "on_demand",
            "account:1002",
        ),
        ({"accounts": {"1002": "always"}}, TalkOf(("1001", "1002")), "always", "account:1002"),
        ({"record": "always"}, TalkOf(), "always", "line"),
    ],
)
def test_the_narrowest_rule_says_whether(rules, talk, record, because):
    policy = decide(config(**rules), talk)
    assert (policy.record, policy.because) == (record, because)


def test_each_setting_is_looked_for_by_itself():
    rules = config(
        record="always",
        consent="notice",
        trunks={"office": {"hold": "keep"}},
        queues={"sales": {"keep_days": 365}},
        accounts={"1001": {"consent": "choice"}},
    )
    policy = decide(rules, SALES)
    assert (policy.record, policy.consent, policy.keep_days, policy.hold) == ("always", "choice", 365, "keep")
    assert policy.reasons == {
        "record": "line",
        "consent": "account:1001",
        "keep_days": "queue:sales",
        "hold": "trunk:office",
        "beep": "line",
    }


def test_of_two_accounts_the_one_that_keeps_less_counts():
    rules = config(
        accounts={
            "1001": {"record": "always", "keep_days": 0, "consent": "none", "beep": False, "hold": "keep"},
            "1002": {"record": "always", "keep_days": 30, "consent": "choice", "beep": True, "hold": "cut"},
        }
    )
    for accounts in (("1001", "1002"), ("1002", "1001")):
        policy = decide(rules, TalkOf(accounts))
        assert (policy.keep_days, policy.consent, policy.beep, policy.hold) == (30, "choice", True, "cut")


MODES = st.sampled_from(["never", "on_demand", "always"])


@given(line=MODES, account=st.none() | MODES, queue=st.none() | MODES, trunk=st.none() | MODES)
def test_what_is_said_nearest_holds(line, account, queue, trunk):
    rules = config(
        record=line,
        accounts={"1001": {"record": account}},
        queues={"sales": {"record": queue}},
        trunks={"office": {"record": trunk}},
    )
    nearest = next(one for one in (account, queue, trunk, line) if one is not None)
    assert decide(rules, SALES).record == nearest
    assert decide(rules, TalkOf()).record == line


def test_rules_for_nobody_are_faults():
    rules = config(
        accounts={"1009": "never"}, queues={"sales": "always"}, trunks={"office": "always", "x": "never"}
    )
    found = [*rule_faults(rules, accounts=["1001"], queues=[], trunks=["office"])]
    assert found == [
        ("recordings.accounts.1009", "there is no account 1009"),
        ("recordings.queues.sales", "there is no queue sales"),
        ("recordings.trunks.x", "there is no trunk x"),
    ]
