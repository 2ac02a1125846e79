"""What is refused of an application's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from softswitch.applications.config import ApplicationConfig

GOOD = {"url": "https://example.com/calls", "secret": "a secret of some length", "fallback": "1001"}


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"url": "example.com"}, "such as https"),
        ({"url": "ftp://example.com/"}, "such as https"),
        ({"url": "https://u:hush@example.com/"}, "no user"),
        ({"url": "http://["}, "such as https"),
        ({"secret": "hush"}, "16 letters or more"),
        ({"secret": "whsec_no base 64 at all"}, "base 64"),
        ({"fallback": ""}, "match"),
        ({"limit_s": 60}, "less than or equal to 20"),
        ({"language": "polski"}, "match"),
        ({"nonsense": 1}, "Extra"),
    ],
)
def test_what_cannot_work_is_refused(part, says):
    with pytest.raises(ValidationError, match=says) as caught:
        ApplicationConfig.model_validate({**GOOD, **part})
    assert "hush" not in "".join(one["msg"] for one in caught.value.errors())


def test_a_number_without_a_way_out_is_refused():
    with pytest.raises(ValidationError, match="fallback"):
        ApplicationConfig.model_validate({name: value for name, value in GOOD.items() if name != "fallback"})


def test_no_secret_is_in_a_repr_and_sounds_lie_beside_the_configuration():
    config = ApplicationConfig.model_validate({**GOOD, "sounds": "sounds"})
    assert "secret of" not in repr(config)
    assert config.placed(Path("/srv")).sounds == Path("/srv/sounds")
    assert ApplicationConfig.model_validate(GOOD).placed(Path("/srv")).sounds is None
