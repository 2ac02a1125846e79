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


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    password: str = ""
    prompt: str = ""
    registers: bool = Field(default=False, alias="register")


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    prompt: str
    wait_s: float = 1.0
    flag: bool = False
    inner: Inner | None = None
    shown: Shown | None = None
    named: dict[str, str] = Field(default={}, examples=["{x: y}"])
    parts: dict[str, int] = {}
    lines: dict[str, Line] = {}
    several: tuple[str, ...] = ()


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
        ("prompt: a\nrepeat: b", 2, "unknown parameter 'repeat'; it belongs under 'inner'"),
        ("prompt: a\npassword: b", 2, "unknown parameter 'password'"),
        ("prompt: a\nline: {}", 2, "unknown parameter 'line'; did you mean 'lines'?"),
        (
            "prompt: a\nlines:\n  a: {registre: yes}",
            3,
            "lines.a: unknown parameter 'registre'; did you mean 'register'?",
        ),
        (
            "prompt: a\nlines:\n  prompt: {registers: yes}",
            3,
            "lines.prompt: unknown parameter 'registers'; did you mean 'register'?",
        ),
        (
            "prompt: a\nlines:\n  a: {secret: x}",
            3,
            "lines.a: unknown parameter 'secret'; did you mean 'password'?",
        ),
        (
            "prompt: a\nlines:\n  a: {context: x}",
            3,
            "lines.a: unknown parameter 'context': there is no such thing here, leave it out",
        ),
        ("prompt: a\nsecret: x", 2, "unknown parameter 'secret'"),
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
        ("prompt: a\nlines: 5", 2, "lines: names and values are wanted here"),
        ("prompt: a\nlines: {a: 5}", 2, "lines.a: settings are wanted here: password, prompt, register"),
        ("prompt: a\nseveral: b", 2, "several: a list is wanted here, such as [b]"),
        ("prompt: a\nseveral: {b: c}", 2, "several: a list is wanted here"),
        (
            "just a text",
            1,
            "settings are wanted here: prompt, wait_s, flag, inner, shown, named, parts, lines, several",
        ),
        ("prompt: a\nparts:\n  x: y", 3, "parts.x: 'y' is not a whole number"),
    ],
)
def test_faults_are_told_in_words_with_their_line(text, line, reason):
    assert faults(text) == [(line, reason)]


def test_several_faults_come_in_the_order_of_the_file():
    assert [line for line, _ in faults("flag: maybe\nwait_s: long\nxyz: 1")] == [1, 1, 2, 3]
