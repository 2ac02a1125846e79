"""What a payment provider must be able to do. The adapters lie in :mod:`softswitch.integrations`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from softswitch.payments.code import Code
from softswitch.payments.model import News, Order


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says of a payment.

    ``url`` is the page of a pay-link; ``paid`` how much has come, in grosze, where the provider says it.
    """

    news: News
    reference: str
    reason: str = ""
    url: str = ""
    paid: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A provider's own word that something has happened to the payment it calls ``reference``.

    It is only a hint to go and ask: what the provider answers then is what counts.
    """

    reference: str


class Provider(Protocol):
    """One payment provider.

    Every method raises NoAnswer when it is not known whether the provider has done what was asked, and
    ProviderRefused when it certainly has not. ``key`` is the idempotency key: a request with one that was
    seen before does nothing again and is answered as the first was.
    """

    async def start(self, order: Order, key: str) -> Answer:
        """Make the provider expect a code; charges nothing."""
        ...

    async def submit(self, reference: str, code: Code, key: str) -> Answer:
        """Hand over a code: news is with_customer, or code_wrong, or already how it ended."""
        ...

    async def link(self, order: Order, key: str, until: datetime) -> Answer:
        """Make a page where the customer can pay until then."""
        ...

    async def look(self, reference: str) -> Answer:
        """Ask how far it is; changes nothing."""
        ...

    async def cancel(self, reference: str, key: str) -> Answer:
        """Call it off: news is aborted, or how it has ended before that."""
        ...

    async def refund(self, reference: str, key: str) -> Answer:
        """Give all of it back."""
        ...

    def notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice | None:
        """Return what a request to our webhook says, None for what concerns no payment.

        Raises BadSignature when it is not from this provider.
        """
        ...
