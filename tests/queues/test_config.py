"""What may be written of queues and agents, and what is said of what may not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.queues.config import (
    AgentConfig,
    CallbackConfig,
    MemberConfig,
    MissConfig,
    QueueConfig,
    QueuesConfig,
    SkillConfig,
)
from softswitch.queues.model import Condition


def says(part, **what) -> str:
    with pytest.raises(ValidationError) as caught:
        part.model_validate(what)
    return "\n".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in caught.value.errors())


def test_a_queue_needs_nothing_but_a_name():
    whole = QueuesConfig.model_validate({"queues": {"sales": {}}})
    assert whole.queues["sales"] == QueueConfig()
    assert whole.agents == {}


def test_members_may_be_a_list_or_say_more():
    assert QueueConfig.model_validate({"members": ["1001", "1002"]}).members == {
        "1001": MemberConfig(),
        "1002": MemberConfig(),
    }
    named = QueueConfig.model_validate({"members": {"1001": None, "1002": {"tier": 2, "weight": 0.5}}})
    assert named.members == {"1001": MemberConfig(), "1002": MemberConfig(tier=2, weight=0.5)}


def test_everybody_who_may_serve_once_and_in_order():
    queue = QueueConfig.model_validate({"members": ["1002", "1001"], "may_join": ["1003", "1001"]})
    assert queue.agents == ("1002", "1001", "1003")


def test_a_skill_may_be_its_level_alone():
    queue = QueueConfig.model_validate({"skills": {"law": 3, "german": {"required": False}}})
    assert queue.skills == {"law": SkillConfig(level=3), "german": SkillConfig(required=False)}


def test_all_targets_by_the_setting_that_names_them():
    queue = QueueConfig.model_validate(
        {
            "on_full": "700",
            "after_talk": "701",
            "keys": {"1": "702", "2": "callback", "3": "place", "*": "703"},
            "callback": {"by": "1001"},
        }
    )
    assert queue.targets == {"on_full": "700", "after_talk": "701", "keys.1": "702", "keys.*": "703"}


def test_what_is_written_of_a_miss_leaves_the_rest_as_it_was():
    missed = QueueConfig.model_validate(
        {"missed": {"no_answer": {"rest_s": 9}, "reject": {"times": 3}}}
    ).missed
    assert missed.no_answer == MissConfig(rest_s=9, times=2)
    assert missed.reject == MissConfig(rest_s=15, times=3)
    assert missed.busy == MissConfig(rest_s=10)


def test_every_condition_but_ready_can_be_named():
    kept = tuple(one.value for one in Condition if one is not Condition.READY)
    queue = QueueConfig.model_validate({"refuse_when_all": kept, "leave_when_all": kept})
    assert queue.refuse_when_all == queue.leave_when_all == kept


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"members": ["10 01"]}, "members.10 01.[key]: String should match pattern"),
        ({"members": {"1001": {"tier": 0}}}, "members.1001.tier: Input should be greater than or equal to 1"),
        ({"members": {"1001": {"weight": 0}}}, "members.1001.weight: Input should be greater than 0"),
        ({"strategy": "loudest"}, "strategy: Input should be 'ring_all', 'longest_idle'"),
        ({"answer": "never"}, "answer: Input should be 'at_once' or 'when_agent'"),
        ({"ring_s": 1}, "ring_s: Input should be greater than or equal to 3"),
        ({"keys": {"12": "700"}}, "keys.12.[key]: String should match pattern"),
        ({"keys": {"1": "callback"}}, "a key asks for a callback, but there is no 'callback' that says how"),
        ({"keys": {"1": "call me"}}, "keys.1: String should match pattern"),
        ({"skills": {"law": 11}}, "skills.law.level: Input should be less than or equal to 10"),
        ({"skills": {"law": True}}, "skills.law: Input should be a valid dictionary"),
        ({"leave_when_all": ["asleep"]}, "leave_when_all.0: Input should be 'logged_out', 'paused'"),
        ({"priority": 1441}, "priority: Input should be less than or equal to 1440"),
        ({"missed": {"no_answer": {"rest": 5}}}, "missed.no_answer.rest: Extra inputs are not permitted"),
        (
            {"missed": {"busy": {"rest_s": 0}}},
            "missed.busy.rest_s: Input should be greater than or equal to 1",
        ),
        ({"missed": {"no_answer": 5}}, "missed.no_answer: Input should be a valid dictionary"),
        ({"callback": {}}, "callback.by: Field required"),
        ({"preferred": {"by": ["fate"]}}, "preferred.by.0: Input should be 'number', 'keeper'"),
    ],
)
def test_an_error_names_what_is_wrong(what, said):
    assert said in says(QueueConfig, **what)


@pytest.mark.parametrize("wrong", ["8:00", "24:00", "12:60", "noon", ""])
def test_hours_are_hours(wrong):
    assert f"latest: Value error, '{wrong}' is no time of day such as 08:00" in says(
        CallbackConfig, by="1001", latest=wrong
    )


def test_hours_of_a_callback():
    assert CallbackConfig(by="1001", earliest="00:00", latest="23:59").latest == "23:59"


@pytest.mark.parametrize("pin", ["47", "1234567890123", "12a4", "٣٤٥٦"])
def test_a_pin_is_digits_and_is_never_said(pin):
    said = says(AgentConfig, pin=pin)
    assert "pin: Value error, a PIN has 3 to 12 digits" in said
    assert pin not in said


def test_a_pin_shows_in_no_repr():
    assert "4711" not in repr(AgentConfig(pin="4711"))
    assert AgentConfig().pin == ""


@pytest.mark.parametrize("name", ["sales team", "", "s" * 65, "żabka"])
def test_a_queue_has_a_name_that_can_be_typed(name):
    assert "String should match pattern" in says(QueuesConfig, queues={name: {}})


def test_nothing_of_it_can_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        QueueConfig().name = "other"


@pytest.mark.parametrize("setting", ["name", "label", "alert_info"])
@pytest.mark.parametrize("text", ["VIP\r\nX-Other: 1", "VIP\n", "a\x00b", "a\x7f"])
def test_what_phones_are_shown_is_one_line(setting, text):
    said = says(QueueConfig, **{setting: text})
    assert said == f"{setting}: Value error, holds a line break or another control character"


def test_names_may_be_in_any_language():
    queue = QueueConfig.model_validate({"name": "Sprzedaż", "label": "Łącze", "alert_info": "<http://x/y>"})
    assert (queue.name, queue.label) == ("Sprzedaż", "Łącze")
