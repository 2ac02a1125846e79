"""What the configuration of voicemail takes, and what it says is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from softswitch.voicemail.config import BoxConfig, RequestsConfig, VoicemailConfig


def test_a_box_needs_nothing_but_its_name() -> None:
    config = VoicemailConfig.model_validate({"boxes": ["1001", "1002"]})
    assert set(config.boxes) == {"1001", "1002"}
    box = config.boxes["1001"]
    assert (box.longest_s, box.shortest_s, box.takes) == (180.0, 2.0, ("no_answer", "busy", "unreachable"))
    assert config.lamps("1001") == ("1001",)


def test_lamps_are_those_of_the_box_and_those_that_are_named() -> None:
    config = VoicemailConfig.model_validate(
        {"boxes": {"team": {"lamps": ["1001", "1002", "1001"]}, "x": None}}
    )
    assert config.lamps("team") == ("team", "1001", "1002")
    assert config.lamps("x") == ("x",)


def test_a_greeting_may_be_its_text_alone_and_files_lie_beside_the_configuration() -> None:
    box = BoxConfig.model_validate({"unavailable": "We are closed.", "busy": {"play": "busy.wav"}})
    placed = VoicemailConfig(boxes={"a": box}).placed(Path("/line")).boxes["a"]
    assert placed.unavailable is not None
    assert placed.unavailable.text == "We are closed."
    assert placed.busy is not None
    assert placed.busy.play == Path("/line/busy.wav")


def test_one_address_may_stand_alone() -> None:
    assert BoxConfig.model_validate({"mail": "a@example.com"}).mail == ("a@example.com",)
    assert RequestsConfig.model_validate({"mail": "a@example.com"}).mail == ("a@example.com",)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"boxes": {"../etc": {}}}, "should match pattern"),
        ({"boxes": {".hidden": {}}}, "should match pattern"),
        ({"boxes": {"a": {"pin": "12"}}}, "a PIN has 4 to 12 digits"),
        ({"boxes": {"a": {"pin": "1234a"}}}, "a PIN has 4 to 12 digits"),
        ({"boxes": {"a": {"pin_hash": "1234"}}}, "is no hash of a PIN"),
        ({"boxes": {"a": {"pin": "4271", "pin_hash": "$argon2id$v"}}}, "keep one of them"),
        ({"boxes": {"a": {"mail": ["not an address"]}}}, "should match pattern"),
        ({"boxes": {"a": {"mail": ["a@b\r\nBcc: c@d"]}}}, "should match pattern"),
        ({"boxes": {"a": {"name": "Sales\nBcc: x"}}}, "holds a line break"),
        ({"boxes": {"a": {"delete_after_mail": True}}}, "nothing would be left"),
        (
            {"boxes": {"a": {"delete_after_mail": True, "mail": ["a@b"], "attach": "none"}}},
            "nothing would be left",
        ),
        ({"boxes": {"a": {"shortest_s": 20, "longest_s": 10}}}, "shortest_s must be at most longest_s"),
        ({"boxes": {"a": {"unavailable": {"text": "a", "play": "b.wav"}}}}, "either a text or a file"),
        ({"boxes": {"a": {"unavailable": {}}}}, "either a text or a file"),
        ({"boxes": {"a": {"keys": {"5": "1001"}}}}, "Input should be '0' or '*'"),
        ({"codes": {"own": "*97", "any": "*97"}}, r"\*97 stands for own and for any: choose another for one"),
        ({"time_zone": "Europe/Nowhere"}, "there is no time zone"),
        ({"boxs": {}}, "Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_named(part: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        VoicemailConfig.model_validate(part)


def test_no_pin_is_ever_shown() -> None:
    box = BoxConfig(pin="4271")
    assert "4271" not in repr(box)
    with pytest.raises(ValidationError) as caught:
        BoxConfig(pin="42713x")
    told = "; ".join(str(one["msg"]) for one in caught.value.errors())
    assert "42713x" not in told


def test_numbers_that_mean_the_same_to_all() -> None:
    config = VoicemailConfig.model_validate(
        {"boxes": {"a": {"number": "800"}, "b": {}}, "requests": {"r": {"number": "801"}}}
    )
    assert config.numbers == {"800": "boxes.a", "801": "requests.r"}
