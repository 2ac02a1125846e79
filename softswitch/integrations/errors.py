"""What can go wrong with services of others.

::

    IntegrationError
    ├── HttpError               see softswitch/integrations/http_errors.py
    ├── ShopError               see softswitch/integrations/shop_errors.py
    ├── TemplateFault           a text of the operator's cannot be filled in: says what is wrong where
    └── SmsRefused              no text message may go to this number, and why
"""

from __future__ import annotations

from softswitch.errors import SoftswitchError


class IntegrationError(SoftswitchError):
    """Base of everything that goes wrong with services of others."""


class TemplateFault(IntegrationError):
    """A template is wrong; the text says what and where."""


class SmsRefused(IntegrationError):
    """No text message goes to this number; ``why`` is a word for a menu, the text a sentence."""

    def __init__(self, why: str, reason: str) -> None:
        super().__init__(reason)
        self.why = why
