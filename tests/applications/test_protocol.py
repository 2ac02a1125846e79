"""What programs are asked, and what of their answers is followed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.soundfiles import write_wave
from media.tones import beep
from softswitch.applications.errors import ProgramFailed
from softswitch.applications.protocol import (
    LARGEST_ANSWER,
    MOST_STEPS,
    About,
    Allowed,
    Result,
    name_of,
    question,
    read_answer,
)
from softswitch.applications.steps import STEPS, Dial, Gather, HangUp, Say

ALLOWED = Allowed(queues=("sales",))
ABOUT = About("01J", "600100200", "Jan \udcff", "222", "", "pl", True)


def answer(*steps):
    return json.dumps({"steps": steps}).encode()


def refused(body):
    with pytest.raises(ProgramFailed) as caught:
        read_answer(body, ALLOWED)
    assert caught.value.code == "broken_answer"
    return caught.value.detail


def test_a_question_tells_of_the_call_and_of_what_came_of_the_steps():
    results = [Result("say", 1, "heard", True), Result("gather", 2, "entered", True, {"digits": "12"})]
    asked = json.loads(question("app_1", 2, ABOUT, results))
    assert asked == {
        "version": 1,
        "id": "app_1",
        "turn": 2,
        "call": {
            "id": "01J",
            "from": "600100200",
            "name": "Jan ?",
            "to": "222",
            "account": "",
            "language": "pl",
            "answered": True,
        },
        "results": [
            {"step": "say", "number": 1, "exit": "heard"},
            {"step": "gather", "number": 2, "exit": "entered", "digits": "12"},
        ],
    }
    assert "12" not in repr(results[1]).replace("number=2", "")


def test_every_step_is_read_in_its_forms():
    steps = read_answer(
        answer(
            {"say": "Hello."},
            {"say": {"text": "A", "private": True, "language": "en"}},
            {"gather": {"prompt": "Number?", "max": 6, "choices": [123, "4"]}},
            {"menu": {"prompt": ["One or two?", "Again."], "keys": [1, "2", "*"]}},
            {"queue": "sales"},
            {"dial": 1001},
            {"dial": {"to": ["1001", "1002"], "ring_s": 5}},
            {"transfer": "1001"},
            {"record": {"max_s": 30}},
            {"language": "en"},
            {"label": ""},
            {"hangup": True},
            {"hangup": "busy"},
            {"hangup": {}},
        ),
        ALLOWED,
    )
    assert steps[0] == Say(text="Hello.")
    assert isinstance(steps[2], Gather)
    assert steps[2].choices == ("123", "4")
    assert steps[5] == Dial(to=("1001",))
    assert steps[-2] == HangUp(reason="busy")
    assert {name_of(step) for step in steps} == STEPS.keys() - {"play"}


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"gather": {"max": 65}}, "step 1: gather.max: must be at most 64"),
        ({"gather": {"max": "x"}}, "step 1: gather.max: must be a whole number"),
        ({"gather": {"min": 5, "max": 4}}, "step 1: gather: min is more than max"),
        ({"gather": {"max": 2, "choices": ["123"]}}, "step 1: gather: choices hold what nobody can enter"),
        ({"gather": {"sensitive": "s3cret"}}, "step 1: gather.sensitive: must be true or false"),
        ({"gather": {"first_digit_s": 0}}, "step 1: gather.first_digit_s: must be more than 0"),
        ({"gather": {"terminator": "s3cret"}}, "step 1: gather.terminator: must be one of '#', '*' or ''"),
        ({"menu": {"prompt": "?"}}, "step 1: menu.keys: is missing"),
        ({"menu": {"prompt": "?", "keys": []}}, "step 1: menu.keys: holds nothing"),
        ({"menu": {"prompt": "?", "keys": ["s3cret"]}}, "step 1: menu.keys.0: has letters"),
        ({"say": ""}, "step 1: say.text: the text is empty"),
        ({"say": "{{s3cret"}, "step 1: say.text: the braces of a variable do not match"),
        ({"label": "{{s3cret"}, "step 1: label.text: the braces of a variable do not match"),
        ({"say": "x" * 2001}, "step 1: say.text: is too long"),
        ({"say": {"text": "a", "s3cret": 1}}, "step 1: say: it has a parameter that means nothing here"),
        ({"say": ["s3cret"]}, "step 1: say.text: must be a text"),
        ({"queue": "s3cret"}, "step 1: queue.name: there is no queue"),
        ({"dial": []}, "step 1: dial.to: holds nothing"),
        ({"dial": {}}, "step 1: dial.to: is missing"),
        ({"transfer": "a b"}, "step 1: transfer.to: has letters that cannot stand here"),
        ({"play": "a.wav"}, "step 1: play.file: there are no files to play"),
        ({"hangup": "s3cret"}, "step 1: hangup.reason: must be one of 'normal' or 'busy'"),
        ({"s3cret": {}}, "step 1: there is no such step; there are say, play"),
        ({"say": "a", "play": "b"}, "step 1: it is to be one name"),
        ("say", "step 1: it is to be one name"),
        ({}, "step 1: it is to be one name"),
    ],
)
def test_what_is_wrong_is_told_by_step_and_field_and_never_quoted(step, says):
    told = refused(answer(step))
    assert told.startswith(says)
    assert "s3cret" not in told


def test_all_faults_are_told_up_to_a_few():
    told = refused(answer({"say": "ok"}, *[{"say": ""}] * 5))
    assert told.count("the text is empty") == 3
    assert told.startswith("step 2: ")
    assert told.endswith("; 2 more")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b"[" * 10_000, "no JSON"),
        ('{"steps": [{"say": "Dzień dobry"}]}'.encode("iso-8859-2"), "no JSON"),
        (b"[]", "is to be"),
        (b'{"steps": {}}', "is to be"),
        (b'{"steps": [], "more": 1}', "is to be"),
        (b'{"steps": []}', "end the call with hangup"),
        (answer(*[{"say": "a"}] * (MOST_STEPS + 1)), "more than 50 steps"),
        (b" " * (LARGEST_ANSWER + 1), "larger than"),
    ],
)
def test_answers_that_are_none(body, says):
    assert says in refused(body)


def test_files_are_played_from_their_folder_alone(tmp_path):
    (tmp_path / "sounds" / "deep").mkdir(parents=True)
    for place in ("sounds/a.wav", "sounds/deep/b.wav", "secret.wav"):
        write_wave(tmp_path / place, beep())
    (tmp_path / "sounds" / "link.wav").symlink_to(tmp_path / "secret.wav")
    allowed = Allowed(sounds=tmp_path / "sounds")
    found = read_answer(answer({"play": "a.wav"}, {"play": {"file": "deep/b.wav"}}), allowed)
    assert [one.file for one in found] == [
        tmp_path / "sounds" / "a.wav",
        tmp_path / "sounds" / "deep" / "b.wav",
    ]
    for place in (
        "../secret.wav",
        str(tmp_path / "secret.wav"),
        "link.wav",
        "deep/../../secret.wav",
        "none.wav",
        "deep",
        "",
    ):
        with pytest.raises(ProgramFailed, match=r"play\.file") as caught:
            read_answer(answer({"play": place}), allowed)
        assert "secret" not in caught.value.detail


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [*STEPS, "text", "prompt", "keys", "to", "max", "min", "choices", "file", "name"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=10,
)


@given(st.lists(anything, max_size=4))
def test_any_answer_is_followed_or_refused(steps):
    try:
        read = read_answer(answer(*steps), ALLOWED)
    except ProgramFailed:
        return
    assert read


@given(st.binary(max_size=80))
def test_any_octets_are_followed_or_refused(body):
    with pytest.raises(ProgramFailed):
        read_answer(body, ALLOWED)
