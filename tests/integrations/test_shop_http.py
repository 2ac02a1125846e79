"""JSON asked of a shop: what each status means to who reads the log."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from softswitch.integrations.shop_errors import ShopError
from softswitch.integrations.shop_http import get_json


class Answering:
    """Answers the same to everything. Implements :class:`softswitch.integrations.shop_http.ShopHttp`."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body
        self.headers: Mapping[str, str] = {}

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, within: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        self.headers = headers
        return self.status, {"x-wp-totalpages": "2"}, self.body


async def test_an_answer_and_its_headers() -> None:
    http = Answering(200, b'{"a": [1]}')
    assert await get_json(http, "main", "https://a", {"X": "y"}) == ({"a": [1]}, {"x-wp-totalpages": "2"})
    assert http.headers == {"Accept": "application/json", "X": "y"}


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, b"", "refuses our key"),
        (403, b"", "does not let our key read orders"),
        (500, b"secret", "is out of order"),
        (301, b"", "does not understand us"),
        (200, b"secret", "no JSON"),
        (200, b"[" * 100_000, "no JSON"),
        (200, b'"\xa3\xf3d\xbc"', "no JSON"),
    ],
)
async def test_what_is_none(status: int, body: bytes, reason: str) -> None:
    with pytest.raises(ShopError, match=reason) as caught:
        await get_json(Answering(status, body), "main", "https://a/very-secret", {})
    assert "secret" not in str(caught.value)
