"""Joins programs that drive calls with the HTTP client, neither of which knows the other."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.applications.errors import ProgramFailed
from softswitch.integrations.http_errors import HttpError
from softswitch.integrations.http_messages import Http, Request


class PostOverHttp:
    """Implements :class:`~softswitch.applications.program.Post`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def __call__(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        key: str,
        limit_s: float,
        tries: int,
        largest: int,
    ) -> bytes:
        """See Post."""
        request = Request("POST", url, headers, body, limit_s=limit_s, tries=tries, key=key, largest=largest)
        try:
            return (await self._http.ask(request)).checked().body
        except HttpError as error:
            raise ProgramFailed(error.code, str(error)) from None
