"""Webhooks: what has happened, told to other systems (Standard Webhooks); a channel of the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from softswitch.clock import Clock
from softswitch.integrations.asking import Gone, asked
from softswitch.integrations.http_messages import Http, Request
from softswitch.integrations.webhook_config import WebhookConfig
from softswitch.integrations.webhook_signing import signatures
from softswitch.outbox.messages import Notice, read
from softswitch.outbox.model import Delivery, Receipt
from softswitch.signatures import ID, SIGNATURE, TIMESTAMP

LARGEST_ANSWER: Final = 1 << 16
"""Octets: an answer is not read for what it says."""

WhenGone = Callable[[], Awaitable[None]]


class WebhookChannel:
    """Tells one receiver. ``when_gone`` notes that it wants nothing more; the outbox then tries no other."""

    def __init__(self, config: WebhookConfig, *, http: Http, clock: Clock, when_gone: WhenGone) -> None:
        self._config = config
        self._http = http
        self._clock = clock
        self._when_gone = when_gone

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """Send it; raise NotNow where a later try may do, Refused where the receiver will not take it."""
        notice = read(delivery.body, Notice)
        body = notice.payload.encode()
        # Of this try: a receiver that is told again after a night must not take it for an old one.
        timestamp = int(self._clock.wall().timestamp())
        request = Request(
            "POST",
            self._config.url,
            {
                **self._config.headers,
                "Content-Type": "application/json",
                ID: notice.id,
                TIMESTAMP: str(timestamp),
                SIGNATURE: signatures(self._config.secrets, notice.id, timestamp, body),
            },
            body,
            limit_s=self._config.time_limit_s,
            largest=LARGEST_ANSWER,
        )
        try:
            response = await asked(self._http, request)
        except Gone:
            await self._when_gone()
            raise
        return Receipt(str(response.status))

    async def close(self) -> None:
        """The connections are the HTTP client's."""
