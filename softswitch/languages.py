"""The languages in which people are spoken to, as ISO 639-1 has them."""

from __future__ import annotations

from typing import Final

ENGLISH: Final = "en"
POLISH: Final = "pl"
