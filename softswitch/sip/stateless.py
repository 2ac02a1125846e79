"""Answers that leave nothing behind: to strangers, and to what is too broken to be kept (RFC 3261 §8.2.7)."""

from __future__ import annotations

import hmac
from typing import Final

from softswitch.sip.grammar import ENCODING, ERRORS
from softswitch.sip.message import COPIED, Request, Response, explain, response_to

TAG_OCTETS: Final = 8
"""Of a To tag made here: twice what RFC 3261 §19.3 asks for."""


class StatelessAnswers:
    """Makes responses whose To tag is made again for a repeat. ``secret`` keeps it from being guessed."""

    def __init__(self, secret: str, agent: str) -> None:
        self._mac = hmac.new(secret.encode(), digestmod="sha256")
        self._agent = agent

    def answer(
        self, request: Request, status: int, *, reason: str = "", fields: tuple[tuple[str, str], ...] = ()
    ) -> Response:
        """Make a response to a request that may be too broken to read its To.

        ``reason`` is said in a Warning, see :func:`~softswitch.sip.message.explain`.
        """
        response = response_to(request, status)
        to = request.fields.get("To") or ""
        if to and "tag=" not in to.lower():
            response.fields.put("To", f"{to};tag={self._tag(request)}")
        response.fields.add("Server", self._agent)
        for name, value in fields:
            response.fields.add(name, value)
        explain(response, reason)
        return response

    def _tag(self, request: Request) -> str:
        """Return the tag for a request: "the same tag for the same request consistently"."""
        copied = "\n".join(request.fields.get(name) or "" for name in COPIED)
        mac = self._mac.copy()
        mac.update(copied.encode(ENCODING, ERRORS))
        return mac.digest()[:TAG_OCTETS].hex()
