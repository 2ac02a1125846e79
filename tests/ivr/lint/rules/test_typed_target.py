"""A number that the caller types, called with an account's rights: anybody's calls at the line's expense."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.typed_target import RULE
from tests.ivr.lint.looking import found_by

TYPED = "a: [{gather: {variable: number, max: 9, not_entered: b}}, {goto: b}]"


@pytest.mark.parametrize(
    "written",
    [
        "{dial: {target: '{{VARIABLE.NUMBER}}', by: 1002}}",
        "{dial: {target: [1001, '+48{{VARIABLE.NUMBER}}'], by: 1002}}",
        "{set: {name: c, value: '0{{VARIABLE.NUMBER}}'}}, {set: {name: d, value: '{{VARIABLE.C}}'}}, "
        "{dial: {target: '{{VARIABLE.D}}', by: 1002}}",
    ],
)
def test_n01_a_typed_number_with_the_rights_of_an_account(written: str) -> None:
    ((branch, _, sentence),) = found_by(RULE, f"{TYPED}\nb: [{written}]")
    assert branch == "b"
    assert "whoever calls can reach every number that the account 1002 may" in sentence


def test_a_number_asked_for_a_text_message_is_typed_too() -> None:
    steps = (
        "{sms: {text: {pl: a}, ask_number: 'Number?', no_mobile: b, error: b}}",
        "{dial: {target: '{{VARIABLE.SMS_NUMBER}}', by: 1002}}",
    )
    ((_, step, _),) = found_by(RULE, f"a: [{', '.join(steps)}]\nb: [hangup]")
    assert step == 2


@pytest.mark.parametrize(
    "written",
    [
        "{dial: {target: '{{VARIABLE.NUMBER}}'}}",
        "{dial: {target: '{{VARIABLE.OTHER}}', by: 1002}}",
        "{dial: {target: '+48600100200', by: 1002}}",
    ],
)
def test_with_the_callers_own_rights_or_to_what_the_line_has_written(written: str) -> None:
    assert found_by(RULE, f"{TYPED}\nb: [{{set: {{name: other, value: '600'}}}}, {written}]") == []
