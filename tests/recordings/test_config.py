"""What may stand in the configuration of recordings."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.recordings.config import RecordingsConfig


def config(**parts: object) -> RecordingsConfig:
    return RecordingsConfig.model_validate(parts)


def test_one_word_will_do():
    assert RecordingsConfig.model_validate("always") == config(record="always")
    assert config(queues={"sales": "on_demand"}).queues["sales"].record == "on_demand"


@pytest.mark.parametrize(
    ("parts", "used"),
    [
        ({}, False),
        ({"accounts": {"1001": "never"}, "queues": {"sales": {"keep_days": 3}}}, False),
        ({"record": "on_demand"}, True),
        ({"accounts": {"1001": "on_demand"}}, True),
        ({"queues": {"sales": "always"}}, True),
        ({"trunks": {"office": "always"}}, True),
    ],
)
def test_whether_anything_is_ever_recorded(parts, used):
    assert config(**parts).is_used is used


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"record": "sometimes"}, "never"),
        ({"codes": {"start": "*1", "pause": "*12"}}, "neither may be a part of the other"),
        ({"codes": {"start": "1"}}, "pattern"),
        ({"refuse_key": "99"}, "pattern"),
        ({"keep_days": -1}, "greater than or equal to 0"),
        ({"form": "mp3"}, "wav"),
        ({"queues": {"sales": {"least_free_mb": 1}}}, "not permitted"),
    ],
)
def test_what_cannot_be_meant_is_refused(parts, complaint):
    with pytest.raises(ValidationError, match=complaint):
        config(**parts)


def test_codes_can_be_turned_off():
    assert config(codes={"start": "", "pause": ""}).codes.start == ""
