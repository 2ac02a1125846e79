"""Parts of tests: what may stand in them, and how a row goes before its test."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.ivr.outcome import EndReason
from softswitch.ivr.proof.model import ENDS, Expect, joined
from softswitch.ivr.simulated.scene import Scene


def test_what_stands_alone_is_a_list_of_one():
    found = Expect.model_validate({"heard": "Hello", "path": "a", "dialled": "7", "queue": []})
    assert (found.heard, found.path, found.dialled, found.queue) == (("Hello",), ("a",), (("7",),), ())


def test_numbers_that_ring_together_are_a_list_in_the_list():
    assert Expect.model_validate({"dialled": [["7", "8"], "9"]}).dialled == (("7", "8"), ("9",))


def test_exits_and_effects_keep_their_order():
    found = Expect.model_validate(
        {"exits": [{"a": "key 1"}, {"b": "busy"}], "effects": {"sms": {"to": "600"}, "mail": {}}}
    )
    assert found.exits == (("a", "key 1"), ("b", "busy"))
    assert found.effects == (("sms", {"to": "600"}), ("mail", {}))


def test_every_end_of_a_tree_has_its_word():
    assert {ENDS[reason.name.lower()] for reason in EndReason} == {reason.value for reason in EndReason}
    with pytest.raises(ValidationError, match="no way for a call to end; did you mean 'no_input'"):
        Expect.model_validate({"end": "no_inputs"})


def test_the_later_part_goes_before_and_what_it_leaves_out_stays():
    parts = (
        Scene.model_validate({"caller": "1", "queues": {"sales": {"free": 0, "waiting": 2}}}),
        Scene.model_validate({"queues": {"sales": {"waiting": 5}}}),
    )
    found = Scene.model_validate(joined(parts))
    assert (found.caller, found.account) == ("1", "1001")
    assert (found.queues["sales"].free, found.queues["sales"].waiting) == (0, 5)
