"""A secret that is written into what phones show, or what is sent."""

from __future__ import annotations

import pytest

from softswitch.ivr.lint.rules.secret_shown import RULE
from tests.ivr.lint.looking import found_by

TYPED = "a: [{gather: {variable: pin, sensitive: yes}}, {goto: b}]"


@pytest.mark.parametrize(
    "written",
    [
        "{label: 'PIN {{VARIABLE.PIN}}'}",
        "{caller_name: '{{VARIABLE.PIN}}'}",
        "{caller_number: '{{VARIABLE.PIN}}'}",
        "{ticket: {queue: missed, title: '{{VARIABLE.PIN}}'}}",
        "{sms: {text: {pl: '{{VARIABLE.PIN}}'}}}",
        "{menu: {prompt: One., keys: {1: a}, labels: {1: '{{VARIABLE.PIN}}'}}}",
        "{set: {name: copy, value: 'x{{VARIABLE.PIN}}'}}, {label: '{{VARIABLE.COPY}}'}",
    ],
)
def test_n01_n10_a_secret_that_is_shown_or_sent(written: str) -> None:
    ((branch, _, sentence),) = found_by(RULE, f"{TYPED}\nb: [{written}, {{up: }}]")
    assert branch == "b"
    assert sentence.endswith("is secret, so it is left out of what is shown or sent")


def test_a_private_answer_is_a_secret() -> None:
    asked = "{request: {url: 'https://a.example/', answer: {code: {path: $.code, private: yes}, id: $.id}}}"
    ((_, step, sentence),) = found_by(
        RULE, f"a: [{asked}, {{label: '{{{{VARIABLE.CODE}}}} {{{{VARIABLE.ID}}}}'}}]"
    )
    assert (step, sentence.partition(" is ")[0]) == (2, "{{VARIABLE.CODE}}")


@pytest.mark.parametrize("written", ["{say: '{{VARIABLE.PIN}}'}", "{label: '{{VARIABLE.OTHER}}'}"])
def test_what_is_said_to_the_caller_or_is_no_secret(written: str) -> None:
    assert found_by(RULE, f"{TYPED}\nb: [{{gather: {{variable: other}}}}, {written}, {{up: }}]") == []
