"""What a scene says reaches the call: who calls, when, and how its queues stand."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from pydantic import ValidationError

from softswitch.ivr.simulate import simulate
from softswitch.ivr.simulated.scene import MONDAY, QueueGiven, Scene
from softswitch.ivr.simulated.script import press
from tests.ivr.written import tree_of


def test_an_ordinary_call_begins_on_a_monday_morning() -> None:
    assert Scene().begins() == MONDAY.replace(tzinfo=UTC)
    assert Scene().begins().strftime("%A %H:%M") == "Monday 10:00"


def test_the_time_is_that_of_the_zone() -> None:
    summer = Scene.model_validate({"at": "2026-07-01T08:00", "zone": "Europe/Warsaw"})
    assert summer.begins().utcoffset() == timedelta(hours=2)


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="'Mars' is no time zone such as Europe/Warsaw"):
        Scene(zone="Mars")


def test_who_calls_and_what_was_dialled_is_as_the_scene_says() -> None:
    tree = tree_of('a:\n  - say: "{{CALL.SRC_NUMBER}}, {{CALL.CALLER_ID}}, {{CALL.DST_NUMBER}}"\n')
    scene = Scene(caller="48601234567", caller_name="Anna")
    assert simulate(tree, scene=scene).heard == ("48601234567, Anna, 100",)


def test_queues_are_as_the_scene_says() -> None:
    tree = tree_of(
        """
        a:
          - by_waiting: {queue: sales, at_most: 5, yes: few, no: many}
        few: [hangup]
        many: [hangup]
        """
    )
    assert simulate(tree, scene=Scene(queues={"sales": QueueGiven(waiting=5)})).path == ("a", "few")
    assert simulate(tree, scene=Scene(queues={"sales": QueueGiven(waiting=6)})).path == ("a", "many")


def test_who_is_free_is_logged_in() -> None:
    assert QueueGiven(free=3).figures("sales").logged_in == 3


def test_a_script_goes_with_a_scene() -> None:
    tree = tree_of("a:\n  - menu: {prompt: One., keys: {1: b}}\nb: [hangup]\n")
    assert simulate(tree, [press("1")], scene=Scene()).path == ("a", "b")
