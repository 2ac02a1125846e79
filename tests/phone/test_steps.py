"""Steps on the command line: read, or refused with a sentence that says what is possible."""

from __future__ import annotations

import pytest

from softswitch.phone.steps import DEFAULT_SECONDS, HELP, BadStep, Step, parse_steps


@pytest.mark.parametrize(
    ("word", "step"),
    [
        ("call:100", Step("call", "100")),
        ("call:*43", Step("call", "*43")),
        ("transfer:200", Step("transfer", "200")),
        ("press:12#", Step("press", "12#")),
        ("tones:a*", Step("tones", "A*")),
        ("wait:2.5", Step("wait", "2.5", 2.5)),
        ("wait:0", Step("wait", "0", 0.0)),
        ("answer", Step("answer", "", DEFAULT_SECONDS)),
        ("busy:5", Step("busy", "5", 5.0)),
        ("ignore", Step("ignore", "", DEFAULT_SECONDS)),
        ("hold", Step("hold")),
        ("unregister", Step("unregister")),
    ],
)
def test_a_step_is_read(word: str, step: Step) -> None:
    assert parse_steps([word]) == [step]


def test_steps_keep_their_order() -> None:
    verbs = [step.verb for step in parse_steps(["call:1", "wait:1", "hangup"])]
    assert verbs == ["call", "wait", "hangup"]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("dial:100", "'dial:100' is no step a phone can take. Steps are: call, answer,"),
        ("", "'' is no step a phone can take"),
        ("call", "'call' needs a number, such as call:100"),
        ("transfer", "'transfer' needs a number, such as transfer:100"),
        ("press:", "say which keys to press"),
        ("press:12x", "'press:12x': say which keys to press, of 0-9 * # A-D, such as press:12#"),
        ("wait:soon", "'wait:soon': 'soon' is no number of seconds"),
        ("wait:-1", "is no number of seconds"),
        ("wait:nan", "is no number of seconds"),
        ("hold:5", "'hold:5': hold takes nothing after it"),
    ],
)
def test_what_means_nothing_is_refused_in_words(word: str, sentence: str) -> None:
    with pytest.raises(BadStep) as caught:
        parse_steps(["call:100", word])
    assert sentence in str(caught.value)


def test_every_step_has_its_line_of_help() -> None:
    for verb, line in HELP.items():
        assert line.split()[0].partition(":")[0] == verb
