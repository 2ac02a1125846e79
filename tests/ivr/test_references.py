"""What parameters speak of is there: branches, variables, sounds."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from softswitch.ivr.interpreter import run
from softswitch.ivr.proof.running import shown_of
from softswitch.ivr.references import (
    AnyQueueName,
    Around,
    BranchName,
    QueueName,
    SoundFile,
    Template,
    Text,
)
from softswitch.ivr.simulated.script import press
from tests.ivr.outside import calling, effects
from tests.ivr.test_visit import visit_of
from tests.ivr.written import HEADER, exits_of, problems_of, sound_file, tree_of


def fault_of(kind: object, value: str, around: Around | None = None) -> str:
    """Return what is wrong with a value, "" when nothing is."""
    try:
        TypeAdapter(kind).validate_python(value, context=around)
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return ""


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        (BranchName, "sales", ""),
        (BranchName, "sale", "there is no branch 'sale'; did you mean 'sales'?"),
        (Template, "", ""),
        (Template, "{{CALL.CODEC}} {{VARIABLE.ANY}}", ""),
        (Template, "{{VARIABLE}}", "unknown variable {{VARIABLE}}"),
        (Template, "{{A}}{{B}}{{A}}", "unknown variable {{A}}, unknown variable {{B}}"),
        (Template, "{{A", "the braces of a variable do not match: write {{NAME}}"),
        (Text, " ", "the text is empty"),
    ],
)
def test_what_is_said_of_a_value(kind, value, fault):
    around = Around(branches=["welcome", "sales"], variables=["CALL.CODEC"])
    assert fault_of(kind, value, around) == fault


def test_where_nothing_is_known_anything_goes():
    for kind, value in ((BranchName, "x"), (Template, "{{X}}"), (SoundFile, "none.wav")):
        assert fault_of(kind, value) == ""
        assert fault_of(kind, value, Around()) == ""


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("none.wav", None, "the file 'none.wav' does not exist"),
        ("empty.wav", b"", "the file 'empty.wav' cannot be played: "),
        ("notes.txt", b"Say hello.", "the file 'notes.txt' cannot be played: Format not recognised"),
        ("cut.wav", b"RIFF", "the file 'cut.wav' cannot be played: "),
        ("samples.raw", bytes(320), "the file 'samples.raw' cannot be played: it has no header"),
    ],
)
def test_a_file_that_is_no_sound_is_refused(tmp_path, name, content, fault):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found = fault_of(SoundFile, name, Around(tmp_path))
    assert found.startswith(fault)
    assert fault


def test_a_folder_and_a_recording_of_nothing_are_refused(tmp_path):
    (tmp_path / "prompts").mkdir()
    sound_file(tmp_path / "silent.wav", seconds=0)
    around = Around(tmp_path)
    assert fault_of(SoundFile, "prompts", around) == "'prompts' is a folder: a sound file is wanted here"
    assert fault_of(SoundFile, "silent.wav", around) == "the file 'silent.wav' holds no sound"


def test_a_sound_is_found_from_the_folder_of_the_tree_and_told_with_its_line(tmp_path: Path):
    sound_file(tmp_path / "hello.wav")
    (tmp_path / "words.wav").write_text("not a sound")
    found = TypeAdapter(SoundFile).validate_python("hello.wav", context=Around(tmp_path))
    assert found == tmp_path / "hello.wav"
    path = tmp_path / "t.yaml"
    assert problems_of("a:\n  - play: hello.wav\n  - play: words.wav", path=path) == [
        f"{path} line 8: branch a step 2 (play): the file 'words.wav' cannot be played: Format not recognised"
    ]


def test_queues_are_known_by_name_where_they_are_known_at_all():
    around = Around(configured={"queue": ["sales", "service"]})
    assert fault_of(QueueName, "sales", around) == ""
    assert fault_of(QueueName, "slaes", around) == "there is no queue 'slaes'; did you mean 'sales'?"
    assert fault_of(QueueName, "slaes", Around()) == ""
    assert fault_of(QueueName, "sales", Around(configured={"queue": []})) == "there is no queue 'sales'"
    assert fault_of(QueueName, " ", Around()) == "the text is empty"


NAMED = """
a:
  - set: {name: where, value: "WHERE"}
  - STEP
  - goto: after
