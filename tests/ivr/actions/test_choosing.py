"""The language and the pace that a caller has chosen: to the end of the call, and in the next one."""

from __future__ import annotations

import pytest

from softswitch.ivr.context import SayText
from softswitch.ivr.proof.running import language_of
from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.memory import REMEMBERS
from softswitch.ivr.simulated.scene import Scene
from softswitch.ivr.simulated.script import press
from tests.ivr.written import exits_of, problems_of, tree_of

LINE = """
a:
  - language: {chosen: hello}
  - menu: {prompt: {pl: "Polski: jeden.", en: "English: two."}, keys: {1: polish, 2: english}}
polish:
  - language: {language: pl, remember: yes}
  - goto: hello
english:
  - language: {language: en, remember: yes}
  - goto: hello
hello:
  - say: {pl: "Dzień dobry.", en: "Hello."}
"""
POLISH = "tree: t\nlanguage: pl\nnumbers: [100]\nstart: a\nbranches:\n"
MOBILE = "+48600100200"


def calling(branches, *script, header=POLISH, **given):
    return simulate(
        tree_of(branches, header), script, scene=Scene.model_validate({"caller": MOBILE, **given})
    )


def kept(call):
    return [dict(one.facts) for one in call.effects if one.kind == REMEMBERS]


def test_n27_a_choice_is_kept_for_the_number_and_the_next_call_is_not_asked():
    first = calling(LINE, press("2"))
    assert first.path == ("a", "english", "hello")
    assert kept(first) == [{"number": MOBILE, "language": "en"}]
    second = calling(LINE, remembered={"language": "en"})
    assert second.path == ("a", "hello")
    assert second.heard == ("Hello.",)
    assert exits_of(second, "language") == [("chosen", "en")]
    assert kept(second) == []


@pytest.mark.parametrize("hidden", ["anonymous", "", "Restricted"])
def test_n27_of_a_hidden_number_nothing_is_kept_and_it_is_asked_each_time(hidden):
    call = calling(LINE, press("2"), caller=hidden, remembered={"language": "en"})
    assert call.path == ("a", "english", "hello")
    assert call.heard[-1] == "Hello."
    assert kept(call) == []


def test_who_has_chosen_in_this_call_is_not_asked_again_hidden_or_not():
    tree = LINE.replace('- say: {pl: "Dzień', '- menu: {prompt: x, keys: {1: a}}\n  - say: {pl: "Dzień')
    call = calling(tree, press("2"), press("1"), caller="anonymous")
    assert call.path[:5] == ("a", "english", "hello", "a", "hello")


def test_a_language_that_the_tree_does_not_speak_is_not_begun_in():
    assert calling(LINE, press("1"), remembered={"language": "de"}).path == ("a", "polish", "hello")


def test_a_tree_that_remembers_nothing_asks_nobody_what_was_chosen():
    call = calling('a: [say: {pl: "Dzień dobry.", en: "Hello."}]', remembered={"language": "en", "pace": 0.7})
    assert call.heard == ("Dzień dobry.",)


def test_what_a_call_begins_with_is_written_down_and_can_be_expected():
    tree = tree_of(LINE.replace("- language: {chosen: hello}", "- goto: hello"), POLISH)
    given = {"caller": MOBILE, "remembered": {"language": "en", "pace": 0.85}}
    call = simulate(tree, scene=Scene.model_validate(given))
    assert call.exits[0] == ("a", "language", "chosen")
    assert language_of(call, tree) == "en"
    as_usual = simulate(
        tree, scene=Scene.model_validate({"caller": MOBILE, "remembered": {"language": "pl"}})
    )
    assert as_usual.exits[0] == ("a", "1 goto", "next")
    assert language_of(as_usual, tree) == "pl"


def test_an_outage_is_told_in_the_language_chosen_before():
    call = calling(LINE, remembered={"language": "en"}, outage="")
    assert call.heard[0].startswith("There is an outage")


