"""How shops are asked over HTTP: by whoever asks other systems for this switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from softswitch.integrations.http_messages import Http, Request
from softswitch.integrations.shop_errors import ShopError

WITHIN_S: Final = 3.0
"""Seconds for one request: a caller waits for it."""

_REASONS: Final[Mapping[int, str]] = {
    401: "refuses our key",
    403: "does not let our key read orders",
    404: "has nothing at the address",
    429: "has been asked too often",
}


class ShopHttp(Protocol):
    """Sends requests. Raises a SoftswitchError where there is no answer."""

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, within: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers (names in small letters) and body of the answer."""
        ...


@dataclass(frozen=True, slots=True)
class AskedOverHttp:
    """Asks shops as all other systems are asked: only where it is allowed, none that has failed too often.

    Implements :class:`ShopHttp`; raises HttpError.
    """

    http: Http

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, within: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        """See ShopHttp."""
        answer = await self.http.ask(Request(method, url, headers, body, limit_s=within))
        return answer.status, answer.headers, answer.body


async def get_json(
    http: ShopHttp, shop: str, url: str, headers: Mapping[str, str], *, within: float = WITHIN_S
) -> tuple[Any, Mapping[str, str]]:
    """Return what a shop answers as JSON, and the answer's headers; raise ShopError."""
    status, told, body = await http.request(
        "GET", url, {"Accept": "application/json", **headers}, b"", within
    )
    if status != 200:
        reason = _REASONS.get(status, "is out of order" if status >= 500 else "does not understand us")
        raise ShopError(f"the shop {shop} {reason} (HTTP {status})")
    try:
        return msgspec.json.decode(body), told
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ShopError(f"the shop {shop} answers with what is no JSON") from None