gone: [hangup]
after: [hangup]
"""


def named(step, where="", **given):
    tree = NAMED.replace("STEP", step).replace('"WHERE"', repr(where))
    return calling(tree, **given)


QUEUE = "queue: {name: '{{VARIABLE.WHERE}}', unknown: gone, after: after}"
NAMES = [
    # step, exit of what is not there, and how the scene says that it is not
    (QUEUE, "no_such_queue", "queues"),
    (
        "queue_by: {field: group, queues: {x: y}, name: '{{VARIABLE.WHERE}}', unknown: gone}",
        "no_such_queue",
        "queues",
    ),
    (
        "by_agents: {queue: '{{VARIABLE.WHERE}}', at_least: 1, yes: after, unknown: gone}",
        "no_such_queue",
        "queues",
    ),
    (
        "by_waiting: {queue: '{{VARIABLE.WHERE}}', at_most: 1, yes: after, unknown: gone}",
        "no_such_queue",
        "queues",
    ),
    ("voicemail: {box: '{{VARIABLE.WHERE}}', saved: after, unknown: gone}", "no_such_box", "boxes"),
    ("callback: {desk: '{{VARIABLE.WHERE}}', accepted: after, unknown: gone}", "no_such_desk", "desks"),
    ("application: {number: '{{VARIABLE.WHERE}}', unknown: gone}", "no_such_program", "programs"),
]


@pytest.mark.parametrize(("step", "exit_name", "kind"), NAMES)
def test_a_name_that_a_variable_gives_is_looked_for_in_the_call_and_has_an_exit_where_there_is_none(
    step, exit_name, kind
):
    for where, given in (("ghost", {kind: {"ghost": {"exists": False}}}), ("", {})):
        told = named(step, where, **given)
        assert told.exits[1][2] == exit_name
        assert told.path == ("a", "gone")
        onward = named(step.replace(", unknown: gone", ""), where, **given)
        assert onward.path == ("a", "after")
    there = named(step, "sales")
    assert exit_name not in {name for *_, name in there.exits}
    assert "gone" not in there.path


@pytest.mark.parametrize(("step", "exit_name", "kind"), NAMES)
def test_a_name_as_it_is_has_no_such_exit_and_is_checked_before(step, exit_name, kind):
    tree = tree_of(NAMED.replace("STEP", step.replace("{{VARIABLE.WHERE}}", "sales")).replace("WHERE", "x"))
    assert exit_name not in tree.branches["a"].steps[1].action.exits()


def test_the_name_of_a_queue_is_the_one_of_the_call():
    told = named(QUEUE, "sales")
    assert [one.queue for one in told.waited] == ["sales"]
    assert told.exits[1] == ("a", "2 queue", "talk_over")
    handed = named("queue: '{{VARIABLE.WHERE}}'", "sales")
    assert handed.ended.to == "sales"


def test_a_default_of_the_text_names_what_is_meant_and_that_of_the_tree_never_does():
    header = HEADER.replace("numbers", "default_text: sales\nnumbers")
    tree = "a: [queue: {name: '{{VARIABLE.NONE}}', unknown: b}]\nb: [hangup]"
    assert calling(tree, header=header).path == ("a", "b")
    default = tree.replace("NONE}}", 'NONE|default:"cards"}}')
    assert [one.queue for one in calling(default, header=header).waited] == ["cards"]


def test_skills_that_variables_name_and_those_without_a_value():
    queue = tree_of(
        "a: [queue: {name: sales, skills: {'{{CALL.LANGUAGE}}': 2, '{{VARIABLE.X}}': 1, vip: 3}}]"
    )
    visit, line, _ = visit_of()
    asyncio.run(run(queue, visit.world))
    assert {name: skill.level for name, skill in line.wishes[0].skills.items()} == {"en": 2, "vip": 3}


MESSAGES = [
    ("sms: {template: 'offer_{{CALL.LANGUAGE}}', sender: '{{VARIABLE.WHERE}}', error: gone}", "sms"),
    (
        "mail: {template: 'offer_{{CALL.LANGUAGE}}', mailbox: '{{VARIABLE.WHERE}}', to: a@b.pl, error: gone}",
        "mail",
    ),
]


@pytest.mark.parametrize(("step", "kind"), MESSAGES)
def test_template_and_sender_of_a_message_may_be_named_by_variables(step, kind):
    ((one,), told) = effects(sent := named(step, "office"), kind), sent
    assert (one.facts["template"], one.facts["from"]) == ("offer_en", "office")
    assert told.path == ("a", "after")
    # Neither the first sender nor an empty template is meant where a variable has no value.
    nobody = named(step, "")
    assert (nobody.path, effects(nobody, kind)) == (("a", "gone"), [])
    no_template = named(step.replace("offer_{{CALL.LANGUAGE}}", "{{VARIABLE.NONE}}"), "office")
    assert (no_template.path, effects(no_template, kind)) == (("a", "gone"), [])


def test_a_ticket_whose_queue_and_category_are_variables():
    step = "ticket: {queue: '{{VARIABLE.WHERE}}', category: '{{CALL.LANGUAGE}}', error: gone}"
    ((one,), told) = effects(sent := named(step, "missed"), "ticket"), sent
    assert (one.facts["queue"], one.facts["category"], told.path) == ("missed", "en", ("a", "after"))
    assert named(step, "").path == ("a", "gone")


def test_a_duty_that_a_variable_names():
    step = "duty: {name: '{{VARIABLE.WHERE}}', nobody: gone, after: after}"
    assert [one.targets for one in named(step, "service").dialled] == [("duty service",)]


WORDED = """
a:
  - language: LANGUAGE
  - label: {pl: Karty, en: Cards}
  - caller_name: {pl: "PILNE {{CALL.SRC_NUMBER}}", en: "URGENT {{CALL.SRC_NUMBER}}"}
  - ticket: {queue: missed, title: {pl: Nieodebrane, en: Missed}}
  - menu: {prompt: x, keys: {1: b, 2: b}, labels: {1: {pl: Kredyty, en: Loans}, 2: Other}}
