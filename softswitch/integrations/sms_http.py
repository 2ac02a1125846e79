"""Text messages by a gateway over HTTP, whichever it is: a channel of the outbox."""

from __future__ import annotations

import hashlib
from typing import Final

from softswitch.integrations.asking import asked
from softswitch.integrations.connections import read_connection
from softswitch.integrations.errors import SmsRefused
from softswitch.integrations.http_messages import Http
from softswitch.integrations.mapping import MappingFailed
from softswitch.integrations.sms_config import REFERENCE, STATUS, GatewayConfig, SmsConfig
from softswitch.integrations.sms_rules import SmsRules
from softswitch.integrations.sms_text import Size
from softswitch.ivr.expressions import Value
from softswitch.outbox.messages import Sms, read
from softswitch.outbox.model import Delivery, NotNow, Receipt, Refused

LONGEST_STATUS: Final = 100
"""Letters of a gateway's word that are kept as a reason."""


def reference_of(key: str) -> str:
    """Return what we call a message towards a gateway: 32 letters, the same at every try."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class HttpSmsChannel:
    """Sends the messages of one sender."""

    def __init__(self, config: SmsConfig, gateway: GatewayConfig, *, http: Http, rules: SmsRules) -> None:
        self._sender = config.sender
        self._gateway = gateway
        self._connection = read_connection("sms", gateway)
        self._http = http
        self._rules = rules

    async def deliver(self, delivery: Delivery, attempt: int) -> Receipt:
        """Send it; raise NotNow where a later try may do, Refused where it may not go or is not taken."""
        message = read(delivery.body, Sms)
        try:
            number = self._rules.number(message.to)
            text, size = self._rules.text(message.text)
            self._rules.count(delivery.key, number)
        except SmsRefused as error:
            raise Refused(str(error)) from None
        try:
            return await self._sent(delivery.key, number, text, size)
        except Refused:
            self._rules.uncount(delivery.key)
            raise

    async def close(self) -> None:
        """The connections are the HTTP client's."""

    async def _sent(self, key: str, number: str, text: str, size: Size) -> Receipt:
        reference = reference_of(key)
        values = {
            "SMS.NUMBER": number,
            "SMS.DIGITS": number.removeprefix("+"),
            "SMS.TEXT": text,
            "SMS.REFERENCE": reference,
            "SMS.SENDER": self._sender,
            "SMS.ALPHABET": size.alphabet,
            "SMS.PARTS": str(size.parts),
        }
        request = self._connection.request(lambda name: Value(values.get(name, "")), key=reference)
        response = await asked(self._http, request)
        try:
            said = self._connection.mapping.read(response.body)
        except MappingFailed as error:
            # Nobody knows whether it was taken: it goes again under the same reference.
            raise NotNow(f"{response.host}: {error}") from None
        status = said[STATUS].text[:LONGEST_STATUS] if STATUS in said else ""
        if status in self._gateway.later:
            raise NotNow(f"the gateway says {status!r}")
        if STATUS in said and status not in self._gateway.taken:
            raise Refused(f"the gateway says {status!r}")
        return Receipt(said[REFERENCE].text if REFERENCE in said else reference)
