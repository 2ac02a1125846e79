"""What the parts of a configuration have in common."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from softswitch.parts import Code, Codes, Part


class Some(Codes):
    """Three codes, one of which begins as another does, and something else beside them."""

    language: str = "en"
    near: Code = "*8"
    far: Code = "*80"
    none: Code = ""


def test_a_part_is_frozen_and_knows_all_its_keys() -> None:
    class Place(Part):
        port: int = 5060

    with pytest.raises(ValidationError, match="frozen"):
        Place().port = 1  # type: ignore[misc]
    with pytest.raises(ValidationError, match="prot"):
        Place.model_validate({"prot": 1})


def test_the_longest_code_counts_and_what_follows_is_told() -> None:
    assert list(Some().written()) == [("near", "*8"), ("far", "*80")]
    assert Some().find("*8012") == ("far", "12")
    assert Some().find("*8112") == ("near", "112")
    assert Some().find("8") is None
    assert Some().find("") is None


def test_two_codes_must_differ() -> None:
    with pytest.raises(ValidationError, match=r"\*8 stands for near and for far: choose another for one"):
        Some(far="*8")
    assert list(Some(near="", far="").written()) == []


@pytest.mark.parametrize("code", ["8", "*", "*8a", "*12345678", "*8 "])
def test_what_is_no_code(code: str) -> None:
    with pytest.raises(ValidationError):
        Some(near=code)
