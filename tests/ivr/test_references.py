"""What parameters speak of is there: branches, variables, sounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from softswitch.ivr.references import Around, BranchName, QueueName, SoundFile, Template, Text
from tests.ivr.written import problems_of, sound_file


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
    around = Around(queues=["sales", "service"])
    assert fault_of(QueueName, "sales", around) == ""
    assert fault_of(QueueName, "slaes", around) == "there is no queue 'slaes'; did you mean 'sales'?"
    assert fault_of(QueueName, "slaes", Around()) == ""
    assert fault_of(QueueName, "sales", Around(queues=[])) == "there is no queue 'sales'"
    assert fault_of(QueueName, " ", Around()) == "the text is empty"