def test_m04_a_tree_behind_another_goes_on_in_the_language_of_the_call():
    survey = 'a: [say: {pl: "Jak było?", en: "How was it?"}]'
    assert calling(survey, spoken="en").heard == ("How was it?",)
    # Texts in one language alone are not read in the voice of another.
    assert calling("a: [say: Jak było?, say: '{{CALL.LANGUAGE}}']", spoken="en").heard == ("Jak było?", "pl")


def test_the_present_language_of_a_call_is_a_variable_and_that_of_the_account_another():
    tree = "a: [{language: en}, {say: '{{CALL.LANGUAGE}} {{CALL.ACCOUNT_LANGUAGE}}'}]"
    assert calling(tree, language="uk").heard == ("en uk",)


SLOW = """
a:
  - menu:
      prompt: {text: "Welcome to the office.", speed: 0.9}
      keys: {1: b}
      slower_key: "8"
      remember_pace: yes
      no_input: {repeat: 0, then: b}
b:
  - say: "Thank you."
"""


def rates_of(branches, *script, **given):
    """Return the pace of every prompt, as the voice is asked for it."""
    seen = []

    class Noted(SayText):
        def __init__(self, *args):
            super().__init__(*args)
            seen.append(round(self.rate, 3))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("softswitch.ivr.visit.SayText", Noted)
        call = calling(branches, *script, **given)
    return seen, call


def test_n27_a_key_slows_everything_down_to_the_end_of_the_call_and_is_kept():
    rates, call = rates_of(SLOW, press("8"), press("1"))
    assert rates == [0.9, 0.765, 0.85]
    assert call.exits[-2:] == (("a", "1 menu", "key 1"), ("b", "1 say", "heard"))
    assert kept(call) == [{"number": MOBILE, "pace": "0.85"}]


def test_n27_after_the_slowest_pace_it_is_as_usual_again_and_no_press_counts_as_a_failed_try():
    rates, call = rates_of(SLOW, press("8"), press("8"), press("8"))
    assert rates == [0.9, 0.765, 0.63, 0.9, 1.0]
    assert [one["pace"] for one in kept(call)] == ["0.85", "0.7", "1"]
    assert call.path == ("a", "b")


def test_n27_the_next_call_begins_at_the_pace_chosen_before():
    rates, _ = rates_of(SLOW, press("1"), remembered={"pace": 0.7})
    assert rates == [0.63, 0.7]
    hidden, _ = rates_of(SLOW, press("1"), remembered={"pace": 0.7}, caller="anonymous")
    assert hidden == [0.9, 1.0]


def test_a_pace_that_is_not_to_be_kept_holds_for_the_call_alone():
    rates, call = rates_of(SLOW.replace("remember_pace: yes", "again: '9'"), press("8"), press("1"))
    assert rates == [0.9, 0.765, 0.85]
    assert kept(call) == []


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ("language: {}", "give one of: language"),
        ("language: {language: pl, chosen: a}", "give one of: language"),
        ("language: {chosen: a, remember: yes}", "remember belongs to a language"),
        ("language: {chosen: b}", "there is no branch 'b'"),
        ("language: {language: polish}", "is not a language code"),
        ("menu: {prompt: x, keys: {1: a}, slower_key: 1}", "begins a choice of the menu already"),
        ("menu: {prompt: x, keys: {1: a}, slower_key: 12}", "is no single key"),
        ("menu: {prompt: x, keys: {1: a}, slower_key: 8, again: 8}", "'8' has another meaning"),
        ("menu: {prompt: x, keys: {1: a}, slower_key: 8, help: {key: 8, prompt: y}}", "another meaning"),
        ("menu: {prompt: x, keys: {1: a}, remember_pace: yes}", "there is no slower_key"),
    ],
)
def test_what_cannot_be_meant_is_told(step, reason):
    assert any(reason in problem for problem in problems_of(f"a: [{step}]")), problems_of(f"a: [{step}]")
