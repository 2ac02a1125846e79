"""ETag and If-Match."""

from __future__ import annotations

import pytest

from softswitch.web.conditions import etag, wanted_version
from softswitch.web.errors import Stale, Unconditional


def test_a_tag_comes_back() -> None:
    assert wanted_version(etag(7)) == 7
    assert wanted_version(f" {etag(7)} ") == 7
    assert wanted_version("*") is None


@pytest.mark.parametrize("text", ["", "  "])
def test_none_is_named(text: str) -> None:
    with pytest.raises(Unconditional):
        wanted_version(text)


@pytest.mark.parametrize("text", ['W/"v7"', "v7", '"7"', '"v"', '"v7", "v8"', '"v99999999999"'])
def test_a_tag_that_cannot_be_ours(text: str) -> None:
    with pytest.raises(Stale):
        wanted_version(text)
