"""An entrance from which no way leads to a person."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.no_person import RULE
from tests.ivr.lint.looking import found_by


def test_n01_d23_no_way_leads_to_a_person() -> None:
    ((branch, step, sentence),) = found_by(RULE, "a: [say: Hello., hangup]")
    assert (branch, step) == ("a", 0)
    assert "self_service: yes" in sentence


def test_f07_self_service_that_is_meant() -> None:
    header = "tree: t\nlanguage: en\nnumbers: [100]\nself_service: yes\nstart: a\nbranches:\n"
    assert found_by(RULE, "a: [say: Hello., hangup]", header=header) == []


def test_a_person_deep_in_the_tree() -> None:
    assert found_by(RULE, "a: [menu: {prompt: Hi., keys: {1: b}}]\nb: [queue: sales]") == []


@pytest.mark.parametrize("step", ["duty: night", "voicemail: office", "callback: office"])
def test_word_for_a_person_and_who_is_on_duty_count(step: str) -> None:
    assert found_by(RULE, f"a: [{step}]") == []


def test_every_entrance_is_looked_at() -> None:
    header = "tree: t\nlanguage: en\nnumbers: [100]\nentries: {200: c}\nstart: a\nbranches:\n"
    found = found_by(RULE, "a: [queue: sales]\nc: [hangup]", header=header)
    assert [branch for branch, _, _ in found] == ["c"]
