"""What goes wrong with shops of others, on purpose."""

from __future__ import annotations

from softswitch.integrations.errors import IntegrationError


class ShopError(IntegrationError):
    """A shop did not answer as it should. Never quotes an address, a key, or what was answered."""
