"""The page of the actions is made of their own definitions, and says everything in both languages."""

from __future__ import annotations

import pytest
import yaml

from softswitch.ivr.actions.direct_dial import DirectDial, Help
from softswitch.ivr.actions.menus import Retry
from softswitch.ivr.actions.reading_back import ReadBack
from softswitch.ivr.catalogue import WIDTH, describe, markdown, pages
from softswitch.ivr.catalogue_polish import DEEDS, FIELDS
from softswitch.ivr.errors import UnknownAction
from softswitch.ivr.registry import ACTIONS
from softswitch.words import WORDS
from tests.ivr.written import problems_of

POLISH_LETTERS = set("ąćęłńóśźż")
PLACES = "\n".join(f"{name}: [hangup]" for name in ("welcome", "sales", "sorry"))


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_action_is_told_with_its_parameters_and_exits(name, language):
    text = describe(name, language)
    assert text.startswith(f"{name}: ")
    assert ACTIONS[name].example in text
    for parameter in ACTIONS[name].model_fields:
        assert f"\n  {parameter}  (" in text
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "Undefined" not in text


def test_one_action_in_a_terminal():
    assert (
        describe("hangup")
        == """\
hangup: End the call, after everything before it was heard to its last
syllable.

  - hangup
  - hangup: REASON  (in short)

Parameters
  reason  (normal or busy; else normal)
      What the caller is told: busy is a busy tone.

Exits, of the example
  next  done -> the call ends"""
    )


def test_parameters_of_parameters_have_their_place():
    text = describe("menu")
    assert "  no_input  (parameters; else as below)" in text
    assert "  no_input.repeat  (whole number; else 2)" in text
    assert "  keys  (keys and their branches; required)" in text
    assert "  no_match        a key without meaning -> the call ends" in text


@pytest.mark.parametrize("language", ["en", "pl"])
def test_all_actions_in_short(language):
    lines = describe(language=language).splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(ACTIONS)
    assert max(map(len, lines)) <= WIDTH


def test_an_action_that_does_not_exist():
    with pytest.raises(UnknownAction, match=r"there is no action 'diall'; did you mean 'dial'\?"):
        describe("diall")


def test_every_word_is_there_in_polish():
    assert set(DEEDS) == set(ACTIONS)
    models = {model.__name__: model for model in (*ACTIONS.values(), Retry, ReadBack, Help, DirectDial)}
    for name, model in models.items():
        assert set(FIELDS.get(name, {})) == set(model.model_fields), name
    assert set(FIELDS) <= set(models)
    assert POLISH_LETTERS & set(describe(language="pl"))


def test_every_exit_has_words_in_both_languages():
    for page in pages():
        for way in page.exits:
            assert way.name.partition(" ")[0] in WORDS, f"{page.name}: {way.name}"


@pytest.mark.parametrize("name", ACTIONS)
def test_the_example_of_an_action_is_a_step(name):
    action = ACTIONS[name]
    (step,) = yaml.safe_load(action.example)
    assert name in (step if isinstance(step, dict) else {step})
    example = action.example.replace("welcome.wav", "none.wav")
    problems = [
        problem
        for problem in problems_of(f"a:\n  - say: Hi.\n  {example}\n{PLACES}")
        if "none.wav" not in problem
    ]
    assert problems == []


def test_the_page_has_a_chapter_for_every_action_and_whole_tables():
    text = markdown()
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(ACTIONS)
    for table in text.split("\n\n"):
        rows = [row.replace("\\|", "") for row in table.splitlines() if row.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, table
