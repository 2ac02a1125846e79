"""What providers of payments tell by themselves, for whom the interface is the way in."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from softswitch.payments.errors import BadSignature, NoSuchProvider, PaymentError
from softswitch.payments.service import Payments
from softswitch.web.errors import NotThere, Unproved

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LineProviders:
    """Implements :class:`softswitch.web.services.ProviderHooks`."""

    payments: Payments

    async def receive(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """See ProviderHooks. What cannot be found out now is asked for again by itself."""
        try:
            await self.payments.noticed(provider, headers, body)
        except NoSuchProvider as error:
            raise NotThere(f"There is no provider {provider}.") from error
        except BadSignature as error:
            logger.warning("a notice to the provider %s is not believed: %s", provider, error)
            raise Unproved from error
        except PaymentError as error:
            logger.warning("a notice of %s leads to nothing yet: %s", provider, error)
