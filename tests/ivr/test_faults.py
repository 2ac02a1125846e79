from typing import ClassVar

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from softswitch.ivr.faults import told


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    repeat: int = 1


class Shown(BaseModel):
    example: ClassVar[str] = "{count: 3}"

    count: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    prompt: str
    wait_s: float = 1.0
    flag: bool = False
    inner: Inner | None = None
    shown: Shown | None = None
    named: dict[str, str] = Field(default={}, examples=["{x: y}"])
    parts: dict[str, int] = {}


def faults(text):
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    with pytest.raises(ValidationError) as error:
        Outer.model_validate(yaml.safe_load(text))
    return list(told(error.value, Outer, node))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("flag: true", 1, "the parameter 'prompt' is missing"),
        ("prompt: a\npromt: b", 2, "unknown parameter 'promt'; did you mean 'prompt'?"),
        ("prompt: a\nrepaet: b", 2, "unknown parameter 'repaet'; did you mean 'repeat'?"),
        ("prompt: a\nxyz: b", 2, "unknown parameter 'xyz'"),
        ("prompt: a\ninner:\n  reps: 1", 3, "inner: unknown parameter 'reps'; did you mean 'repeat'?"),
        ("prompt: a\ninner:\n  repeat: often", 3, "inner.repeat: 'often' is not a whole number"),
        ("prompt: a\nwait_s: long", 2, "wait_s: 'long' is not a number"),
        ("prompt: a\nflag: maybe", 2, "flag: 'maybe' is neither yes nor no"),
        ("prompt: []", 1, "prompt: a text is wanted here"),
        ("prompt: a\nparts: 5", 2, "parts: names and values are wanted here"),
        ("prompt: a\ninner: 5", 2, "inner: settings are wanted here: repeat"),
        ("prompt: a\nshown: 5", 2, "shown: parameters are wanted here, such as {count: 3}"),
        ("prompt: a\nnamed: 5", 2, "named: parameters are wanted here, such as {x: y}"),
        ("just a text", 1, "settings are wanted here: prompt, wait_s, flag, inner, shown, named, parts"),
        ("prompt: a\nparts:\n  x: y", 3, "parts.x: 'y' is not a whole number"),
    ],
)
def test_faults_are_told_in_words_with_their_line(text, line, reason):
    assert faults(text) == [(line, reason)]


def test_several_faults_come_in_the_order_of_the_file():
    assert [line for line, _ in faults("flag: maybe\nwait_s: long\nxyz: 1")] == [1, 1, 2, 3]
