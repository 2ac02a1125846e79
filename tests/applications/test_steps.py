"""The parameters of steps, by themselves. How answers are read as a whole: test_protocol.py."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.applications.steps import STEPS, Dial, Gather, HangUp, Record, Say


def test_short_forms_fill_the_one_parameter_they_mean():
    assert Say.expand("Hello.") == {"text": "Hello."}
    assert Say.expand({"text": "Hello."}) == {"text": "Hello."}
    assert Dial.expand(["1001"]) == {"to": ["1001"]}
    assert HangUp.expand(None) == HangUp.expand(True) == {}
    assert HangUp.expand("busy") == {"reason": "busy"}
    assert Record.expand(5) == 5


def test_steps_are_frozen_and_listen_as_they_say():
    step = Gather()
    with pytest.raises(ValidationError):
        step.max = 3  # type: ignore[misc]
    assert {name for name, kind in STEPS.items() if kind.listens} == {"gather", "menu", "record"}