b: [queue: sales]
"""


@pytest.mark.parametrize(
    ("language", "labels", "name", "title"),
    [
        ("pl", ("Karty", "Kredyty"), "PILNE +48600100200", "Nieodebrane"),
        ("en", ("Cards", "Loans"), "URGENT +48600100200", "Missed"),
        # The tree's own language is what there is for all others.
        ("uk", ("Cards", "Loans"), "URGENT +48600100200", "Missed"),
    ],
)
def test_m04_what_people_read_of_a_call_may_be_there_in_several_languages(language, labels, name, title):
    told = calling(WORDED.replace("LANGUAGE", language), press("1"))
    assert exits_of(told, "label") == [("next", labels[0])]
    assert [one.label for one in told.waited] == [labels[1]]
    assert shown_of(told)[0] == name
    assert effects(told, "ticket")[0].facts["title"] == title


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("queue: '{{VARIABLE.X'", "do not match"),
        ("queue: '{{QUEUE.X}}'", "unknown variable {{QUEUE.X}}"),
        ("keeper: {otherwise: queue, queue: '{{VARIABLE.X}}'}", "must be known before the call"),
        ("by_hours: {schedule: '{{VARIABLE.X}}'}", "must be known before the call"),
        ("queue_by: {field: group, queues: {a: '{{VARIABLE.X}}'}, name: b}", "must be known before the call"),
        ("label: {polski: x}", "unknown parameter 'polski'"),
        ("label: {text: {polski: x}}", "'polski' is not a language code"),
        ("menu: {prompt: x, keys: {1: a}, labels: {1: {polski: x}}}", "'polski' is not a language code"),
    ],
)
def test_what_cannot_be_a_name_or_a_label(step, fault):
    assert any(fault in problem for problem in problems_of(f"a: [{step}]")), problems_of(f"a: [{step}]")


def test_a_literal_name_that_nothing_has_is_still_told():
    around = Around(configured={"queue": ["sales"]})
    assert fault_of(AnyQueueName, "sale", around) == "there is no queue 'sale'; did you mean 'sales'?"
    assert fault_of(AnyQueueName, "{{VARIABLE.X}}", around) == ""
